//! Turning a proposal down; its author may take it back this way.

use axum::extract::Path;
use axum::response::Response;

use super::super::answer::{recorded, redirect};
use super::super::form::Posted;

/// `POST /policy/proposals/{digest}/decline`
pub(in crate::ui) async fn submit(Path(digest): Path<String>, posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    let reason = form.trimmed("reason");
    match visit.state.app.decline_policy(&visit.signed_in.principal, &digest, reason).await {
        Ok(done) => {
            redirect("/policy", &recorded("The proposal is declined.", done.commit.as_ref()))
        }
        Err(error) => visit.problem(error.into()).await,
    }
}
