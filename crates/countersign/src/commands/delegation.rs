//! `delegation`: letting somebody answer for you.

use anyhow::Result;
use api_types::absences::{Delegation, DelegationRequest};
use clap::Subcommand;

use crate::context::Context;
use crate::exit::Exit;
use crate::output::{Line, table};

const AFTER_HELP: &str = "\
Examples:
  countersign delegation make --to prs_01jd… --role service-owner --scope service:checkout \\
      --until 2026-12-14T08:00:00Z --reason \"on leave\"

Policy says which roles can be delegated and for how long at most. Both names go on every vote; you
and your delegate count once between you, and a delegated right can't be delegated on.";

/// Commands about delegations.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Delegations, newest first
    List(ListArgs),
    /// Let somebody answer for you, in one role, at one scope, for a time
    #[command(after_help = AFTER_HELP)]
    Make(MakeArgs),
    /// End a delegation before its time; votes given by it and not used yet fall with it
    End(EndArgs),
}

/// Arguments of `delegation list`.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Only those of this person, on either side
    #[arg(long, value_name = "PERSON")]
    person: Option<String>,
}

/// Arguments of `delegation make`.
#[derive(Debug, clap::Args)]
pub struct MakeArgs {
    /// Who may answer for you (a person's id)
    #[arg(long, value_name = "PERSON")]
    to: String,
    /// The role
    #[arg(long, value_name = "ROLE")]
    role: String,
    /// Where: organisation, domain:NAME or service:NAME
    #[arg(long, value_name = "SCOPE")]
    scope: String,
    /// From when, as RFC 3339; now when left out
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Until when, as RFC 3339
    #[arg(long, value_name = "TIME")]
    until: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// Arguments of `delegation end`.
#[derive(Debug, clap::Args)]
pub struct EndArgs {
    /// The delegation's id
    #[arg(value_name = "DELEGATION")]
    delegation: String,
}

/// Runs one of them.
pub fn run(command: Command, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    match command {
        Command::List(args) => list(&client.list_delegations(args.person.as_deref())?, context),
        Command::Make(args) => {
            let made = client.delegate(&DelegationRequest {
                delegate: args.to,
                role: args.role,
                scope: args.scope,
                from: args.from.map(Into::into),
                until: args.until.into(),
                reason: args.reason,
            })?;
            if context.out.json {
                context.out.json(&made)?;
            } else {
                let words = format!(" may answer for you as {} until {}  ", made.role, made.until);
                let line = Line::new().good("✓ ").bold(&made.delegate.name).plain(words);
                context.out.line(&line.dim(&made.id));
            }
            Ok(Exit::Ok)
        }
        Command::End(args) => {
            client.end_delegation(&args.delegation)?;
            context.out.note(&Line::new().good("✓ ").plain("the delegation has ended"));
            Ok(Exit::Ok)
        }
    }
}

fn list(delegations: &[Delegation], context: &Context) -> Result<Exit> {
    if context.out.json {
        context.out.json(&delegations)?;
        return Ok(Exit::Ok);
    }
    let rows = delegations.iter().map(|d| {
        vec![
            d.id.clone(),
            d.delegator.name.clone(),
            d.delegate.name.clone(),
            format!("{}@{}", d.role, d.scope),
            d.until.to_string(),
            if d.in_force { "in force" } else { "" }.to_owned(),
        ]
    });
    let headings = ["id", "of", "to", "role", "until", ""];
    table::show(&context.out, &headings, rows.collect(), "nobody answers for anybody else");
    Ok(Exit::Ok)
}
