//! Dates, times and durations as iCalendar writes them.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::recurrence::Length;

/// A date or a time as it stands in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenText {
    /// `20261127`
    Day(Date),
    /// `20261127T100000`, by some clock on a wall.
    Wall(DateTime),
    /// `20261127T100000Z`
    Moment(Timestamp),
}

/// Reads `20261127`, `20261127T100000` or `20261127T100000Z`; nothing else.
#[must_use]
pub fn parse_when(text: &str) -> Option<WhenText> {
    let (date_text, rest) = text.split_at_checked(8)?;
    let number = |at: usize, len: usize, of: &str| {
        let digits = of.get(at..at + len)?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<i16>().ok())?
    };
    let small = |at: usize, of: &str| i8::try_from(number(at, 2, of)?).ok();
    let date =
        Date::new(number(0, 4, date_text)?, small(4, date_text)?, small(6, date_text)?).ok()?;
    if rest.is_empty() {
        return Some(WhenText::Day(date));
    }
    let (time, utc) = match rest.strip_prefix('T')?.strip_suffix('Z') {
        Some(time) => (time, true),
        None => (rest.strip_prefix('T')?, false),
    };
    if time.len() != 6 {
        return None;
    }
    // A leap second is the second before it, as everywhere else.
    let second = small(4, time)?.min(59);
    let hour = small(0, time)?;
    let minute = small(2, time)?;
    let time = jiff::civil::Time::new(hour, minute, second, 0).ok()?;
    let wall = date.to_datetime(time);
    if utc {
        let moment = TimeZone::UTC.to_ambiguous_timestamp(wall).compatible().ok()?;
        return Some(WhenText::Moment(moment));
    }
    Some(WhenText::Wall(wall))
}

/// Reads a duration such as `PT1H30M`, `P2D` or `P1W`; negative ones and mixtures with days are
/// read as real time.
pub(super) fn parse_duration(text: &str) -> Option<Length> {
    let body = text.strip_prefix('+').unwrap_or(text).strip_prefix('P')?;
    let (days_text, time_text) = match body.split_once('T') {
        Some((days, time)) if !time.is_empty() => (days, time),
        Some(_) => return None,
        None => (body, ""),
    };
    let days = match days_text.chars().last() {
        None => 0,
        Some('W') => count(days_text)?.checked_mul(7)?,
        Some('D') => count(days_text)?,
        Some(_) => return None,
    };
    if time_text.is_empty() {
        return (!days_text.is_empty()).then(|| u16::try_from(days).ok().map(Length::Days))?;
    }
    let mut seconds = i64::from(days) * 86_400;
    let mut rest = time_text;
    for (unit, length) in [('H', 3_600), ('M', 60), ('S', 1)] {
        if let Some((number, after)) = rest.split_once(unit) {
            seconds += i64::from(digits(number)?) * length;
            rest = after;
        }
    }
    rest.is_empty().then_some(Length::Exact(SignedDuration::from_secs(seconds)))
}

fn count(text: &str) -> Option<u32> {
    digits(text.get(..text.len().checked_sub(1)?)?)
}

/// At most six digits: nothing in a calendar lasts longer.
fn digits(text: &str) -> Option<u32> {
    let plain = (1..=6).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_three_forms_of_a_time_are_read() {
        assert!(matches!(parse_when("20261127"), Some(WhenText::Day(_))));
        assert!(matches!(parse_when("20261127T100000"), Some(WhenText::Wall(_))));
        assert!(matches!(parse_when("20261127T100060Z"), Some(WhenText::Moment(_))));
        for text in [
            "",
            "2026",
            "20261301",
            "20260230",
            "20261127T1000",
            "2026112T100000",
            "20261127 100000",
            "20261127T250000",
            "+0261127",
            "äöüß1127",
        ] {
            assert_eq!(parse_when(text), None, "{text}");
        }
    }

    #[test]
    fn durations_are_real_time_or_days() {
        assert_eq!(parse_duration("PT1H30M"), Some(Length::Exact(SignedDuration::from_mins(90))));
        assert_eq!(parse_duration("P2D"), Some(Length::Days(2)));
        assert_eq!(parse_duration("P1W"), Some(Length::Days(7)));
        assert_eq!(parse_duration("P1DT12H"), Some(Length::Exact(SignedDuration::from_hours(36))));
        for text in ["", "P", "PT", "P1H", "PT1D", "-PT1H", "PTH", "P9999999D", "P99999D", "PT1H1H"]
        {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
