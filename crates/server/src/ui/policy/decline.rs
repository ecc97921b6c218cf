//! Turning a proposal down; its author may take it back this way.

use axum::extract::Path;
use axum::response::Response;

use super::super::answer::{recorded, redirect};
use super::super::form::Posted;
use super::super::visit::{Visit, refused_fields};
use super::proposal;
use crate::error::ApiError;

/// `POST /policy/proposals/{digest}/decline`
pub(in crate::ui) async fn submit(Path(digest): Path<String>, posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    let reason = form.trimmed("reason");
    match visit.state.app.decline_policy(&visit.signed_in.principal, &digest, reason).await {
        Ok(done) => {
            redirect("/policy", &recorded("The proposal is declined.", done.commit.as_ref()))
        }
        Err(error) => refused(&visit, &digest, form.get("reason"), error.into()).await,
    }
}

async fn refused(visit: &Visit, digest: &str, typed: &str, error: ApiError) -> Response {
    let Some(fields) = refused_fields(&error) else { return visit.problem(error).await };
    let page = proposal::page(visit, digest).await.map(|mut page| {
        if let Some(form) = &mut page.decline {
            typed.clone_into(&mut form.reason);
            for (field, message) in fields {
                form.errors.add(field, message);
            }
        }
        visit.page(error.status(), &page)
    });
    visit.answer(page).await
}
