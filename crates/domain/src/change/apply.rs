//! The fold of a change: one exhaustive match from event to next state.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{Added, Assessment, Change, ChangeEvent, Deadlines, DeploymentOutcome, State};
use crate::ids::DeploymentId;

/// An event that can't follow what came before it: the stored stream is damaged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event `{event}` can't follow in state `{state}`")]
pub struct Inconsistent {
    /// The event.
    pub event: &'static str,
    /// The state it met.
    pub state: &'static str,
}

pub(super) fn minutes_after(at: Timestamp, minutes: u32) -> Timestamp {
    at.checked_add(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(Timestamp::MAX)
}

/// When a change that waits from a time on expires.
fn expires_at(assessment: &Assessment, at: Timestamp) -> Timestamp {
    let on_record = assessment.deadlines.as_ref().and_then(|deadlines| deadlines.expires_at);
    on_record.unwrap_or_else(|| minutes_after(at, assessment.pending_minutes))
}

impl Change {
    /// Begins the fold with the first event of a stream.
    ///
    /// # Errors
    /// The first event is not `change_created`.
    pub fn begin(event: &ChangeEvent, at: Timestamp) -> Result<Self, Inconsistent> {
        let ChangeEvent::ChangeCreated { id, number, requester, revision, set } = event else {
            return Err(Inconsistent { event: "first", state: "none" });
        };
        Ok(Self {
            id: id.clone(),
            number: *number,
            requester: requester.clone(),
            created_at: at,
            updated_at: at,
            set: set.clone(),
            revisions: vec![(**revision).clone()],
            state: State::Draft,
            holds: Vec::new(),
            votes: Vec::new(),
            assessment: None,
            added: Vec::new(),
            deployments: Vec::new(),
            overrides: Vec::new(),
            freeze_exceptions: Vec::new(),
            asking: Vec::new(),
            unanswerable: Vec::new(),
            automatic_approvals: Vec::new(),
            lazy_reviews: Vec::new(),
            objections: Vec::new(),
            read_receipts: Vec::new(),
            plan_trouble: None,
            verified: BTreeSet::new(),
        })
    }

    /// Folds the next event in.
    ///
    /// # Errors
    /// The event can't follow.
    pub fn apply(&mut self, event: &ChangeEvent, at: Timestamp) -> Result<(), Inconsistent> {
        use ChangeEvent as E;
        self.updated_at = at;
        match event {
            E::ChangeCreated { .. } => return Err(self.inconsistent("change_created")),
            E::RevisionMade { revision, .. } => {
                self.revisions.push((**revision).clone());
                self.assessment = None;
                self.added.clear();
                self.asking.clear();
                self.unanswerable.clear();
                self.lazy_reviews.clear();
                self.plan_trouble = None;
                self.state = State::Draft;
            }
            E::ChangeSubmitted { .. } => self.state = State::Assessing,
            E::ChangeAssessed(assessment) => self.assessed(assessment, at),
            E::RequirementsAdded(assessment) => {
                self.added.push(Added { at, assessment: (**assessment).clone() });
            }
            E::VoteRecorded(vote) => self.voted(vote),
            E::ChangeApproved { valid_until, .. } => self.approved(*valid_until, at)?,
            E::ApprovalLapsed { deadlines, .. } => self.lapsed(deadlines.as_deref(), at)?,
            E::ChangeRejected { .. } => self.state = State::Rejected { at },
            E::HoldPlaced(hold) => self.holds.push(hold.clone()),
            E::HoldReleased { hold, .. } => self.holds.retain(|h| h.id != *hold),
            E::ChangeWithdrawn { .. } => self.state = State::Cancelled { at },
            E::ChangeExpired { .. } => self.state = State::Expired { at },
            E::ChangeSuperseded { by } => self.state = State::Superseded { by: by.clone(), at },
            E::GrantRedeemed { deployment, .. } => self.redeemed(deployment)?,
            E::DeploymentFinished { deployment, outcome, exit_code, note } => {
                self.finished(deployment, *outcome, at)?;
                if let Some(found) = self.deployments.iter_mut().find(|d| d.id == *deployment) {
                    found.exit_code = *exit_code;
                    found.note.clone_from(note);
                }
            }
            E::OverrideOpened(opened) => self.override_opened(opened, at),
            E::OverrideReviewed { id, review } => self.override_reviewed(id, review)?,
            E::OverrideReviewEscalated { id, step } => self.override_escalated(id, *step)?,
            E::FreezeExceptionAsked(asked) => self.freeze_exceptions.push((**asked).clone()),
            E::ApproversAsked { .. }
            | E::ApproversReminded { .. }
            | E::RequirementEscalated { .. }
            | E::AnswererMissing { .. } => self.fold_asking(event, at),
            E::AutomaticallyApproved(approval) | E::LazilyApproved(approval) => {
                self.lazy_reviews.retain(|review| review.rule.id != approval.by.rule.id);
                self.automatic_approvals.push((**approval).clone());
            }
            E::LazyReview(step) => self.reviewed(step, at),
            E::LazyObjected(objection) => self.objections.push((**objection).clone()),
            E::BriefingOpened { person, revision, shown } => {
                self.opened(person, *revision, shown, at);
            }
            E::BriefingAcknowledged { person, shown, texts, .. } => {
                self.acknowledged(person, shown, texts);
            }
            E::PlanFlagged { trouble, .. } => self.plan_trouble.clone_from(trouble),
            E::ChangeClosed { .. } => self.state = State::Closed { at },
        }
        Ok(())
    }

    pub(super) const fn inconsistent(&self, event: &'static str) -> Inconsistent {
        Inconsistent { event, state: self.state.name().as_str() }
    }

    fn assessed(&mut self, assessment: &Assessment, at: Timestamp) {
        self.state = State::AwaitingApproval { since: at, expires_at: expires_at(assessment, at) };
        self.assessment = Some(assessment.clone());
        self.added.clear();
        self.asking.clear();
        self.unanswerable.clear();
        self.lazy_reviews.clear();
    }

    fn approved(&mut self, until: Option<Timestamp>, at: Timestamp) -> Result<(), Inconsistent> {
        let Some(assessment) = &self.assessment else {
            return Err(self.inconsistent("change_approved"));
        };
        let valid_until = until.unwrap_or_else(|| minutes_after(at, assessment.validity_minutes));
        self.lazy_reviews.clear();
        self.state = State::Approved { at, valid_until };
        Ok(())
    }

    fn lapsed(&mut self, deadlines: Option<&Deadlines>, at: Timestamp) -> Result<(), Inconsistent> {
        let Some(assessment) = &mut self.assessment else {
            return Err(self.inconsistent("approval_lapsed"));
        };
        assessment.deadlines = deadlines.cloned().map(Box::new);
        self.state = State::AwaitingApproval { since: at, expires_at: expires_at(assessment, at) };
        self.ask_again(at);
        Ok(())
    }

    fn redeemed(&mut self, deployment: &super::Deployment) -> Result<(), Inconsistent> {
        let until = match &deployment.override_id {
            Some(id) => Some(self.override_used(id, &deployment.id)?),
            None => self.state.valid_until(),
        };
        let Some(valid_until) = until else {
            return Err(self.inconsistent("grant_redeemed"));
        };
        self.state = State::Implementing { deployment: deployment.id.clone(), valid_until };
        self.deployments.push(deployment.clone());
        Ok(())
    }

    fn finished(
        &mut self,
        deployment: &DeploymentId,
        outcome: DeploymentOutcome,
        at: Timestamp,
    ) -> Result<(), Inconsistent> {
        let State::Implementing { valid_until, deployment: runs } = &self.state else {
            return Err(self.inconsistent("deployment_finished"));
        };
        if runs != deployment {
            return Err(self.inconsistent("deployment_finished"));
        }
        self.state = State::Completed { outcome, at, valid_until: *valid_until };
        if let Some(found) = self.deployments.iter_mut().find(|d| d.id == *deployment) {
            found.ended_at = Some(at);
            found.outcome = Some(outcome);
        }
        Ok(())
    }
}
