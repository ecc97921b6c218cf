//! A decision on one item of a set, from the page of the set.

use std::sync::Arc;

use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use console::pages::change::Ballot;
use console::view::FormErrors;

use super::super::changes::{resolve, vote};
use super::super::form::{Form, Posted};
use super::super::once::{Done, Turns, once};
use super::super::signing::sign_vote;
use super::super::view::status;
use super::super::visit::{Visit, refused_fields};
use super::show;
use crate::error::ApiError;

/// `POST /change-sets/{set}/votes/{number}`
pub(in crate::ui) async fn submit(
    Path((set, number)): Path<(String, String)>,
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let path = format!("/change-sets/{set}/votes/{number}");
    let act = async || {
        let id = resolve(&visit, &number).await?;
        let done = vote::vote(&visit, &id, &number, &form).await?;
        Ok(Done { to: format!("/change-sets/{set}"), ..done })
    };
    match once(&visit, &turns, &path, &form, act).await {
        Ok(response) => response,
        Err(error) => refused(&visit, (&set, &number), &form, error).await,
    }
}

/// The set again, with what was chosen and typed, and why it was not recorded.
async fn refused(
    visit: &Visit,
    (set, number): (&str, &str),
    form: &Form,
    error: ApiError,
) -> Response {
    if let Ok(id) = resolve(visit, number).await
        && let Some(page) = sign_vote::instead(visit, &id, form, &error).await
    {
        return page;
    }
    let mut page = match show::page(visit, set).await {
        Ok(page) => page,
        Err(other) => return visit.problem(other).await,
    };
    let fields = refused_fields(&error);
    let item = page.items.iter_mut().find(|item| item.number == number);
    if let Some(Ballot::Open(ballot)) = item.map(|item| &mut item.ballot)
        && let Some(fields) = fields
    {
        ballot.decision = status::decision_sent(form.get("decision")).map(status::decision);
        form.get("justification").clone_into(&mut ballot.justification);
        let mut errors = FormErrors::default();
        for (field, message) in fields {
            errors.add(format!("{number}-{field}"), message);
        }
        ballot.errors = errors;
    } else {
        page.layout.flash.push(visit.refusal(&error));
    }
    visit.page(error.status(), &page)
}
