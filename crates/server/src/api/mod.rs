//! The API, one file an operation.

use utoipa_axum::router::OpenApiRouter;

use crate::state::AppState;

/// All operations with their document.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(crate::openapi::document())
}
