//! Working time as stretches of real time, and arithmetic with it.
//!
//! A shift is one stretch of real time. It begins and ends when the clock on the wall first shows
//! its times; times the clock skips are read as the moment it skips them. So hours inside a gap are
//! not worked, and hours that come twice are worked once. Cost grows with days, never with minutes.

use jiff::civil::Date;
use jiff::tz::AmbiguousOffset;
use jiff::{SignedDuration, Timestamp};

use crate::error::CalendarError;
use crate::place::Place;
use crate::week::DAY_MINUTES;

/// How many days a calendar looks ahead or back: ten years.
const MOST_DAYS: usize = 3_660;

/// The shortest stretch of time.
const MOMENT: SignedDuration = SignedDuration::from_nanos(1);

/// A stretch of real time, from `start` up to and not with `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// When it begins.
    pub start: Timestamp,
    /// When it is over.
    pub end: Timestamp,
}

impl Span {
    /// How long it lasts.
    #[must_use]
    pub fn duration(self) -> SignedDuration {
        self.end.duration_since(self.start)
    }

    /// The part that lies in another span, if any.
    #[must_use]
    pub fn within(self, other: Self) -> Option<Self> {
        let both = Self { start: self.start.max(other.start), end: self.end.min(other.end) };
        (both.start < both.end).then_some(both)
    }
}

impl Place {
    /// Whether people work there at this moment.
    ///
    /// # Errors
    /// The holidays of the day are not known.
    pub fn is_working(&self, at: Timestamp) -> Result<bool, CalendarError> {
        let (mut day, last) = (self.first_day(at), self.last_day(at));
        while day <= last {
            if self.spans_of(day)?.iter().any(|span| span.start <= at && at < span.end) {
                return Ok(true);
            }
            day = next_day(day)?;
        }
        Ok(false)
    }

    /// The first moment of working time at or after this one.
    ///
    /// # Errors
    /// There is no working time, or whether there is isn't known.
    pub fn next_working(&self, at: Timestamp) -> Result<Timestamp, CalendarError> {
        self.forward(at, |span| Some(span.start))
    }

    /// When working time begins or ends next after this moment.
    ///
    /// # Errors
    /// There is no working time, or whether there is isn't known.
    pub fn next_edge(&self, at: Timestamp) -> Result<Timestamp, CalendarError> {
        self.forward(at, |span| Some(if span.start > at { span.start } else { span.end }))
    }

    /// The earliest moment by which so much working time has passed since `from`; with a negative
    /// duration the latest moment from which so much passes until `from`.
    ///
    /// # Errors
    /// There is too little working time within ten years, or holidays on the way are not known.
    pub fn add_working(
        &self,
        from: Timestamp,
        duration: SignedDuration,
    ) -> Result<Timestamp, CalendarError> {
        if duration.is_zero() {
            return Ok(from);
        }
        let back = duration.is_negative();
        let left = if back { duration.checked_neg() } else { Some(duration) };
        let mut left = left.ok_or(CalendarError::TooFar)?;
        let mut take = |span: Span| {
            let length = span.duration();
            if length < left {
                left = left.checked_sub(length)?;
                return None;
            }
            if back { span.end.checked_sub(left).ok() } else { span.start.checked_add(left).ok() }
        };
        if duration.is_negative() {
            self.backward(from, take)
        } else {
            self.forward(from, &mut take)
        }
    }

