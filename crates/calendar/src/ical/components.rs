//! The events of a feed as lists of lines; whatever else is nested in it is left out.

use super::lines::{Line, lines};
use super::read::{FeedError, Skipped};

/// How deep components may be nested; the standard needs three.
const MOST_DEPTH: usize = 8;
/// Most events of a feed, and most lines of one.
const MOST_EVENTS: usize = 20_000;
const MOST_LINES: usize = 2_000;

/// The lines of one `VEVENT`.
#[derive(Debug)]
pub(super) struct Component {
    /// Where it begins.
    pub(super) line: usize,
    pub(super) lines: Vec<Line>,
}

impl Component {
    pub(super) fn first(&self, name: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.name == name)
    }

    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| line.name == name)
    }
}

/// What stands in a feed.
#[derive(Debug, Default)]
pub(super) struct Components {
    pub(super) events: Vec<Component>,
    /// `X-WR-TIMEZONE`: the zone of times without one.
    pub(super) zone: Option<String>,
    pub(super) skipped: Vec<Skipped>,
}

pub(super) fn components(text: &str) -> Result<Components, FeedError> {
    let mut all = Components::default();
    let mut open: Vec<String> = Vec::new();
    for line in lines(text)? {
        let Ok(line) =
            line.map_err(|line| all.skipped.push(Skipped::new(line, "not a line of iCalendar")))
        else {
            continue;
        };
        match line.name.as_str() {
            "BEGIN" => {
                let name = line.value.trim().to_ascii_uppercase();
                if open.is_empty() && name != "VCALENDAR" || open.len() >= MOST_DEPTH {
                    return Err(FeedError::NotACalendar { line: line.number });
                }
                if open.len() == 1 && name == "VEVENT" {
                    all.events.push(Component { line: line.number, lines: Vec::new() });
                }
                open.push(name);
            }
            "END"
                if open.last().is_some_and(|name| name.eq_ignore_ascii_case(line.value.trim())) =>
            {
                open.pop();
            }
            "END" => return Err(FeedError::NotACalendar { line: line.number }),
            _ => property(&mut all, &open, line)?,
        }
        if all.events.len() > MOST_EVENTS || all.skipped.len() > MOST_EVENTS {
            return Err(FeedError::TooLarge);
        }
    }
    // A feed that was cut off would be a calendar with fewer absences.
    if open.is_empty() { Ok(all) } else { Err(FeedError::CutOff) }
}

fn property(all: &mut Components, open: &[String], line: Line) -> Result<(), FeedError> {
    let names: Vec<&str> = open.iter().map(String::as_str).collect();
    match (names.as_slice(), all.events.last_mut()) {
        ([], _) => Err(FeedError::NotACalendar { line: line.number }),
        (["VCALENDAR"], _) => {
            if line.name == "X-WR-TIMEZONE" {
                all.zone = Some(line.value);
            }
            Ok(())
        }
        (["VCALENDAR", "VEVENT"], Some(event)) => {
            if event.lines.len() == MOST_LINES {
                return Err(FeedError::TooLarge);
            }
            event.lines.push(line);
            Ok(())
        }
        _ => Ok(()),
    }
}
