//! A session that is planned can be moved to another time, and cancelled, until it is held.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::checks::check_text;
use super::{AlignmentRefusal, KnownAlignment};
use crate::change::MaterialError;
use crate::ids::{AccountId, AlignmentId, PersonId};
use crate::organisation::Directory;
use crate::private::Private;
use crate::refusal::Refusal;

/// A session gets another time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlignmentMove {
    /// The session.
    pub alignment: AlignmentId,
    /// When it begins now.
    #[serde(with = "crate::time::ms")]
    pub from: Timestamp,
    /// When it ends now.
    #[serde(with = "crate::time::ms")]
    pub until: Timestamp,
    /// IANA time zone it is set in now.
    pub time_zone: String,
    /// Why.
    pub reason: Private<String>,
    /// Who moved it: the chair, or who opened it.
    pub by: PersonId,
    /// Through which account.
    pub account: AccountId,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
}

/// A session is not held at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlignmentCancellation {
    /// The session.
    pub alignment: AlignmentId,
    /// Why.
    pub reason: Private<String>,
    /// Who cancelled it: the chair, or who opened it.
    pub by: PersonId,
    /// Through which account.
    pub account: AccountId,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
}

impl KnownAlignment {
    /// Whether somebody may move or cancel it at a time: the chair, or who opened it, until it is held.
    #[must_use]
    pub fn may_plan(&self, person: &PersonId, at: Timestamp) -> bool {
        self.plans(person) && self.check_planned(at).is_ok()
    }

    /// How often it was edited since it was planned (RFC 5545, section 3.8.7.4).
    #[must_use]
    pub fn sequence(&self) -> u32 {
        let edits = self.moves.len() + usize::from(self.cancelled.is_some());
        u32::try_from(edits).unwrap_or(u32::MAX)
    }

    /// When it was edited last: opened, moved, cancelled or closed.
    #[must_use]
    pub fn edited_at(&self) -> Timestamp {
        let closed = self.closed.as_ref().map(|closing| closing.at);
        let cancelled = self.cancelled.as_ref().map(|cancelled| cancelled.at);
        closed.or(cancelled).unwrap_or_else(|| self.planned_at())
    }

    /// Since when its time has been known to those who take part.
    pub(super) fn planned_at(&self) -> Timestamp {
        self.moves.last().map_or(self.opened.opened_at, |moved| moved.at)
    }

    fn plans(&self, person: &PersonId) -> bool {
        self.opened.chair == *person || self.opened.by == *person
    }

    fn check_planned(&self, at: Timestamp) -> Result<(), AlignmentRefusal> {
        self.check_open()?;
        if !self.conclusions.is_empty() {
            return Err(AlignmentRefusal::Held);
        }
        let until = self.opened.until;
        if until <= at { Err(AlignmentRefusal::Over { until }) } else { Ok(()) }
    }
}

impl Directory {
    /// Checks another time for a session before it is recorded.
    ///
    /// # Errors
    /// They neither lead it nor opened it, it is closed, cancelled, held or over, or a field can't be
    /// accepted: the time lies ahead, and is another one.
    pub fn check_alignment_move(&self, moved: &AlignmentMove) -> Result<(), Refusal> {
        let action = "move this session";
        let known = self.planned_alignment(&moved.alignment, (&moved.by, moved.at), action)?;
        let planned = &known.opened;
        let mut problems = Vec::new();
        let mut refuse = |field: &str, message: &str| {
            problems.push(MaterialError { field: field.to_owned(), message: message.to_owned() });
        };
        // One that runs may go on for longer, and still began when it began.
        if moved.from < moved.at && moved.from != planned.from {
            refuse("from", "choose a time that lies ahead");
        }
        if moved.from >= moved.until {
            refuse("until", "a session ends after it begins");
        } else if moved.until <= moved.at {
            refuse("until", "choose a time that lies ahead");
        }
        let time = (moved.from, moved.until, &moved.time_zone);
        if time == (planned.from, planned.until, &planned.time_zone) {
            refuse("from", "it is planned for this time already; choose another one");
        }
        if !problems.is_empty() {
            return Err(Refusal::Fields(problems));
        }
        check_text("reason", &moved.reason, "say why it is moved")
    }

    /// Checks the cancellation of a session before it is recorded.
    ///
    /// # Errors
    /// They neither lead it nor opened it, it is closed, cancelled, held or over, or there is no reason.
    pub fn check_alignment_cancellation(
        &self,
        cancelled: &AlignmentCancellation,
    ) -> Result<(), Refusal> {
        let action = "cancel this session";
        let by = (&cancelled.by, cancelled.at);
        self.planned_alignment(&cancelled.alignment, by, action)?;
        check_text("reason", &cancelled.reason, "say why it is cancelled")
    }

    /// A session that is still planned, for somebody who plans it.
    fn planned_alignment(
        &self,
        id: &AlignmentId,
        (person, at): (&PersonId, Timestamp),
        action: &'static str,
    ) -> Result<&KnownAlignment, Refusal> {
        let missing = || Refusal::NotFound { entity: "alignment session", id: id.to_string() };
        let known = self.alignment(id).ok_or_else(missing)?;
        if !self.is_active(person) || !known.plans(person) {
            let who = "the chair of the session and whoever opened it";
            return Err(Refusal::NotEntitled { action, who });
        }
        known.check_planned(at).map_err(Refusal::Alignment)?;
        Ok(known)
    }
}
