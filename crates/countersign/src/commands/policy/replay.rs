//! `policy replay`: what a bundle would have said of past changes.

use std::path::PathBuf;

use anyhow::Result;
use api_types::replay::{PolicyReplay, PolicyReplayRequest, ReplayAsk, ReplayExample};

use super::{files, offline};
use crate::clock;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::output::bar::Bar;
use crate::output::time::moment;
use crate::output::{Line, Out, table};

const AFTER_HELP: &str = "\
Examples:
  countersign policy replay ./my-bundle
  countersign policy replay --proposal sha256:4f… --since 2026-06-01
  countersign policy replay ./my-bundle --json | jq '.differences[] | {title, changes}'

Compares the bundle with the live one, over every change that policy was ever asked about, with the
organisation as it was then. Nothing is recorded. Ctrl-C stops it; the same command goes on where it
stopped, as long as the server still has it. Changes that were refused at once are in no history.";

/// Arguments of `policy replay`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
#[command(group(clap::ArgGroup::new("bundle").required(true).args(["dir", "proposal"])))]
pub struct Args {
    /// The bundle's folder
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,
    /// A proposal that waits, by its digest
    #[arg(long, value_name = "DIGEST")]
    proposal: Option<String>,
    /// Only changes asked for since: a date (UTC) or a time, RFC 3339
    #[arg(long, value_name = "DATE", value_parser = since)]
    since: Option<String>,
}

/// A date as the beginning of that day, or a time.
fn since(text: &str) -> Result<String, String> {
    let whole = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    let read = whole.parse::<jiff::Timestamp>();
    read.map(|at| at.to_string()).map_err(|_| "write a date like 2026-06-01".to_owned())
}

/// Replays.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let files = match &args.dir {
        Some(dir) => Some(files::wire(offline::load(dir, context)?.files().to_vec())),
        None => None,
    };
    let request = PolicyReplayRequest {
        proposal: args.proposal.clone(),
        files,
        since: args.since.clone().map(Into::into),
        slice: None,
    };
    let client = context.signed_in()?;
    let mut bar = Bar::new("replaying");
    let mut calls: u64 = 0;
    let replay = loop {
        let replay = client.replay_policy(&request)?;
        bar.show(replay.entries, replay.of);
        if replay.done {
            break replay;
        }
        // Several servers behind one address each go through it once; more than that is no progress.
        calls += 1;
        if calls > 1_000 + replay.of / 100 {
            return Err(Failure::new(Exit::Error, "the replay does not come to an end")
                .next("try again with --since, or ask one server directly")
                .into());
        }
    };
    bar.done();
    if context.out.json {
        context.out.json(&replay)?;
    } else {
        show(&context.out, &replay);
    }
    Ok(Exit::Ok)
}

fn show(out: &Out, replay: &PolicyReplay) {
    let short = |digest: &str| digest.chars().take(19).collect::<String>();
    out.line(
        &Line::new()
            .bold(&replay.candidate_name)
            .dim(format!("  {}  ", short(&replay.candidate)))
            .plain("compared with the live ")
            .bold(&replay.base_name)
            .dim(format!("  {}", short(&replay.base))),
    );
    let of = &replay.changes;
    out.line(&Line::new().plain(format!(
        "{} past changes: {} the same, {} stricter, {} looser, {} both, {} only in risk or terms",
        of.all, of.same, of.stricter, of.looser, of.both, of.other
    )));
    differences(out, replay);
    roles(out, replay);
    services(out, replay);
    outcomes(out, replay);
}

fn differences(out: &Out, replay: &PolicyReplay) {
    out.line(&Line::new());
    let now = clock::now();
    let rows = replay.differences.iter().map(|of| {
        let latest = of
            .examples
            .first()
            .map(|e| format!("{} {}, {}", e.number, e.service, moment(&e.at, now)));
        let way = match of.stricter {
            Some(true) => "stricter",
            Some(false) => "looser",
            None => "",
        };
        vec![of.title.clone(), of.changes.to_string(), way.to_owned(), latest.unwrap_or_default()]
    });
    let headings = ["what would differ", "changes", "policy is", "latest"];
    table::show(out, &headings, rows.collect(), "no outcome would differ");
}

