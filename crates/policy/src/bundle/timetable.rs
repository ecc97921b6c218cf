//! Times that come again and again, by a rule of RFC 5545 on the clock of a zone.

use calendar::{CalendarError, Length, Recurrence, Span};
use jiff::{SignedDuration, Timestamp};

/// The shortest stretch of time that is looked at.
const MOMENT: SignedDuration = SignedDuration::from_millis(1);

/// When something comes, and how long each time lasts.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::bundle) struct Timetable {
    recurrence: Recurrence,
    length: Length,
}

impl Timetable {
    pub(in crate::bundle) const fn new(recurrence: Recurrence, length: Length) -> Self {
        Self { recurrence, length }
    }

    /// All times that reach into a span.
    pub(in crate::bundle) fn during(&self, span: Span) -> Result<Vec<Span>, CalendarError> {
        self.recurrence.spans(self.length, span)
    }

    /// The times that last at a moment, and the next.
    pub(in crate::bundle) fn ahead(&self, now: Timestamp) -> Result<Vec<Span>, CalendarError> {
        let later = now.checked_add(MOMENT).map_err(|_| CalendarError::TooFar)?;
        let mut found = self.during(Span { start: now, end: later })?;
        found.extend(self.recurrence.next_span(self.length, later)?);
        Ok(found)
    }

    /// The day on which a time begins, by its own clock.
    pub(in crate::bundle) fn day(&self, at: Timestamp) -> jiff::civil::Date {
        self.recurrence.zone().to_datetime(at).date()
    }
}
