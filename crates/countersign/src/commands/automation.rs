//! `automation`: rules that approve by themselves, and stopping them.

use anyhow::Result;
use api_types::automation::{Automation, AutomationStop, StopRequest};
use clap::Subcommand;

use crate::clock;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::time::moment;
use crate::output::{Line, table};

const AFTER_HELP: &str = "\
Examples:
  countersign automation list
  countersign automation stop everything --reason \"the scanner says yes to all\"
  countersign automation stop rule:small-scaling --reason \"it approved the wrong thing\"
  countersign automation stop service:checkout --reason \"an incident is open\"
  countersign automation resume stp_01jd3k9q7h2v5n8m4c6b0tzxrw --reason \"the scanner is fixed\"

A stop acts at once, also on what was granted and not redeemed. Only a person in a role that policy
names lets it go on.";

/// Commands about automatic approval.
#[derive(Debug, Subcommand)]
#[command(after_help = AFTER_HELP)]
pub enum Command {
    /// Rules, what they approved lately, and stops
    List,
    /// Stop a rule, a service, or everything
    Stop(StopArgs),
    /// Let it go on after a stop
    Resume(ResumeArgs),
}

/// Arguments of `automation stop`.
#[derive(Debug, clap::Args)]
pub struct StopArgs {
    /// `everything`, `rule:ID` or `service:NAME`
    #[arg(value_name = "SCOPE")]
    scope: String,
    /// Why
    #[arg(long, short = 'm', value_name = "TEXT")]
    reason: String,
}

/// Arguments of `automation resume`.
#[derive(Debug, clap::Args)]
pub struct ResumeArgs {
    /// The stop
    #[arg(value_name = "ID")]
    stop: String,
    /// Why
    #[arg(long, short = 'm', value_name = "TEXT")]
    reason: String,
}

/// Runs one of them.
pub fn run(command: Command, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    match command {
        Command::List => list(context, &client.get_automation()?),
        Command::Stop(args) => {
            let request = StopRequest { scope: args.scope, reason: args.reason };
            said(context, &client.stop_automation(&request)?, "is stopped")
        }
        Command::Resume(args) => {
            said(context, &client.resume_automation(&args.stop, &args.reason)?, "goes on")
        }
    }
}

fn said(context: &Context, stop: &AutomationStop, what: &str) -> Result<Exit> {
    if context.out.json {
        context.out.json(stop)?;
        return Ok(Exit::Ok);
    }
    let line = Line::new().good("✓ ").plain("automatic approval ").plain(what).plain(": ");
    context.out.line(&line.bold(&stop.scope).dim(format!("  {}", stop.id)));
    Ok(Exit::Ok)
}

fn list(context: &Context, found: &Automation) -> Result<Exit> {
    if context.out.json {
        context.out.json(found)?;
        return Ok(Exit::Ok);
    }
    let now = clock::now();
    let rules = found.rules.iter().map(|rule| {
        let last = rule.approved.first();
        vec![
            rule.id.clone(),
            match (rule.stopped, &rule.review) {
                (true, _) => "stopped".to_owned(),
                (false, None) => "approves at once".to_owned(),
                (false, Some(review)) => {
                    format!("after a review of {} minutes", review.window_minutes)
                }
            },
            rule.answers.join(", "),
            rule.approved.len().to_string(),
            last.map(|a| format!("{} {}", a.change, moment(&a.at, now))).unwrap_or_default(),
            rule.title.clone(),
        ]
    });
    let headings = ["rule", "state", "answers", "approved lately", "last", "what it says"];
    table::show(&context.out, &headings, rules.collect(), "only people approve");
    let standing = found.stops.iter().filter(|stop| stop.resumed_at.is_none());
    let stops = standing.map(|stop| {
        vec![
            stop.id.clone(),
            stop.scope.clone(),
            stop.by.name.clone(),
            moment(&stop.at, now),
            stop.reason.clone().unwrap_or_else(|| "[erased]".to_owned()),
        ]
    });
    let headings = ["stop", "about", "by", "since", "why"];
    table::show(&context.out, &headings, stops.collect(), "nothing is stopped");
    Ok(Exit::Ok)
}
