//! When a freeze lasts or a window is open: once, or again and again by a rule of RFC 5545.

use calendar::{Length, Recurrence, Rule};
use jiff::Timestamp;
use jiff::civil::DateTime;

use super::Complaints;
use super::calendars::zone_of;
use crate::bundle::timetable::Timetable;
use crate::bundle::yaml::{At, Text};
use crate::diagnostic::Finding;

/// The longest that one time lasts.
const DAYS_MAX: i32 = 366;

/// What a file says about times.
#[derive(Debug, Clone, Copy)]
pub(super) struct TimesText<'a> {
    pub(super) from: &'a At<String>,
    pub(super) until: &'a At<String>,
    pub(super) zone: Option<&'a At<String>>,
    pub(super) every: Option<&'a At<String>>,
}

/// Times as they were meant.
#[derive(Debug, Clone)]
pub(super) enum Times {
    /// From a moment until another.
    Once(Timestamp, Timestamp),
    /// By a rule.
    Again(Box<Timetable>),
}

impl TimesText<'_> {
    pub(super) fn build(self, text: Text<'_>, complaints: &mut Complaints) -> Option<Times> {
        match (self.zone, self.every) {
            (None, None) => self.once(text, complaints),
            (Some(zone), Some(every)) => self.again(text, zone, every, complaints),
            (Some(only), None) | (None, Some(only)) => {
                let message = "`zone` and `every` come together";
                let finding = Finding::error("bad_time", only.span, message).help(
                    "write both for times that come again, such as `zone: Europe/Berlin` and \
                     `every: FREQ=WEEKLY`; for a single time write its offset instead",
                );
                complaints.add(text, finding);
                None
            }
        }
    }

    fn once(self, text: Text<'_>, complaints: &mut Complaints) -> Option<Times> {
        let help = "write it with its offset, such as `2026-12-18T18:00:00+01:00`";
        let from = read::<Timestamp>(text, self.from, help, complaints);
        let until = read::<Timestamp>(text, self.until, help, complaints);
        let (from, until) = (from?, until?);
        self.check_order(text, from < until, complaints);
        Some(Times::Once(from, until))
    }

    fn again(
        self,
        text: Text<'_>,
        zone_name: &At<String>,
        every: &At<String>,
        complaints: &mut Complaints,
    ) -> Option<Times> {
        let help = "write the first time without offset, on the clock of its zone, such as \
                    `2026-01-02T18:00`";
        let from = read::<DateTime>(text, self.from, help, complaints);
        let until = read::<DateTime>(text, self.until, help, complaints);
        let known = zone_of(text, zone_name, complaints);
        let rule = match every.value.parse::<Rule>() {
            Ok(rule) => Some(rule),
            Err(error) => {
                complaints.error(text, "bad_rule", every.span, &error.to_string());
                None
            }
        };
        let (from, until, rule, known) = (from?, until?, rule?, known?);
        self.check_order(text, from < until, complaints);
        let days = from.date().until(until.date()).ok().map(|span| span.get_days());
        let Some(days) = days.filter(|days| (0..=DAYS_MAX).contains(days)) else {
            let message = "one time lasts 366 days at most";
            complaints.error(text, "bad_time", self.until.span, message);
            return None;
        };
        let length = Length::Clock { days: u16::try_from(days).ok()?, until: until.time() };
        let recurrence = Recurrence::new(from, known, Some(rule));
        match recurrence.next_span(length, Timestamp::MIN) {
            Ok(Some(_)) => Some(Times::Again(Box::new(Timetable::new(recurrence, length)))),
            Ok(None) => {
                complaints.error(text, "bad_rule", every.span, "by this rule it never comes");
                None
            }
            Err(error) => {
                complaints.error(text, "bad_rule", every.span, &error.to_string());
                None
            }
        }
    }

    fn check_order(self, text: Text<'_>, in_order: bool, complaints: &mut Complaints) {
        if !in_order {
            complaints.error(text, "bad_time", self.until.span, "it ends after it begins");
        }
    }
}

fn read<T: std::str::FromStr>(
    text: Text<'_>,
    value: &At<String>,
    help: &str,
    complaints: &mut Complaints,
) -> Option<T> {
    let read = value.value.parse().ok();
    if read.is_none() {
        let message = format!("`{}` is not a time of this kind", value.value);
        complaints.add(text, Finding::error("bad_time", value.span, message).help(help));
    }
    read
}
