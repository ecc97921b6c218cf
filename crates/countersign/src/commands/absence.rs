//! `absence`: when people are away.

use anyhow::{Context as _, Result};
use api_types::absences::{
    Absence, AbsenceFeedRequest, AbsenceImport, AbsenceImportRequest, AbsenceRequest,
};
use clap::Subcommand;
use client::Client;

use crate::context::Context;
use crate::exit::Exit;
use crate::output::{Line, table};

const AFTER_HELP: &str = "\
Examples:
  countersign absence enter --until 2026-12-14T08:00:00Z --reason \"parental leave\"
  countersign absence enter --person prs_01jd… --from 2026-12-01T00:00:00Z \\
      --until 2026-12-06T00:00:00Z                 as an admin, for somebody else

Nobody is asked while they are away; they may still vote. The reason is kept from everybody but the
person and admins.";

/// Commands about absences.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Absences under way and to come
    List(ListArgs),
    /// Enter an absence, your own unless you are an admin
    #[command(after_help = AFTER_HELP)]
    Enter(EnterArgs),
    /// Take absences over from an iCalendar file: says what it changes, and records it with --record
    #[command(after_help = IMPORT_HELP)]
    Import(ImportArgs),
    /// Let absences follow a calendar at an address, which the server reads every hour
    #[command(after_help = SUBSCRIBE_HELP)]
    Subscribe(SubscribeArgs),
    /// Follow no calendar any more; what it said of times to come is taken back
    Unsubscribe(UnsubscribeArgs),
    /// Calendars that absences follow: yours, for admins everybody's
    Subscriptions,
    /// Take an absence back
    Cancel(CancelArgs),
}

const SUBSCRIBE_HELP: &str = "\
Example:
  countersign absence subscribe https://calendar.example.com/private-1f3d/basic.ics

What the calendar says takes the place of what it said before; absences entered otherwise stay. The address
is a secret: it is never shown again. If it can't be read, what it said last stands, and after six hours you
are told.";

/// Arguments of `absence subscribe`.
#[derive(Debug, clap::Args)]
pub struct SubscribeArgs {
    /// The address (https or webcal)
    #[arg(value_name = "URL")]
    url: String,
    /// Whose absences (a person's id); yours when left out
    #[arg(long, value_name = "PERSON")]
    person: Option<String>,
}

/// Arguments of `absence unsubscribe`.
#[derive(Debug, clap::Args)]
pub struct UnsubscribeArgs {
    /// Whose absences (a person's id); yours when left out
    #[arg(long, value_name = "PERSON")]
    person: Option<String>,
}

const IMPORT_HELP: &str = "\
Examples:
  countersign absence import holidays.ics             what it would change
  countersign absence import holidays.ics --record

What comes again, such as every Friday afternoon, is entered for the next 400 days. Events shorter than
two hours, free or cancelled ones are left out; titles are not recorded. The same file again changes
nothing, and an event that was moved moves its absence.";

/// Arguments of `absence import`.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// The file (.ics)
    #[arg(value_name = "FILE")]
    file: std::path::PathBuf,
    /// Whose (a person's id); yours when left out
    #[arg(long, value_name = "PERSON")]
    person: Option<String>,
    /// Record it
    #[arg(long)]
    record: bool,
}

/// Arguments of `absence list`.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Only of this person
    #[arg(long, value_name = "PERSON")]
    person: Option<String>,
}

