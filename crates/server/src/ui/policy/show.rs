//! The live bundle in words.

use axum::response::Response;
use console::pages::policy::{Page, RiskPolicy};
use console::pages::policy_delay::RevertForm;
use console::view::{Digest, Section};
use domain::organisation::access;

use super::super::view::policy as view;
use super::super::visit::Visit;

/// `GET /policy`
pub(in crate::ui) async fn show(visit: Visit) -> Response {
    let page = page(&visit).await;
    visit.ok(&page)
}

pub(super) async fn page(visit: &Visit) -> Page {
    let reader = visit.reader();
    let policy = &visit.live.policy;
    let live = visit.bundle();
    let newest = policy.proposals().iter().rev();
    let can_propose = visit.holds(access::POLICY_AUTHOR);
    Page {
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
        revert: revert(visit).filter(|_| can_propose),
        can_propose,
    }
}

/// The way back to the bundle before.
fn revert(visit: &Visit) -> Option<RevertForm> {
    let policy = &visit.live.policy;
    let (previous, live) = (policy.previous()?, policy.live_bundle()?);
    Some(RevertForm {
        idempotency_key: visit.new_key(),
        digest: Digest::new(&previous.proposal.digest),
        until: visit.reader().moment(live.activated_at),
        ..RevertForm::default()
    })
}
