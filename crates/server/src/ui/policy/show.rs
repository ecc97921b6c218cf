//! The live bundle in words.

use axum::response::Response;
use console::pages::policy::{Page, RiskPolicy};
use console::view::Section;
use domain::organisation::access;

use super::super::view::policy as view;
use super::super::visit::Visit;

/// `GET /policy`
pub(in crate::ui) async fn show(visit: Visit) -> Response {
    let reader = visit.reader();
    let policy = &visit.live.policy;
    let live = visit.bundle();
    let newest = policy.proposals().iter().rev();
    let page = Page {
        layout: visit.layout("Policy", Section::Policy).await,
        bundle: view::bundle(&reader, policy.live_bundle(), policy.activations),
        tiers: live.map(view::tiers).unwrap_or_default(),
        levels: live.map(view::levels).unwrap_or_default(),
        risk: live.map_or_else(RiskPolicy::default, view::risk),
        rules: live.map(view::rules).unwrap_or_default(),
        templates: live
            .map(|b| b.templates().iter().map(view::template).collect())
            .unwrap_or_default(),
        files: live.map(view::files).unwrap_or_default(),
        proposals: newest.map(|p| view::proposal_row(&reader, p)).collect(),
        decided: u32::try_from(policy.decided().len()).unwrap_or(u32::MAX),
        can_propose: visit.holds(access::POLICY_AUTHOR),
    };
    visit.ok(&page)
}
