//! `POST /v1/changes/{change}/submission`

use api_types::changes::{Change, SubmissionRequest};
use axum::Json;
use axum::extract::{Path, State};

use crate::api::answer::{Problems, find_change, recorded_change};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Hands a draft in, or asks policy again about a change it could not decide.
#[utoipa::path(
    post, path = "/v1/changes/{change}/submission", operation_id = "submit_change", tag = "changes",
    params(("change" = String, Path, description = "Id or number", example = "CHG-1042")),
    request_body = SubmissionRequest,
    responses((status = 200, description = "Recorded", body = Change), Problems)
)]
pub(crate) async fn submit_change(
    State(state): State<AppState>,
    caller: Caller,
    Path(change): Path<String>,
    JsonBody(asked): JsonBody<SubmissionRequest>,
) -> Result<Json<Change>, ApiError> {
    let id = find_change(&state, &caller, &change).await?;
    state.app.submit_change(&caller.principal, &id, asked.expected_revision).await?;
    Ok(Json(recorded_change(&state, &caller, &id).await?))
}
