//! Weekly working hours, by the clock on the wall.

use jiff::civil::{Time, Weekday};

pub(crate) const DAY_MINUTES: u16 = 24 * 60;

/// One stretch of work, in minutes after the midnight that begins its day.
///
/// A shift belongs to the day it begins on; one that ends after 24:00 runs into the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shift {
    // INVARIANT: start < 1440 and start < end <= start + 1440.
    start: u16,
    end: u16,
}

impl Shift {
    /// A shift from `start` up to, and not with, `end`; an end before the start is on the next day.
    ///
    /// # Errors
    /// Both are the same: that could mean nothing, or a whole day.
    pub fn new(start: Time, end: Time) -> Result<Self, WeekError> {
        Self::of_minutes(minutes(start), minutes(end))
    }

    fn of_minutes(start: u16, end: u16) -> Result<Self, WeekError> {
        match end {
            _ if start >= DAY_MINUTES || end > DAY_MINUTES => Err(WeekError::Unreadable),
            end if end == start => Err(WeekError::Empty),
            end if end < start => Ok(Self { start, end: end + DAY_MINUTES }),
            end => Ok(Self { start, end }),
        }
    }

    /// Minutes after midnight of its day.
    #[must_use]
    pub const fn start(self) -> u16 {
        self.start
    }

    /// Minutes after midnight of its day; above 1440 it ends on the next one.
    #[must_use]
    pub const fn end(self) -> u16 {
        self.end
    }
}

fn minutes(time: Time) -> u16 {
    u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs())
}

/// What is wrong with hours as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeekError {
    /// Not a time of day or a span of two.
    #[error("hours are written like `09:00-17:00`, several with commas between")]
    Unreadable,
    /// Begins and ends at the same time.
    #[error("these hours end where they begin; a whole day is `00:00-24:00`")]
    Empty,
    /// Two shifts of a day, or of two days, overlap.
    #[error("two of these stretches overlap")]
    Overlap,
    /// Not a day or a span of days.
    #[error("days are written like `mon`, `mon-fri` or `sat, sun`")]
    UnknownDay,
}

/// The shifts of each day of a week.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Week {
    // INVARIANT: index 0 is Monday; each list is sorted, and no two shifts overlap.
    days: [Vec<Shift>; 7],
}

impl Week {
    /// Monday to Friday, nine to five.
    #[must_use]
    pub fn office() -> Self {
        let mut week = Self::default();
        for day in week.days.iter_mut().take(5) {
            day.push(Shift { start: 9 * 60, end: 17 * 60 });
        }
        week
    }

    /// A week from the shifts of each day. Days not given have none.
    ///
    /// # Errors
    /// Two shifts overlap, be it over midnight, or from Sunday into Monday.
    pub fn new(given: impl IntoIterator<Item = (Weekday, Vec<Shift>)>) -> Result<Self, WeekError> {
        let mut week = Self::default();
        for (weekday, shifts) in given {
            if let Some(day) = week.days.get_mut(index(weekday)) {
                day.extend(shifts);
                day.sort_unstable();
            }
        }
        let mut free_from =
            week.days[6].last().map_or(0, |last| last.end.saturating_sub(DAY_MINUTES));
        for day in &week.days {
            for shift in day {
                if shift.start < free_from {
                    return Err(WeekError::Overlap);
                }
                free_from = shift.end;
            }
            free_from = free_from.saturating_sub(DAY_MINUTES);
        }
        Ok(week)
    }

    /// The shifts that begin on this day of the week.
    #[must_use]
    pub fn on(&self, weekday: Weekday) -> &[Shift] {
        self.days.get(index(weekday)).map_or(&[], Vec::as_slice)
    }

    /// Whether nobody ever works.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.days.iter().all(Vec::is_empty)
    }
}

