//! Reading the events of a feed.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::components::{Component, components};
use super::event::{Busy, Event};
use super::lines::Line;
use super::when::{WhenText, parse_duration, parse_when};
use super::windows;
use crate::error::CalendarError;
use crate::recurrence::{Length, Recurrence, Rule};
use crate::spans::Span;
use crate::zone::zone;

/// Most dates an event may name besides its rule.
const MOST_DATES: usize = 2_000;
/// Most bytes of a name or a title that are kept.
const MOST_TEXT: usize = 1_000;

/// Why a feed can't be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    /// More than 8 MiB or 20,000 events.
    #[error("the feed is too large")]
    TooLarge,
    /// A line of more than 64 KiB.
    #[error("line {line} of the feed is too long")]
    LineTooLong {
        /// Where.
        line: usize,
    },
    /// Components don't nest as they have to.
    #[error("line {line} of the feed is not iCalendar")]
    NotACalendar {
        /// Where.
        line: usize,
    },
    /// It ends before its `END:VCALENDAR`.
    #[error("the feed is cut off")]
    CutOff,
}

impl FeedError {
    /// The line it is about, from 1; the first when it is about all of it.
    #[must_use]
    pub const fn line(&self) -> usize {
        match self {
            Self::LineTooLong { line } | Self::NotACalendar { line } => *line,
            Self::TooLarge | Self::CutOff => 1,
        }
    }
}

/// A part of a feed that was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The line it begins on, from 1.
    pub line: usize,
    /// Why, as a fragment of a sentence.
    pub reason: String,
}

impl Skipped {
    pub(crate) fn new(line: usize, reason: impl Into<String>) -> Self {
        Self { line, reason: reason.into() }
    }
}

/// The events of a feed, and what was not understood of it.
#[derive(Debug, Clone)]
pub struct Feed {
    /// Its events.
    pub events: Vec<Event>,
    /// What is missing from them. An absence may hide here: show it to somebody.
    pub skipped: Vec<Skipped>,
}

impl Feed {
    /// Whenever the owner of the calendar is busy within a span, by beginning.
    ///
    /// # Errors
    /// An event takes place too often to be counted.
    pub fn busy(&self, during: Span) -> Result<Vec<Busy>, CalendarError> {
        let mut all = Vec::new();
        for event in self.events.iter().filter(|event| event.busy) {
            let busy = |span| Busy { span, uid: event.uid.clone(), summary: event.summary.clone() };
            all.extend(event.spans(during)?.into_iter().map(busy));
        }
        all.sort_by(|a, b| (a.span, &a.uid).cmp(&(b.span, &b.uid)));
        Ok(all)
    }
}

/// Reads a feed. Times without a zone are taken by the zone the feed names, or else by `floating`.
///
/// # Errors
/// It is no calendar, too large, or cut off.
pub fn read_feed(text: &str, floating: &TimeZone) -> Result<Feed, FeedError> {
    let found = components(text)?;
    let mut skipped = found.skipped;
    let named = found.zone.as_deref().and_then(zone_of);
    let floating = named.as_ref().unwrap_or(floating);
    let mut events: Vec<Event> = Vec::new();
    let mut replaced: Vec<(String, Timestamp)> = Vec::new();
    for component in &found.events {
        match read_event(component, floating) {
            Ok((event, None)) => events.push(event),
            Ok((event, Some(instead_of))) => {
                replaced.push((event.uid.clone(), instead_of));
                events.push(event);
            }
            Err(reason) => skipped.push(Skipped { line: component.line, reason }),
        }
    }
    for (uid, instead_of) in replaced {
        let masters =
            events.iter_mut().filter(|event| event.uid == uid && event.recurrence.repeats());
        for event in masters {
            event.recurrence = event.recurrence.clone().except_at([instead_of]);
        }
    }
    Ok(Feed { events, skipped })
}

