//! `POST /v1/changes/{change}/withdrawal`

use api_types::changes::{Change, ReasonRequest};
use axum::Json;
use axum::extract::{Path, State};

use crate::api::answer::{Problems, find_change, recorded_change};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Takes a change back.
#[utoipa::path(
    post, path = "/v1/changes/{change}/withdrawal", operation_id = "withdraw_change", tag = "changes",
    params(("change" = String, Path, description = "Id or number", example = "CHG-1042")),
    request_body = ReasonRequest,
    responses((status = 200, description = "Recorded", body = Change), Problems)
)]
pub(crate) async fn withdraw_change(
    State(state): State<AppState>,
    caller: Caller,
    Path(change): Path<String>,
    JsonBody(asked): JsonBody<ReasonRequest>,
) -> Result<Json<Change>, ApiError> {
    let id = find_change(&state, &caller, &change).await?;
    state.app.withdraw_change(&caller.principal, &id, &asked.reason).await?;
    Ok(Json(recorded_change(&state, &caller, &id).await?))
}
