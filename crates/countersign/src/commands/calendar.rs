//! `calendar`: freezes, and windows in which changes may be deployed.

use anyhow::Result;
use api_types::calendar::{CalendarEntry, CalendarKind, CalendarQuery};

use crate::clock;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::table;
use crate::output::time::moment;

const AFTER_HELP: &str = "\
Examples:
  countersign calendar
  countersign calendar --scope service:checkout
  countersign calendar --from 2026-12-01T00:00:00Z --until 2027-01-01T00:00:00Z";

/// Arguments of `calendar`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// From when, RFC 3339; now when left out
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Until when, RFC 3339; four weeks later when left out
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Only what is planned for a service or a domain: service:NAME or domain:NAME
    #[arg(long, value_name = "SCOPE")]
    scope: Option<String>,
}

/// Shows the calendar.
pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let query = CalendarQuery {
        from: args.from.map(Into::into),
        until: args.until.map(Into::into),
        scope: args.scope,
    };
    let mut calendar = context.signed_in()?.get_calendar(&query)?;
    if context.out.json {
        context.out.json(&calendar)?;
        return Ok(Exit::Ok);
    }
    calendar.entries.sort_by(|a, b| a.from.cmp(&b.from));
    let now = clock::now();
    let rows = calendar.entries.iter().map(|entry| {
        vec![
            moment(&entry.from, now),
            moment(&entry.until, now),
            what(entry),
            entry.title.clone(),
            match &entry.environment {
                Some(environment) => format!("{} → {environment}", entry.about),
                None => entry.about.clone(),
            },
        ]
    });
    let headings = ["from", "until", "what", "title", "about"];
    table::show(&context.out, &headings, rows.collect(), "nothing is planned");
    Ok(Exit::Ok)
}

fn what(entry: &CalendarEntry) -> String {
    match (entry.kind, &entry.change) {
        (CalendarKind::Freeze, _) => "freeze".to_owned(),
        (CalendarKind::Maintenance, _) => "maintenance".to_owned(),
        (CalendarKind::Session, _) => "alignment".to_owned(),
        (CalendarKind::Window, Some(change)) => change.number.clone(),
        (CalendarKind::Window, None) => "window".to_owned(),
    }
}
