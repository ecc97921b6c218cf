//! The earliest safe start of a change, for people.

use api_types::schedule::Schedule;
use jiff::Timestamp;

use super::line::Line;
use super::time::moment;

/// When it can start, and what it waits for.
pub fn lines(schedule: &Schedule, now: Timestamp) -> Vec<Line> {
    let at = schedule.earliest_start.as_ref();
    let when = at.map_or_else(|| "none within 180 days".to_owned(), |at| moment(at, now));
    let mut lines = vec![Line::new().dim("earliest safe start")];
    lines.push(Line::indented(2).bold(&when));
    if let Some(problem) = &schedule.problem {
        lines.push(Line::indented(2).bad("✗ ").plain(problem));
    }
    for bound in &schedule.bounds {
        let at = bound.at.as_ref().map_or_else(|| "never".to_owned(), |at| moment(at, now));
        let place = bound.zone.as_deref().map(|zone| format!("  {zone}")).unwrap_or_default();
        lines.push(Line::indented(2).plain(format!("{at}  {}", bound.what)).dim(place));
    }
    lines
}
