//! Removing a key.

use axum::extract::Path;
use axum::response::Response;

use super::super::answer::{recorded, redirect};
use super::super::form::Posted;
use super::show::refused;
use crate::error::ApiError;

/// `POST /signing-keys/{key}/removal`
pub(in crate::ui) async fn submit(Path(id): Path<String>, posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    let Ok(key) = id.parse() else {
        return visit.problem(ApiError::not_found("signing key", &id)).await;
    };
    match visit.state.app.remove_signing_key(&visit.signed_in.principal, &key).await {
        Ok(()) => {
            let said = "The key is removed: it signs nothing any more.";
            redirect("/signing-keys", &recorded(said, None))
        }
        Err(error) => refused(&visit, &form, error.into()).await,
    }
}
