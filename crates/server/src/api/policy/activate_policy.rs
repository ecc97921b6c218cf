//! `POST /v1/policy/proposals/{digest}/activation`

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
use crate::wire::Names;

/// Makes a proposed bundle live. Its author can't, nor can anybody with an open change. One that may ask
/// for less than the live bundle waits for as long as that says; `live_at` and `weaker` say until when, and
/// why. Declining it stops it.
#[utoipa::path(
    post, path = "/v1/policy/proposals/{digest}/activation", operation_id = "activate_policy", tag = "policy",
    params(("digest" = String, Path, description = "Digest of the bundle")),
    request_body = ReasonRequest,
    responses((status = 200, description = "Recorded", body = PolicyProposal), Problems)
)]
pub(crate) async fn activate_policy(
    State(state): State<AppState>,
    caller: Caller,
    Path(digest): Path<String>,
    JsonBody(asked): JsonBody<ReasonRequest>,
) -> Result<Json<PolicyProposal>, ApiError> {
    caller.principal.acting_person("decide on policy")?;
    let proposal = open(&state, &digest)?;
    let done = state.app.activate_policy(&caller.principal, &digest, &asked.reason).await?;
    let weak_links = super::weak_links(&state, &proposal.files).await;
    let made_live = match done.value {
        None => decided(&state, &caller, &proposal, ProposalState::Live),
        Some(_) => Names::new(&state.app.live().directory).proposal(&open(&state, &digest)?),
    };
    Ok(Json(PolicyProposal { weak_links, ..made_live }))
}
