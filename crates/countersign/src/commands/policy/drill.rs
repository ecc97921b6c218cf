//! `policy drill`: who would be asked when, in the situations that policy describes.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use api_types::drill::{DrillEnd, DrillEntry, DrillWhat, PolicyDrill, PolicyDrillRequest};

use super::{files, offline};
use crate::context::Context;
use crate::exit::Exit;
use crate::output::{Line, Out};

const AFTER_HELP: &str = "\
Examples:
  countersign policy drill
  countersign policy drill 'an incident on Saturday night, two of operations on leave'
  countersign policy drill --service checkout --json | jq '.drills[].timeline[].people[].name'
  countersign policy drill --dir ./my-bundle
  countersign policy drill --file saturday.yaml

Drills stand in drills/*.yaml of a bundle. Here they run with the people there are, on a test clock, from
their date on or, once that has passed, the next time of their weekday and hour; nothing is recorded and nobody is asked. `policy check` runs
them with the people they describe. A situation that is in no bundle yet stands in a file of the same
form, `-` for standard input:

  drills:
    - name: an urgent change on Saturday night, two on leave
      given:
        environment: production
        change: { impact: high, urgency: high }
      at: \"2026-12-05T23:00[Europe/London]\"
      people: []
      away: [{ role: service-owner, count: 2 }]

The exit code is 1 when one does not go as it has to.";

/// Arguments of `policy drill`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Only the drill of this name
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// For this service; for those that the drill describes when left out
    #[arg(long, value_name = "SERVICE")]
    service: Option<String>,
    /// Of the bundle in this folder; of the live one when left out
    #[arg(long, value_name = "DIR", conflicts_with = "proposal")]
    dir: Option<PathBuf>,
    /// Of a proposal that waits, by its digest
    #[arg(long, value_name = "DIGEST")]
    proposal: Option<String>,
    /// The drills of this file, instead of those of the bundle
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Runs them.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let files = match &args.dir {
        Some(dir) => Some(files::wire(offline::load(dir, context)?.files().to_vec())),
        None => None,
    };
    let request = PolicyDrillRequest {
        name: args.name.clone(),
        service: args.service.clone(),
        proposal: args.proposal.clone(),
        files,
        drills: args.file.as_deref().map(text).transpose()?,
    };
    let found = context.signed_in()?.drill_policy(&request)?;
    let out = &context.out;
    if out.json {
        out.json(&found)?;
    } else {
        for drill in &found.drills {
            show(out, drill);
        }
        for name in &found.not_run {
            out.line(&Line::new().bad("✗ ").plain(name).dim("  not run"));
            let help =
                "no service there is fits what it says under `service`; name one with --service";
            out.line(&Line::indented(2).info("→ ").plain(help));
        }
        if found.left_out > 0 {
            let words = format!("{} services were left out; --service runs one", found.left_out);
            out.note(&Line::new().warn(words));
        }
        if found.drills.is_empty() && found.not_run.is_empty() {
            out.note(
                &Line::new().warn("the bundle has no drills: no path of its was shown to work"),
            );
        }
    }
    Ok(if found.passed { Exit::Ok } else { Exit::Error })
}

fn text(path: &Path) -> Result<String> {
    if path == Path::new("-") {
        return Ok(std::io::read_to_string(std::io::stdin())?);
    }
    std::fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))
}

fn show(out: &Out, drill: &PolicyDrill) {
    let mark = if drill.passed { Line::new().good("✓ ") } else { Line::new().bad("✗ ") };
    let place = format!("  {} from {} ({})", drill.service, drill.start, drill.time_zone);
    out.line(&mark.bold(&drill.name).dim(place));
    for entry in &drill.timeline {
        row(out, entry);
    }
    let end = match drill.end {
        DrillEnd::Answered => "everything was answered",
        DrillEnd::Unanswered => "enough people were asked, and too few answered",
        DrillEnd::DeadEnd => "it dead-ends",
        DrillEnd::Impossible => "it could not be run",
    };
    out.line(&Line::indented(2).dim(format!("{}  {end}", drill.ended_at)));
    for problem in &drill.problems {
        out.line(&Line::indented(2).bad("✗ ").plain(&problem.message));
        let since = problem.known_since.as_ref().map(|at| format!("  found nightly since {at}"));
        let help = Line::indented(4).info("→ ").plain(&problem.help);
        out.line(&help.dim(since.unwrap_or_default()));
    }
}

fn row(out: &Out, entry: &DrillEntry) {
    let what = match (entry.what, &entry.to) {
        (DrillWhat::Asked, _) if entry.people.is_empty() => "nobody to ask yet".to_owned(),
        (DrillWhat::Asked, _) => "asked".to_owned(),
        (DrillWhat::Reminded, _) => "reminded".to_owned(),
        (DrillWhat::Escalated, to) => format!("escalates to {}", to.as_deref().unwrap_or("others")),
        (DrillWhat::Answered, _) => "approves".to_owned(),
    };
    let after = format!("+{}:{:02}", entry.minutes / 60, entry.minutes % 60);
    let line = Line::indented(2).info(format!("{after:>7}  "));
    out.line(
        &line.bold(what).plain(format!("  {}", entry.requirement)).dim(format!("  {}", entry.why)),
    );
    for person in &entry.people {
        let work = if person.at_work { "" } else { ", not at work" };
        let mail = person.mailed_at.as_ref().filter(|at| **at > entry.at);
        let mail = mail.map(|at| format!(" when quiet hours end, {at}")).unwrap_or_default();
        let words = format!(
            "  {}; {}{work}; {}{mail}",
            person.roles.join(", "),
            person.local,
            person.channels.join(", ")
        );
        out.line(&Line::indented(11).plain(&person.name).dim(words));
    }
}
