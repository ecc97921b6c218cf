//! Asking that a freeze makes an exception for a change.

use axum::extract::Path;
use axum::response::Response;

use super::super::answer::{recorded, redirect};
use super::super::form::Posted;
use super::{resolve, show};
use crate::error::ApiError;

/// `POST /changes/{number}/exceptions`. A second time finds it asked for, so no key is needed.
pub(in crate::ui) async fn submit(Path(name): Path<String>, posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    let id = match resolve(&visit, &name).await {
        Ok(id) => id,
        Err(error) => return visit.problem(error).await,
    };
    let Ok(revision) = form.trimmed("expected_revision").parse::<u32>() else {
        let error = ApiError::field("expected_revision", "open the change again");
        return show::refused(&visit, &id, error).await;
    };
    let principal = &visit.signed_in.principal;
    let (freeze, reason) = (form.trimmed("freeze"), form.trimmed("reason"));
    match visit.state.app.ask_exception(principal, &id, freeze, revision, reason).await {
        Ok(done) => {
            let message = "The exception is asked for; it needs a vote of its own.";
            redirect(&format!("/changes/{name}"), &recorded(message, done.commit.as_ref()))
        }
        Err(error) => show::refused(&visit, &id, error.into()).await,
    }
}
