//! `POST /v1/changes/{change}/objections`

use api_types::automation::ObjectionRequest;
use api_types::changes::Change;
use axum::Json;
use axum::extract::{Path, State};

use crate::api::answer::{Problems, find_change, recorded_change};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Objects to what rules do by themselves: nothing automatic approves this revision, and people are
/// asked. It also takes back what a rule approved and nobody deployed yet.
#[utoipa::path(
    post, path = "/v1/changes/{change}/objections", operation_id = "object_to_change",
    tag = "changes",
    params(("change" = String, Path, description = "Id or number", example = "CHG-1042")),
    request_body = ObjectionRequest,
    responses((status = 200, description = "Recorded", body = Change), Problems)
)]
pub(crate) async fn object_to_change(
    State(state): State<AppState>,
    caller: Caller,
    Path(change): Path<String>,
    JsonBody(asked): JsonBody<ObjectionRequest>,
) -> Result<Json<Change>, ApiError> {
    let id = find_change(&state, &caller, &change).await?;
    state.app.object_to_change(&caller.principal, &id, asked.reason.as_deref()).await?;
    Ok(Json(recorded_change(&state, &caller, &id).await?))
}
