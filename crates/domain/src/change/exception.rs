//! Exceptions from a freeze: asked for on one revision, and given by a vote of their own.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Change, ChangeEvent, State};
use crate::actor::Actor;
use crate::freeze::Freeze;
use crate::organisation::Directory;
use crate::private::Private;
use crate::refusal::Refusal;
use crate::requirement::Requirement;

const REASON_MAX: usize = 4_000;

/// Somebody asks that a freeze does not stop one revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreezeException {
    /// Which freeze.
    pub freeze: String,
    /// On which revision.
    pub revision: u32,
    /// Who asks.
    pub by: Actor,
    /// Why.
    pub reason: Private<String>,
    /// What it needs, as the freeze said when it was asked.
    pub requirement: Requirement,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
}

/// What is handed in to ask for an exception.
#[derive(Debug, Clone)]
pub struct ExceptionClaim {
    /// Which freeze.
    pub freeze: String,
    /// The revision they saw.
    pub expected_revision: u32,
    /// Who asks.
    pub by: Actor,
    /// Why.
    pub reason: String,
}

impl Change {
    /// Asks for an exception from one of the freezes that concern this change. The approvers of the
    /// freeze are asked, and what was approved waits for them.
    ///
    /// # Errors
    /// Another revision is current, the state or the actor does not allow it, no such freeze
    /// concerns it, or it was asked for.
    pub fn ask_exception(
        &self,
        claim: ExceptionClaim,
        freezes: &[Freeze],
        directory: &Directory,
        now: Timestamp,
    ) -> Result<ChangeEvent, Refusal> {
        let current = self.revision().number;
        if claim.expected_revision != current {
            let expected = claim.expected_revision;
            return Err(Refusal::StaleRevision { expected, current });
        }
        if !matches!(self.state, State::AwaitingApproval { .. } | State::Approved { .. }) {
            let action = "ask for an exception for";
            return Err(Refusal::IllegalState { action, state: self.state.name() });
        }
        if !self.is_own_or_admin(&claim.by, directory) {
            return Err(Refusal::NotEntitled {
                action: "ask for an exception for this change",
                who: "its requester and admins",
            });
        }
        if claim.reason.trim().is_empty() || claim.reason.len() > REASON_MAX {
            return Err(Refusal::field("reason", "say in 1 to 4,000 bytes why it can't wait"));
        }
        let missing = || Refusal::NotFound { entity: "freeze", id: claim.freeze.clone() };
        let freeze = freezes.iter().find(|f| f.id == claim.freeze).ok_or_else(missing)?;
        let requirement = freeze.requirement();
        if self.exceptions().any(|e| e.requirement == requirement) {
            return Err(Refusal::Exists { entity: "exception from", id: claim.freeze });
        }
        Ok(ChangeEvent::FreezeExceptionAsked(Box::new(FreezeException {
            freeze: claim.freeze,
            revision: current,
            by: claim.by,
            reason: Private::new(claim.reason),
            requirement,
            at: now,
        })))
    }

    /// Exceptions asked for on the current revision.
    pub fn exceptions(&self) -> impl Iterator<Item = &FreezeException> {
        let number = self.revision().number;
        self.freeze_exceptions.iter().filter(move |e| e.revision == number)
    }

    /// What has to be answered: what policy asks for, one more where an approval was too fast, and the
    /// exceptions that were asked for.
    #[must_use]
    pub fn with_exceptions<'a>(&self, base: &'a [Requirement]) -> Cow<'a, [Requirement]> {
        let base = self.with_seconds(Cow::Borrowed(base));
        if self.exceptions().next().is_none() {
            return base;
        }
        let mut all = base.into_owned();
        for exception in self.exceptions() {
            all.retain(|r| r.key != exception.requirement.key);
            all.push(exception.requirement.clone());
        }
        Cow::Owned(all)
    }
}
