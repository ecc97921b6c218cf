//! `POST /v1/policy/proposals/{digest}/decline`

use super::list_policy_proposals::{decided, open};
use api_types::changes::ReasonRequest;
use api_types::policy::{PolicyProposal, ProposalState};
use axum::Json;
use axum::extract::{Path, State};

use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Turns a proposal down, or stops one that waits before it is live.
#[utoipa::path(
    post, path = "/v1/policy/proposals/{digest}/decline", operation_id = "decline_policy", tag = "policy",
    params(("digest" = String, Path, description = "Digest of the bundle")),
    request_body = ReasonRequest,
    responses((status = 200, description = "Recorded", body = PolicyProposal), Problems)
)]
pub(crate) async fn decline_policy(
    State(state): State<AppState>,
    caller: Caller,
    Path(digest): Path<String>,
    JsonBody(asked): JsonBody<ReasonRequest>,
) -> Result<Json<PolicyProposal>, ApiError> {
    caller.principal.acting_person("decide on policy")?;
    let proposal = open(&state, &digest)?;
    state.app.decline_policy(&caller.principal, &digest, &asked.reason).await?;
    Ok(Json(decided(&state, &caller, &proposal, ProposalState::Declined)))
}