    /// How much working time lies between two moments; negative when `to` is before `from`.
    ///
    /// # Errors
    /// They are more than ten years apart, or holidays between them are not known.
    pub fn working_between(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<SignedDuration, CalendarError> {
        if to < from {
            return self.working_between(to, from).map(|worked| -worked);
        }
        let spans = self.working_spans(Span { start: from, end: to })?;
        Ok(spans.into_iter().map(Span::duration).fold(SignedDuration::ZERO, |all, one| all + one))
    }

    /// Working time within a span, in order.
    ///
    /// # Errors
    /// It is longer than ten years, or holidays in it are not known.
    pub fn working_spans(&self, during: Span) -> Result<Vec<Span>, CalendarError> {
        let mut spans = Vec::new();
        let last = self.last_day(during.end);
        let mut day = self.first_day(during.start);
        for _ in 0..MOST_DAYS {
            if day > last || during.start >= during.end {
                return Ok(spans);
            }
            spans.extend(self.spans_of(day)?.into_iter().filter_map(|span| span.within(during)));
            day = next_day(day)?;
        }
        Err(CalendarError::TooFar)
    }

    /// Offers the working time after a moment, in order, until `take` is content.
    fn forward(
        &self,
        at: Timestamp,
        mut take: impl FnMut(Span) -> Option<Timestamp>,
    ) -> Result<Timestamp, CalendarError> {
        if self.never_works() {
            return Err(CalendarError::NoWorkingTime);
        }
        let after = Span { start: at, end: Timestamp::MAX };
        let mut day = self.first_day(at);
        for _ in 0..MOST_DAYS {
            let spans = self.spans_of(day)?;
            let found = spans.into_iter().filter_map(|span| span.within(after)).find_map(&mut take);
            if let Some(found) = found {
                return Ok(found);
            }
            day = next_day(day)?;
        }
        Err(CalendarError::NoWorkingTime)
    }

    /// The same before a moment, backwards.
    fn backward(
        &self,
        at: Timestamp,
        mut take: impl FnMut(Span) -> Option<Timestamp>,
    ) -> Result<Timestamp, CalendarError> {
        if self.never_works() {
            return Err(CalendarError::NoWorkingTime);
        }
        let before = Span { start: Timestamp::MIN, end: at };
        let mut day = self.last_day(at);
        for _ in 0..MOST_DAYS {
            let spans = self.spans_of(day)?;
            let mut spans = spans.into_iter().rev().filter_map(|span| span.within(before));
            if let Some(found) = spans.find_map(&mut take) {
                return Ok(found);
            }
            day = day.yesterday().map_err(|_| CalendarError::TooFar)?;
        }
        Err(CalendarError::NoWorkingTime)
    }

    /// The first day whose shifts may still last at a moment.
    fn first_day(&self, at: Timestamp) -> Date {
        let day = self.day(at);
        day.yesterday().ok().filter(|before| self.may_run_over(*before)).unwrap_or(day)
    }

    /// The last day whose shifts may have begun by a moment. Where the clock is set back over
    /// midnight, it showed the next day once already.
    fn last_day(&self, at: Timestamp) -> Date {
        let day = self.day(at);
        let shown = |moved: Timestamp| Some(self.day(moved.checked_sub(MOMENT).ok()?));
        let after = at.checked_add(MOMENT).unwrap_or(at);
        let moved = self.zone().preceding(after).next().map(|transition| transition.timestamp());
        moved.and_then(shown).map_or(day, |before| before.max(day))
    }

    /// The shifts of a day as real time, in order.
    fn spans_of(&self, day: Date) -> Result<Vec<Span>, CalendarError> {
        let shifts = self.shifts_on(day)?;
        if shifts.is_empty() {
            return Ok(Vec::new());
        }
        let free_from = self.run_over_into(day)?;
        let mut spans = Vec::with_capacity(shifts.len());
        for shift in shifts {
            let start = self.moment(day, shift.start().max(free_from))?;
            let end = self.moment(day, shift.end())?;
            if start < end {
                spans.push(Span { start, end });
            }
        }
        Ok(spans)
    }

    /// When the clock first shows so many minutes after midnight of a day.
    fn moment(&self, day: Date, minutes: u16) -> Result<Timestamp, CalendarError> {
        let too_far = |_| CalendarError::TooFar;
        let (day, minutes) = match minutes.checked_sub(DAY_MINUTES) {
            Some(over) => (next_day(day)?, over),
            None => (day, minutes),
        };
        let minutes = i64::from(minutes);
        let wall =
            day.at(0, 0, 0, 0).checked_add(SignedDuration::from_mins(minutes)).map_err(too_far)?;
        match self.zone().to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset }
            | AmbiguousOffset::Fold { before: offset, .. } => {
                offset.to_timestamp(wall).map_err(too_far)
            }
            AmbiguousOffset::Gap { before, .. } => {
                let past = before.to_timestamp(wall).map_err(too_far)?;
                let after = past.checked_add(MOMENT).map_err(too_far)?;
                // INVARIANT: a gap has a transition; it is the last one up to the time as read by
                // the clock that had not been moved yet.
                self.zone()
                    .preceding(after)
                    .next()
                    .map(|t| t.timestamp())
                    .ok_or(CalendarError::TooFar)
            }
        }
    }
}

fn next_day(day: Date) -> Result<Date, CalendarError> {
    day.tomorrow().map_err(|_| CalendarError::TooFar)
}
