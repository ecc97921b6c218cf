//! `POST /v1/risk-acceptances/{acceptance}/review`

use api_types::acceptances::{AcceptanceReviewRequest, RiskAcceptance};
use axum::Json;
use axum::extract::{Path, State};
use domain::ids::RiskAcceptanceId;

use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;
use crate::wire::acceptances::outcome;

/// Reviews a risk acceptance: it stands, or ends now. To keep it takes somebody else than who
/// accepted it.
#[utoipa::path(
    post, path = "/v1/risk-acceptances/{acceptance}/review", operation_id = "review_acceptance",
    tag = "changes",
    params(("acceptance" = String, Path, description = "Id of the acceptance")),
    request_body = AcceptanceReviewRequest,
    responses((status = 200, description = "Recorded", body = RiskAcceptance), Problems)
)]
pub(crate) async fn review_acceptance(
    State(state): State<AppState>,
    caller: Caller,
    Path(acceptance): Path<String>,
    JsonBody(asked): JsonBody<AcceptanceReviewRequest>,
) -> Result<Json<RiskAcceptance>, ApiError> {
    let missing = || ApiError::not_found("risk acceptance", &acceptance);
    let id: RiskAcceptanceId = acceptance.parse().map_err(|_| missing())?;
    let (outcome, findings) = (outcome(asked.outcome), &asked.findings);
    state.app.review_acceptance(&caller.principal, &id, outcome, findings).await?;
    let live = state.app.live();
    let known = live.directory.acceptance(&id).ok_or_else(missing)?;
    Ok(Json(Names::new(&live.directory).acceptance(known, state.app.ports().now())))
}
