//! `POST /v1/changes/{change}/holds`

use api_types::changes::{Change, ReasonRequest};
use axum::Json;
use axum::extract::{Path, State};

use crate::api::answer::{Problems, find_change, recorded_change};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Places a hold: while it stands, the gate denies.
#[utoipa::path(
    post, path = "/v1/changes/{change}/holds", operation_id = "hold_change", tag = "changes",
    params(("change" = String, Path, description = "Id or number", example = "CHG-1042")),
    request_body = ReasonRequest,
    responses((status = 200, description = "Recorded", body = Change), Problems)
)]
pub(crate) async fn hold_change(
    State(state): State<AppState>,
    caller: Caller,
    Path(change): Path<String>,
    JsonBody(asked): JsonBody<ReasonRequest>,
) -> Result<Json<Change>, ApiError> {
    let id = find_change(&state, &caller, &change).await?;
    state.app.hold_change(&caller.principal, &id, &asked.reason).await?;
    Ok(Json(recorded_change(&state, &caller, &id).await?))
}
