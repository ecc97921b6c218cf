//! `POST /v1/changes/{change}/overrides`

use api_types::changes::Change;
use api_types::overrides::OverrideRequest;
use app::change::OverrideDraft;
use axum::Json;
use axum::extract::{Path, State};

use crate::api::answer::{Problems, find_change, recorded_change};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Opens the gate once for an emergency change, without its approvals. It is no approval, and
/// somebody with no hand in the change has to review it afterwards.
#[utoipa::path(
    post, path = "/v1/changes/{change}/overrides", operation_id = "open_override", tag = "changes",
    params(("change" = String, Path, description = "Id or number", example = "CHG-1042")),
    request_body = OverrideRequest,
    responses((status = 200, description = "Recorded", body = Change), Problems)
)]
pub(crate) async fn open_override(
    State(state): State<AppState>,
    caller: Caller,
    Path(change): Path<String>,
    JsonBody(asked): JsonBody<OverrideRequest>,
) -> Result<Json<Change>, ApiError> {
    let id = find_change(&state, &caller, &change).await?;
    let draft = OverrideDraft {
        expected_revision: asked.expected_revision,
        reason: asked.reason,
        minutes: asked.minutes,
    };
    state.app.open_override(&caller.principal, &id, &draft).await?;
    Ok(Json(recorded_change(&state, &caller, &id).await?))
}
