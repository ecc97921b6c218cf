//! `freeze`: times in which nothing is deployed, and exceptions from them.

use anyhow::Result;
use api_types::freezes::{ExceptionRequest, Freeze, FreezeRequest};
use api_types::material::ChangeKind;
use clap::Subcommand;

use crate::clock;
use crate::commands::change::show_result;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::time::moment;
use crate::output::{Line, table};

const AFTER_HELP: &str = "\
Examples:
  countersign freeze list
  countersign freeze declare --title \"Card network outage\" --scope domain:payments \\
      --until 2026-11-27T18:00:00Z --reason \"the processor is down\" --lets-through-emergencies
  countersign freeze except CHG-1042 year-end --revision 2 --reason \"the old rates are illegal\"
  countersign freeze end frz_01jd3k9q7h2v5n8m4c6b0tzxrw --reason \"the processor is back\"

A freeze is looked at when the gate is used: it stops what was approved before it began. An exception
is a vote of its own by a role the freeze names.";

/// Commands about freezes.
#[derive(Debug, Subcommand)]
#[command(after_help = AFTER_HELP)]
pub enum Command {
    /// Freezes in force and ahead
    List,
    /// Declare a freeze at once
    Declare(DeclareArgs),
    /// End a declared freeze before its time
    End(EndArgs),
    /// Ask that a freeze makes an exception for a change
    Except(ExceptArgs),
}

/// Arguments of `freeze declare`.
#[derive(Debug, clap::Args)]
pub struct DeclareArgs {
    /// What people call it
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// `organisation`, `domain:NAME` or `service:NAME`
    #[arg(long, value_name = "SCOPE")]
    scope: String,
    /// Only in this environment (repeat for several)
    #[arg(long = "environment", value_name = "NAME")]
    environments: Vec<String>,
    /// Only in environments of this tier, 0 to 4 (repeat for several)
    #[arg(long = "tier", value_name = "N", value_parser = clap::value_parser!(u8).range(0..=4))]
    tiers: Vec<u8>,
    /// When it begins, RFC 3339; at once when left out
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// When it ends, RFC 3339
    #[arg(long, value_name = "TIME")]
    until: String,
    /// It does not stop emergencies
    #[arg(long)]
    lets_through_emergencies: bool,
    /// Why
    #[arg(long, short = 'm', value_name = "TEXT")]
    reason: String,
}

/// Arguments of `freeze end`.
#[derive(Debug, clap::Args)]
pub struct EndArgs {
    /// The declared freeze
    #[arg(value_name = "ID")]
    freeze: String,
    /// Why
    #[arg(long, short = 'm', value_name = "TEXT")]
    reason: String,
}

/// Arguments of `freeze except`.
#[derive(Debug, clap::Args)]
pub struct ExceptArgs {
    /// The change
    #[arg(value_name = "CHG")]
    change: String,
    /// The freeze
    #[arg(value_name = "FREEZE")]
    freeze: String,
    /// The revision you looked at
    #[arg(long, value_name = "N")]
    revision: u32,
    /// Why it can't wait
    #[arg(long, short = 'm', value_name = "TEXT")]
    reason: String,
}

/// Runs one of them.
pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::List => list(context),
        Command::Declare(args) => {
            let emergency = args.lets_through_emergencies.then_some(ChangeKind::Emergency);
            let request = FreezeRequest {
                title: args.title,
                reason: args.reason,
                scope: args.scope,
                environments: args.environments,
                tiers: args.tiers,
                lets_through: emergency.into_iter().collect(),
                from: args.from.map(Into::into),
                until: args.until.into(),
            };
            said(context, &context.signed_in()?.declare_freeze(&request)?, "is declared")
        }
        Command::End(args) => said(
            context,
            &context.signed_in()?.end_freeze(&args.freeze, &args.reason)?,
            "has ended",
        ),
        Command::Except(args) => {
            let request = ExceptionRequest {
                expected_revision: args.revision,
                freeze: args.freeze,
                reason: args.reason,
            };
            let change = context.signed_in()?.ask_exception(&args.change, &request)?;
            show_result(context, &change, "asks for an exception")
        }
    }
}

fn said(context: &Context, freeze: &Freeze, what: &str) -> Result<Exit> {
    if context.out.json {
        context.out.json(freeze)?;
        return Ok(Exit::Ok);
    }
    let until = moment(&freeze.until, clock::now());
    let title = freeze.title.as_deref().unwrap_or("[erased]");
    let line = Line::new().good("✓ ").bold(title).plain(format!(" {what}: {}", freeze.scope));
    context.out.line(&line.dim(format!(" until {until}  {}", freeze.id)));
    Ok(Exit::Ok)
}

/// What a freeze is about, in a few words.
pub fn about(freeze: &Freeze) -> String {
    let mut words = vec![freeze.scope.clone()];
    if !freeze.environments.is_empty() {
        words.push(format!("in {}", freeze.environments.join(", ")));
    }
    words.extend(freeze.tiers.iter().map(|tier| format!("T{tier}")));
    words.join(" ")
}

fn list(context: &Context) -> Result<Exit> {
    let freezes = context.signed_in()?.list_freezes()?;
    if context.out.json {
        context.out.json(&freezes)?;
        return Ok(Exit::Ok);
    }
    let now = clock::now();
    let rows = freezes.iter().map(|f| {
        vec![
            f.id.clone(),
            f.title.clone().unwrap_or_else(|| "[erased]".to_owned()),
            about(f),
            if f.in_force { "in force".to_owned() } else { moment(&f.from, now) },
            moment(&f.until, now),
            f.exception_roles.join(" or "),
        ]
    });
    let headings = ["freeze", "title", "about", "from", "until", "exceptions by"];
    table::show(&context.out, &headings, rows.collect(), "nothing is frozen");
    Ok(Exit::Ok)
}
