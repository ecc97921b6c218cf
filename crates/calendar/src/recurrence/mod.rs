//! Recurrences by RFC 5545, section 3.3.10: what happens again and again, by the clock of a zone.
//!
//! Whole days and longer only: a rule that repeats within a day, or by the number of a week or of a
//! day in the year, is refused. A time the clock skips is read by the offset before the skip, and
//! one that comes twice is the first, as the standard says.

mod days;
mod parse;
mod rule;

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::error::CalendarError;
use crate::spans::Span;

pub use self::parse::RuleError;
pub use self::rule::{Frequency, NthDay, Rule, Until};

/// Most periods one question looks at, and most occurrences it returns.
const MOST: usize = 20_000;

/// How long each occurrence lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// So much real time.
    Exact(SignedDuration),
    /// So many days of the calendar, from the time it begins to the same time on another day.
    Days(u16),
    /// Until the clock shows a time, so many days of the calendar later.
    Clock {
        /// Days later; 0 is the day on which it begins.
        days: u16,
        /// The time.
        until: Time,
    },
}

/// A first time, and the rule and the dates by which it comes again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recurrence {
    start: DateTime,
    zone: TimeZone,
    rule: Option<Rule>,
    more: BTreeSet<Timestamp>,
    except: BTreeSet<Timestamp>,
    except_days: BTreeSet<Date>,
}

impl Recurrence {
    /// From its first time (`DTSTART`) in a zone; without a rule it happens once.
    #[must_use]
    pub const fn new(start: DateTime, zone: TimeZone, rule: Option<Rule>) -> Self {
        Self {
            start,
            zone,
            rule,
            more: BTreeSet::new(),
            except: BTreeSet::new(),
            except_days: BTreeSet::new(),
        }
    }

    /// The same, and at these times as well (`RDATE`).
    #[must_use]
    pub fn and_at(mut self, times: impl IntoIterator<Item = Timestamp>) -> Self {
        self.more.extend(times);
        self
    }

    /// The same, but not at these times (`EXDATE`).
    #[must_use]
    pub fn except_at(mut self, times: impl IntoIterator<Item = Timestamp>) -> Self {
        self.except.extend(times);
        self
    }

    /// The same, but not on these days of its zone (`EXDATE;VALUE=DATE`).
    #[must_use]
    pub fn except_on(mut self, days: impl IntoIterator<Item = Date>) -> Self {
        self.except_days.extend(days);
        self
    }

    /// Its zone.
    #[must_use]
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// When it begins within a span, in order.
    ///
    /// # Errors
    /// There are more than twenty thousand, or finding them takes as many steps.
    pub fn occurrences(&self, during: Span) -> Result<Vec<Timestamp>, CalendarError> {
        let mut found = BTreeSet::new();
        let inside = |at: &Timestamp| during.start <= *at && *at < during.end;
        // Where the clock is set back over midnight, the next day was shown already.
        let last = self.zone.to_datetime(during.end).date().tomorrow().unwrap_or(Date::MAX);
        self.walk(during.start, last, |at| {
            if inside(&at) {
                found.insert(at);
            }
            at < during.end
        })?;
        found.extend(self.more.iter().copied().filter(inside));
        found.retain(|at| !self.is_excepted(*at));
        Ok(found.into_iter().collect())
    }

    /// The first time it begins at or after a moment; `None` when it is over.
    ///
    /// # Errors
    /// It may begin again, but finding out when takes more than twenty thousand steps.
    pub fn next_at_or_after(&self, at: Timestamp) -> Result<Option<Timestamp>, CalendarError> {
        let mut found = None;
        self.walk(at, Date::MAX, |begins| {
            if begins >= at && !self.is_excepted(begins) {
                found = Some(begins);
            }
            found.is_none()
        })?;
        let more = self.more.range(at..).copied().find(|more| !self.is_excepted(*more));
        Ok(found.into_iter().chain(more).min())
    }

