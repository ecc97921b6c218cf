//! `GET /v1/policy/risk-history`

use api_types::risk_history::RiskHistory;
use axum::Json;
use axum::extract::State;

use crate::api::answer::Problems;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::risk_history::risk_history;

/// How often deployments failed, by service, domain, template and type of change, and the risk factors
/// that are proposed from it. Nothing changes by itself: people take a proposal into policy.
#[utoipa::path(
    get, path = "/v1/policy/risk-history", operation_id = "get_risk_history", tag = "policy",
    responses((status = 200, description = "What past deployments say", body = RiskHistory), Problems)
)]
pub(crate) async fn get_risk_history(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<RiskHistory>, ApiError> {
    caller.may_read("read what past deployments say of risk")?;
    Ok(Json(risk_history(&state.app.risk_history().await?)))
}
