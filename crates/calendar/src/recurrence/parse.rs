//! Reading the text of a rule, such as `FREQ=WEEKLY;BYDAY=MO,FR`, and writing it again.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use jiff::civil::Weekday;

use super::days::WEEKDAYS;
use super::rule::{Frequency, NthDay, Rule, Until};
use crate::ical::{WhenText, parse_when};

/// Longest text of a rule, and most values of one part.
const MOST_BYTES: usize = 1_000;
const MOST_VALUES: usize = 100;
/// Most occurrences that can be counted.
const MOST_COUNT: u32 = 10_000;

/// What is wrong with the text of a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Not parts of `NAME=VALUE` with semicolons between.
    #[error("a rule is written like `FREQ=WEEKLY;BYDAY=MO,FR`")]
    Unreadable,
    /// No frequency.
    #[error("a rule begins with how often, such as `FREQ=WEEKLY`")]
    NoFrequency,
    /// A part stands there twice.
    #[error("`{0}` stands in the rule twice")]
    Twice(String),
    /// A part of the standard that is left out on purpose, or one that is not in it.
    #[error(
        "`{0}` can't be used; the parts are FREQ, INTERVAL, COUNT, UNTIL, BYMONTH, BYMONTHDAY, BYDAY, BYSETPOS and WKST"
    )]
    UnknownPart(String),
    /// A frequency below a day, or none at all.
    #[error("`{0}` is not a frequency; they are DAILY, WEEKLY, MONTHLY and YEARLY")]
    UnknownFrequency(String),
    /// A value that can't stand there.
    #[error("`{value}` can't stand in {part}")]
    BadValue {
        /// The part.
        part: &'static str,
        /// The value.
        value: String,
    },
    /// Both ends at once.
    #[error("a rule ends by COUNT or by UNTIL, not by both")]
    TwoEnds,
    /// `2MO` in a daily or weekly rule, or a day of the month in a weekly one.
    #[error("{0} can't be used with this frequency")]
    WrongFrequency(&'static str),
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        if text.len() > MOST_BYTES {
            return Err(RuleError::Unreadable);
        }
        let mut parts: Vec<(String, &str)> = Vec::new();
        for part in text.trim().trim_end_matches(';').split(';') {
            let (name, value) = part.split_once('=').ok_or(RuleError::Unreadable)?;
            let name = name.trim().to_ascii_uppercase();
            if parts.iter().any(|(known, _)| *known == name) {
                return Err(RuleError::Twice(name));
            }
            parts.push((name, value.trim()));
        }
        let frequency = parts.iter().find(|(name, _)| name == "FREQ");
        let mut rule = Self {
            frequency: frequency
                .map(|(_, value)| frequency_of(value))
                .ok_or(RuleError::NoFrequency)??,
            interval: 1,
            until: None,
            count: None,
            by_month: Vec::new(),
            by_month_day: Vec::new(),
            by_day: Vec::new(),
            by_set_pos: Vec::new(),
            week_start: Weekday::Monday,
        };
        for (name, value) in &parts {
            rule.set(name, value)?;
        }
        rule.checked()
    }
}

impl Rule {
    fn set(&mut self, name: &str, value: &str) -> Result<(), RuleError> {
        match name {
            "FREQ" => {}
            "INTERVAL" => self.interval = number("INTERVAL", value, 1..=1_000)?,
            "COUNT" => self.count = Some(number("COUNT", value, 1..=MOST_COUNT)?),
            "UNTIL" => self.until = Some(until(value)?),
            "BYMONTH" => self.by_month = numbers("BYMONTH", value, 1..=12)?,
            "BYMONTHDAY" => self.by_month_day = signed_numbers("BYMONTHDAY", value, 31)?,
            "BYSETPOS" => self.by_set_pos = signed_numbers("BYSETPOS", value, 366)?,
            "BYDAY" => self.by_day = list("BYDAY", value, nth_day)?,
            "WKST" => {
                self.week_start = weekday(value).ok_or_else(|| bad("WKST", value))?;
            }
            other => return Err(RuleError::UnknownPart(other.to_owned())),
        }
        Ok(())
    }

    fn checked(self) -> Result<Self, RuleError> {
        let short = matches!(self.frequency, Frequency::Daily | Frequency::Weekly);
        if self.count.is_some() && self.until.is_some() {
            return Err(RuleError::TwoEnds);
        }
        if short && self.by_day.iter().any(|by| by.nth.is_some()) {
            return Err(RuleError::WrongFrequency("a numbered BYDAY"));
        }
        if self.frequency == Frequency::Weekly && !self.by_month_day.is_empty() {
            return Err(RuleError::WrongFrequency("BYMONTHDAY"));
        }
        let others = [self.by_month.len(), self.by_month_day.len(), self.by_day.len()];
        if !self.by_set_pos.is_empty() && others.iter().all(|length| *length == 0) {
            return Err(RuleError::WrongFrequency("BYSETPOS without another BY part"));
        }
        Ok(self)
    }
}

