//! Ending a delegation before its time.

use axum::extract::Path;
use axum::response::Response;

use super::super::answer::{recorded, redirect};
use super::super::form::Posted;
use super::show::refused;
use crate::error::ApiError;

/// `POST /absence/delegations/{id}/end`
pub(in crate::ui) async fn submit(Path(id): Path<String>, posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    let Ok(delegation) = id.parse() else {
        return visit.problem(ApiError::not_found("delegation", &id)).await;
    };
    match visit.state.app.end_delegation(&visit.signed_in.principal, &delegation).await {
        Ok(()) => redirect("/absence", &recorded("The delegation has ended.", None)),
        Err(error) => refused(&visit, &form, error.into()).await,
    }
}
