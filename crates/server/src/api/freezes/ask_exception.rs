//! `POST /v1/changes/{change}/exceptions`

use api_types::changes::Change;
use api_types::freezes::ExceptionRequest;
use axum::Json;
use axum::extract::{Path, State};

use crate::api::answer::{Problems, find_change, recorded_change};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Asks for an exception from a freeze: it needs a vote of its own by the freeze's approvers, by
/// somebody who fills no other place of the change.
#[utoipa::path(
    post, path = "/v1/changes/{change}/exceptions", operation_id = "ask_exception",
    tag = "changes",
    params(("change" = String, Path, description = "Id or number", example = "CHG-1042")),
    request_body = ExceptionRequest,
    responses((status = 200, description = "Recorded", body = Change), Problems)
)]
pub(crate) async fn ask_exception(
    State(state): State<AppState>,
    caller: Caller,
    Path(change): Path<String>,
    JsonBody(asked): JsonBody<ExceptionRequest>,
) -> Result<Json<Change>, ApiError> {
    let id = find_change(&state, &caller, &change).await?;
    let (revision, reason) = (asked.expected_revision, &asked.reason);
    state.app.ask_exception(&caller.principal, &id, &asked.freeze, revision, reason).await?;
    Ok(Json(recorded_change(&state, &caller, &id).await?))
}
