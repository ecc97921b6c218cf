//! `webhook`: where machines hear of events.

use anyhow::Result;
use api_types::people::Status;
use api_types::webhooks::{NewWebhook, WebhookRequest, WebhookSecretRequest, WebhookUpdate};
use clap::Subcommand;

use crate::context::Context;
use crate::exit::Exit;
use crate::output::{Line, table};

const AFTER_HELP: &str = "\
Example:
  countersign webhook add ITSM https://hooks.example.com/countersign \\
      --event change.approved --event 'policy.*'

Calls follow Standard Webhooks; the secret to check them with is shown once.";

/// Commands about webhooks.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// All webhooks
    List,
    /// Register a webhook
    #[command(after_help = AFTER_HELP)]
    Add(PlaceArgs),
    /// Say anew where calls go and for which events
    Update(UpdateArgs),
    /// Make no calls for now; what waits is dropped
    Stop(IdArgs),
    /// Make calls again
    Start(IdArgs),
    /// Make a new secret; for a day calls are signed with the old one too
    RotateSecret(IdArgs),
    /// Make a call of type countersign.test
    Test(IdArgs),
    /// Remove a webhook
    Remove(IdArgs),
}

/// Arguments of `webhook add`.
#[derive(Debug, clap::Args)]
pub struct PlaceArgs {
    /// What people call it
    #[arg(value_name = "LABEL")]
    label: String,
    /// Where calls go
    #[arg(value_name = "URL")]
    url: String,
    /// Type of event, or its beginning with a `*`; again for each
    #[arg(long = "event", value_name = "TYPE", required = true)]
    events: Vec<String>,
}

/// Arguments of `webhook update`.
#[derive(Debug, clap::Args)]
pub struct UpdateArgs {
    /// Its id
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    place: PlaceArgs,
}

/// Arguments that name a webhook.
#[derive(Debug, clap::Args)]
pub struct IdArgs {
    /// Its id
    #[arg(value_name = "ID")]
    id: String,
}

/// Runs one of them.
pub fn run(command: Command, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    let said = |what: &str| {
        context.out.note(&Line::new().good("✓ ").plain(what));
        Ok(Exit::Ok)
    };
    match command {
        Command::List => list(context),
        Command::Add(PlaceArgs { label, url, events }) => {
            let request = WebhookRequest { label, url, events, secret: None };
            show_secret(&client.add_webhook(&request)?, context)
        }
        Command::RotateSecret(args) => {
            let request = WebhookSecretRequest::default();
            show_secret(&client.rotate_webhook_secret(&args.id, &request)?, context)
        }
        Command::Update(UpdateArgs { id, place: PlaceArgs { label, url, events } }) => {
            client.update_webhook(&id, &WebhookUpdate { label, url, events })?;
            said("recorded")
        }
        Command::Stop(args) => {
            client.set_webhook_status(&args.id, Status::Inactive)?;
            said("no calls are made any more")
        }
        Command::Start(args) => {
            client.set_webhook_status(&args.id, Status::Active)?;
            said("calls are made")
        }
        Command::Test(args) => {
            client.test_webhook(&args.id)?;
            said("a call is on its way")
        }
        Command::Remove(args) => {
            client.remove_webhook(&args.id)?;
            said("removed")
        }
    }
}

fn show_secret(new: &NewWebhook, context: &Context) -> Result<Exit> {
    if context.out.json {
        context.out.json(new)?;
        return Ok(Exit::Ok);
    }
    context.out.line(&Line::of(&new.secret));
    let what = format!("{} {}: the secret can't be shown again", new.webhook.label, new.webhook.id);
    context.out.note(&Line::new().dim(what));
    Ok(Exit::Ok)
}

fn list(context: &Context) -> Result<Exit> {
    let webhooks = context.signed_in()?.list_webhooks()?;
    if context.out.json {
        context.out.json(&webhooks)?;
        return Ok(Exit::Ok);
    }
    let rows = webhooks.iter().map(|webhook| {
        let status = match webhook.status {
            Status::Active => "active",
            Status::Inactive => "stopped",
        };
        vec![
            webhook.id.clone(),
            webhook.label.clone(),
            status.to_owned(),
            webhook.events.join(", "),
            webhook.url.clone(),
        ]
    });
    let headings = ["id", "label", "status", "events", "url"];
    table::show(&context.out, &headings, rows.collect(), "there are no webhooks yet");
    Ok(Exit::Ok)
}
