//! States of the domain in the console's status language.

use console::pages::change::Verdict;
use console::pages::change_record::DeploymentOutcome;
use console::view::{Badge, ChangeState, Decision, Icon, RiskLevel, Tone};
use domain::change::{self, State, VoteDecision};
use domain::gate::Answer;
use domain::organisation::{Criticality, Status};
use policy::Bundle;

/// The state of a change.
pub(crate) const fn state(from: &State) -> ChangeState {
    match from {
        State::Draft => ChangeState::Draft,
        State::Assessing => ChangeState::Assessing,
        State::AwaitingApproval { .. } => ChangeState::AwaitingApproval,
        State::Approved { .. } => ChangeState::Approved,
        State::Implementing { .. } => ChangeState::Implementing,
        State::Completed { outcome, .. } => match outcome {
            change::DeploymentOutcome::Successful => ChangeState::Completed,
            change::DeploymentOutcome::WithIssues => ChangeState::CompletedWithIssues,
            change::DeploymentOutcome::Failed => ChangeState::Failed,
            change::DeploymentOutcome::RolledBack => ChangeState::RolledBack,
        },
        State::Closed { .. } => ChangeState::Closed,
        State::Rejected { .. } => ChangeState::Rejected,
        State::Cancelled { .. } => ChangeState::Cancelled,
        State::Expired { .. } => ChangeState::Expired,
        State::Superseded { .. } => ChangeState::Superseded,
    }
}

/// The state of a change by its stored word.
pub(crate) fn state_word(word: &str) -> ChangeState {
    match word {
        "assessing" => ChangeState::Assessing,
        "awaiting_approval" => ChangeState::AwaitingApproval,
        "approved" => ChangeState::Approved,
        "implementing" => ChangeState::Implementing,
        "completed" => ChangeState::Completed,
        "closed" => ChangeState::Closed,
        "rejected" => ChangeState::Rejected,
        "cancelled" => ChangeState::Cancelled,
        "expired" => ChangeState::Expired,
        "superseded" => ChangeState::Superseded,
        _ => ChangeState::Draft,
    }
}

/// How a deployment went.
pub(crate) const fn deployment(from: Option<change::DeploymentOutcome>) -> DeploymentOutcome {
    match from {
        None => DeploymentOutcome::Running,
        Some(change::DeploymentOutcome::Successful) => DeploymentOutcome::Succeeded,
        Some(change::DeploymentOutcome::WithIssues) => DeploymentOutcome::WithIssues,
        Some(change::DeploymentOutcome::Failed) => DeploymentOutcome::Failed,
        Some(change::DeploymentOutcome::RolledBack) => DeploymentOutcome::RolledBack,
    }
}

/// What a vote says.
pub(crate) const fn decision(from: VoteDecision) -> Decision {
    match from {
        VoteDecision::Approve => Decision::Approve,
        VoteDecision::Reject => Decision::Reject,
        VoteDecision::RequestChanges => Decision::RequestChanges,
        VoteDecision::Abstain => Decision::Abstain,
    }
}

/// A decision as the vote form sends it.
pub(crate) fn decision_sent(value: &str) -> Option<VoteDecision> {
    match value {
        "approve" => Some(VoteDecision::Approve),
        "reject" => Some(VoteDecision::Reject),
        "request-changes" => Some(VoteDecision::RequestChanges),
        "abstain" => Some(VoteDecision::Abstain),
        _ => None,
    }
}

/// What the gate would say.
pub(crate) const fn verdict(from: Answer) -> Verdict {
    match from {
        Answer::Allow => Verdict::Allow,
        Answer::Pending => Verdict::Pending,
        Answer::Deny => Verdict::Deny,
        Answer::Unknown => Verdict::Unknown,
    }
}

/// The colour of a risk level: by its word, else by its place among the levels of the bundle.
pub(crate) fn risk(level: &str, bundle: Option<&Bundle>) -> RiskLevel {
    const STEPS: [RiskLevel; 4] =
        [RiskLevel::Low, RiskLevel::Medium, RiskLevel::High, RiskLevel::Critical];
    let by_word = match level {
        "" => Some(RiskLevel::Unassessed),
        "low" => Some(RiskLevel::Low),
        "medium" | "moderate" => Some(RiskLevel::Medium),
        "high" => Some(RiskLevel::High),
        "critical" | "very-high" => Some(RiskLevel::Critical),
        _ => None,
    };
    let by_place = || {
        let levels = bundle?.levels();
        let place = levels.iter().position(|l| l.name == level)?;
        STEPS.get(place * STEPS.len() / levels.len().max(1)).copied()
    };
    by_word.or_else(by_place).unwrap_or_default()
}

/// Whether somebody or something can be used.
pub(crate) fn active(status: Status) -> Badge {
    match status {
        Status::Active => Badge::new(Tone::Good, Icon::Check, "Active"),
        Status::Inactive => Badge::new(Tone::Quiet, Icon::Stop, "Inactive"),
    }
}

/// How much hangs on a service.
pub(crate) fn criticality(from: Criticality) -> Badge {
    let tone = match from {
        Criticality::Low | Criticality::Medium => Tone::Quiet,
        Criticality::High => Tone::Warn,
        Criticality::Critical => Tone::Bad,
    };
    Badge::new(tone, Icon::Gauge, criticality_word(from))
}

/// The word for it.
pub(crate) const fn criticality_word(from: Criticality) -> &'static str {
    match from {
        Criticality::Low => "Low",
        Criticality::Medium => "Medium",
        Criticality::High => "High",
        Criticality::Critical => "Critical",
    }
}

/// Whether the gate blocks.
pub(crate) fn gate_mode(enforce: bool) -> Badge {
    if enforce {
        Badge::new(Tone::Good, Icon::Key, "Enforce")
    } else {
        Badge::new(Tone::Warn, Icon::Info, "Observe")
    }
}
