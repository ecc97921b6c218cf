//! `POST /v1/policy/drills`

use api_types::drill::{PolicyDrillRequest, PolicyDrills};
use app::drills::DrillWish;
use axum::Json;
use axum::extract::State;

use super::replay_policy::{load, proposed};
use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{drill, policy};

/// Who would be asked when in the situations that policy describes, with the people there are. Each drill
/// runs on a test clock, from the next time of its weekday and hour on. Nothing is recorded, and nobody is
/// asked.
#[utoipa::path(
    post, path = "/v1/policy/drills", operation_id = "drill_policy", tag = "policy",
    request_body = PolicyDrillRequest,
    responses((status = 200, description = "What came of them", body = PolicyDrills), Problems)
)]
pub(crate) async fn drill_policy(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<PolicyDrillRequest>,
) -> Result<Json<PolicyDrills>, ApiError> {
    caller.may_read_organisation("run drills")?;
    let bundle = match (asked.proposal, asked.files) {
        (None, None) => None,
        (Some(digest), None) => Some(load(proposed(&state, &digest)?).await?),
        (None, Some(files)) => Some(load(policy::files(files)).await?),
        (Some(_), Some(_)) => {
            let message = "name a proposal, or hand in the files of a bundle, and not both";
            return Err(ApiError::field("proposal", message));
        }
    };
    let service = match asked.service.map(|name| name.parse()) {
        None => None,
        Some(Ok(name)) => Some(name),
        Some(Err(_)) => return Err(ApiError::field("service", "give the name of a service")),
    };
    let wish = DrillWish { bundle, drills: asked.drills, name: asked.name, service };
    Ok(Json(drill::drills(&state.app.policy_drills(wish).await?)))
}
