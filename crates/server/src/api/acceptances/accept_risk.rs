//! `POST /v1/risk-acceptances`

use api_types::acceptances::{AcceptanceRequest, RiskAcceptance};
use axum::extract::State;
use domain::organisation::KnownAcceptance;

use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;
use crate::wire::acceptances::draft;

/// Accepts the risk of going off one rule that policy lets be gone off, for one service in one
/// environment, for a time. It is no approval.
#[utoipa::path(
    post, path = "/v1/risk-acceptances", operation_id = "accept_risk", tag = "changes",
    request_body = AcceptanceRequest,
    responses((status = 201, description = "Recorded", body = RiskAcceptance), Problems)
)]
pub(crate) async fn accept_risk(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<AcceptanceRequest>,
) -> Result<Created<RiskAcceptance>, ApiError> {
    caller.principal.acting_person("accept a risk")?;
    let accepted = state.app.accept_risk(&caller.principal, &draft(&asked)?).await?.value;
    let known = KnownAcceptance { accepted, reviews: Vec::new(), reminded: false };
    let live = state.app.live();
    let now = state.app.ports().now();
    Ok(Created(Names::new(&live.directory).acceptance(&known, now)))
}
