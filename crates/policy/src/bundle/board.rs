//! When a Change Advisory Board meets, and who sits on it.

use calendar::Span;
use domain::ids::RoleName;
use jiff::{SignedDuration, Timestamp};

use super::Bundle;
use super::timetable::Timetable;

/// A Change Advisory Board. It decides nothing: what its members approve, rules ask them for.
#[derive(Debug, Clone)]
pub struct Board {
    pub(in crate::bundle) role: RoleName,
    pub(in crate::bundle) times: Timetable,
    pub(in crate::bundle) digest_minutes: u32,
}

impl Bundle {
    /// The board, if the bundle has one.
    #[must_use]
    pub const fn board(&self) -> Option<&Board> {
        self.board.as_ref()
    }
}

impl Board {
    /// Everybody who holds this role sits on it.
    #[must_use]
    pub const fn role(&self) -> &RoleName {
        &self.role
    }

    /// When it meets next; `None` when there is no further meeting, or no calendar can tell.
    #[must_use]
    pub fn next_meeting(&self, now: Timestamp) -> Option<Timestamp> {
        let ahead = self.times.ahead(now).ok()?;
        ahead.into_iter().map(|meeting| meeting.start).find(|start| now < *start)
    }

    /// The next meeting, once its members are to be told of it.
    #[must_use]
    pub fn meeting_to_tell(&self, now: Timestamp) -> Option<Timestamp> {
        let ahead = SignedDuration::from_mins(i64::from(self.digest_minutes));
        let until = now.checked_add(ahead).ok()?;
        // A span ends before its end, and a meeting is due to the second.
        let end = until.checked_add(SignedDuration::from_secs(1)).ok()?;
        let near = self.times.during(Span { start: now, end }).ok()?;
        near.into_iter().map(|meeting| meeting.start).find(|start| now < *start && *start <= until)
    }
}
