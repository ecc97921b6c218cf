//! One event of a feed.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::error::CalendarError;
use crate::recurrence::{Length, Recurrence};
use crate::spans::Span;

/// An event as it was read, with everything by which it comes again.
#[derive(Debug, Clone)]
pub struct Event {
    /// The line it begins on, from 1.
    pub line: usize,
    /// Its name across feeds.
    pub uid: String,
    /// What people see.
    pub summary: String,
    /// Whether it takes up the time of whoever's calendar it is in: neither cancelled nor shown as
    /// free.
    pub busy: bool,
    /// Whether it was called off.
    pub cancelled: bool,
    /// Whether it is about days and not times.
    pub all_day: bool,
    /// When it begins.
    pub recurrence: Recurrence,
    /// How long it lasts each time.
    pub length: Length,
}

/// A stretch of time somebody is busy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// When.
    pub span: Span,
    /// Of which event.
    pub uid: String,
    /// With what.
    pub summary: String,
}

impl Event {
    /// When it takes place within a span.
    ///
    /// # Errors
    /// It takes place too often to be counted.
    pub fn spans(&self, during: Span) -> Result<Vec<Span>, CalendarError> {
        self.recurrence.spans(self.length, during)
    }

    /// The days of an all-day event from one day up to and with another, by its own zone.
    ///
    /// # Errors
    /// There are too many.
    pub fn days(&self, from: Date, to: Date) -> Result<Vec<Date>, CalendarError> {
        let zone = self.recurrence.zone();
        let midnight = |day: Date| -> Result<Timestamp, CalendarError> {
            let midnight = day.to_zoned(zone.clone()).map_err(|_| CalendarError::TooFar)?;
            Ok(midnight.timestamp())
        };
        let after = to.tomorrow().map_err(|_| CalendarError::TooFar)?;
        let during = Span { start: midnight(from)?, end: midnight(after)? };
        let mut days = Vec::new();
        for span in self.spans(during)? {
            let first = zone.to_datetime(span.start).date();
            let last = zone.to_datetime(span.end).date();
            let mut day = first.max(from);
            while day < last && day <= to {
                days.push(day);
                day = day.tomorrow().map_err(|_| CalendarError::TooFar)?;
            }
        }
        Ok(days)
    }
}
