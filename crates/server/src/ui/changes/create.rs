//! Asking for a new change.

use std::sync::Arc;

use app::change::NewChange;
use axum::Extension;
use axum::http::StatusCode;
use axum::response::Response;
use console::pages::change::ScheduleView;
use console::view::{Flash, FormErrors};
use domain::change::Material;
use domain::refusal::Refusal;
use policy::Assessed;

use super::super::answer::recorded;
use super::super::form::Posted;
use super::super::once::{Done, Turns, once};
use super::super::view::schedule::view;
use super::super::visit::{Visit, refused_fields};
use super::typed::{Typed, form_field};
use super::{new, resolve};
use crate::error::ApiError;

/// `POST /changes`
pub(in crate::ui) async fn submit(
    Extension(turns): Extension<Arc<Turns>>,
    posted: Posted,
) -> Response {
    let Posted { visit, form } = posted;
    let typed = Typed::sent(&form);
    let material = match typed.material(None, visit.bundle(), visit.reader().zone) {
        Ok(material) => material,
        Err(errors) => {
            let page = new::form(&visit, &typed, errors).await;
            return visit.page(StatusCode::BAD_REQUEST, &page);
        }
    };
    if form.get("submit") == "check" {
        return checked(&visit, &typed, material).await;
    }
    let submit = form.get("submit") != "false";
    let act = async || create(&visit, &typed, material.clone(), submit).await;
    match once(&visit, &turns, "/changes", &form, act).await {
        Ok(response) => response,
        Err(error) => refused(&visit, &typed, error).await,
    }
}

async fn create(
    visit: &Visit,
    typed: &Typed,
    material: Material,
    submit: bool,
) -> Result<Done, ApiError> {
    let supersedes = match typed.supersedes.as_str() {
        "" => None,
        _ if !submit => {
            let message = "a draft replaces nothing yet: request the change, or leave this empty";
            return Err(ApiError::field("supersedes", message));
        }
        name => {
            let unknown = |_| ApiError::field("supersedes", "there is no such change");
            Some(resolve(visit, name).await.map_err(unknown)?)
        }
    };
    let new = NewChange { material, submit, supersedes };
    let done = visit.state.app.create_change(&visit.signed_in.principal, new).await?;
    let number = done.value.number;
    let words = if submit {
        format!("{number} is recorded and submitted.")
    } else {
        format!("{number} is recorded as a draft; nobody is asked yet.")
    };
    Ok(Done::new(format!("/changes/{number}"), recorded(&words, done.commit.as_ref())))
}

/// The form again, with when the change could start and what would have to give. Nothing is recorded.
async fn checked(visit: &Visit, typed: &Typed, material: Material) -> Response {
    let schedule = match schedule(visit, material).await {
        Ok(schedule) => schedule,
        Err(error) => return refused(visit, typed, error).await,
    };
    let mut page = new::form(visit, typed, FormErrors::default()).await;
    if schedule.is_none() {
        let words = "Policy can't say who must answer, so nobody knows when it could start.";
        page.layout.flash.push(Flash::bad(words));
    }
    page.schedule = schedule;
    visit.ok(&page)
}

async fn schedule(visit: &Visit, material: Material) -> Result<Option<ScheduleView>, ApiError> {
    let (app, principal) = (&visit.state.app, &visit.signed_in.principal);
    let history = app.history(&material, app.live().policy.live(), app.ports().now()).await?;
    let said = app.explain_material(principal, material.clone(), history.as_ref())?;
    if let Assessed::Refused { fields, .. } = said {
        return Err(Refusal::Fields(fields).into());
    }
    let found = app.schedule_material(principal, material, &said).await?;
    Ok(found.as_ref().map(|found| view(&visit.reader(), found)))
}

/// The form again with what was typed, and why it was refused.
async fn refused(visit: &Visit, typed: &Typed, error: ApiError) -> Response {
    let Some(fields) = refused_fields(&error) else { return visit.problem(error).await };
    let mut errors = FormErrors::default();
    for (field, message) in fields {
        errors.add(form_field(&field), message);
    }
    let page = new::form(visit, typed, errors).await;
    visit.page(error.status(), &page)
}
