//! The parts of a change and its words on the wire.

use api_types::changes as wire;
use api_types::{deployments, material};
use domain::change::{ChangeType, Contribution, DeploymentOutcome, Level, StateName, VoteDecision};

use super::text::time;

pub(super) fn moved(moved: domain::change::Moved) -> wire::Moved {
    wire::Moved { field: moved.field, from: moved.from, to: moved.to }
}

pub(super) fn artifact(a: &domain::change::Artifact) -> material::Artifact {
    material::Artifact {
        name: a.name.clone(),
        digest: a.digest.to_string(),
        reference: a.reference.clone(),
    }
}

pub(super) fn plan(p: &domain::change::Plan) -> material::Plan {
    material::Plan { hash: p.hash.to_string(), state_serial: p.state_serial.clone() }
}

pub(super) fn window(w: &domain::change::Window) -> material::Window {
    material::Window { from: time(w.from), until: time(w.until) }
}

pub(super) fn evidence(e: &domain::change::Evidence) -> material::Evidence {
    material::Evidence {
        kind: e.kind.clone(),
        issuer: e.issuer.clone(),
        subject: e.subject.to_string(),
        issued_at: time(e.issued_at),
        passed: e.passed,
        digest: e.digest.as_ref().map(ToString::to_string),
        url: e.url.clone(),
    }
}

pub(super) fn contributor(c: &domain::change::Contributor) -> material::Contributor {
    let contribution = match c.contribution {
        Contribution::Author => material::Contribution::Author,
        Contribution::Committer => material::Contribution::Committer,
        Contribution::Merger => material::Contribution::Merger,
        Contribution::Builder => material::Contribution::Builder,
        Contribution::Implementer => material::Contribution::Implementer,
        Contribution::OnBehalfOf => material::Contribution::OnBehalfOf,
    };
    material::Contributor { contribution, identity: c.identity.text().to_owned() }
}

pub(super) const fn kind(kind: ChangeType) -> material::ChangeKind {
    match kind {
        ChangeType::Standard => material::ChangeKind::Standard,
        ChangeType::Normal => material::ChangeKind::Normal,
        ChangeType::Emergency => material::ChangeKind::Emergency,
    }
}

pub(super) fn kind_by_word(word: &str) -> material::ChangeKind {
    match word {
        "standard" => material::ChangeKind::Standard,
        "emergency" => material::ChangeKind::Emergency,
        _ => material::ChangeKind::Normal,
    }
}

pub(super) const fn level(level: Level) -> material::Level {
    match level {
        Level::Low => material::Level::Low,
        Level::Medium => material::Level::Medium,
        Level::High => material::Level::High,
    }
}

/// A vote's decision.
#[must_use]
pub(super) const fn decision(decision: VoteDecision) -> api_types::votes::Decision {
    use api_types::votes::Decision as W;
    match decision {
        VoteDecision::Approve => W::Approve,
        VoteDecision::Reject => W::Reject,
        VoteDecision::RequestChanges => W::RequestChanges,
        VoteDecision::Abstain => W::Abstain,
    }
}

/// How a deployment ended.
#[must_use]
pub(super) const fn outcome_word(outcome: DeploymentOutcome) -> deployments::DeploymentOutcome {
    use deployments::DeploymentOutcome as W;
    match outcome {
        DeploymentOutcome::Successful => W::Successful,
        DeploymentOutcome::WithIssues => W::WithIssues,
        DeploymentOutcome::Failed => W::Failed,
        DeploymentOutcome::RolledBack => W::RolledBack,
    }
}

pub(super) const fn state(state: StateName) -> wire::State {
    match state {
        StateName::Draft => wire::State::Draft,
        StateName::Assessing => wire::State::Assessing,
        StateName::AwaitingApproval => wire::State::AwaitingApproval,
        StateName::Approved => wire::State::Approved,
        StateName::Implementing => wire::State::Implementing,
        StateName::Completed => wire::State::Completed,
        StateName::Closed => wire::State::Closed,
        StateName::Rejected => wire::State::Rejected,
        StateName::Cancelled => wire::State::Cancelled,
        StateName::Expired => wire::State::Expired,
        StateName::Superseded => wire::State::Superseded,
    }
}

pub(super) fn state_by_word(word: &str) -> wire::State {
    let known = StateName::ALL.into_iter().find(|s| s.as_str() == word);
    known.map_or(wire::State::Draft, state)
}
