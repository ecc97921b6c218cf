//! What a rule says.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frequency {
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
    /// Every month.
    Monthly,
    /// Every year.
    Yearly,
}

/// A day of the week, or only its n-th in the month or the year; negative ones count from the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NthDay {
    /// Which one; `None` is every one.
    pub nth: Option<i16>,
    /// The day.
    pub weekday: Weekday,
}

/// The last time, which still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// A day, by the clock of the recurrence's zone.
    Day(Date),
    /// A time by that clock.
    Wall(DateTime),
    /// A moment.
    Moment(Timestamp),
}

impl Until {
    pub(super) fn is_over(self, wall: DateTime, at: Timestamp) -> bool {
        match self {
            Self::Day(last) => wall.date() > last,
            Self::Wall(last) => wall > last,
            Self::Moment(last) => at > last,
        }
    }
}

/// A rule of RFC 5545; made by parsing its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub(super) frequency: Frequency,
    // INVARIANT: at least 1.
    pub(super) interval: u16,
    pub(super) until: Option<Until>,
    pub(super) count: Option<u32>,
    // INVARIANT: 1 to 12.
    pub(super) by_month: Vec<i8>,
    // INVARIANT: 1 to 31 or -31 to -1.
    pub(super) by_month_day: Vec<i8>,
    // INVARIANT: a number never stands in a daily or weekly rule.
    pub(super) by_day: Vec<NthDay>,
    pub(super) by_set_pos: Vec<i16>,
    pub(super) week_start: Weekday,
}

impl Rule {
    /// How often.
    #[must_use]
    pub const fn frequency(&self) -> Frequency {
        self.frequency
    }

    /// The last time, when the rule names one.
    #[must_use]
    pub const fn until(&self) -> Option<Until> {
        self.until
    }

    /// How many times in all, when the rule says so.
    #[must_use]
    pub const fn count(&self) -> Option<u32> {
        self.count
    }
}