fn roles(out: &Out, replay: &PolicyReplay) {
    if replay.roles.is_empty() {
        return;
    }
    out.line(&Line::new());
    let rows = replay.roles.iter().map(|of| {
        vec![
            of.roles.clone(),
            format!("+{}", of.added),
            format!("−{}", of.removed),
            of.to_rules.to_string(),
            of.to_people.to_string(),
            of.mean_hours.map_or_else(|| "unknown".to_owned(), |hours| format!("{hours} h")),
        ]
    });
    let headings = [
        "who",
        "asked more",
        "asked less",
        "a rule instead",
        "instead of a rule",
        "an answer takes",
    ];
    table::show(out, &headings, rows.collect(), "");
    let waiting = &replay.waiting;
    out.line(&Line::new().plain(format!(
        "waiting for answers: {} h more, {} h less",
        waiting.added_hours, waiting.saved_hours
    )));
    if waiting.rules_hours > 0.0 {
        out.line(&Line::new().plain(format!(
            "where a rule may answer: up to {} h less; evidence that it rests on is not looked at",
            waiting.rules_hours
        )));
    }
    let unknown = waiting.added_unknown + waiting.removed_unknown;
    if unknown > 0 {
        let words = format!(
            "not counted: approvals by roles of which no answer is recorded ({unknown}); the hours are not known"
        );
        out.line(&Line::new().warn("! ").plain(words));
    }
}

fn services(out: &Out, replay: &PolicyReplay) {
    let moved = replay.services.iter().filter(|of| of.changes.all > of.changes.same);
    let rows: Vec<_> = moved
        .map(|of| {
            let c = &of.changes;
            let tier = of.tier.map_or_else(|| "none".to_owned(), |tier| format!("T{tier}"));
            let mut row = vec![of.service.clone(), tier];
            row.extend([c.all, c.stricter, c.looser, c.both].map(|n| n.to_string()));
            row
        })
        .collect();
    if !rows.is_empty() {
        out.line(&Line::new());
        let headings = ["service", "tier", "changes", "stricter", "looser", "both"];
        table::show(out, &headings, rows, "");
    }
}

fn outcomes(out: &Out, replay: &PolicyReplay) {
    out.line(&Line::new());
    let failed = &replay.failed;
    out.line(&Line::new().plain(format!(
        "{} changes failed: {} would have met more approvals, {} fewer, {} a rule might have approved, {} would have been stopped",
        failed.all, failed.more, failed.fewer, failed.by_rules, failed.stopped
    )));
    let open = &replay.open;
    out.line(
        &Line::new()
            .plain(format!("{} changes are open; {} of them would change", open.all, open.moved)),
    );
    for one in &open.named {
        out.line(
            &Line::indented(2)
                .bold(&one.number)
                .plain(format!(" {}", one.service))
                .dim(format!("  {}", moves(one))),
        );
    }
    let again = &replay.reproduced;
    if again.different == 0 {
        let words = format!("{} recorded assessments came out again, exactly", again.identical);
        out.line(&Line::new().good("✓ ").plain(words));
    } else {
        let words = format!(
            "{} recorded assessments did not come out again: {}",
            again.different,
            again.examples.join(", ")
        );
        out.line(&Line::new().bad("✗ ").plain(words));
        let help = "erased personal data can be the reason; else tell the operator";
        out.line(&Line::indented(2).info("→ ").plain(help));
    }
}

/// Who would be asked and who would not, or the codes of what moves.
fn moves(one: &ReplayExample) -> String {
    whom(
        &one.differences,
        &[
            ("+", &one.added),
            ("−", &one.removed),
            ("by a rule, not by ", &one.to_rules),
            ("not by a rule, but by ", &one.to_people),
        ],
    )
}

/// The same from its parts.
pub(super) fn whom(codes: &[String], asks: &[(&str, &Vec<ReplayAsk>)]) -> String {
    let all = asks.iter().flat_map(|(word, asks)| asks.iter().map(move |ask| (word, ask)));
    let words = |(word, ask): (&&str, &ReplayAsk)| format!("{word}{} {}", ask.people, ask.roles);
    let people: Vec<String> = all.map(words).collect();
    if people.is_empty() { codes.join(", ") } else { people.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::since;

    #[test]
    fn m7_6_a_date_is_the_beginning_of_its_day_and_nonsense_is_refused() {
        assert_eq!(since("2026-06-01").unwrap(), "2026-06-01T00:00:00Z");
        assert_eq!(since("2026-06-01T12:00:00+02:00").unwrap(), "2026-06-01T10:00:00Z");
        assert!(since("last week").is_err());
        assert!(since("2026-13-01").is_err());
    }
}
