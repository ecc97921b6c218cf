//! `GET /v1/policy/feasibility`

use api_types::feasibility::{FeasibilityQuery, PolicyFeasibility};
use app::feasibility::WEEKS;
use axum::Json;
use axum::extract::State;

use crate::api::answer::Problems;
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::feasibility::feasibility;

/// Whether the live policy can be met by the people there are, hour by hour, and its weakest links.
#[utoipa::path(
    get, path = "/v1/policy/feasibility", operation_id = "get_policy_feasibility", tag = "policy",
    params(FeasibilityQuery),
    responses((status = 200, description = "How it can be met", body = PolicyFeasibility), Problems)
)]
pub(crate) async fn get_policy_feasibility(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<FeasibilityQuery>,
) -> Result<Json<PolicyFeasibility>, ApiError> {
    caller.may_read("read how policy can be met")?;
    let weeks = query.weeks.unwrap_or(WEEKS);
    if !(1..=8).contains(&weeks) {
        return Err(ApiError::field("weeks", "look 1 to 8 weeks ahead"));
    }
    let found = state.app.policy_feasibility(weeks).await?;
    Ok(Json(feasibility(&found, state.app.live().policy.weak_links())))
}
