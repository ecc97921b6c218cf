//! Beginning, revising, withdrawing, superseding, expiring and closing a change.

use jiff::Timestamp;

use super::{Change, ChangeEvent, Expired, Revision, State};
use crate::actor::Actor;
use crate::ids::{ChangeId, ChangeNumber};
use crate::organisation::{Directory, access};
use crate::private::Private;
use crate::refusal::Refusal;

impl Change {
    /// Asks for a new change.
    ///
    /// # Errors
    /// Material fields that can't be accepted.
    pub fn create(
        id: ChangeId,
        number: ChangeNumber,
        requester: Actor,
        revision: Revision,
    ) -> Result<ChangeEvent, Refusal> {
        revision.material.check().map_err(Refusal::Fields)?;
        let revision = Box::new(revision);
        Ok(ChangeEvent::ChangeCreated { id, number, requester, revision, set: None })
    }

    /// Makes a new revision. Every vote so far is void (A03, A06).
    ///
    /// # Errors
    /// The change is over or being carried out, nothing moved, or a field can't be accepted.
    pub fn revise(&self, revision: Revision) -> Result<ChangeEvent, Refusal> {
        let open = matches!(
            self.state,
            State::Draft
                | State::Assessing
                | State::AwaitingApproval { .. }
                | State::Approved { .. }
                | State::Expired { .. }
        );
        if !open {
            return Err(Refusal::IllegalState { action: "revise", state: self.state.name() });
        }
        revision.material.check().map_err(Refusal::Fields)?;
        let moved: Vec<String> =
            revision.moved_since(self.revision()).into_iter().map(|m| m.field).collect();
        if moved.is_empty() && !matches!(self.state, State::Expired { .. }) {
            return Err(Refusal::NothingMoved { revision: self.revision().number });
        }
        Ok(ChangeEvent::RevisionMade { revision: Box::new(revision), moved })
    }

    /// Takes it back.
    ///
    /// # Errors
    /// It is over or runs, no reason is given, or the actor did not ask for it.
    pub fn withdraw(
        &self,
        by: &Actor,
        reason: String,
        directory: &Directory,
    ) -> Result<Vec<ChangeEvent>, Refusal> {
        let runs = matches!(self.state, State::Implementing { .. } | State::Completed { .. });
        if self.state.is_final() || runs {
            return Err(Refusal::IllegalState { action: "withdraw", state: self.state.name() });
        }
        if !self.is_own_or_admin(by, directory) {
            return Err(Refusal::NotEntitled {
                action: "withdraw this change",
                who: "its requester and admins",
            });
        }
        if reason.trim().is_empty() {
            return Err(Refusal::field("reason", "say why it is withdrawn"));
        }
        Ok(vec![ChangeEvent::ChangeWithdrawn { reason: Private::new(reason) }])
    }

    /// Lets another change take its place.
    ///
    /// # Errors
    /// It is over or runs, or the actor did not ask for it.
    pub fn supersede(
        &self,
        by: &Actor,
        other: ChangeId,
        directory: &Directory,
    ) -> Result<Vec<ChangeEvent>, Refusal> {
        let runs = matches!(self.state, State::Implementing { .. } | State::Completed { .. });
        if self.state.is_final() || runs || other == self.id {
            return Err(Refusal::IllegalState { action: "supersede", state: self.state.name() });
        }
        if !self.is_own_or_admin(by, directory) {
            return Err(Refusal::NotEntitled {
                action: "supersede this change",
                who: "its requester and admins",
            });
        }
        Ok(vec![ChangeEvent::ChangeSuperseded { by: other }])
    }

    /// Expires it, if its time has run out.
    #[must_use]
    pub fn expire(&self, now: Timestamp) -> Option<ChangeEvent> {
        match &self.state {
            State::AwaitingApproval { expires_at, .. } if now >= *expires_at => {
                Some(ChangeEvent::ChangeExpired { was: Expired::Pending })
            }
            State::Approved { valid_until, .. } if now >= *valid_until => {
                Some(ChangeEvent::ChangeExpired { was: Expired::Approved })
            }
            _ => None,
        }
    }

    /// Closes it after a review.
    ///
    /// # Errors
    /// No deployment has ended, no review is given, or a machine asks.
    pub fn close(&self, by: &Actor, review: String) -> Result<Vec<ChangeEvent>, Refusal> {
        if !matches!(self.state, State::Completed { .. }) {
            return Err(Refusal::IllegalState { action: "close", state: self.state.name() });
        }
        if by.person().is_none() {
            return Err(Refusal::PeopleOnly { action: "close a change" });
        }
        if review.trim().is_empty() {
            return Err(Refusal::field("review", "say what the review found"));
        }
        if self.overrides.iter().any(|o| o.review.is_none()) {
            return Err(Refusal::Policy {
                code: "override_not_reviewed".to_owned(),
                reason: "an override of it waits for its independent review".to_owned(),
            });
        }
        Ok(vec![ChangeEvent::ChangeClosed { review: Private::new(review) }])
    }

    /// When time will next change something by itself.
    #[must_use]
    pub fn next_edge(&self) -> Option<Timestamp> {
        self.expiry().into_iter().chain(self.override_edge()).min()
    }

    /// When it expires, undecided or undeployed.
    #[must_use]
    pub const fn expiry(&self) -> Option<Timestamp> {
        match &self.state {
            State::AwaitingApproval { expires_at, .. } => Some(*expires_at),
            State::Approved { valid_until, .. } => Some(*valid_until),
            _ => None,
        }
    }

    /// Whether an actor asked for this change or is an admin.
    #[must_use]
    pub fn is_own_or_admin(&self, by: &Actor, directory: &Directory) -> bool {
        by.principal() == self.requester.principal()
            || by.person().is_some_and(|p| directory.holds(p, access::ADMIN))
    }
}
