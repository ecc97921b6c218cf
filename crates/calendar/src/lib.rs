//! Calendars: places with working hours, holidays, recurrences and iCalendar.
//!
//! Ring 0. Answers when people of a place work, in real time, across every change of the clocks. It
//! must never do IO or read a clock, and must never see people, changes or policy: it knows time only.
//! What it can't know, such as the holidays of a year that is in no table, is an error and never
//! "no holiday".
#![deny(missing_docs)]

mod error;
mod holidays;
pub mod ical;
mod place;
mod recurrence;
mod spans;
mod week;
mod zone;

pub use self::error::CalendarError;
pub use self::holidays::{Holidays, Region, regions};
pub use self::place::{Place, SpecialDay};
pub use self::recurrence::{Frequency, Length, NthDay, Recurrence, Rule, RuleError, Until};
pub use self::spans::Span;
pub use self::week::{Shift, Week, WeekError, parse_days, parse_shifts};
pub use self::zone::{zone, zone_names};
