//! Overrides on the wire.

use api_types::overrides as wire;
use api_types::votes::WhyNot;
use app::change::Explained;
use domain::change::{Change, ChangeType, Override, OverrideReview, ReviewOutcome, State};
use domain::ids::PersonId;
use domain::organisation::RegisteredOverride;
use jiff::Timestamp;

use super::Names;
use super::change::url;
use super::text::time;
use super::vote::refusal;

impl Names<'_> {
    pub(super) fn overrides(&self, change: &Change, now: Timestamp) -> Vec<wire::Override> {
        change.overrides.iter().map(|o| self.overridden(change, o, now)).collect()
    }

    fn overridden(&self, change: &Change, from: &Override, now: Timestamp) -> wire::Override {
        wire::Override {
            id: from.id.to_string(),
            approved: false,
            by: self.person(&from.by),
            role: from.role.to_string(),
            revision: from.revision,
            revision_digest: from.revision_digest.to_string(),
            incident: from.incident.clone(),
            reason: from.reason.get().cloned(),
            opened_at: time(from.opened_at),
            valid_until: time(from.valid_until),
            open: change.live_override(now).is_some_and(|o| o.id == from.id),
            used_by: from.used_by.as_ref().map(ToString::to_string),
            review_due_at: time(from.review_due_at),
            review_roles: from.review_roles.iter().map(ToString::to_string).collect(),
            overdue: from.is_overdue(now),
            review: from.review.as_ref().map(|r| self.review(r)),
            sealed: from.sealed.as_ref().map(|told| self.sealed_use(told)),
        }
    }

    fn review(&self, review: &OverrideReview) -> wire::OverrideReview {
        wire::OverrideReview {
            by: self.person(&review.by),
            outcome: outcome_on_wire(review.outcome),
            findings: review.findings.get().cloned(),
            at: time(review.at),
        }
    }

    /// An override in the list of all.
    #[must_use]
    pub fn override_summary(
        &self,
        from: &RegisteredOverride,
        now: Timestamp,
    ) -> wire::OverrideSummary {
        wire::OverrideSummary {
            id: from.id.to_string(),
            approved: false,
            change: api_types::changes::ChangeRef {
                id: from.change.to_string(),
                number: from.number.to_string(),
                url: url(from.number),
            },
            service: from.service.to_string(),
            environment: from.environment.to_string(),
            incident: from.incident.clone(),
            by: self.person(&from.by),
            opened_at: time(from.opened_at),
            review_due_at: time(from.review_due_at),
            reviewed: from.reviewed,
            overdue: from.is_overdue(now),
            sealed_override: from.sealed.as_ref().map(|told| told.sealed.to_string()),
        }
    }

    /// Overrides of a change that a person can review.
    pub(super) fn may_review(
        &self,
        change: &Change,
        person: Option<&PersonId>,
        now: Timestamp,
    ) -> Vec<String> {
        let Some(person) = person else { return Vec::new() };
        let open = change.overrides.iter().filter(|o| o.review.is_none());
        open.filter(|o| change.may_review(o, person, self.directory(), now).is_ok())
            .map(|o| o.id.to_string())
            .collect()
    }
}

/// Why an emergency that waits can't be overridden by the caller.
pub(crate) fn why_not_override(explained: &Explained) -> Option<WhyNot> {
    let change = &explained.facts.change;
    let emergency = change.revision().material.kind == ChangeType::Emergency;
    let waits = matches!(change.state, State::AwaitingApproval { .. });
    let why = explained.you.may_override.as_ref().err()?;
    (emergency && waits).then(|| refusal(why))
}

/// The outcome of a review as the domain has it.
#[must_use]
pub const fn outcome(from: wire::ReviewOutcome) -> ReviewOutcome {
    match from {
        wire::ReviewOutcome::Justified => ReviewOutcome::Justified,
        wire::ReviewOutcome::NotJustified => ReviewOutcome::NotJustified,
    }
}

const fn outcome_on_wire(from: ReviewOutcome) -> wire::ReviewOutcome {
    match from {
        ReviewOutcome::Justified => wire::ReviewOutcome::Justified,
        ReviewOutcome::NotJustified => wire::ReviewOutcome::NotJustified,
    }
}
