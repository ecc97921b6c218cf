//! `serve`: the server on one port, until it is told to stop.

use anyhow::{Context as _, Result};
use app::notify::{Channels, Outlets};
use clap::Args as ClapArgs;
use server::jobs::Jobs;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use crate::composition::{self, Data, Opened};
use crate::context::Context;
use crate::exit::Exit;
use crate::identity_settings;
use crate::server_settings::{LogFormat, ServerArgs, ServerSettings};

const AFTER_HELP: &str = "\
Without any flag it keeps everything in ./countersign-data and listens on http://127.0.0.1:8460.
The first start prints a one-time link that makes the first admin.

Examples:
  countersign serve
  countersign serve --data /var/lib/countersign --listen 0.0.0.0:8460
  countersign serve --database postgres://countersign@db/countersign";

/// Arguments of `serve`.
#[derive(Debug, ClapArgs)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(flatten)]
    server: ServerArgs,
    /// Policy to begin with when none is live: small-team, regulated-company or platform-team
    #[arg(long, value_name = "NAME", default_value = "small-team")]
    starter: String,
}

/// Serves until Ctrl-C or SIGTERM.
pub fn run(args: &Args, _context: &Context) -> Result<Exit> {
    let settings = ServerSettings::settle(&args.server, "countersign-data")?;
    start_logging(&settings);
    runtime()?.block_on(async {
        let opened = composition::open(settings.data(), composition::ports()).await?;
        opened.app.set_request_limit(settings.requests_per_hour);
        begin_policy(&opened, &args.starter).await?;
        serve(&settings, opened, |_| {}).await
    })?;
    Ok(Exit::Ok)
}

/// A runtime for the server.
pub fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("failed to start the runtime")
}

/// Sends log lines to standard error.
pub fn start_logging(settings: &ServerSettings) {
    let filter = EnvFilter::try_new(&settings.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in one process keeps the first subscriber.
    let _ = match settings.log_format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
}

async fn begin_policy(opened: &Opened, starter: &str) -> Result<()> {
    if opened.app.live().policy.live().is_some() {
        return Ok(());
    }
    let files = policy::starter::files(starter).with_context(|| {
        let names = policy::starter::names().join(", ");
        format!("there is no starter policy `{starter}`; use one of {names}")
    })?;
    opened.app.begin_policy(files).await?;
    Ok(())
}

/// Serves until told to stop, then finishes what is under way and closes the store. `announce` gets
/// the URL once the port is open.
pub async fn serve(
    settings: &ServerSettings,
    opened: Opened,
    announce: impl FnOnce(&str),
) -> Result<()> {
    // From a sandbox nothing leaves, and nobody comes in with what they have elsewhere.
    let channels = match &opened.sandbox {
        Some(_) => Channels::default(),
        None => settings.outlets.channels()?,
    };
    let listener = TcpListener::bind(settings.listen).await.with_context(|| {
        format!("failed to listen on {}; choose another port with `--listen`", settings.listen)
    })?;
    let url = format!("http://{}", listener.local_addr()?);
    let base = settings.public_url.as_deref().unwrap_or(&url);
    let variable = |name: &str| std::env::var(name).ok();
    if opened.sandbox.is_none() {
        opened.app.set_providers(identity_settings::providers(&settings.oidc, base, variable)?);
        opened.app.set_witnesses(settings.witnesses.witnessing()?);
    }
    let setup_token = opened.app.needs_setup().then(|| opened.app.ports().random_hex::<24>());
    let links = settings.public_url.as_deref().unwrap_or(&url).trim_end_matches('/').to_owned();
    opened.app.set_outlets(Outlets { mail: channels.mail.is_some(), public_url: links });
    let state = server::AppState::new(
        opened.app.clone(),
        server::Settings {
            log_key: opened.key.clone(),
            public_url: settings.public_url.clone(),
            drills_every: std::time::Duration::from_secs(
                u64::from(settings.drills_every_hours) * 3_600,
            ),
            setup_token: setup_token.clone(),
            version: env!("CARGO_PKG_VERSION"),
            secure_cookies: settings.is_behind_https(),
            channels,
            sandbox: opened.sandbox.clone(),
        },
    );
    println!("listening on {url}");
    println!("key of the log: {}", opened.key);
    if let Some(token) = &setup_token {
        println!("make the first admin, once, at {base}/setup?token={token}");
    }
    announce(&url);
    let jobs = Jobs::begin(&state, Some(settings.folder.join(composition::CHECKPOINTS)));
    server::serve(listener, state, stop_signal()).await;
    jobs.ended().await;
    opened.store.close().await.context("failed to close the store")?;
    println!("stopped");
    Ok(())
}

/// Completes at Ctrl-C or SIGTERM.
pub async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}

impl ServerSettings {
    /// Where the data is.
    #[must_use]
    pub fn data(&self) -> Data<'_> {
        Data { folder: &self.folder, database: self.database.as_deref() }
    }
}
