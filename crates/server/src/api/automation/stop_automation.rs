//! `POST /v1/automation/stops`

use api_types::automation::{AutomationStop, StopRequest};
use axum::extract::State;

use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;
use crate::wire::automation::scope;

/// Stops automatic approval by a rule, by a template, for a service, or everywhere. From this moment nothing it
/// covers counts, also what was granted and not redeemed yet.
#[utoipa::path(
    post, path = "/v1/automation/stops", operation_id = "stop_automation", tag = "policy",
    request_body = StopRequest,
    responses((status = 201, description = "Recorded", body = AutomationStop), Problems)
)]
pub(crate) async fn stop_automation(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<StopRequest>,
) -> Result<Created<AutomationStop>, ApiError> {
    let person = caller.principal.acting_person("stop automatic approval")?.clone();
    let (scope, reason) = (scope(&asked.scope)?, &asked.reason);
    let stop = state.app.stop_automation(&caller.principal, &scope, reason).await?.value;
    let live = state.app.live();
    Ok(Created(Names::new(&live.directory).automation_stop(&stop, &live, Some(&person))))
}
