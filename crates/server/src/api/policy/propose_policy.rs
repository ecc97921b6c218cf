//! `POST /v1/policy/proposals`

use api_types::policy::{PolicyProposal, PolicyProposalRequest};
use axum::extract::State;

use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{policy, request};

/// A bundle is one entry of the log; escaping may add to its size.
const BUNDLE_MAX_BYTES: usize = 56_000;

/// Proposes a bundle. It must pass its checks and its own test cases; somebody else makes it live.
#[utoipa::path(
    post, path = "/v1/policy/proposals", operation_id = "propose_policy", tag = "policy",
    request_body = PolicyProposalRequest,
    responses((status = 201, description = "Recorded", body = PolicyProposal), Problems)
)]
pub(crate) async fn propose_policy(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<PolicyProposalRequest>,
) -> Result<Created<PolicyProposal>, ApiError> {
    let bytes = asked.files.iter().map(|f| f.path.len() + f.text.len()).sum();
    request::at_most("files", bytes, BUNDLE_MAX_BYTES, "bytes")?;
    let files = policy::files(asked.files);
    let recorded = state.app.propose_policy(&caller.principal, files, &asked.reason).await?;
    Ok(Created(proposed(&state, &recorded.value).await?))
}

/// A proposal that was just made, with all there is to say of it.
pub(super) async fn proposed(state: &AppState, digest: &str) -> Result<PolicyProposal, ApiError> {
    let live = state.app.live();
    let found = live.policy.proposals().iter().find(|p| p.digest == digest);
    let found = found.ok_or_else(|| ApiError::not_found("proposal", digest))?;
    let weak_links = super::weak_links(state, &found.files).await;
    Ok(PolicyProposal { weak_links, ..super::judged(state, found).await })
}
