//! Asking for a new change.

use std::sync::Arc;

use app::change::NewChange;
use axum::Extension;
use axum::http::StatusCode;
use axum::response::Response;
use console::view::FormErrors;
use domain::change::Material;

use super::super::answer::recorded;
use super::super::form::Posted;
use super::super::once::{Done, Turns, once};
use super::super::visit::{Visit, refused_fields};
use super::new;
use super::typed::{Typed, form_field};
use crate::error::ApiError;

/// `POST /changes`
pub(in crate::ui) async fn submit(
    Extension(turns): Extension<Arc<Turns>>,
    posted: Posted,
) -> Response {
    let Posted { visit, form } = posted;
    let typed = Typed::sent(&form);
    let material = match typed.material(None, visit.bundle()) {
        Ok(material) => material,
        Err(errors) => {
            let page = new::form(&visit, &typed, errors).await;
            return visit.page(StatusCode::BAD_REQUEST, &page);
        }
    };
    let submit = form.get("submit") != "false";
    let act = async || create(&visit, material, submit).await;
    match once(&visit, &turns, "/changes", &form, act).await {
        Ok(response) => response,
        Err(error) => refused(&visit, &typed, error).await,
    }
}

async fn create(visit: &Visit, material: Material, submit: bool) -> Result<Done, ApiError> {
    let new = NewChange { material, submit, supersedes: None };
    let done = visit.state.app.create_change(&visit.signed_in.principal, new).await?;
    let number = done.value.number;
    let words = if submit {
        format!("{number} is recorded and submitted.")
    } else {
        format!("{number} is recorded as a draft; nobody is asked yet.")
    };
    Ok(Done::new(format!("/changes/{number}"), recorded(&words, done.commit.as_ref())))
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
