//! `demo`: a server with an invented organisation, to try it.

use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use app::App;
use app::ports::Ports;

use super::serve;
use crate::composition::{self, Data, Opened};
use crate::context::Context;
use crate::demo::{self, DemoClock, Seeding, Staging, banner, credentials};
use crate::exit::{Exit, Failure};
use crate::output::Bar;
use crate::server_settings::{ServerArgs, ServerSettings};

const DATA: &str = "countersign-demo";
const CHANGES: usize = 400;
/// Steps played at once where a commit takes long.
const LANES: usize = 16;

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The first start makes everything up, which takes a few seconds; later starts go on \
    where it stopped.\nTo begin again, remove the folder.\n\nExamples:\n  countersign demo\n  \
    countersign demo --data /tmp/demo --listen 127.0.0.1:0"
)]
pub struct Args {
    /// Where it keeps its data and listens
    #[command(flatten)]
    server: ServerArgs,
}

/// Makes the demo if it is not there, and serves it until Ctrl-C.
///
/// # Errors
/// The folder holds something else, or the server can't run.
#[expect(clippy::needless_pass_by_value, reason = "all commands with a server look the same")]
pub fn run(args: Args, _context: &Context) -> Result<Exit> {
    let settings = ServerSettings::settle(&args.server, DATA)?;
    serve::start_logging(&settings);
    serve::runtime()?.block_on(start(&settings))?;
    Ok(Exit::Ok)
}

async fn start(settings: &ServerSettings) -> Result<()> {
    let folder = &settings.folder;
    if credentials::read(folder)?.is_none() {
        tokio::select! {
            made = make(settings.data()) => made?,
            () = serve::stop_signal() => return Err(stopped()),
        }
    }
    let opened = composition::open(settings.data(), composition::ports()).await?;
    let live = opened.app.live();
    if !live.directory.is_demo() {
        return Err(not_a_demo(folder));
    }
    let known = credentials::read(folder)?.unwrap_or_default();
    serve::serve(settings, opened, |url| {
        let url = settings.public_url.as_deref().unwrap_or(url);
        print!("{}", banner::text(url, folder, &live.directory, &known));
    })
    .await
}

/// Makes the demo: in a place of its own where the data is a folder, or in an empty database.
async fn make(data: Data<'_>) -> Result<()> {
    if data.database.is_some() {
        return make_in(data).await;
    }
    if data.folder.join("countersign.db").exists() {
        return Err(not_a_demo(data.folder));
    }
    let mut failed = None;
    for folder in Staging::candidates(data.folder) {
        let staging = Staging::new(folder)?;
        match make_in(Data { folder: staging.folder(), database: None }).await {
            Ok(()) => return staging.move_to(data.folder, Path::new(credentials::FILE)),
            // Perhaps there was not enough memory; the disk is slower and larger.
            Err(error) => failed = Some(error),
        }
    }
    Err(failed.unwrap_or_else(|| not_a_demo(data.folder)))
}

async fn make_in(data: Data<'_>) -> Result<()> {
    let real = composition::ports();
    let clock = Arc::new(DemoClock::new(real.clock.clone()));
    clock.set(demo::begin(real.clock.now()));
    let ports = Ports { clock: clock.clone(), random: real.random };
    let Opened { app, store, .. } = composition::open(data, ports).await?;
    let made = if app.needs_setup() {
        seed(&app, &clock, data).await
    } else {
        Err(not_a_demo(data.folder))
    };
    store.close().await?;
    made
}

async fn seed(app: &App, clock: &DemoClock, data: Data<'_>) -> Result<()> {
    if !std::io::stderr().is_terminal() {
        eprintln!("seeding {CHANGES} changes …");
    }
    let mut bar = Bar::new("seeding 400 changes");
    let mut progress = |made: usize| {
        bar.show(u64::try_from(made).unwrap_or(0), CHANGES.try_into().unwrap_or(u64::MAX));
    };
    let lanes = if data.database.is_some() { LANES } else { 1 };
    let seeding = Seeding { data: data.folder, changes: CHANGES, lanes, progress: &mut progress };
    let made = demo::seed(app, clock, seeding).await;
    bar.done();
    made
}

fn not_a_demo(folder: &Path) -> anyhow::Error {
    let what = format!("`{}` holds data that is not a demo's, and is left alone", folder.display());
    Failure::usage(what).next("choose another folder: countersign demo --data DIR").into()
}

fn stopped() -> anyhow::Error {
    Failure::new(Exit::Error, "stopped before the demo was made; nothing was kept").into()
}