/// Arguments of `absence enter`.
#[derive(Debug, clap::Args)]
pub struct EnterArgs {
    /// Whose; yours when left out
    #[arg(long, value_name = "PERSON")]
    person: Option<String>,
    /// From when, as RFC 3339; now when left out
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Until when, as RFC 3339
    #[arg(long, value_name = "TIME")]
    until: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Arguments of `absence cancel`.
#[derive(Debug, clap::Args)]
pub struct CancelArgs {
    /// The absence's id
    #[arg(value_name = "ABSENCE")]
    absence: String,
}

/// Runs one of them.
pub fn run(command: Command, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    match command {
        Command::List(args) => list(&client.list_absences(args.person.as_deref())?, context),
        Command::Subscribe(args) => subscribe(args, context),
        Command::Unsubscribe(args) => {
            client.unsubscribe_absences(&whose(args.person, &client)?)?;
            let done = Line::new().good("✓ ").plain("the calendar is not followed any more");
            context.out.note(&done);
            Ok(Exit::Ok)
        }
        Command::Subscriptions => subscriptions(context),
        Command::Enter(args) => {
            let person = whose(args.person, &client)?;
            let request = AbsenceRequest {
                from: args.from.map(Into::into),
                until: args.until.into(),
                reason: args.reason,
            };
            let absence = client.enter_absence(&person, &request)?;
            if context.out.json {
                context.out.json(&absence)?;
            } else {
                let words = format!(" is away from {} until {}  ", absence.from, absence.until);
                let line = Line::new().good("✓ ").bold(&absence.person.name).plain(words);
                context.out.line(&line.dim(&absence.id));
            }
            Ok(Exit::Ok)
        }
        Command::Import(args) => {
            let person = whose(args.person, &client)?;
            let calendar = std::fs::read_to_string(&args.file)
                .with_context(|| format!("failed to read {}", args.file.display()))?;
            let request = AbsenceImportRequest { calendar, record: args.record };
            imported(&client.import_absences(&person, &request)?, context)
        }
        Command::Cancel(args) => {
            client.cancel_absence(&args.absence)?;
            context.out.note(&Line::new().good("✓ ").plain("the absence was taken back"));
            Ok(Exit::Ok)
        }
    }
}

/// Whose absences: the person named, or the caller.
fn whose(named: Option<String>, client: &Client) -> Result<String> {
    match named {
        Some(person) => Ok(person),
        None => Ok(client.me()?.principal.id),
    }
}

fn subscribe(args: SubscribeArgs, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    let person = whose(args.person, &client)?;
    let import = client.subscribe_absences(&person, &AbsenceFeedRequest { url: args.url })?;
    imported(&import, context)
}

fn subscriptions(context: &Context) -> Result<Exit> {
    let feeds = context.signed_in()?.list_absence_feeds()?;
    if context.out.json {
        context.out.json(&feeds)?;
        return Ok(Exit::Ok);
    }
    let rows = feeds.into_iter().map(|feed| {
        let state = if feed.failing { "can't be read" } else { "" };
        vec![feed.person.id, feed.person.name, feed.host, state.to_owned()]
    });
    let headings = ["person", "name", "at", ""];
    table::show(&context.out, &headings, rows.collect(), "no absences follow a calendar");
    Ok(Exit::Ok)
}

fn list(absences: &[Absence], context: &Context) -> Result<Exit> {
    if context.out.json {
        context.out.json(&absences)?;
        return Ok(Exit::Ok);
    }
    let rows = absences.iter().map(|absence| {
        vec![
            absence.id.clone(),
            absence.person.name.clone(),
            absence.from.to_string(),
            absence.until.to_string(),
            absence.reason.clone().unwrap_or_default(),
        ]
    });
    let headings = ["id", "person", "from", "until", "reason"];
    table::show(&context.out, &headings, rows.collect(), "nobody is away");
    Ok(Exit::Ok)
}

fn imported(import: &AbsenceImport, context: &Context) -> Result<Exit> {
    if context.out.json {
        context.out.json(import)?;
        return Ok(Exit::Ok);
    }
    let entered = import.entered.iter();
    let entered = entered.map(|a| ["away", a.from.as_str(), a.until.as_str(), a.title.as_str()]);
    let cancelled = import.cancelled.iter();
    let cancelled = cancelled.map(|a| ["taken back", a.from.as_str(), a.until.as_str(), ""]);
    let rows = cancelled.chain(entered).map(|row| row.map(str::to_owned).to_vec());
    let headings = ["", "from", "until", "title"];
    table::show(&context.out, &headings, rows.collect(), "it changes nothing");
    for skipped in &import.skipped {
        let line = format!("line {} was not read: {}", skipped.line, skipped.reason);
        context.out.note(&Line::new().bad("✗ ").plain(line));
    }
    let (kept, short) = (import.kept, import.short);
    let words =
        format!("{kept} were there already; {short} are shorter than two hours and left out");
    context.out.note(&Line::new().plain(words));
    let done = match import.recorded {
        true => Line::new().good("✓ ").plain("recorded"),
        false => Line::new().plain("nothing was recorded; add --record"),
    };
    context.out.note(&done);
    Ok(Exit::Ok)
}