/// The event, and the occurrence of another one that it stands for.
fn read_event(
    component: &Component,
    floating: &TimeZone,
) -> Result<(Event, Option<Timestamp>), String> {
    let line = |name: &str| component.first(name);
    let start_line = line("DTSTART").ok_or("it has no DTSTART")?;
    let start = when(start_line, floating)?;
    let rule: Option<Rule> = match line("RRULE") {
        None => None,
        Some(rule) => Some(rule.value.parse().map_err(|e| format!("its RRULE is not read: {e}"))?),
    };
    if component.all("RRULE").nth(1).is_some() || line("EXRULE").is_some() {
        return Err("it has more than one rule".to_owned());
    }
    let mut recurrence = Recurrence::new(start.wall, start.zone.clone(), rule);
    for dates in component.all("EXDATE") {
        for date in when_list(dates, floating)? {
            recurrence = if date.all_day {
                recurrence.except_on([date.wall.date()])
            } else {
                recurrence.except_at([date.moment()?])
            };
        }
    }
    for dates in component.all("RDATE") {
        for date in when_list(dates, floating)? {
            recurrence = recurrence.and_at([date.moment()?]);
        }
    }
    let is = |name: &str, value: &str| {
        line(name).is_some_and(|line| line.value.trim().eq_ignore_ascii_case(value))
    };
    let cancelled = is("STATUS", "CANCELLED");
    let free = cancelled || is("TRANSP", "TRANSPARENT") || is("X-MICROSOFT-CDO-BUSYSTATUS", "FREE");
    let instead_of = match line("RECURRENCE-ID") {
        None => None,
        Some(line) if line.parameter("RANGE").is_some() => {
            return Err("it changes all later occurrences at once".to_owned());
        }
        Some(line) => Some(when(line, floating)?.moment()?),
    };
    let event = Event {
        line: component.line,
        uid: line("UID").map(|line| text(&line.value)).unwrap_or_default(),
        summary: line("SUMMARY").map(|line| text(&line.value)).unwrap_or_default(),
        busy: !free,
        cancelled,
        all_day: start.all_day,
        length: length(component, &start, floating)?,
        recurrence,
    };
    Ok((event, instead_of))
}

fn length(component: &Component, start: &Started, floating: &TimeZone) -> Result<Length, String> {
    let backwards = || "it ends before it begins".to_owned();
    if let Some(line) = component.first("DTEND") {
        let end = when(line, floating)?;
        if start.all_day && end.all_day {
            let days = (end.wall.date() - start.wall.date()).get_days();
            return u16::try_from(days).map(Length::Days).map_err(|_| backwards());
        }
        let length = end.moment()?.duration_since(start.moment()?);
        return if length.is_negative() { Err(backwards()) } else { Ok(Length::Exact(length)) };
    }
    match component.first("DURATION") {
        Some(line) => parse_duration(line.value.trim())
            .ok_or_else(|| format!("its DURATION `{}` is not read", line.value)),
        None if start.all_day => Ok(Length::Days(1)),
        None => Ok(Length::Exact(jiff::SignedDuration::ZERO)),
    }
}

/// A date or a time with the zone by which it is meant.
struct Started {
    wall: DateTime,
    zone: TimeZone,
    all_day: bool,
}

impl Started {
    fn moment(&self) -> Result<Timestamp, String> {
        let moment = self.zone.to_ambiguous_timestamp(self.wall).compatible();
        moment.map_err(|_| "it lies outside of all time".to_owned())
    }
}

fn when(line: &Line, floating: &TimeZone) -> Result<Started, String> {
    read_when(line, line.value.trim(), floating)
}

fn when_list(line: &Line, floating: &TimeZone) -> Result<Vec<Started>, String> {
    let words: Vec<&str> = line.value.split(',').map(str::trim).collect();
    if words.len() > MOST_DATES {
        return Err("it names too many dates".to_owned());
    }
    words.into_iter().map(|word| read_when(line, word, floating)).collect()
}

fn read_when(line: &Line, word: &str, floating: &TimeZone) -> Result<Started, String> {
    let zone = match line.parameter("TZID") {
        None => floating.clone(),
        Some(name) => {
            zone_of(name).ok_or_else(|| format!("its time zone `{name}` is not known"))?
        }
    };
    match parse_when(word).ok_or_else(|| format!("its {} `{word}` is not read", line.name))? {
        WhenText::Day(day) => Ok(Started { wall: day.at(0, 0, 0, 0), zone, all_day: true }),
        WhenText::Wall(wall) => Ok(Started { wall, zone, all_day: false }),
        WhenText::Moment(at) => {
            Ok(Started { wall: TimeZone::UTC.to_datetime(at), zone: TimeZone::UTC, all_day: false })
        }
    }
}

/// The zone of an IANA name, of one with a vendor's prefix, or of a Windows name.
fn zone_of(name: &str) -> Option<TimeZone> {
    let name = name.trim();
    if let Some(found) = zone(name) {
        return Some(found);
    }
    if let Some(iana) = windows::iana_name(name) {
        return zone(iana);
    }
    // "/vendor.example/20240101/Europe/Berlin": the longest tail that is a name.
    name.strip_prefix('/')?
        .match_indices('/')
        .filter_map(|(at, _)| name.get(at + 2..))
        .find_map(zone)
}

/// Text without its escapes, cut where nobody reads on.
fn text(value: &str) -> String {
    let mut plain = String::new();
    let mut characters = value.chars();
    while let Some(c) = characters.next() {
        if plain.len() >= MOST_TEXT {
            break;
        }
        match (c, c == '\\') {
            (_, true) => match characters.next() {
                Some('n' | 'N') => plain.push('\n'),
                Some(other) => plain.push(other),
                None => {}
            },
            (c, false) if c.is_control() => {}
            (c, false) => plain.push(c),
        }
    }
    plain
}
