//! `override`: opens the gate for an emergency without its approvals, and reviews that.

use anyhow::Result;
use api_types::overrides::{OverrideRequest, OverrideReviewRequest, ReviewOutcome};
use clap::{Subcommand, ValueEnum};

use crate::clock;
use crate::commands::change::show_result;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::output::table;
use crate::output::time::moment;

const AFTER_HELP: &str = "\
Examples:
  countersign override open CHG-1042 --revision 1 --reason \"customers can't pay, nobody answers\"
  countersign override list --only overdue
  countersign override review CHG-1042 --justified -m \"paged three people, nobody answered\"

An override is no approval. It lets one deployment of exactly one revision through, for the minutes
that policy allows, and everybody is told. A hold, a rejection and a freeze beat it. Until somebody
with no hand in the change has reviewed an overdue one, who opened it opens no other.";

/// Commands about overrides.
#[derive(Debug, Subcommand)]
#[command(after_help = AFTER_HELP)]
pub enum Command {
    /// Open the gate once for an emergency change, without its approvals
    Open(OpenArgs),
    /// Review an override, with no hand in the change
    Review(ReviewArgs),
    /// All overrides, newest first
    List(ListArgs),
}

/// Arguments of `override open`.
#[derive(Debug, clap::Args)]
pub struct OpenArgs {
    /// The change
    #[arg(value_name = "CHG")]
    change: String,
    /// The revision you looked at
    #[arg(long, value_name = "N")]
    revision: u32,
    /// Why it can't wait for approval
    #[arg(long, short = 'm', value_name = "TEXT")]
    reason: String,
    /// For how long; as long as policy allows when left out
    #[arg(long, value_name = "N")]
    minutes: Option<u32>,
}

/// Arguments of `override review`.
#[derive(Debug, clap::Args)]
#[group(id = "verdict", required = true, multiple = false, args = ["justified", "not_justified"])]
pub struct ReviewArgs {
    /// The change
    #[arg(value_name = "CHG")]
    change: String,
    /// Which override; the one that waits when left out
    #[arg(long = "override", value_name = "ID")]
    of: Option<String>,
    /// It could not have waited
    #[arg(long)]
    justified: bool,
    /// It should not have happened
    #[arg(long)]
    not_justified: bool,
    /// What you found, and what follows from it
    #[arg(long, short = 'm', value_name = "TEXT")]
    findings: String,
}

/// Arguments of `override list`.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Only these
    #[arg(long, value_enum, default_value = "all")]
    only: Only,
}

/// Which overrides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Only {
    All,
    Unreviewed,
    Overdue,
}

/// Runs one of them.
pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Open(args) => {
            let request = OverrideRequest {
                expected_revision: args.revision,
                reason: args.reason,
                minutes: args.minutes,
            };
            let change = context.signed_in()?.open_override(&args.change, &request)?;
            show_result(context, &change, "is overridden, not approved")
        }
        Command::Review(args) => review(args, context),
        Command::List(args) => list(args.only, context),
    }
}

fn review(args: ReviewArgs, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    let of = match args.of {
        Some(of) => of,
        None => {
            let change = client.get_change(&args.change)?;
            let waiting = change.overrides.iter().find(|o| o.review.is_none());
            waiting.map(|o| o.id.clone()).ok_or_else(|| {
                Failure::new(Exit::Error, "no override of this change waits for a review")
            })?
        }
    };
    let outcome =
        if args.justified { ReviewOutcome::Justified } else { ReviewOutcome::NotJustified };
    let request = OverrideReviewRequest { outcome, findings: args.findings };
    let change = client.review_override(&args.change, &of, &request)?;
    show_result(context, &change, "has its override reviewed")
}

fn list(only: Only, context: &Context) -> Result<Exit> {
    let mut all = context.signed_in()?.list_overrides()?;
    all.retain(|o| match only {
        Only::All => true,
        Only::Unreviewed => !o.reviewed,
        Only::Overdue => o.overdue,
    });
    if context.out.json {
        context.out.json(&all)?;
        return Ok(Exit::Ok);
    }
    let now = clock::now();
    let rows = all.iter().map(|o| {
        let review = match (o.reviewed, o.overdue) {
            (true, _) => "reviewed".to_owned(),
            (false, true) => format!("overdue since {}", moment(&o.review_due_at, now)),
            (false, false) => format!("due {}", moment(&o.review_due_at, now)),
        };
        vec![
            o.change.number.clone(),
            format!("{} → {}", o.service, o.environment),
            o.incident.clone(),
            o.by.name.clone(),
            moment(&o.opened_at, now),
            review,
        ]
    });
    let headings = ["change", "where", "incident", "by", "opened", "review"];
    table::show(&context.out, &headings, rows.collect(), "there are no overrides");
    Ok(Exit::Ok)
}
