//! Public holidays of a region or of a file, with their names and the years for which they are known.
//!
//! A day outside those years is an error: an unknown year must never read as one without holidays.

mod file;
mod table;

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::error::CalendarError;
use crate::ical::Skipped;

pub use self::table::{Region, regions};

/// The holidays of a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holidays {
    days: BTreeMap<Date, String>,
    known: Option<Known>,
}

/// Where the days come from and which years they cover.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    source: String,
    from: i16,
    until: i16,
}

impl Holidays {
    /// Holidays of a region of the table that is built in, such as `NZ` or `DE-BY`; `None` when the
    /// table does not have it.
    #[must_use]
    pub fn of_region(code: &str) -> Option<Self> {
        let (from, _) = table::years();
        let (region, days) = table::days(code)?;
        let known = Known { source: code.to_owned(), from, until: region.until };
        Some(Self { days, known: Some(known) })
    }

    /// Holidays of an iCalendar file, by the name under which people find it.
    ///
    /// # Errors
    /// Everything in it that is no whole day or was not understood, with its line; or that it has no
    /// day, or none in a year between two others.
    pub fn of_file(name: &str, text: &str) -> Result<Self, Vec<Skipped>> {
        let (days, (from, until)) = file::read(text)?;
        Ok(Self { days, known: Some(Known { source: name.to_owned(), from, until }) })
    }

    /// The code of the region or the name of the file they are from.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        self.known.as_ref().map(|known| known.source.as_str())
    }

    /// The first and the last year that are known; `None` when they depend on nothing.
    #[must_use]
    pub fn known_years(&self) -> Option<(i16, i16)> {
        self.known.as_ref().map(|known| (known.from, known.until))
    }

    /// The name of the holiday on a day, if it is one.
    ///
    /// # Errors
    /// The table or the file does not reach that year.
    pub fn on(&self, day: Date) -> Result<Option<&str>, CalendarError> {
        match &self.known {
            Some(known) if day.year() > known.until => Err(CalendarError::HolidaysUnknown {
                region: known.source.clone(),
                day,
                known_until: known.until,
            }),
            Some(known) if day.year() < known.from => Err(CalendarError::HolidaysForgotten {
                region: known.source.clone(),
                day,
                known_from: known.from,
            }),
            _ => Ok(self.days.get(&day).map(String::as_str)),
        }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Date, &str)> {
        self.days.iter().map(|(day, name)| (*day, name.as_str()))
    }
}
