//! `GET /v1/automation/audit`

use api_types::automation_audit::AutomationAudit;
use axum::Json;
use axum::extract::State;

use crate::api::answer::Problems;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::automation_audit::audit;

/// Looks for misuse of automatic approval in the last 30 days, and how what it let through went.
/// Nothing is recorded: findings are raised once a day by the server itself.
#[utoipa::path(
    get, path = "/v1/automation/audit", operation_id = "audit_automation", tag = "policy",
    responses((status = 200, description = "What was looked for and found", body = AutomationAudit), Problems)
)]
pub(crate) async fn audit_automation(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<AutomationAudit>, ApiError> {
    caller.may_read("audit automatic approval")?;
    let found = state.app.audit_automation().await?;
    Ok(Json(audit(&found, |service, place| caller.principal.reaches(service, place))))
}
