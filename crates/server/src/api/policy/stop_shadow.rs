//! `POST /v1/policy/proposals/{digest}/shadow/stop`

use api_types::shadow::Shadow;
use axum::Json;
use axum::extract::{Path, State};

use super::get_shadow::newest;
use crate::api::answer::Problems;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Takes a shadow out again. What it found can still be read.
#[utoipa::path(
    post, path = "/v1/policy/proposals/{digest}/shadow/stop", operation_id = "stop_shadow", tag = "policy",
    params(("digest" = String, Path, description = "Digest of the bundle")),
    responses((status = 200, description = "Recorded", body = Shadow), Problems)
)]
pub(crate) async fn stop_shadow(
    State(state): State<AppState>,
    caller: Caller,
    Path(digest): Path<String>,
) -> Result<Json<Shadow>, ApiError> {
    state.app.stop_shadow(&caller.principal, &digest).await?;
    newest(&state, &digest).map(Json)
}
