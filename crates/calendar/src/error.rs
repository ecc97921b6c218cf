//! Why a calendar can't answer.

use jiff::civil::Date;

/// Why a calendar can't answer. Never to be read as "not working" or as "now".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The place has no working time at all, or none within ten years.
    #[error("the place has no working time")]
    NoWorkingTime,
    /// The table or the file of holidays does not reach this day.
    #[error("the holidays of {region} are known up to {known_until} only, and {day} is later")]
    HolidaysUnknown {
        /// The region, such as `DE-BY`, or the file.
        region: String,
        /// The day that was asked about.
        day: Date,
        /// The last year it holds.
        known_until: i16,
    },
    /// The table or the file of holidays begins after this day.
    #[error("the holidays of {region} are known from {known_from} on only, and {day} is earlier")]
    HolidaysForgotten {
        /// The region, such as `DE-BY`, or the file.
        region: String,
        /// The day that was asked about.
        day: Date,
        /// The first year it holds.
        known_from: i16,
    },
    /// The answer lies further away than a calendar looks: ten years, or the end of time.
    #[error("that is further away than a calendar looks")]
    TooFar,
}
