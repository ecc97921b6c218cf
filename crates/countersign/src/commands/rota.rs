//! `rota`: who is on call by turns.

use anyhow::Result;
use api_types::rotas::{CoverRequest, Rota, RotaHours, RotaRequest};
use clap::Subcommand;

use crate::context::Context;
use crate::exit::Exit;
use crate::output::{Line, table};

const AFTER_HELP: &str = "\
Examples:
  countersign rota put --name duty --role operations --scope organisation \\
      --time-zone Europe/Berlin --first 2026-01-05T09:00:00 --days 7 \\
      --person prs_01jd… --person prs_02jd…

  countersign rota put --name nights --role operations --time-zone Europe/Berlin --weekdays mon-sun --hours 22:00-06:00 \\
      --first 2026-01-05T22:00:00 --days 7 --person prs_01jd… --person prs_02jd…

  countersign rota put --name weekends --role operations --time-zone Europe/Berlin --first 2026-01-05T09:00:00 \\
      --handover 'FREQ=WEEKLY;BYDAY=MO,FR' --person prs_01jd… --person prs_02jd…

A rota gives no right: whoever is on call must hold the role.";

/// Commands about rotas.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// All rotas, with who is on call now
    List,
    /// Make a rota, or change one
    #[command(after_help = AFTER_HELP)]
    Put(PutArgs),
    /// Remove a rota
    Remove(RemoveArgs),
    /// Take over turns of somebody else
    #[command(after_help = COVER_HELP)]
    Cover(CoverArgs),
    /// Give turns back that somebody took over
    Uncover(UncoverArgs),
}

const COVER_HELP: &str = "\
Example: you take Ben's Friday night
  countersign rota cover rot_01jd… --for prs_ben… --from 2026-12-04T18:00:00Z --until 2026-12-05T09:00:00Z

Either of you gives the turns back with `rota uncover`.";

/// Arguments of `rota cover`.
#[derive(Debug, clap::Args)]
pub struct CoverArgs {
    /// The rota's id
    #[arg(value_name = "ROTA")]
    rota: String,
    /// Whose turns (a person's id)
    #[arg(long = "for", value_name = "PERSON")]
    person: String,
    /// Who takes them over; you when left out, and only admins name somebody else
    #[arg(long, value_name = "PERSON")]
    by: Option<String>,
    /// From when (RFC 3339); now when left out
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Until when (RFC 3339)
    #[arg(long, value_name = "TIME")]
    until: String,
}

/// Arguments of `rota uncover`.
#[derive(Debug, clap::Args)]
pub struct UncoverArgs {
    /// The cover's id
    #[arg(value_name = "COVER")]
    cover: String,
}

/// Arguments of `rota put`.
#[derive(Debug, clap::Args)]
pub struct PutArgs {
    /// The rota to change; a new one when left out
    #[arg(long, value_name = "ROTA")]
    id: Option<String>,
    /// What it is called
    #[arg(long, value_name = "NAME")]
    name: String,
    /// The role
    #[arg(long, value_name = "ROLE")]
    role: String,
    /// Where: organisation, domain:NAME or service:NAME
    #[arg(long, value_name = "SCOPE", default_value = "organisation")]
    scope: String,
    /// IANA time zone of the handover
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    time_zone: String,
    /// When the first turn began, on that zone's clock
    #[arg(long, value_name = "DATE-TIME")]
    first: String,
    /// Days of a turn; 7 when no rule is given
    #[arg(long, value_name = "N", conflicts_with = "handover")]
    days: Option<u32>,
    /// When turns change, as a rule of RFC 5545 such as FREQ=WEEKLY;BYDAY=MO, at the hour of --first
    #[arg(long, value_name = "RRULE")]
    handover: Option<String>,
    /// Who (a person's id), in the order of their turns
    #[arg(long = "person", value_name = "PERSON", required = true)]
    people: Vec<String>,
    /// Days on which somebody is on call, such as mon-fri; every day when left out
    #[arg(long, value_name = "DAYS", requires = "hours")]
    weekdays: Option<String>,
    /// Hours of those days, on that zone's clock, such as 09:00-17:00 or 22:00-06:00; all when left out
    #[arg(long, value_name = "HOURS")]
    hours: Option<String>,
}

/// Arguments of `rota remove`.
#[derive(Debug, clap::Args)]
pub struct RemoveArgs {
    /// The rota's id
    #[arg(value_name = "ROTA")]
    rota: String,
}

/// Runs one of them.
pub fn run(command: Command, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    match command {
        Command::List => list(&client.list_rotas()?, context),
        Command::Put(args) => {
            let rota = client.put_rota(&RotaRequest {
                id: args.id,
                name: args.name,
                role: args.role,
                scope: args.scope,
                time_zone: args.time_zone,
                first: args.first,
                days: args.days.or_else(|| args.handover.is_none().then_some(7)),
                handover: args.handover,
                people: args.people,
                hours: args.hours.map(|shifts| RotaHours {
                    weekdays: args.weekdays.unwrap_or_else(|| "mon-sun".to_owned()),
                    shifts,
                }),
            })?;
            if context.out.json {
                context.out.json(&rota)?;
            } else {
                let now = rota.on_call.as_ref().map_or("nobody", |p| p.name.as_str());
                let words = format!(": {now} is on call now  ");
                let line = Line::new().good("✓ ").bold(&rota.name).plain(words);
                context.out.line(&line.dim(&rota.id));
            }
            Ok(Exit::Ok)
        }
        Command::Remove(args) => {
            client.remove_rota(&args.rota)?;
            context.out.note(&Line::new().good("✓ ").plain("the rota was removed"));
            Ok(Exit::Ok)
        }
        Command::Cover(args) => {
            let request = CoverRequest {
                person: args.person,
                by: args.by,
                from: args.from.map(Into::into),
                until: args.until.into(),
            };
            let cover = client.cover_shift(&args.rota, &request)?;
            if context.out.json {
                context.out.json(&cover)?;
            } else {
                let words = format!(
                    " takes the turns of {} from {} until {}  ",
                    cover.person.name, cover.from, cover.until
                );
                let line = Line::new().good("✓ ").bold(&cover.by.name).plain(words);
                context.out.line(&line.dim(&cover.id));
            }
            Ok(Exit::Ok)
        }
        Command::Uncover(args) => {
            client.end_cover(&args.cover)?;
            context.out.note(&Line::new().good("✓ ").plain("the turns were given back"));
            Ok(Exit::Ok)
        }
    }
}

fn list(rotas: &[Rota], context: &Context) -> Result<Exit> {
    if context.out.json {
        context.out.json(&rotas)?;
        return Ok(Exit::Ok);
    }
    let rows = rotas.iter().map(|rota| {
        vec![
            rota.id.clone(),
            rota.name.clone(),
            format!("{}@{}", rota.role, rota.scope),
            rota.on_call.as_ref().map_or_else(|| "nobody".to_owned(), |p| p.name.clone()),
            rota.covers
                .iter()
                .map(|c| format!("{} for {}", c.by.name, c.person.name))
                .collect::<Vec<_>>()
                .join(", "),
        ]
    });
    let headings = ["id", "name", "role", "on call now", "takes over"];
    table::show(&context.out, &headings, rows.collect(), "there is no rota");
    Ok(Exit::Ok)
}
