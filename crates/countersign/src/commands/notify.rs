//! `notify`: what you were told, what reaches you by mail, and what could not be sent.

use anyhow::Result;
use api_types::notifications::{Preferences, QuietHours, ReadRequest, ReplayRequest};
use clap::Subcommand;

use crate::clock;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::time::relative;
use crate::output::{Line, table};

const AFTER_HELP: &str = "\
Examples:
  countersign notify preferences --mail asked --mail decisions --every 30
  countersign notify preferences --quiet 20:00-08:00
  countersign notify preferences --quiet never

Topics: asked, votes, decisions, revisions, holds, deployments, policy, none.
Without an option it shows what is set.";

/// Commands about notifications.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// What you were told, newest first
    List(ListArgs),
    /// Mark notifications as read: those named, or all
    Read(IdsArgs),
    /// What reaches you by mail, and when
    #[command(after_help = AFTER_HELP)]
    Preferences(PreferencesArgs),
    /// Send yourself something, to see whether it arrives (admins)
    Test,
    /// Messages that could not be sent (admins)
    DeadLetters,
    /// Send messages again that could not be sent: those named, or all (admins)
    Replay(IdsArgs),
}

/// Arguments of `notify list`.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Only what you have not read
    #[arg(long)]
    unread: bool,
}

/// Arguments that name messages.
#[derive(Debug, clap::Args)]
pub struct IdsArgs {
    /// Their ids; all when left out
    #[arg(value_name = "ID")]
    ids: Vec<String>,
}

/// Arguments of `notify preferences`.
#[derive(Debug, clap::Args)]
pub struct PreferencesArgs {
    /// Topic that is sent by mail, again for each; `none` for no mail
    #[arg(long, value_name = "TOPIC")]
    mail: Vec<String>,
    /// At most one mail in so many minutes
    #[arg(long, value_name = "MINUTES")]
    every: Option<u16>,
    /// Hours of your day in which nothing is sent that can wait: 21:00-07:00, or never
    #[arg(long, value_name = "HOURS")]
    quiet: Option<String>,
    /// Whether what is urgent is sent in quiet hours too
    #[arg(long, value_name = "YES-NO")]
    urgent_always: Option<bool>,
}

/// Runs one of them.
pub fn run(command: Command, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    let some = |ids: Vec<String>| (!ids.is_empty()).then_some(ids);
    match command {
        Command::List(args) => return list(&args, context),
        Command::Preferences(args) => return preferences(args, context),
        Command::DeadLetters => return dead_letters(context),
        Command::Read(args) => {
            client.read_notifications(&ReadRequest { ids: some(args.ids) })?;
            context.out.note(&Line::new().good("✓ ").plain("read"));
        }
        Command::Test => {
            let sent = client.test_notification()?;
            if context.out.json {
                context.out.json(&sent)?;
                return Ok(Exit::Ok);
            }
            let what = match sent.mailed {
                true => "a notification and a mail are on their way to you",
                false => "a notification is there; no mail: none is set up, or you don't want any",
            };
            context.out.line(&Line::new().good("✓ ").plain(what));
        }
        Command::Replay(args) => {
            let replayed = client.replay_dead_letters(&ReplayRequest { ids: some(args.ids) })?;
            if context.out.json {
                context.out.json(&replayed)?;
                return Ok(Exit::Ok);
            }
            let what = format!("{} on the way again", replayed.count);
            context.out.line(&Line::new().good("✓ ").plain(what));
        }
    }
    Ok(Exit::Ok)
}

fn list(args: &ListArgs, context: &Context) -> Result<Exit> {
    let found = context.signed_in()?.list_notifications(None)?;
    if context.out.json {
        context.out.json(&found)?;
        return Ok(Exit::Ok);
    }
    let now = clock::now();
    let shown = found.items.iter().filter(|item| !args.unread || item.read_at.is_none());
    let rows = shown.map(|item| {
        let mark = if item.read_at.is_none() { "new" } else { "" };
        let detail = item.detail.as_ref().map(|detail| format!(" — {detail}"));
        vec![
            item.change.clone().unwrap_or_default(),
            relative(&item.at, now),
            mark.to_owned(),
            format!("{}{}", item.headline, detail.unwrap_or_default()),
        ]
    });
    let headings = ["change", "when", "", "what"];
    table::show(&context.out, &headings, rows.collect(), "nothing yet");
    Ok(Exit::Ok)
}

fn preferences(args: PreferencesArgs, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    let mut chosen = client.get_preferences()?;
    let before = chosen.clone();
    apply(&mut chosen, args)?;
    if chosen != before {
        chosen = client.set_preferences(&chosen)?;
    }
    if context.out.json {
        context.out.json(&chosen)?;
        return Ok(Exit::Ok);
    }
    let mail = if chosen.mail.is_empty() { "nothing".to_owned() } else { chosen.mail.join(", ") };
    let quiet = match &chosen.quiet {
        Some(QuietHours { from, until }) => format!("{from} to {until} in your time zone"),
        None => "never".to_owned(),
    };
    let urgent = if chosen.urgent_always { "sent then too" } else { "waits as well" };
    let rows = vec![
        vec!["by mail".to_owned(), mail],
        vec!["at most one in".to_owned(), format!("{} minutes", chosen.every_minutes)],
        vec!["quiet hours".to_owned(), quiet],
        vec!["what is urgent".to_owned(), urgent.to_owned()],
    ];
    table::show(&context.out, &["setting", "value"], rows, "");
    Ok(Exit::Ok)
}

fn apply(chosen: &mut Preferences, args: PreferencesArgs) -> Result<()> {
    if !args.mail.is_empty() {
        chosen.mail = args.mail.into_iter().filter(|topic| topic != "none").collect();
    }
    if let Some(minutes) = args.every {
        chosen.every_minutes = minutes;
    }
    if let Some(urgent) = args.urgent_always {
        chosen.urgent_always = urgent;
    }
    match args.quiet.as_deref() {
        None => {}
        Some("never") => chosen.quiet = None,
        Some(hours) => {
            let Some((from, until)) = hours.split_once('-') else {
                anyhow::bail!("--quiet: write it like 21:00-07:00, or never");
            };
            chosen.quiet = Some(QuietHours { from: from.to_owned(), until: until.to_owned() });
        }
    }
    Ok(())
}

fn dead_letters(context: &Context) -> Result<Exit> {
    let letters = context.signed_in()?.list_dead_letters()?;
    if context.out.json {
        context.out.json(&letters)?;
        return Ok(Exit::Ok);
    }
    let now = clock::now();
    let rows = letters.iter().map(|letter| {
        vec![
            letter.id.clone(),
            format!("{} to {}", letter.channel, letter.to),
            letter.about.clone(),
            relative(&letter.died_at, now),
            letter.error.clone(),
        ]
    });
    let headings = ["id", "channel", "about", "given up", "why"];
    table::show(&context.out, &headings, rows.collect(), "everything was sent, or is being tried");
    Ok(Exit::Ok)
}
