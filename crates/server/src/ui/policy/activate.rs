//! Making a proposed bundle live. A second time finds no proposal, so no key is needed.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::answer::{recorded, redirect};
use super::super::form::Posted;
use super::proposal;
use crate::error::ApiError;

/// `POST /policy/proposals/{digest}/approve`
pub(in crate::ui) async fn submit(Path(digest): Path<String>, posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    if form.get("digest") != digest {
        let error = ApiError::field("digest", "open the proposal again, then decide");
        return visit.problem(error).await;
    }
    let reason = form.trimmed("justification");
    match visit.state.app.activate_policy(&visit.signed_in.principal, &digest, reason).await {
        Ok(done) => {
            let words = match done.value {
                None => "The bundle is live.",
                Some(_) => "The bundle is approved; it waits before it is live.",
            };
            redirect("/policy", &recorded(words, done.commit.as_ref()))
        }
        Err(error) => {
            let error = ApiError::from(error);
            if !error.status().is_client_error() || error.status() == StatusCode::NOT_FOUND {
                return visit.problem(error).await;
            }
            let page = proposal::page(&visit, &digest).await.map(|mut page| {
                page.layout.flash.push(visit.refusal(&error));
                visit.page(error.status(), &page)
            });
            visit.answer(page).await
        }
    }
}
