//! Being there after all.

use axum::extract::Path;
use axum::response::Response;

use super::super::answer::{recorded, redirect};
use super::super::form::Posted;
use super::show::refused;
use crate::error::ApiError;

/// `POST /absence/{id}/cancel`
pub(in crate::ui) async fn submit(Path(id): Path<String>, posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    let Ok(absence) = id.parse() else {
        return visit.problem(ApiError::not_found("absence", &id)).await;
    };
    match visit.state.app.cancel_absence(&visit.signed_in.principal, &absence).await {
        Ok(()) => redirect("/absence", &recorded("The absence is taken back.", None)),
        Err(error) => refused(&visit, &form, error.into()).await,
    }
}
