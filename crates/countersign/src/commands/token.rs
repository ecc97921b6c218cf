//! `token`: makes and revokes tokens.

use anyhow::Result;
use api_types::service_accounts::{TokenRequest, Verb};
use clap::{Subcommand, ValueEnum};

use crate::clock;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::Line;
use crate::output::time::moment;

const AFTER_HELP: &str = "\
Examples:
  countersign token create --label laptop --verb read --days 30
  countersign token create --service-account sac_01jd… --label ci --verb gate \\
      --service checkout --environment production --days 90
  TOKEN=$(countersign token create … --json | jq -r .token)

The token is shown this once. Verbs: read, request (ask for changes), gate (ask the gate, deploy),
act (everything you may; personal tokens only), provision (a directory's SCIM; service accounts only).";

/// Commands about tokens.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a token: for yourself, or for a machine identity
    #[command(after_help = AFTER_HELP)]
    Create(CreateArgs),
    /// Revoke a token: it stops working at once
    Revoke(RevokeArgs),
}

/// Arguments of `token create`.
#[derive(Debug, clap::Args)]
pub struct CreateArgs {
    /// What it is called
    #[arg(long, value_name = "TEXT")]
    label: String,
    /// The machine identity it is for; yourself when left out
    #[arg(long, value_name = "ID")]
    service_account: Option<String>,
    /// What it may be used for (repeat for several)
    #[arg(long = "verb", value_enum, required = true)]
    verbs: Vec<VerbArg>,
    /// For this service only (repeat for several)
    #[arg(long = "service", value_name = "NAME")]
    services: Vec<String>,
    /// In this environment only (repeat for several)
    #[arg(long = "environment", value_name = "NAME")]
    environments: Vec<String>,
    /// Days until it stops working
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    days: u32,
}

/// Arguments of `token revoke`.
#[derive(Debug, clap::Args)]
pub struct RevokeArgs {
    /// The token's id (not its text)
    #[arg(value_name = "TOKEN-ID")]
    token_id: String,
}

/// See [`Verb`].
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum VerbArg {
    Read,
    Request,
    Gate,
    Act,
    Provision,
}

impl From<VerbArg> for Verb {
    fn from(verb: VerbArg) -> Self {
        match verb {
            VerbArg::Read => Self::Read,
            VerbArg::Request => Self::Request,
            VerbArg::Gate => Self::Gate,
            VerbArg::Act => Self::Act,
            VerbArg::Provision => Self::Provision,
        }
    }
}

/// Runs one of them.
pub fn run(command: &Command, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    match command {
        Command::Create(args) => {
            let some = |names: &[String]| (!names.is_empty()).then(|| names.to_vec());
            let request = TokenRequest {
                label: args.label.clone(),
                verbs: args.verbs.iter().map(|v| (*v).into()).collect(),
                services: some(&args.services),
                environments: some(&args.environments),
                expires_in_days: args.days,
            };
            let token = match &args.service_account {
                Some(account) => client.create_token(account, &request)?,
                None => client.create_own_token(&request)?,
            };
            if context.out.json {
                context.out.json(&token)?;
                return Ok(Exit::Ok);
            }
            context.out.line(&Line::of(&token.token));
            let until = moment(&token.expires_at, clock::now());
            context.out.note(
                &Line::new().dim(format!(
                    "{} works until {until}; it can't be shown again",
                    token.token_id
                )),
            );
        }
        Command::Revoke(args) => {
            client.revoke_token(&args.token_id)?;
            context.out.note(&Line::new().good("✓ ").plain("the token does not work any more"));
        }
    }
    Ok(Exit::Ok)
}
