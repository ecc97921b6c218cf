//! Making a new revision: the form with the current one in it.

use std::sync::Arc;

use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use console::pages::new_change::{FormPage, Revises};
use console::view::{FormErrors, Section};
use domain::change::{Change, Material};
use domain::refusal::Refusal;

use super::super::answer::recorded;
use super::super::form::Posted;
use super::super::once::{Done, Turns, once};
use super::super::view::reader::counted;
use super::super::visit::{Visit, refused_fields};
use super::resolve;
use super::typed::{Around, Typed, form_field};
use crate::error::ApiError;

/// `GET /changes/{number}/revise`
pub(in crate::ui) async fn show(visit: Visit, Path(name): Path<String>) -> Response {
    let made = page(&visit, &name).await;
    visit.answer(made).await
}

async fn page(visit: &Visit, name: &str) -> Result<Response, ApiError> {
    let id = resolve(visit, name).await?;
    let (change, _) = visit.state.app.load_change(&id).await?;
    let edited = change.revisions().iter().any(|r| r.by.person() == Some(&visit.person));
    let actor = &visit.signed_in.principal.actor;
    if !edited && !change.is_own_or_admin(actor, &visit.live.directory) {
        return Err(Refusal::NotEntitled {
            action: "revise this change",
            who: "its requester, those who edited it before, and admins",
        }
        .into());
    }
    let typed = Typed::from_material(&change.revision().material, visit.reader().zone);
    let number = change.revision().number;
    let page = form(visit, &change, number, &typed, FormErrors::default()).await;
    Ok(visit.ok(&page))
}

async fn form(
    visit: &Visit,
    change: &Change,
    expected: u32,
    typed: &Typed,
    errors: FormErrors,
) -> FormPage {
    let votes = change.current_votes().count();
    let current = change.revision().number;
    let effect = match votes {
        0 => String::new(),
        1 => format!("1 vote on revision {current} stops counting when this revision is made."),
        n => {
            let votes = counted(n, "vote", "votes");
            format!("{votes} on revision {current} stop counting when this revision is made.")
        }
    };
    let title = format!("New revision of {}", change.number);
    typed.page(Around {
        layout: visit.layout(&title, Section::Changes).await,
        revises: Some(Revises {
            number: change.number.to_string(),
            expected_revision: expected.to_string(),
            effect,
        }),
        idempotency_key: visit.new_key(),
        errors,
        reader: visit.reader(),
        bundle: visit.bundle(),
    })
}

/// `POST /changes/{number}/revisions`
pub(in crate::ui) async fn submit(
    Path(name): Path<String>,
    Extension(turns): Extension<Arc<Turns>>,
    posted: Posted,
) -> Response {
    let Posted { visit, form: sent } = posted;
    let found = async {
        let id = resolve(&visit, &name).await?;
        Ok::<_, ApiError>(visit.state.app.load_change(&id).await?.0)
    };
    let change = match found.await {
        Ok(change) => change,
        Err(error) => return visit.problem(error).await,
    };
    let typed = Typed::sent(&sent);
    let expected = sent.get("expected_revision").parse().unwrap_or(0);
    let base = &change.revision().material;
    let material = match typed.material(Some(base), visit.bundle(), visit.reader().zone) {
        Ok(material) => material,
        Err(errors) => {
            let page = form(&visit, &change, expected, &typed, errors).await;
            return visit.page(StatusCode::BAD_REQUEST, &page);
        }
    };
    let submit = sent.get("submit") != "false";
    let path = format!("/changes/{}/revisions", change.id);
    let act = async || revise(&visit, &change, expected, material, submit).await;
    match once(&visit, &turns, &path, &sent, act).await {
        Ok(response) => response,
        Err(error) => refused(&visit, &change, expected, &typed, error).await,
    }
}

async fn revise(
    visit: &Visit,
    change: &Change,
    expected: u32,
    material: Material,
    submit: bool,
) -> Result<Done, ApiError> {
    let principal = &visit.signed_in.principal;
    let app = &visit.state.app;
    let done = app.revise_change(principal, &change.id, expected, material, submit).await?;
    let words = format!("Revision {} is recorded.", done.value.revision().number);
    let to = format!("/changes/{}", change.number);
    Ok(Done::new(to, recorded(&words, done.commit.as_ref())))
}

/// The form again with what was typed, and why it was refused.
async fn refused(
    visit: &Visit,
    change: &Change,
    expected: u32,
    typed: &Typed,
    error: ApiError,
) -> Response {
    if !error.status().is_client_error() {
        return visit.problem(error).await;
    }
    let mut errors = FormErrors::default();
    match refused_fields(&error) {
        Some(fields) => {
            for (field, message) in fields {
                errors.add(form_field(&field), message);
            }
        }
        None => errors.add("", visit.refusal(&error).text),
    }
    let page = form(visit, change, expected, typed, errors).await;
    visit.page(error.status(), &page)
}
