//! `GET /v1/policy/proposals`

use api_types::policy::{PolicyProposal, ProposalState, ProposalsAsked, ProposalsQuery};
use api_types::{Page, PageQuery};
use app::policies::Proposal;
use axum::Json;
use axum::extract::State;

use crate::api::answer::{Problems, page};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{Names, text::time};

/// Proposed bundles: those nobody has decided on or that wait before they are live, oldest first, or those that were decided on.
#[utoipa::path(
    get, path = "/v1/policy/proposals", operation_id = "list_policy_proposals", tag = "policy",
    params(ProposalsQuery),
    responses((status = 200, description = "One page", body = Page<PolicyProposal>), Problems)
)]
pub(crate) async fn list_policy_proposals(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<ProposalsQuery>,
) -> Result<Json<Page<PolicyProposal>>, ApiError> {
    caller.may_read("read policy proposals")?;
    let live = state.app.live();
    let names = Names::new(&live.directory);
    let digest = live.policy.live().map_or("", |bundle| bundle.digest());
    let all = match query.state.unwrap_or_default() {
        ProposalsAsked::Open => {
            let mut open = Vec::new();
            for proposal in live.policy.proposals() {
                open.push(super::judged(&state, proposal).await);
            }
            open
        }
        ProposalsAsked::Decided => {
            let newest = live.policy.decided().iter().rev();
            newest.map(|p| names.decided_proposal(p, digest)).collect()
        }
    };
    Ok(Json(page(all, &PageQuery { limit: query.limit, cursor: query.cursor })?))
}

/// The open proposal with this digest.
pub(super) fn open(state: &AppState, digest: &str) -> Result<Proposal, ApiError> {
    let live = state.app.live();
    let found = live.policy.proposals().iter().find(|p| p.digest == digest);
    found.cloned().ok_or_else(|| ApiError::not_found("proposal", digest))
}

/// A proposal that the caller has just decided on.
pub(super) fn decided(
    state: &AppState,
    caller: &Caller,
    proposal: &Proposal,
    to: ProposalState,
) -> PolicyProposal {
    let live = state.app.live();
    let names = Names::new(&live.directory);
    PolicyProposal {
        state: to,
        weaker: Vec::new(),
        live_at: None,
        lapsed_at: None,
        decided_by: Some(names.principal(&caller.principal.actor)),
        decided_at: Some(time(state.app.ports().now())),
        ..names.proposal(proposal)
    }
}
