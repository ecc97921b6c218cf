//! `GET /v1/automation`

use api_types::automation::Automation;
use axum::Json;
use axum::extract::State;

use crate::api::answer::Problems;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// Rules that approve by themselves with what they approved among the newest changes, and stops.
#[utoipa::path(
    get, path = "/v1/automation", operation_id = "get_automation", tag = "policy",
    responses((status = 200, description = "All of it", body = Automation), Problems)
)]
pub(crate) async fn get_automation(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<Automation>, ApiError> {
    caller.may_read("read about automatic approval")?;
    let lately = state.app.approved_lately(&caller.principal).await?;
    let live = state.app.live();
    let person = caller.principal.actor.person();
    Ok(Json(Names::new(&live.directory).automation(&live, &lately, person)))
}
