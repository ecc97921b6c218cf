//! Handing in a draft, or asking policy again about one it could not decide.

use axum::extract::Path;
use axum::response::Response;

use super::super::answer::{recorded, redirect};
use super::super::form::Posted;
use super::{resolve, show};
use crate::error::ApiError;

/// `POST /changes/{number}/submission`
pub(in crate::ui) async fn submit(Path(name): Path<String>, posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    let id = match resolve(&visit, &name).await {
        Ok(id) => id,
        Err(error) => return visit.problem(error).await,
    };
    let Ok(revision) = form.get("expected_revision").parse() else {
        let error = ApiError::field("expected_revision", "open the change again, then submit it");
        return show::refused(&visit, &id, error).await;
    };
    match visit.state.app.submit_change(&visit.signed_in.principal, &id, revision).await {
        Ok(done) => {
            let message = recorded("It is submitted.", done.commit.as_ref());
            redirect(&format!("/changes/{name}"), &message)
        }
        Err(error) => show::refused(&visit, &id, error.into()).await,
    }
}
