//! What people approved before and what went well since: evidence for going back to it without a second
//! look.
//!
//! A precedent is another change that would put exactly the same into the same place: the same
//! artifacts with the same parameters. It counts when people or policy let it through, not a rule and
//! no override, and when nothing with one of these artifacts went wrong there afterwards. What is not
//! known counts against it.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::change::{Change, Deployment, DeploymentOutcome, Evidence, Material, State};

/// The kind of this evidence.
pub const APPROVED_BEFORE: &str = "approved_before";

/// Evidence about every artifact of a change, or none. `seen` has to be every change with one of these
/// artifacts for the same service and environment; the change itself may be among them.
#[must_use]
pub fn approved_before(change: &Change, seen: &[&Change]) -> Vec<Evidence> {
    let material = &change.revision().material;
    // The state that a plan was made for is not there any more.
    if material.plan.is_some() || change.deployments.iter().any(|d| !went_well(d)) {
        return Vec::new();
    }
    let others = || seen.iter().copied().filter(|other| other.id != change.id);
    let Some(since) = others().filter_map(|other| precedent(other, material)).max() else {
        return Vec::new();
    };
    if others().any(|other| speaks_against(other, since)) {
        return Vec::new();
    }
    let about = |artifact| Evidence {
        kind: APPROVED_BEFORE.to_owned(),
        issuer: "countersign".to_owned(),
        subject: artifact,
        issued_at: since,
        passed: true,
        digest: None,
        url: None,
    };
    let artifacts: BTreeSet<_> = material.digests().into_iter().cloned().collect();
    artifacts.into_iter().map(about).collect()
}

fn went_well(deployment: &Deployment) -> bool {
    deployment.outcome == Some(DeploymentOutcome::Successful)
}

/// When a change put exactly this in place, if it did so well, and was let through by more than a rule.
fn precedent(other: &Change, wanted: &Material) -> Option<Timestamp> {
    let material = &other.revision().material;
    let same = material.service == wanted.service
        && material.environment == wanted.environment
        && material.digests() == wanted.digests()
        && material.parameters == wanted.parameters
        && material.plan.is_none();
    let over = matches!(other.state, State::Completed { .. } | State::Closed { .. });
    let last = other.deployments.last().filter(|last| went_well(last))?;
    let by_people = last.override_id.is_none() && other.automatic_approvals.is_empty();
    (same && over && by_people).then_some(last.ended_at).flatten()
}

/// Whether somebody or something says that an artifact of this change is not to be gone back to.
fn speaks_against(other: &Change, since: Timestamp) -> bool {
    let later = |at: Option<Timestamp>| at.is_none_or(|at| at >= since);
    let failed = |d: &Deployment| d.outcome.is_none() || (!went_well(d) && later(d.ended_at));
    let refused = match &other.state {
        State::Rejected { at } => *at >= since,
        State::AwaitingApproval { .. } | State::Approved { .. } => {
            other.objector().is_some() || other.objection().is_some()
        }
        State::Draft
        | State::Assessing
        | State::Implementing { .. }
        | State::Completed { .. }
        | State::Closed { .. }
        | State::Cancelled { .. }
        | State::Expired { .. }
        | State::Superseded { .. } => false,
    };
    other.is_held() || refused || other.deployments.iter().any(failed)
}