fn index(weekday: Weekday) -> usize {
    usize::from(weekday.to_monday_zero_offset().unsigned_abs())
}

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// Reads days such as `mon`, `mon-fri`, `sun-thu` or `sat, sun`.
///
/// # Errors
/// A word is not a day.
pub fn parse_days(text: &str) -> Result<Vec<Weekday>, WeekError> {
    let mut days = Vec::new();
    for part in text.split(',') {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let (from, to) = (weekday(from)?, weekday(to)?);
        let mut day = from;
        days.push(day);
        while day != to {
            day = day.next();
            days.push(day);
        }
    }
    Ok(days)
}

fn weekday(text: &str) -> Result<Weekday, WeekError> {
    let word = text.trim();
    let found = DAYS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
    found.map(|(_, day)| *day).ok_or(WeekError::UnknownDay)
}

/// Reads shifts such as `09:00-12:30, 13:30-18:00` or `22:00-06:00`, in order of their start.
///
/// # Errors
/// It is not such a list, or two of them overlap.
pub fn parse_shifts(text: &str) -> Result<Vec<Shift>, WeekError> {
    let mut shifts = Vec::new();
    for part in text.split(',') {
        let (start, end) = part.split_once('-').ok_or(WeekError::Unreadable)?;
        shifts.push(Shift::of_minutes(clock(start)?, clock(end)?)?);
    }
    shifts.sort_unstable();
    let overlap = shifts.windows(2).any(|pair| matches!(pair, [a, b] if b.start < a.end));
    if overlap { Err(WeekError::Overlap) } else { Ok(shifts) }
}

/// Minutes of `HH:MM`, up to and with `24:00`.
fn clock(text: &str) -> Result<u16, WeekError> {
    let (hours, minutes) = text.trim().split_once(':').ok_or(WeekError::Unreadable)?;
    let number = |part: &str| {
        let plain = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<u16>().ok().filter(|_| plain).ok_or(WeekError::Unreadable)
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if minutes >= 60 || hours * 60 + minutes > DAY_MINUTES {
        return Err(WeekError::Unreadable);
    }
    Ok(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_as_written_and_nothing_else_is() {
        let shifts = |text| {
            parse_shifts(text).map(|all| {
                all.into_iter().map(|shift| (shift.start, shift.end)).collect::<Vec<_>>()
            })
        };
        assert_eq!(shifts("09:00-12:30, 13:30-18:00"), Ok(vec![(540, 750), (810, 1080)]));
        assert_eq!(shifts("22:00-06:00"), Ok(vec![(1320, 1800)]));
        assert_eq!(shifts("00:00-24:00"), Ok(vec![(0, 1440)]));
        assert_eq!(shifts("13:00-14:00,09:00-10:00"), Ok(vec![(540, 600), (780, 840)]));
        assert_eq!(shifts("09:00-09:00"), Err(WeekError::Empty));
        assert_eq!(shifts("09:00-12:00, 11:59-13:00"), Err(WeekError::Overlap));
        for text in [
            "",
            "9-17",
            "09:00",
            "09:60-10:00",
            "24:00-25:00",
            "24:01-01:00",
            "+9:00-10:00",
            "09:00–17:00",
        ] {
            assert_eq!(shifts(text), Err(WeekError::Unreadable), "{text}");
        }
    }

    #[test]
    fn days_wrap_over_the_end_of_the_week() {
        assert_eq!(parse_days("mon-fri").map(|days| days.len()), Ok(5));
        assert_eq!(
            parse_days("sat-mon"),
            Ok(vec![Weekday::Saturday, Weekday::Sunday, Weekday::Monday])
        );
        assert_eq!(parse_days("Sun, Wed"), Ok(vec![Weekday::Sunday, Weekday::Wednesday]));
        assert_eq!(parse_days("monday"), Err(WeekError::UnknownDay));
    }

    #[test]
    fn a_night_shift_may_not_run_into_the_next_days_first() {
        let week = |sunday: &str, monday: &str| {
            Week::new([
                (Weekday::Monday, parse_shifts(monday).unwrap()),
                (Weekday::Sunday, parse_shifts(sunday).unwrap()),
            ])
        };
        assert!(week("22:00-06:00", "06:00-14:00").is_ok());
        assert_eq!(week("22:00-06:00", "05:59-14:00"), Err(WeekError::Overlap));
    }
}
