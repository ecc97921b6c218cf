//! `POST /v1/changes/{change}/closure`

use api_types::changes::{Change, ClosureRequest};
use axum::Json;
use axum::extract::{Path, State};

use crate::api::answer::{Problems, find_change, recorded_change};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Closes a completed change with what its review found.
#[utoipa::path(
    post, path = "/v1/changes/{change}/closure", operation_id = "close_change", tag = "changes",
    params(("change" = String, Path, description = "Id or number", example = "CHG-1042")),
    request_body = ClosureRequest,
    responses((status = 200, description = "Recorded", body = Change), Problems)
)]
pub(crate) async fn close_change(
    State(state): State<AppState>,
    caller: Caller,
    Path(change): Path<String>,
    JsonBody(asked): JsonBody<ClosureRequest>,
) -> Result<Json<Change>, ApiError> {
    let id = find_change(&state, &caller, &change).await?;
    state.app.close_change(&caller.principal, &id, &asked.review).await?;
    Ok(Json(recorded_change(&state, &caller, &id).await?))
}
