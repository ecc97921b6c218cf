//! `holidays/*.ics`: public holidays of an iCalendar file, for the places that name it.

use std::collections::BTreeMap;

use calendar::Holidays;

use super::Complaints;
use crate::bundle::files::PlaceText;
use crate::bundle::yaml::{At, Text};
use crate::diagnostic::{Finding, Span};

/// Most findings about one file.
const MOST_FINDINGS: usize = 20;

/// Files of holidays by path; what can't be read was complained about and is `None`.
#[derive(Default)]
pub(super) struct HolidayFiles<'t>(BTreeMap<&'t str, (Text<'t>, Option<Holidays>)>);

impl<'t> HolidayFiles<'t> {
    /// Reads one more.
    pub(super) fn read(&mut self, text: Text<'t>, complaints: &mut Complaints) {
        let read = Holidays::of_file(text.path, text.text).map_err(|wrong| {
            for wrong in wrong.iter().take(MOST_FINDINGS) {
                let finding = Finding::error(
                    "bad_holidays",
                    line(text.text, wrong.line),
                    format!("this can't be the public holidays of a place: {}", wrong.reason),
                );
                complaints.add(
                    text,
                    finding.help(
                        "a file of holidays holds whole days (RFC 5545, `DTSTART;VALUE=DATE`), of every year up to its last",
                    ),
                );
            }
        });
        self.0.insert(text.path, (text, read.ok()));
    }

    /// The holidays of the file a place names.
    pub(super) fn of(
        &self,
        text: Text<'_>,
        path: &At<String>,
        complaints: &mut Complaints,
    ) -> Option<Holidays> {
        let Some((_, holidays)) = self.0.get(path.as_str()) else {
            let message = format!("the bundle has no `{}`", path.value);
            let finding = Finding::error("missing_file", path.span, message);
            let known: Vec<&str> = self.0.keys().copied().collect();
            complaints.add(
                text,
                finding.help(match known.as_slice() {
                    [] => "put the iCalendar file into `holidays/` of the bundle".to_owned(),
                    known => format!("of holidays it has {}", known.join(", ")),
                }),
            );
            return None;
        };
        holidays.clone()
    }

    /// Says which files no place takes its holidays from.
    pub(super) fn unused(&self, places: &[PlaceText], complaints: &mut Complaints) {
        for (path, (text, _)) in &self.0 {
            if !places.iter().any(|place| place.holidays.value == *path) {
                let finding = Finding::warning(
                    "unused_file",
                    Span::default(),
                    "no place of calendars.yaml has the holidays of this file",
                );
                let help = format!("write `holidays: {path}` at a place, or remove the file");
                complaints.add(*text, finding.help(help));
            }
        }
    }
}

/// The bytes of a line, from 1, without its end.
fn line(text: &str, number: usize) -> Span {
    let mut start = 0;
    for (at, line) in (1..).zip(text.split_inclusive('\n')) {
        if at == number {
            return Span::new(start, start + line.trim_end().len());
        }
        start += line.len();
    }
    Span::default()
}