fn bad(part: &'static str, value: &str) -> RuleError {
    RuleError::BadValue { part, value: value.to_owned() }
}

fn frequency_of(value: &str) -> Result<Frequency, RuleError> {
    match value.to_ascii_uppercase().as_str() {
        "DAILY" => Ok(Frequency::Daily),
        "WEEKLY" => Ok(Frequency::Weekly),
        "MONTHLY" => Ok(Frequency::Monthly),
        "YEARLY" => Ok(Frequency::Yearly),
        _ => Err(RuleError::UnknownFrequency(value.to_owned())),
    }
}

fn until(value: &str) -> Result<Until, RuleError> {
    match parse_when(value).ok_or_else(|| bad("UNTIL", value))? {
        WhenText::Day(day) => Ok(Until::Day(day)),
        WhenText::Wall(wall) => Ok(Until::Wall(wall)),
        WhenText::Moment(moment) => Ok(Until::Moment(moment)),
    }
}

fn number<T: FromStr + PartialOrd>(
    part: &'static str,
    value: &str,
    range: std::ops::RangeInclusive<T>,
) -> Result<T, RuleError> {
    let plain = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    let number = value.parse().ok().filter(|_| plain).filter(|number| range.contains(number));
    number.ok_or_else(|| bad(part, value))
}

fn numbers<T: FromStr + PartialOrd>(
    part: &'static str,
    value: &str,
    range: std::ops::RangeInclusive<T>,
) -> Result<Vec<T>, RuleError> {
    list(part, value, |value| {
        let parsed: Option<T> = value.parse().ok();
        parsed.filter(|number| range.contains(number))
    })
}

/// Numbers from 1 up to a limit, or the same from the end.
fn signed_numbers<T: FromStr + TryInto<i16> + Copy>(
    part: &'static str,
    value: &str,
    most: u16,
) -> Result<Vec<T>, RuleError> {
    list(part, value, |value| {
        let parsed: Option<T> = value.parse().ok();
        let number: Option<i16> = parsed.and_then(|parsed| parsed.try_into().ok());
        let size = number.map_or(0, i16::unsigned_abs);
        parsed.filter(|_| (1..=most).contains(&size))
    })
}

fn list<T>(
    part: &'static str,
    value: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, RuleError> {
    let items: Vec<&str> = value.split(',').collect();
    if items.len() > MOST_VALUES {
        return Err(bad(part, value));
    }
    items.into_iter().map(|item| read(item.trim()).ok_or_else(|| bad(part, item))).collect()
}

fn nth_day(text: &str) -> Option<NthDay> {
    let at = text.len().checked_sub(2)?;
    let (number, day) = (text.get(..at)?, text.get(at..)?);
    let weekday = weekday(day)?;
    if number.is_empty() {
        return Some(NthDay { nth: None, weekday });
    }
    let nth: i16 = number.parse().ok()?;
    (1..=53).contains(&nth.unsigned_abs()).then_some(NthDay { nth: Some(nth), weekday })
}

fn weekday(text: &str) -> Option<Weekday> {
    let found = WEEKDAYS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    found.map(|(_, day)| *day)
}

fn name_of(day: Weekday) -> &'static str {
    WEEKDAYS.iter().find(|(_, known)| *known == day).map_or("MO", |(name, _)| name)
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.frequency {
            Frequency::Daily => "FREQ=DAILY",
            Frequency::Weekly => "FREQ=WEEKLY",
            Frequency::Monthly => "FREQ=MONTHLY",
            Frequency::Yearly => "FREQ=YEARLY",
        })?;
        if self.interval != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        if let Some(count) = self.count {
            write!(f, ";COUNT={count}")?;
        }
        match self.until {
            None => {}
            Some(Until::Day(day)) => write!(f, ";UNTIL={}", day.strftime("%Y%m%d"))?,
            Some(Until::Wall(wall)) => write!(f, ";UNTIL={}", wall.strftime("%Y%m%dT%H%M%S"))?,
            Some(Until::Moment(at)) => write!(f, ";UNTIL={}", at.strftime("%Y%m%dT%H%M%SZ"))?,
        }
        write_list(f, "BYMONTH", &self.by_month)?;
        write_list(f, "BYMONTHDAY", &self.by_month_day)?;
        let days: Vec<String> = self
            .by_day
            .iter()
            .map(|by| {
                let mut text = String::new();
                if let Some(nth) = by.nth {
                    let _ = write!(text, "{nth}");
                }
                text + name_of(by.weekday)
            })
            .collect();
        write_list(f, "BYDAY", &days)?;
        write_list(f, "BYSETPOS", &self.by_set_pos)?;
        if self.week_start != Weekday::Monday {
            write!(f, ";WKST={}", name_of(self.week_start))?;
        }
        Ok(())
    }
}

fn write_list<T: ToString>(f: &mut fmt::Formatter<'_>, name: &str, values: &[T]) -> fmt::Result {
    if values.is_empty() {
        return Ok(());
    }
    let values: Vec<String> = values.iter().map(ToString::to_string).collect();
    write!(f, ";{name}={}", values.join(","))
}
