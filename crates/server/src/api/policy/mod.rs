//! `/v1/policy`

mod activate_policy;
mod check_policy;
mod decline_policy;
mod drill_policy;
mod explain_policy;
mod get_policy;
mod get_policy_feasibility;
mod get_policy_window_changes;
mod get_risk_history;
mod get_shadow;
mod list_policy_proposals;
mod list_policy_windows;
mod propose_policy;
pub(crate) mod replay_policy;
mod revert_policy;
mod start_shadow;
mod stop_shadow;

use std::collections::BTreeMap;

use api_types::feasibility::WeakLink;
use api_types::policy::{PolicyProposal, ProposalState};
use app::feasibility::WEEKS;
use app::policies::Proposal;
use domain::event::PolicyFile;
use policy::Bundle;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;
use crate::wire::{self, Names};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get_policy::get_policy))
        .routes(routes!(get_policy_feasibility::get_policy_feasibility))
        .routes(routes!(get_risk_history::get_risk_history))
        .routes(routes!(list_policy_windows::list_policy_windows))
        .routes(routes!(get_policy_window_changes::get_policy_window_changes))
        .routes(routes!(check_policy::check_policy))
        .routes(routes!(explain_policy::explain_policy))
        .routes(routes!(drill_policy::drill_policy))
        .routes(routes!(replay_policy::replay_policy))
        .routes(routes!(
            list_policy_proposals::list_policy_proposals,
            propose_policy::propose_policy
        ))
        .routes(routes!(revert_policy::revert_policy))
        .routes(routes!(activate_policy::activate_policy))
        .routes(routes!(decline_policy::decline_policy))
        .routes(routes!(get_shadow::get_shadow))
        .routes(routes!(start_shadow::start_shadow))
        .routes(routes!(stop_shadow::stop_shadow))
}

/// A proposal that is not live yet, with the ways in which it may ask for less than the live bundle.
async fn judged(state: &AppState, found: &Proposal) -> PolicyProposal {
    let live = state.app.live();
    let proposal = Names::new(&live.directory).proposal(found);
    if proposal.state == ProposalState::Waiting {
        return proposal;
    }
    let weaker = match state.app.weaker_than_live(&live, found).await {
        Ok(weaker) => weaker.to_vec(),
        Err(error) => vec![format!("it can't be compared with the live bundle: {error}")],
    };
    PolicyProposal { weaker, ..proposal }
}

/// What the people there are now may not be able to meet. What somebody just did is recorded whether
/// this is found out or not.
async fn weak_links(state: &AppState, files: &[PolicyFile]) -> Vec<WeakLink> {
    let Ok(loaded) = Bundle::load(files) else { return Vec::new() };
    match state.app.feasibility_of(loaded.bundle.into(), WEEKS).await {
        Ok(found) => wire::feasibility::weak_links(&found, &BTreeMap::new()),
        Err(error) => {
            tracing::warn!(error = %error, "failed to look at feasibility");
            Vec::new()
        }
    }
}
