//! `POST /v1/sandbox/clock`

use api_types::sandbox::{ClockMove, ClockMoved};
use axum::Json;
use axum::extract::State;
use jiff::Timestamp;

use super::served;
use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::text::time;

/// Moves the clock of a sandbox forward. Whatever is due on the way happens, in order, each at its time.
/// 404 from a server that is none.
#[utoipa::path(
    post, path = "/v1/sandbox/clock", operation_id = "move_sandbox_clock", tag = "sandbox",
    request_body = ClockMove,
    responses((status = 200, description = "Moved", body = ClockMoved), Problems)
)]
pub(crate) async fn move_sandbox_clock(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<ClockMove>,
) -> Result<Json<ClockMoved>, ApiError> {
    caller.principal.acting_person("move the clock of a sandbox")?;
    let sandbox = served(&state)?;
    let to: Timestamp = asked
        .to
        .as_str()
        .parse()
        .map_err(|_| ApiError::field("to", "write a time like 2026-11-28T10:00:00Z"))?;
    let played = state.app.play_until(sandbox.clock.as_ref(), to).await?;
    let moved = u64::try_from(played.moved).unwrap_or(u64::MAX);
    Ok(Json(ClockMoved { now: time(played.now), moved }))
}
