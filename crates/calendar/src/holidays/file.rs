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

/// The days of a file. How far it reaches is said by what does not come again, such as Easter, in every year
/// from the first to the last of those; rules say so only where there is nothing else, and without an end they
/// reach to 2099.
pub(super) fn read(text: &str) -> Result<Days, Vec<Skipped>> {
    let whole = |reason: String| vec![Skipped::new(1, reason)];
    let feed = read_feed(text, &TimeZone::UTC)
        .map_err(|error| vec![Skipped::new(error.line(), error.to_string())])?;
    if feed.events.len() > MOST_EVENTS {
        return Err(whole(format!("it has more than {MOST_EVENTS} events")));
    }
    let (mut days, mut wrong, mut ruled) = (BTreeMap::new(), feed.skipped, None);
    let (mut single, mut seen) = (BTreeSet::new(), 0);
    for event in feed.events.iter().filter(|event| !event.cancelled) {
        match days_of(event) {
            Ok(found) => {
                seen += found.len();
                if !event.recurrence.repeats() {
                    single.extend(found.iter().map(|day| day.year()));
                } else if !event.recurrence.is_endless() {
                    ruled = ruled.max(found.last().map(|day| day.year()));
                }
                days.extend(found.into_iter().map(|day| (day, name(event))));
            }
            Err(reason) => wrong.push(Skipped::new(event.line, reason)),
        }
        if seen > MOST_DAYS {
            return Err(whole(format!("it has more than {MOST_DAYS} days")));
        }
    }
    let until = single.last().copied().or(ruled).unwrap_or(YEARS.1);
    days.retain(|day, _| day.year() <= until);
    let years: BTreeSet<i16> = days.keys().map(|day| day.year()).collect();
    let told = if single.is_empty() { &years } else { &single };
    match told.first() {
        None if wrong.is_empty() => wrong.extend(whole("it has no day".to_owned())),
        Some(from) if wrong.is_empty() => {
            let gap = (*from..=until).find(|year| !told.contains(year));
            wrong.extend(gap.map(|year| {
                let once = if single.is_empty() { "" } else { " that come once" };
                let reason = format!("it has days{once} up to {until}, but none in {year}");
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
        Length::Days(_) => {}
        _ => return Err("it ends in the middle of a day; write a holiday as whole days".to_owned()),
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
