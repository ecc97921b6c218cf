//! `policy windows`: spans in which live policy was weaker, and what was approved in them.

use anyhow::Result;
use api_types::policy_windows::{
    PolicyWindow, PolicyWindowChange, PolicyWindowChanges, WindowNeighbour,
};
use client::Client;
use policy::replay::Kind;
use serde::Serialize;

use crate::clock;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::time::{elapsed, moment};
use crate::output::{Bar, Line, Out};

const AFTER_HELP: &str = "\
Examples:
  countersign policy windows
  countersign policy windows --number 7 --json | jq '.[].changes[] | select(.deployed_at)'

A window is the span in which a bundle was live that may have asked for less than the one before it or
after it. With it come the changes approved under that bundle which a stricter neighbour would have asked
more for, with the organisation as it was then.";

/// Arguments of `policy windows`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Only the window of this number
    #[arg(long, value_name = "NUMBER")]
    number: Option<u32>,
}

/// A window with all its slices.
#[derive(Debug, Serialize)]
struct Whole {
    #[serde(flatten)]
    window: PolicyWindow,
    approved: u64,
    changes: Vec<PolicyWindowChange>,
}

/// Shows them.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    let numbers = match args.number {
        Some(number) => vec![number],
        None => client.list_policy_windows()?.iter().map(|window| window.number).collect(),
    };
    let mut found = Vec::new();
    for number in numbers {
        found.push(whole(&client, number)?);
    }
    if context.out.json {
        context.out.json(&found)?;
        return Ok(Exit::Ok);
    }
    if found.is_empty() {
        let words = "live policy was never weaker than before or after";
        context.out.line(&Line::new().dim(words));
    }
    for window in &found {
        show(&context.out, window);
    }
    Ok(Exit::Ok)
}

fn whole(client: &Client, number: u32) -> Result<Whole> {
    let mut bar = Bar::new("looking through a policy window");
    let (mut approved, mut changes, mut cursor) = (0, Vec::new(), None::<String>);
    loop {
        let slice = client.get_policy_window_changes(number, cursor.as_deref())?;
        let PolicyWindowChanges { window, approved: more, changes: some, entries, of, next_cursor } =
            slice;
        bar.show(entries, of);
        approved += more;
        changes.extend(some);
        cursor = next_cursor;
        if cursor.is_none() {
            bar.done();
            return Ok(Whole { window, approved, changes });
        }
    }
}

fn show(out: &Out, found: &Whole) {
    let (window, now) = (&found.window, clock::now());
    let lasted = match (&window.ended_at, window.lasted_seconds) {
        (Some(until), Some(seconds)) => {
            let seconds = elapsed(u64::try_from(seconds).unwrap_or(0));
            format!("  {} to {}, {seconds}", moment(&window.began_at, now), moment(until, now))
        }
        _ => format!("  live since {}", moment(&window.began_at, now)),
    };
    out.line(&Line::new().bold(format!("window {}", window.number)).plain(lasted));
    out.line(&Line::indented(2).info(&window.digest));
    let who = format!(
        "proposed by {}, made live by {}: ",
        window.proposed_by.name, window.activated_by.name
    );
    out.line(&Line::indented(2).dim(who).plain(&window.reason));
    for (words, ways) in
        [("before", &window.weaker_than_before), ("after", &window.weaker_than_after)]
    {
        if !ways.is_empty() {
            let title = format!("it may have asked for less than the bundle {words}");
            out.line(&Line::indented(2).warn("! ").plain(title));
        }
        for way in ways {
            out.line(&Line::indented(4).plain("· ").plain(way));
        }
    }
    let counts = format!("{} of {} approvals were easier", found.changes.len(), found.approved);
    out.line(&Line::indented(2).plain(counts));
    for change in &found.changes {
        let place = format!("  {} to {}  ", change.service, change.environment);
        let deployed = match &change.deployed_at {
            Some(at) => format!("deployed {}  ", moment(at, now)),
            None => "not deployed in it  ".to_owned(),
        };
        let line = Line::indented(4).bold(&change.number).plain(place).plain(deployed);
        out.line(&line.dim(asked(change)));
    }
}

/// What the neighbour would have asked more.
fn asked(change: &PolicyWindowChange) -> String {
    let than = match change.than {
        WindowNeighbour::Before => "before",
        WindowNeighbour::After => "after",
    };
    let mut more: Vec<String> =
        change.added.iter().map(|ask| format!("{} more of {}", ask.people, ask.roles)).collect();
    if more.is_empty() {
        let known = Kind::ALL
            .into_iter()
            .filter(|kind| change.differences.iter().any(|code| code == kind.code()));
        more = known.map(|kind| kind.title().to_owned()).collect();
    }
    format!("the bundle {than}: {}", more.join(", "))
}
