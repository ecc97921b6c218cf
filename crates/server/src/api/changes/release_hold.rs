//! `POST /v1/changes/{change}/holds/{hold}/release`

use api_types::changes::{Change, ReasonRequest};
use axum::Json;
use axum::extract::{Path, State};

use crate::api::answer::{Problems, find_change, recorded_change};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Lifts a hold.
#[utoipa::path(
    post, path = "/v1/changes/{change}/holds/{hold}/release", operation_id = "release_hold",
    tag = "changes",
    params(
        ("change" = String, Path, description = "Id or number", example = "CHG-1042"),
        ("hold" = String, Path, description = "Id of the hold"),
    ),
    request_body = ReasonRequest,
    responses((status = 200, description = "Recorded", body = Change), Problems)
)]
pub(crate) async fn release_hold(
    State(state): State<AppState>,
    caller: Caller,
    Path((change, hold)): Path<(String, String)>,
    JsonBody(asked): JsonBody<ReasonRequest>,
) -> Result<Json<Change>, ApiError> {
    let id = find_change(&state, &caller, &change).await?;
    let hold = hold.parse().map_err(|_| ApiError::not_found("hold", &hold))?;
    state.app.release_hold(&caller.principal, &id, &hold, &asked.reason).await?;
    Ok(Json(recorded_change(&state, &caller, &id).await?))
}
