//! `vote approve-in-bulk`: several changes of one template in one step.

use anyhow::Result;
use api_types::bulk_approvals::{BulkApprovalRequest, BulkItem, BulkOutcome, BulkVote};
use api_types::inbox::InboxTask;
use client::Client;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::output::Line;
use crate::system;

pub const AFTER_HELP: &str = "\
Examples:
  countersign vote approve-in-bulk --template certificate-renewal     shows each and asks
  countersign vote approve-in-bulk CHG-1042@1 CHG-1043@1 -m \"the renewals of November\"

Only changes of one template that policy lets be approved so (`bulk: true`), up to tier T2, at most 50. Each
is a vote of its own with its own entry; what is refused for one is said, and recorded for the others. The
exit code is 1 when any is refused. Policy that wants your time for one, such as a briefing, has you open it.";

/// Arguments of `vote approve-in-bulk`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The changes, each with the revision you looked at
    #[arg(value_name = "CHG@REVISION", required_unless_present = "template")]
    changes: Vec<String>,
    /// All changes of this template that wait for you
    #[arg(long, value_name = "NAME", conflicts_with = "changes")]
    template: Option<String>,
    /// Why; recorded with every vote
    #[arg(long, short = 'm', value_name = "TEXT", default_value = "")]
    justification: String,
}

/// Approves them.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    let changes = match &args.template {
        Some(template) => look_and_ask(&client, template, context)?,
        None => args.changes.iter().map(|named| read(named)).collect::<Result<_>>()?,
    };
    let request = BulkApprovalRequest { changes, justification: args.justification.clone() };
    let done = client.approve_in_bulk(&request)?;
    if context.out.json {
        context.out.json(&done)?;
    } else {
        let lines: Vec<Line> = done.outcomes.iter().flat_map(said).collect();
        context.out.lines(&lines);
    }
    let refused = done.outcomes.iter().any(|o| o.outcome == BulkVote::Refused);
    Ok(if refused { Exit::Error } else { Exit::Ok })
}

fn read(named: &str) -> Result<BulkItem> {
    let found = named.split_once('@').and_then(|(change, revision)| {
        Some(BulkItem { change: change.to_owned(), expected_revision: revision.parse().ok()? })
    });
    let wrong = || Failure::usage(format!("`{named}` does not say which revision you looked at"));
    Ok(found.ok_or_else(|| wrong().next("write it as CHG-1042@1"))?)
}

/// Shows what of a template waits, and asks; gives what was shown.
fn look_and_ask(client: &Client, template: &str, context: &Context) -> Result<Vec<BulkItem>> {
    let waiting = client.inbox()?.waiting_for_you;
    let of_template = |task: &&InboxTask| task.bulk.as_deref() == Some(template);
    let tasks: Vec<&InboxTask> = waiting.iter().filter(of_template).collect();
    if tasks.is_empty() {
        let message =
            format!("nothing of template `{template}` waits that you can approve in bulk");
        return Err(Failure::new(Exit::Error, message).next("countersign inbox").into());
    }
    let named = |task: &&InboxTask| format!("{}@{}", task.change.number, task.revision);
    if !system::can_ask() {
        let all: Vec<String> = tasks.iter().map(named).collect();
        return Err(Failure::usage("say which revisions you looked at")
            .next(format!("countersign vote approve-in-bulk {}", all.join(" ")))
            .into());
    }
    let lines: Vec<Line> = tasks.iter().map(shown).collect();
    context.out.notes(&lines);
    let answer = system::ask(&format!("approve these {}? [y/N] ", tasks.len()))?;
    if !matches!(answer.trim(), "y" | "yes") {
        return Err(Failure::new(Exit::Error, "nothing was recorded").into());
    }
    let item = |task: &&InboxTask| BulkItem {
        change: task.change.number.clone(),
        expected_revision: task.revision,
    };
    Ok(tasks.iter().map(item).collect())
}

fn shown(task: &&InboxTask) -> Line {
    let change = &task.change;
    Line::new()
        .info(&change.number)
        .plain(format!(
            " revision {}, {} → {}: ",
            task.revision, change.service, change.environment
        ))
        .plain(&change.title)
        .dim(format!(" (as {})", task.role))
}

fn said(outcome: &BulkOutcome) -> Vec<Line> {
    let state = outcome.state.title();
    match outcome.outcome {
        BulkVote::Recorded => {
            let entry = outcome.receipt.as_ref().map(|r| format!(" (log entry {})", r.index));
            let line = Line::new().good("✓ ").info(&outcome.number);
            vec![
                line.plain(format!(" recorded; the change is {state}"))
                    .dim(entry.unwrap_or_default()),
            ]
        }
        BulkVote::RecordedBefore => {
            let line = Line::new().good("✓ ").info(&outcome.number);
            vec![line.plain(format!(" had been recorded before; the change is {state}"))]
        }
        BulkVote::Refused => {
            let mut lines =
                vec![Line::new().bad("✗ ").info(&outcome.number).plain(" not recorded")];
            if let Some(why) = &outcome.why_not {
                lines.push(Line::indented(2).warn("why: ").plain(&why.detail));
                lines.push(Line::indented(2).info("→ ").plain(&why.next));
            }
            lines
        }
    }
}
