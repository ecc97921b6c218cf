//! `findings`: what needs follow-up, and what record-only gates let through.

use anyhow::Result;
use api_types::findings::Finding;
use clap::Subcommand;

use crate::clock;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::time::moment;
use crate::output::{Line, table};

const AFTER_HELP: &str = "\
Examples:
  countersign findings list
  countersign findings let-through
  countersign findings acknowledge fnd_01jd3k9q7h2v5n8m4c6b0tzxrw
  countersign findings resolve fnd_01jd3k9q7h2v5n8m4c6b0tzxrw --reason \"approved afterwards as CHG-1051\"

A gate in `observe` mode stops nothing. What it lets through without what policy asks for becomes a
finding for the owner of the service, due in seven days. `let-through` adds up what an enforcing gate
would have stopped, by service and environment; `countersign policy enforce` proposes that the gate blocks
there.";

/// Commands about findings.
#[derive(Debug, Subcommand)]
#[command(after_help = AFTER_HELP)]
pub enum Command {
    /// Findings and where they stand
    List(ListArgs),
    /// What would have been stopped, had every gate enforced
    LetThrough,
    /// Say that you deal with one
    Acknowledge(AcknowledgeArgs),
    /// Resolve one
    Resolve(ResolveArgs),
}

/// Arguments of `findings list`.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Also those that are resolved
    #[arg(long)]
    all: bool,
}

/// Arguments of `findings acknowledge`.
#[derive(Debug, clap::Args)]
pub struct AcknowledgeArgs {
    /// The finding
    #[arg(value_name = "ID")]
    finding: String,
}

/// Arguments of `findings resolve`.
#[derive(Debug, clap::Args)]
pub struct ResolveArgs {
    /// The finding
    #[arg(value_name = "ID")]
    finding: String,
    /// What was done about it, or why nothing has to be
    #[arg(long, short = 'm', value_name = "TEXT")]
    reason: String,
}

/// Runs one of them.
pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::List(args) => list(&args, context),
        Command::LetThrough => let_through(context),
        Command::Acknowledge(args) => {
            said(context, &context.signed_in()?.acknowledge_finding(&args.finding)?)
        }
        Command::Resolve(args) => {
            said(context, &context.signed_in()?.resolve_finding(&args.finding, &args.reason)?)
        }
    }
}

fn said(context: &Context, finding: &Finding) -> Result<Exit> {
    if context.out.json {
        context.out.json(finding)?;
        return Ok(Exit::Ok);
    }
    let line = Line::new().good("✓ ").plain("the finding about ").bold(&finding.change);
    context
        .out
        .line(&line.plain(format!(" is {}", finding.state)).dim(format!("  {}", finding.id)));
    Ok(Exit::Ok)
}

fn list(args: &ListArgs, context: &Context) -> Result<Exit> {
    let mut findings = context.signed_in()?.list_findings()?;
    findings.retain(|finding| args.all || finding.state != "resolved");
    if context.out.json {
        context.out.json(&findings)?;
        return Ok(Exit::Ok);
    }
    let now = clock::now();
    let rows = findings.iter().map(|f| {
        vec![
            f.id.clone(),
            f.change.clone(),
            format!("{} → {}", f.service, f.environment),
            f.code.replace('_', " "),
            f.owner.as_ref().map_or_else(|| "nobody".to_owned(), |owner| owner.name.clone()),
            if f.overdue { format!("{}, overdue", f.state) } else { f.state.clone() },
            moment(&f.due_at, now),
        ]
    });
    let headings = ["finding", "change", "where", "why", "owner", "state", "due"];
    table::show(&context.out, &headings, rows.collect(), "nothing needs follow-up");
    Ok(Exit::Ok)
}

fn let_through(context: &Context) -> Result<Exit> {
    let report = context.signed_in()?.report_let_through()?;
    if context.out.json {
        context.out.json(&report)?;
        return Ok(Exit::Ok);
    }
    let rows = report.places.iter().map(|place| {
        let reasons = place.reasons.iter();
        let reasons: Vec<String> =
            reasons.map(|(code, n)| format!("{n} × {}", code.replace('_', " "))).collect();
        vec![
            format!("{} → {}", place.service, place.environment),
            place.total.to_string(),
            place.open.to_string(),
            reasons.join(", "),
        ]
    });
    let headings = ["where", "would have been stopped", "open", "why"];
    table::show(&context.out, &headings, rows.collect(), "no gate let anything through");
    Ok(Exit::Ok)
}
