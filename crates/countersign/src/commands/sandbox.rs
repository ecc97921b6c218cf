//! `sandbox`: a copy of an organisation on a clock that is moved by hand.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Result;
use api_types::Time;
use clap::Subcommand;
use jiff::{SignedDuration, Timestamp};

use super::serve;
use crate::composition::Data;
use crate::context::Context;
use crate::deploy::question::duration;
use crate::exit::{Exit, Failure};
use crate::output::Line;
use crate::sandbox::{self, CopyOf, SandboxCredentials};
use crate::server_settings::{ServerArgs, ServerSettings};

const DATA: &str = "countersign-sandbox";
const LISTEN: &str = "127.0.0.1:8461";
/// People named at the start; the file has all.
const PEOPLE_SHOWN: usize = 8;

const AFTER_HELP: &str = "\
Examples:
  countersign sandbox open --of ./countersign-data
  countersign sandbox open --from /backups/2026-11-22 --at 2026-11-23T08:00:00Z
  countersign sandbox clock advance 2h
  countersign sandbox clock set 2026-12-24T18:00:00Z

A sandbox is a copy of people, policy and history in a folder of its own, for playing scenarios: who
is asked, what escalates, what the gate says. It signs with a key of its own, sends no mail and calls
no webhook; no password, token or signing secret is copied. Its clock stands still until you move it,
and what is due on the way happens in order. `gate` and `run` take its answer only with --sandbox, and
`grant verify` refuses its grants. It holds the personal data of the copy: keep it as you keep a backup.";

/// Commands about sandboxes.
#[derive(Debug, Subcommand)]
#[command(after_help = AFTER_HELP)]
pub enum Command {
    /// Copy an organisation into a folder, or open the sandbox there, and serve it until Ctrl-C
    Open(OpenArgs),
    /// What the clock of the sandbox shows, and moving it
    Clock(ClockArgs),
}

/// Arguments of `sandbox open`.
#[derive(Debug, clap::Args)]
pub struct OpenArgs {
    /// The sandbox's own folder: new, empty, or of a sandbox
    #[arg(long, value_name = "DIR", default_value = DATA)]
    data: PathBuf,
    /// Copy the data folder of a server, which may run
    #[arg(long, value_name = "DIR", conflicts_with = "from")]
    of: Option<PathBuf>,
    /// Copy a PostgreSQL database; `--of` is then the folder with the key of its log
    #[arg(long, value_name = "URL", requires = "of")]
    database: Option<String>,
    /// Copy a backup
    #[arg(long, value_name = "FOLDER")]
    from: Option<PathBuf>,
    /// When it begins, RFC 3339; not before the end of what is copied [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = LISTEN)]
    listen: SocketAddr,
    /// What to log: error, warn, info, debug, or a tracing filter
    #[arg(long, value_name = "FILTER", default_value = "warn")]
    log: String,
}

/// Arguments of `sandbox clock`.
#[derive(Debug, clap::Args)]
pub struct ClockArgs {
    #[command(subcommand)]
    command: Option<ClockCommand>,
}

#[derive(Debug, Subcommand)]
enum ClockCommand {
    /// Move it forward by a length, such as 2h or 90m
    Advance {
        /// How far
        #[arg(value_name = "LENGTH", value_parser = duration)]
        by: SignedDuration,
    },
    /// Move it forward to a time
    Set {
        /// The time, RFC 3339
        #[arg(value_name = "TIME")]
        to: Timestamp,
    },
}

/// Runs one of them.
pub fn run(command: &Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Open(args) => open(args),
        Command::Clock(args) => clock(args, context),
    }
}

fn open(args: &OpenArgs) -> Result<Exit> {
    let settings = ServerSettings::settle(
        &ServerArgs {
            data: Some(args.data.clone()),
            listen: Some(args.listen),
            log: Some(args.log.clone()),
            ..ServerArgs::default()
        },
        DATA,
    )?;
    serve::start_logging(&settings);
    serve::runtime()?.block_on(async {
        if !sandbox::is_made(&args.data)? {
            sandbox::make(&args.data, source(args)?, args.at).await?;
        } else if args.from.is_some() || args.of.is_some() || args.at.is_some() {
            let what = format!("`{}` is a sandbox already", args.data.display());
            return Err(Failure::usage(what)
                .next("open it without --of, --from and --at, and move its clock")
                .next("or name another folder for another copy: --data DIR")
                .into());
        }
        let opened = sandbox::open(&args.data).await?;
        let known = SandboxCredentials::read(&args.data)?;
        serve::serve(&settings, opened, |url| announce(url, &args.data, known.as_ref())).await
    })?;
    Ok(Exit::Ok)
}

/// What is copied. Never the folder it is copied into.
fn source(args: &OpenArgs) -> Result<CopyOf<'_>> {
    let place = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let from = match (&args.of, &args.from) {
        (Some(folder), None) => CopyOf::Data(Data { folder, database: args.database.as_deref() }),
        (None, Some(folder)) => CopyOf::Backup(folder),
        _ => {
            return Err(Failure::usage("say what is copied")
                .next("the data folder of a server: --of ./countersign-data")
                .next("or a backup: --from FOLDER")
                .into());
        }
    };
    let folder = match from {
        CopyOf::Data(data) => data.folder,
        CopyOf::Backup(folder) => folder,
    };
    if place(folder) == place(&args.data) {
        return Err(Failure::usage("a sandbox is never opened on the data it copies")
            .next("name another folder: --data DIR")
            .into());
    }
    Ok(from)
}

fn announce(url: &str, folder: &Path, known: Option<&SandboxCredentials>) {
    let Some(known) = known else { return };
    println!("\nsandbox: a copy of {}; nothing here is real\n", known.origin);
    println!("  console   {url}");
    println!("  password  {}   the same for everybody", known.password);
    for person in known.people.iter().filter(|p| !p.roles.is_empty()).take(PEOPLE_SHOWN) {
        println!("  sign in   {}   {}, {}", person.user_name, person.name, person.roles.join(", "));
    }
    println!("  others    {}", SandboxCredentials::path(folder).display());
    println!("\n  countersign login --server {url}");
    println!("  countersign sandbox clock advance 2h --server {url}\n");
}

fn clock(args: &ClockArgs, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    let now = client.get_sandbox()?;
    let to = match &args.command {
        None => {
            if context.out.json {
                context.out.json(&now)?;
            } else {
                context.out.line(&Line::new().plain("it is ").bold(now.now.as_str()));
            }
            return Ok(Exit::Ok);
        }
        Some(ClockCommand::Set { to }) => *to,
        Some(ClockCommand::Advance { by }) => {
            let now: Timestamp = now.now.as_str().parse()?;
            now.checked_add(*by)?
        }
    };
    let moved = client.move_sandbox_clock(Time::from(to.to_string()))?;
    if context.out.json {
        context.out.json(&moved)?;
    } else {
        let words = format!("; on the way time set something off {} times", moved.moved);
        let line = Line::new().good("✓ ").plain("it is ").bold(moved.now.as_str()).plain(words);
        context.out.line(&line);
    }
    Ok(Exit::Ok)
}