    /// The stretches of time it takes up within a span, in order of their beginning.
    ///
    /// # Errors
    /// As for [`Recurrence::occurrences`].
    pub fn spans(&self, length: Length, during: Span) -> Result<Vec<Span>, CalendarError> {
        // A day of the calendar has at most 48 hours, even where a date comes twice.
        let longest = match length {
            Length::Exact(duration) => duration,
            Length::Days(days) => SignedDuration::from_hours(48 * i64::from(days)),
            Length::Clock { days, .. } => SignedDuration::from_hours(48 * (i64::from(days) + 1)),
        };
        let start = during.start.checked_sub(longest).unwrap_or(Timestamp::MIN);
        let begins = self.occurrences(Span { start, end: during.end })?;
        let mut spans = Vec::new();
        for start in begins {
            let span = Span { start, end: self.end_of(start, length)? };
            spans.extend(span.within(during).map(|_| span));
        }
        Ok(spans)
    }

    /// The first stretch of time that begins at or after a moment; `None` when it is over.
    ///
    /// # Errors
    /// As for [`Recurrence::next_at_or_after`].
    pub fn next_span(&self, length: Length, at: Timestamp) -> Result<Option<Span>, CalendarError> {
        let Some(start) = self.next_at_or_after(at)? else { return Ok(None) };
        Ok(Some(Span { start, end: self.end_of(start, length)? }))
    }

    /// Whether its rule names no end.
    #[must_use]
    pub fn is_endless(&self) -> bool {
        self.rule.as_ref().is_some_and(|rule| rule.until.is_none() && rule.count.is_none())
    }

    /// Whether it has a rule or more dates than one.
    pub(crate) fn repeats(&self) -> bool {
        self.rule.is_some() || !self.more.is_empty()
    }

    fn end_of(&self, start: Timestamp, length: Length) -> Result<Timestamp, CalendarError> {
        let too_far = |_| CalendarError::TooFar;
        match length {
            Length::Exact(duration) => start.checked_add(duration).map_err(too_far),
            Length::Days(days) => {
                let wall = self.zone.to_datetime(start);
                let days = jiff::Span::new().days(i64::from(days));
                self.moment(wall.checked_add(days).map_err(too_far)?)
            }
            Length::Clock { days, until } => {
                let days = jiff::Span::new().days(i64::from(days));
                let day = self.zone.to_datetime(start).date().checked_add(days).map_err(too_far)?;
                // Where the clock skips all of it, nothing of it is left.
                Ok(self.moment(day.to_datetime(until))?.max(start))
            }
        }
    }

    fn is_excepted(&self, at: Timestamp) -> bool {
        self.except.contains(&at) || self.except_days.contains(&self.zone.to_datetime(at).date())
    }

    fn moment(&self, wall: DateTime) -> Result<Timestamp, CalendarError> {
        let moment = self.zone.to_ambiguous_timestamp(wall).compatible();
        moment.map_err(|_| CalendarError::TooFar)
    }

    /// Offers what the rule yields, in order and at the latest from `from` on, up to a day or until
    /// told to stop.
    fn walk(
        &self,
        from: Timestamp,
        last: Date,
        mut go_on: impl FnMut(Timestamp) -> bool,
    ) -> Result<(), CalendarError> {
        let Some(rule) = &self.rule else {
            go_on(self.moment(self.start)?);
            return Ok(());
        };
        let first = self.start.date();
        // What is counted has to be counted from the beginning.
        let skipped = match rule.count {
            Some(_) => 0,
            None => rule.periods_before(first, self.zone.to_datetime(from).date()),
        };
        let mut counted = 0;
        for period in (skipped..).take(MOST) {
            let begin = rule.begin_of(first, period).filter(|begin| *begin <= last);
            let Some(begin) = begin else { return Ok(()) };
            for day in rule.days_of(first, begin).into_iter().filter(|day| *day >= first) {
                let wall = day.to_datetime(self.start.time());
                let at = self.moment(wall)?;
                let over = rule.until.is_some_and(|until| until.is_over(wall, at));
                if over || rule.count.is_some_and(|count| counted >= count) {
                    return Ok(());
                }
                counted += 1;
                if !go_on(at) {
                    return Ok(());
                }
            }
        }
        Err(CalendarError::TooFar)
    }
}
