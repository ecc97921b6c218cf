//! `service-account`: machine identities for pipelines.

use anyhow::Result;
use api_types::people::Status;
use api_types::service_accounts::ServiceAccountRequest;
use clap::Subcommand;

use crate::context::Context;
use crate::exit::Exit;
use crate::output::{Line, table};

const AFTER_HELP: &str = "\
Example:
  countersign service-account add checkout-pipeline --purpose \"deploys checkout from CI\"
  countersign token create --service-account sac_01jd… --label ci --verb gate --verb request \\
      --service checkout --environment production --days 90

It acts for its owner, who can't approve what it asks for. It can ask; it never votes.";

/// Commands about machine identities.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// All machine identities and their tokens
    List,
    /// Make a machine identity
    #[command(after_help = AFTER_HELP)]
    Add(AddArgs),
    /// Disable a machine identity: its tokens stop working
    Deactivate(IdArgs),
    /// Enable a machine identity
    Activate(IdArgs),
}

/// Arguments of `service-account add`.
#[derive(Debug, clap::Args)]
pub struct AddArgs {
    /// What it is called
    #[arg(value_name = "NAME")]
    name: String,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    purpose: String,
    /// Id of the person who answers for it; you when left out
    #[arg(long, value_name = "PERSON")]
    owner: Option<String>,
}

/// Arguments that name a machine identity.
#[derive(Debug, clap::Args)]
pub struct IdArgs {
    /// Its id
    #[arg(value_name = "ID")]
    id: String,
}

/// Runs one of them.
pub fn run(command: Command, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    let account = match command {
        Command::List => return list(context),
        Command::Add(args) => client.add_service_account(&ServiceAccountRequest {
            name: args.name,
            purpose: args.purpose,
            owner: args.owner,
        })?,
        Command::Deactivate(args) => {
            client.set_service_account_status(&args.id, Status::Inactive)?
        }
        Command::Activate(args) => client.set_service_account_status(&args.id, Status::Active)?,
    };
    if context.out.json {
        context.out.json(&account)?;
        return Ok(Exit::Ok);
    }
    let state = match account.status {
        Status::Active => "active",
        Status::Inactive => "inactive",
    };
    context.out.line(
        &Line::new()
            .good("✓ ")
            .bold(&account.name)
            .plain(format!(" is {state}, {} answers for it  ", account.owner.name))
            .dim(&account.id),
    );
    Ok(Exit::Ok)
}

fn list(context: &Context) -> Result<Exit> {
    let accounts = context.signed_in()?.list_service_accounts()?;
    if context.out.json {
        context.out.json(&accounts)?;
        return Ok(Exit::Ok);
    }
    let mut rows = Vec::new();
    for account in &accounts {
        let mut row = |token: String, verbs: String, until: String| {
            let name = match account.status {
                Status::Active => account.name.clone(),
                Status::Inactive => format!("{} (inactive)", account.name),
            };
            rows.push(vec![
                account.id.clone(),
                name,
                account.owner.name.clone(),
                token,
                verbs,
                until,
            ]);
        };
        if account.tokens.is_empty() {
            row("no token".to_owned(), String::new(), String::new());
        }
        for token in &account.tokens {
            let verbs: Vec<_> = token.verbs.iter().map(|v| v.as_str()).collect();
            let until = match token.revoked {
                true => "revoked".to_owned(),
                false => token.expires_at.as_str().chars().take(10).collect(),
            };
            row(format!("{} {}", token.label, token.id), verbs.join(", "), until);
        }
    }
    let headings = ["id", "name", "owner", "token", "for", "until"];
    table::show(&context.out, &headings, rows, "there are no machine identities yet");
    Ok(Exit::Ok)
}
