//! `POST /v1/automation/stops/{stop}/resumption`

use api_types::automation::AutomationStop;
use api_types::changes::ReasonRequest;
use axum::Json;
use axum::extract::{Path, State};
use domain::ids::AutomationStopId;
use domain::refusal::Refusal;

use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// Lets automatic approval go on after a stop. What was approved before the stop has to be approved
/// again.
#[utoipa::path(
    post, path = "/v1/automation/stops/{stop}/resumption", operation_id = "resume_automation",
    tag = "policy", params(("stop" = String, Path, description = "Id of the stop")),
    request_body = ReasonRequest,
    responses((status = 200, description = "Recorded", body = AutomationStop), Problems)
)]
pub(crate) async fn resume_automation(
    State(state): State<AppState>,
    caller: Caller,
    Path(stop): Path<String>,
    JsonBody(asked): JsonBody<ReasonRequest>,
) -> Result<Json<AutomationStop>, ApiError> {
    let person = caller.principal.acting_person("let automatic approval go on")?.clone();
    let missing = |_| Refusal::NotFound { entity: "automation stop", id: stop.clone() };
    let id: AutomationStopId = stop.parse().map_err(missing)?;
    let resumed = state.app.resume_automation(&caller.principal, &id, &asked.reason).await?.value;
    let live = state.app.live();
    Ok(Json(Names::new(&live.directory).automation_stop(&resumed, &live, Some(&person))))
}
