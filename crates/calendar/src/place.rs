//! A place: where people are, when they work there and which days are off.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::error::CalendarError;
use crate::holidays::Holidays;
use crate::week::{DAY_MINUTES, Shift, Week};

/// A day with hours of its own, whatever the week and the holidays say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecialDay {
    /// What it is called.
    pub name: String,
    /// Its shifts, sorted and without overlap; none when nobody works.
    pub shifts: Vec<Shift>,
}

/// A time zone, weekly working hours and the days that differ. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Place {
    zone: TimeZone,
    week: Arc<Week>,
    holidays: Arc<Holidays>,
    special: Arc<BTreeMap<Date, SpecialDay>>,
}

impl Place {
    /// A place with these hours and no holidays.
    #[must_use]
    pub fn new(zone: TimeZone, week: Week) -> Self {
        Self { zone, week: Arc::new(week), holidays: Arc::default(), special: Arc::default() }
    }

    /// Monday to Friday from nine to five, without holidays: what is assumed of somebody whose zone
    /// is all that is known.
    #[must_use]
    pub fn office(zone: TimeZone) -> Self {
        Self::new(zone, Week::office())
    }

    /// The same place with these holidays.
    #[must_use]
    pub fn with_holidays(self, holidays: Holidays) -> Self {
        Self { holidays: Arc::new(holidays), ..self }
    }

    /// The same place with these special days; they win over week and holidays.
    #[must_use]
    pub fn with_special_days(self, special: BTreeMap<Date, SpecialDay>) -> Self {
        Self { special: Arc::new(special), ..self }
    }

    /// Its time zone.
    #[must_use]
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The hours of an ordinary week.
    #[must_use]
    pub fn week(&self) -> &Week {
        &self.week
    }

    /// Its holidays.
    #[must_use]
    pub fn holidays(&self) -> &Holidays {
        &self.holidays
    }

    /// The calendar day there.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    /// What is special about a day: a special day's name or a holiday's.
    ///
    /// # Errors
    /// The holidays of that year are not known.
    pub fn name_of(&self, day: Date) -> Result<Option<&str>, CalendarError> {
        match self.special.get(&day) {
            Some(special) => Ok(Some(&special.name)),
            None => self.holidays.on(day),
        }
    }

    /// The shifts that begin on a day.
    ///
    /// # Errors
    /// The week has shifts on such a day, and whether it is a holiday is not known.
    pub fn shifts_on(&self, day: Date) -> Result<&[Shift], CalendarError> {
        if let Some(special) = self.special.get(&day) {
            return Ok(&special.shifts);
        }
        let usual = self.week.on(day.weekday());
        if usual.is_empty() || self.holidays.on(day)?.is_some() {
            return Ok(&[]);
        }
        Ok(usual)
    }

    /// Minutes of this day that belong to a shift of the day before.
    pub(crate) fn run_over_into(&self, day: Date) -> Result<u16, CalendarError> {
        match day.yesterday() {
            Ok(before) if self.may_run_over(before) => self.shifts_on(before).map(past_midnight),
            _ => Ok(0),
        }
    }

    /// Whether a shift of a day may end on the next. Asked first, so that the day before the first
    /// one of a table of holidays isn't looked up for nothing.
    pub(crate) fn may_run_over(&self, day: Date) -> bool {
        let usual = self.week.on(day.weekday());
        past_midnight(self.special.get(&day).map_or(usual, |special| &special.shifts)) > 0
    }

    /// Whether no day can have working time.
    pub(crate) fn never_works(&self) -> bool {
        self.week.is_empty() && self.special.values().all(|day| day.shifts.is_empty())
    }
}

/// Minutes by which the last of these shifts ends after midnight.
fn past_midnight(shifts: &[Shift]) -> u16 {
    shifts.last().map_or(0, |last| last.end().saturating_sub(DAY_MINUTES))
}
