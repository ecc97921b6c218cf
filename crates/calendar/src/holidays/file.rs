//! Public holidays of an iCalendar file (RFC 5545): whole days, with their names.
//!
//! A file that would leave a day out is refused with the line, and so is one with a year without any:
//! it would read as a year without holidays.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use crate::ical::{Event, Skipped, read_feed};
use crate::recurrence::Length;

/// The first and the last year that are looked at.
const YEARS: (i16, i16) = (1970, 2099);
/// Most events and days of a file, and most days of one event.
const MOST_EVENTS: usize = 2_000;
const MOST_DAYS: usize = 10_000;
const LONGEST_DAYS: u16 = 31;

/// Days with their names, and the first and the last year they cover.
type Days = (BTreeMap<Date, String>, (i16, i16));

/// The days of a file. What comes again without an end says nothing of how far the file reaches; where all of
/// it does, it reaches to 2099.
pub(super) fn read(text: &str) -> Result<Days, Vec<Skipped>> {
    let whole = |reason: String| vec![Skipped::new(1, reason)];
    let feed = read_feed(text, &TimeZone::UTC)
        .map_err(|error| vec![Skipped::new(error.line(), error.to_string())])?;
    if feed.events.len() > MOST_EVENTS {
        return Err(whole(format!("it has more than {MOST_EVENTS} events")));
    }
    let (mut days, mut wrong, mut reaches) = (BTreeMap::new(), feed.skipped, None);
    for event in feed.events.iter().filter(|event| !event.cancelled) {
        match days_of(event) {
            Ok(found) => {
                let last = found.last().filter(|_| !event.recurrence.is_endless());
                reaches = reaches.max(last.map(|day| day.year()));
                days.extend(found.into_iter().map(|day| (day, name(event))));
            }
            Err(reason) => wrong.push(Skipped::new(event.line, reason)),
        }
        if days.len() > MOST_DAYS {
            return Err(whole(format!("it has more than {MOST_DAYS} days")));
        }
    }
    let until = reaches.unwrap_or(YEARS.1);
    days.retain(|day, _| day.year() <= until);
    let years: BTreeSet<i16> = days.keys().map(|day| day.year()).collect();
    match years.first() {
        None if wrong.is_empty() => wrong.extend(whole("it has no day".to_owned())),
        Some(from) if wrong.is_empty() => {
            let gap = (*from..=until).find(|year| !years.contains(year));
            wrong.extend(gap.map(|year| {
                let reason = format!("it has days up to {until}, but none in {year}");
                Skipped::new(1, reason)
            }));
        }
        _ => {}
    }
    match years.first() {
        Some(from) if wrong.is_empty() => Ok((days, (*from, until))),
        _ => Err(wrong),
    }
}

fn days_of(event: &Event) -> Result<Vec<Date>, String> {
    let (from, until) = YEARS;
    match event.length {
        _ if !event.all_day => {
            return Err("it has times; write a holiday as a whole day".to_owned());
        }
        Length::Days(days) if days > LONGEST_DAYS => {
            return Err(format!("it takes {days} days; a holiday takes {LONGEST_DAYS} at most"));
        }
        _ => {}
    }
    let days = event.days(date(from, 1, 1), date(until, 12, 31)).map_err(|e| e.to_string())?;
    if days.is_empty() {
        return Err(format!("it takes up no day from {from} to {until}"));
    }
    Ok(days)
}

fn name(event: &Event) -> String {
    match event.summary.trim() {
        "" => "Holiday".to_owned(),
        named => named.to_owned(),
    }
}
