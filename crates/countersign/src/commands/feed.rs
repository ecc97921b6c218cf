//! `feed`: secret links that a calendar program subscribes to.

use anyhow::Result;
use api_types::calendar_feeds::{CalendarFeed, CalendarFeedRequest};
use clap::Subcommand;

use crate::clock;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::time::moment;
use crate::output::{Line, table};

const AFTER_HELP: &str = "\
Examples:
  countersign feed create --label \"my changes\"
  countersign feed create --about service:checkout --label checkout --days 365

About: own (what you ask for and decide on, and when you are away), organisation, domain:NAME or
service:NAME. The link is shown this once; whoever has it reads that feed and nothing else.";

/// Commands about calendar feeds.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a feed, and show its secret link once
    #[command(after_help = AFTER_HELP)]
    Create(CreateArgs),
    /// Your feeds, without their links
    List,
    /// End a feed: its link leads nowhere from then on
    Revoke(RevokeArgs),
}

/// Arguments of `feed create`.
#[derive(Debug, clap::Args)]
pub struct CreateArgs {
    /// What it is called, in your calendar too
    #[arg(long, value_name = "TEXT")]
    label: String,
    /// What it is about
    #[arg(long, value_name = "WHAT", default_value = "own")]
    about: String,
    /// Days until the link stops working
    #[arg(long, value_name = "DAYS", default_value_t = 180)]
    days: u32,
}

/// Arguments of `feed revoke`.
#[derive(Debug, clap::Args)]
pub struct RevokeArgs {
    /// The feed's id, from `feed list`
    #[arg(value_name = "FEED-ID")]
    feed: String,
}

/// Runs one of them.
pub fn run(command: Command, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    match command {
        Command::Create(args) => {
            let (label, about) = (args.label, args.about);
            let request = CalendarFeedRequest { label, about, expires_in_days: args.days };
            let made = client.make_calendar_feed(&request)?;
            if context.out.json {
                context.out.json(&made)?;
                return Ok(Exit::Ok);
            }
            context.out.line(&Line::of(&made.url));
            let until = moment(&made.feed.expires_at, clock::now());
            let said = format!(
                "subscribe to it from the address of a calendar; {} works until {until} and can't \
                 be shown again",
                made.feed.token_id
            );
            context.out.note(&Line::new().dim(said));
            Ok(Exit::Ok)
        }
        Command::List => list(&client.list_calendar_feeds()?, context),
        Command::Revoke(args) => {
            client.revoke_token(&args.feed)?;
            context.out.note(&Line::new().good("✓ ").plain("the link leads nowhere any more"));
            Ok(Exit::Ok)
        }
    }
}

fn list(feeds: &[CalendarFeed], context: &Context) -> Result<Exit> {
    if context.out.json {
        context.out.json(&feeds)?;
        return Ok(Exit::Ok);
    }
    let now = clock::now();
    let rows = feeds.iter().map(|feed| {
        let until = moment(&feed.expires_at, now);
        vec![
            feed.token_id.clone(),
            feed.label.clone(),
            feed.about.clone(),
            if feed.revoked { "revoked".to_owned() } else { until },
        ]
    });
    let headings = ["id", "label", "about", "until"];
    table::show(&context.out, &headings, rows.collect(), "you have no calendar feed");
    Ok(Exit::Ok)
}
