//! `GET /v1/automation/rules/{rule}`

use api_types::automation::AutomationRuleHistory;
use app::principal::Principal;
use axum::Json;
use axum::extract::{Path, State};

use crate::api::answer::Problems;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// A rule of the live policy: what it approved lately, how that went, how often people said no to it, and
/// what became of the changes that it left to people.
#[utoipa::path(
    get, path = "/v1/automation/rules/{rule}", operation_id = "get_automation_rule", tag = "policy",
    params(("rule" = String, Path, description = "Its id", example = "small-scaling")),
    responses((status = 200, description = "The rule with its history", body = AutomationRuleHistory), Problems)
)]
pub(crate) async fn get_automation_rule(
    State(state): State<AppState>,
    caller: Caller,
    Path(rule): Path<String>,
) -> Result<Json<AutomationRuleHistory>, ApiError> {
    caller.may_read("read about automatic approval")?;
    Ok(Json(history(&state, &caller.principal, &rule).await?))
}

/// The rule with its history, as far as a principal reaches.
pub(crate) async fn history(
    state: &AppState,
    principal: &Principal,
    rule: &str,
) -> Result<AutomationRuleHistory, ApiError> {
    let (known, history) = state.app.rule_history(principal, rule).await?;
    let lately = state.app.approved_lately(principal).await?;
    Ok(Names::new(&state.app.live().directory).rule_history(&known, &lately, &history))
}
