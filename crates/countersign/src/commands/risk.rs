//! `risk`: accepting the risk of going off a rule, and looking at that again.

use anyhow::Result;
use api_types::acceptances::{
    AcceptanceOutcome, AcceptanceRequest, AcceptanceReviewRequest, RiskAcceptance,
};
use clap::Subcommand;

use crate::clock;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::time::moment;
use crate::output::{Line, table};

const AFTER_HELP: &str = "\
Examples:
  countersign risk accept scan-evidence --service checkout --environment production \\
      --until 2027-01-31T00:00:00Z --review-at 2026-12-31T00:00:00Z \\
      --reason \"the scanner can't read the new base image; vendor ticket 4411\"
  countersign risk list
  countersign risk keep rac_01jd3k9q7h2v5n8m4c6b0tzxrw -m \"still waiting for the vendor\"

Only rules that policy lets be gone off, only for one service in one environment, only for a time. It
stands in for that rule alone, it is no approval, and somebody still has to vote. When its review is
overdue it does not count.";

/// Commands about accepted risks.
#[derive(Debug, Subcommand)]
#[command(after_help = AFTER_HELP)]
pub enum Command {
    /// Accept the risk of going off a rule
    Accept(AcceptArgs),
    /// All accepted risks and where they stand
    List,
    /// Look at one again: it stands until it expires
    Keep(ReviewArgs),
    /// End one now
    End(ReviewArgs),
}

/// Arguments of `risk accept`.
#[derive(Debug, clap::Args)]
pub struct AcceptArgs {
    /// Id of the rule
    #[arg(value_name = "RULE")]
    rule: String,
    /// The service
    #[arg(long, value_name = "NAME")]
    service: String,
    /// The environment
    #[arg(long, value_name = "NAME")]
    environment: String,
    /// Until when, RFC 3339; policy limits it
    #[arg(long, value_name = "TIME")]
    until: String,
    /// By when somebody else looks at it again, RFC 3339
    #[arg(long, value_name = "TIME")]
    review_at: String,
    /// Why the risk is worth taking
    #[arg(long, short = 'm', value_name = "TEXT")]
    reason: String,
}

/// Arguments of `risk keep` and `risk end`.
#[derive(Debug, clap::Args)]
pub struct ReviewArgs {
    /// The acceptance
    #[arg(value_name = "ID")]
    acceptance: String,
    /// What you found
    #[arg(long, short = 'm', value_name = "TEXT")]
    findings: String,
}

/// Runs one of them.
pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Accept(args) => {
            let request = AcceptanceRequest {
                rule: args.rule,
                service: args.service,
                environment: args.environment,
                reason: args.reason,
                expires_at: args.until.into(),
                review_at: args.review_at.into(),
            };
            said(context, &context.signed_in()?.accept_risk(&request)?)
        }
        Command::List => list(context),
        Command::Keep(args) => review(args, AcceptanceOutcome::Keep, context),
        Command::End(args) => review(args, AcceptanceOutcome::End, context),
    }
}

fn review(args: ReviewArgs, outcome: AcceptanceOutcome, context: &Context) -> Result<Exit> {
    let request = AcceptanceReviewRequest { outcome, findings: args.findings };
    said(context, &context.signed_in()?.review_acceptance(&args.acceptance, &request)?)
}

fn said(context: &Context, risk: &RiskAcceptance) -> Result<Exit> {
    if context.out.json {
        context.out.json(risk)?;
        return Ok(Exit::Ok);
    }
    let now = clock::now();
    let state = risk.state.replace('_', " ");
    let line = Line::new()
        .good("✓ ")
        .bold(&risk.rule)
        .plain(format!(" for {} → {}: ", risk.service, risk.environment))
        .plain(format!("{state}, until {}", moment(&risk.expires_at, now)));
    context.out.line(&line.dim(format!("  {}", risk.id)));
    Ok(Exit::Ok)
}

fn list(context: &Context) -> Result<Exit> {
    let risks = context.signed_in()?.list_acceptances()?;
    if context.out.json {
        context.out.json(&risks)?;
        return Ok(Exit::Ok);
    }
    let now = clock::now();
    let rows = risks.iter().map(|r| {
        vec![
            r.id.clone(),
            r.rule.clone(),
            format!("{} → {}", r.service, r.environment),
            r.by.name.clone(),
            r.state.replace('_', " "),
            moment(&r.review_at, now),
            moment(&r.expires_at, now),
        ]
    });
    let headings = ["acceptance", "rule", "where", "by", "state", "review", "until"];
    table::show(&context.out, &headings, rows.collect(), "no risk was accepted");
    Ok(Exit::Ok)
}
