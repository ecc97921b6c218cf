//! The OpenAPI document, and the page that shows it.

use axum::Router;
use utoipa::OpenApi as _;

use crate::state::AppState;

#[derive(utoipa::OpenApi)]
#[openapi(info(title = "Countersign", description = "x"))]
struct Document;

/// The document, made from the handlers themselves.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    let (_, document) = crate::api::routes().split_for_parts();
    document
}

pub(crate) fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

pub(crate) fn router() -> Router<AppState> {
    Router::new()
}
