//! `/v1/sandbox`

mod get_sandbox;
mod move_sandbox_clock;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::ApiError;
use crate::sandbox::Sandbox;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get_sandbox::get_sandbox))
        .routes(routes!(move_sandbox_clock::move_sandbox_clock))
}

/// The sandbox that is served, or that none is.
pub(crate) fn served(state: &AppState) -> Result<Arc<Sandbox>, ApiError> {
    let sandbox = state.settings.sandbox.clone();
    sandbox.ok_or_else(|| {
        ApiError::not_found("sandbox", "here")
            .next_action("open one beside this server: countersign sandbox open")
    })
}
