//! `POST /v1/notifications/dead-letters/replay`

use api_types::notifications::{ReplayRequest, Replayed};
use axum::Json;
use axum::extract::State;

use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Sends messages that were given up again: those named, or all.
#[utoipa::path(
    post, path = "/v1/notifications/dead-letters/replay", operation_id = "replay_dead_letters",
    tag = "notifications",
    request_body = ReplayRequest,
    responses((status = 200, description = "Queued", body = Replayed), Problems)
)]
pub(crate) async fn replay_dead_letters(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<ReplayRequest>,
) -> Result<Json<Replayed>, ApiError> {
    let count = state.app.replay_dead_letters(&caller.principal, asked.ids).await?;
    Ok(Json(Replayed { count: u32::try_from(count).unwrap_or(u32::MAX) }))
}
