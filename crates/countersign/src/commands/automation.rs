//! `automation`: rules that approve by themselves, and stopping them.

use anyhow::Result;
use api_types::automation::{
    Automation, AutomationRuleHistory, AutomationStop, RuleTally, StopRequest,
};
use api_types::automation_audit::{AutomationAudit, SuccessRate};
use clap::Subcommand;

use crate::clock;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::time::moment;
use crate::output::{Line, table};

const AFTER_HELP: &str = "\
Examples:
  countersign automation list
  countersign automation show small-scaling
  countersign automation audit
  countersign automation stop everything --reason \"the scanner says yes to all\"
  countersign automation stop rule:small-scaling --reason \"it approved the wrong thing\"
  countersign automation stop template:scale-service --reason \"it changes more than it says\"
  countersign automation stop service:checkout --reason \"an incident is open\"
  countersign automation resume stp_01jd3k9q7h2v5n8m4c6b0tzxrw --reason \"the scanner is fixed\"

A stop acts at once, also on what was granted and not redeemed. Only a person in a role that policy
names lets it go on. While a template is stopped its standard changes are assessed as normal ones.

`audit` compares the last 30 days with the 180 before. The server does so every day by itself: what is
hardly chance becomes a finding, and a rule or template that fails its bound is suspended. Where there
is too little to tell it says so: that is no alarm, and no all-clear.";

/// Commands about automatic approval.
#[derive(Debug, Subcommand)]
#[command(after_help = AFTER_HELP)]
pub enum Command {
    /// Rules, what they approved lately, and stops
    List,
    /// One rule: what it approved, how that went, and what it left to people
    Show(ShowArgs),
    /// Look for misuse in the last 30 days, and how what was let through went
    Audit,
    /// Stop a rule, a template, a service, or everything
    Stop(StopArgs),
    /// Let it go on after a stop
    Resume(ResumeArgs),
}

/// Arguments of `automation show`.
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// The rule's id, as `automation list` prints it
    #[arg(value_name = "RULE")]
    rule: String,
}

/// Arguments of `automation stop`.
#[derive(Debug, clap::Args)]
pub struct StopArgs {
    /// `everything`, `rule:ID`, `template:NAME` or `service:NAME`
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
        Command::Show(args) => show(context, &client.get_automation_rule(&args.rule)?),
        Command::Audit => audit(context, &client.audit_automation()?),
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

fn show(context: &Context, found: &AutomationRuleHistory) -> Result<Exit> {
    let out = &context.out;
    if out.json {
        out.json(found)?;
        return Ok(Exit::Ok);
    }
    let rule = &found.rule;
    let state = if rule.stopped { "stopped" } else { "runs" };
    out.line(&Line::new().bold(&rule.id).plain(format!("  {state}  ")).plain(&rule.title));
    out.line(&Line::new().dim(format!("answers {}", rule.answers.join(", "))));
    for condition in &rule.conditions {
        out.line(&Line::indented(2).plain(condition));
    }
    out.line(&Line::new());
    let row = |who: &str, of: &RuleTally| {
        let counts = [of.changes, of.refused, of.deployments, of.failed].map(|n| n.to_string());
        std::iter::once(who.to_owned()).chain(counts).collect::<Vec<_>>()
    };
    let rows = vec![row("the rule", &found.by_rule), row("people", &found.by_people)];
    let headings = ["decided by", "changes", "somebody said no", "deployments", "failed"];
    table::show(out, &headings, rows, "");
    let took = found.people_took_hours;
    let took = took.map_or_else(|| "none was approved".to_owned(), |h| format!("{h} h on average"));
    let days = found.days;
    out.line(&Line::new().dim(format!("last {days} days; approvals by people took: {took}")));
    out.line(&Line::new());
    let now = clock::now();
    let rows = found.latest.iter().map(|one| {
        let went = match (one.deployments, one.failed) {
            (0, _) => "not deployed".to_owned(),
            (_, 0) => "went well".to_owned(),
            (all, failed) => format!("{failed} of {all} failed"),
        };
        let no = if one.refused { "somebody said no" } else { "" };
        vec![
            one.change.clone(),
            format!("{} in {}", one.service, one.environment),
            moment(&one.at, now),
            went,
            no.to_owned(),
        ]
    });
    let headings = ["change", "what", "approved", "how it went", ""];
    table::show(out, &headings, rows.collect(), "it approved nothing lately");
    Ok(Exit::Ok)
}

fn audit(context: &Context, found: &AutomationAudit) -> Result<Exit> {
    if context.out.json {
        context.out.json(found)?;
        return Ok(Exit::Ok);
    }
    let checks = found.checks.iter().map(|check| {
        vec![
            check.title.clone(),
            check.tested.to_string(),
            check.suspicions.len().to_string(),
            match check.too_few.as_slice() {
                [] => String::new(),
                [first] => first.clone(),
                [first, rest @ ..] => format!("{first}, and {} more", rest.len()),
            },
        ]
    });
    let headings = ["looked for", "places", "found", "too few to tell"];
    table::show(&context.out, &headings, checks.collect(), "nothing is looked for");
    for suspicion in found.checks.iter().flat_map(|check| &check.suspicions) {
        let line = Line::new().bold(&suspicion.observed).plain(", up to ").plain(&suspicion.change);
        context.out.line(&line);
        let base = format!("  expected {}: {}", suspicion.expected, suspicion.base_rate);
        context.out.line(&Line::new().plain(base));
        let chance = format!("  by chance {:.0e} ({})", suspicion.p_value, suspicion.statistic);
        context.out.line(&Line::new().dim(chance));
    }
    let rates = found.success.iter().map(rate_row).collect();
    let headings = ["let through by", "deployments", "failed", "has to succeed", "state"];
    table::show(&context.out, &headings, rates, "nothing is let through by rules or templates");
    Ok(Exit::Ok)
}

fn rate_row(rate: &SuccessRate) -> Vec<String> {
    vec![
        rate.by.clone(),
        rate.total.to_string(),
        rate.failed.to_string(),
        format!("{} of 100", rate.bound_percent),
        rate.state.replace('_', " "),
    ]
}
