//! The composition root: which clock, which random bits, which store, which key. The only place that
//! names concrete adapters.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use app::App;
use app::ledger::LedgerKeys;
use app::ports::{Clock, Ports, Random};
use jiff::Timestamp;
use ledger::note::VerifierKey;
use server::jobs::checkpoints::check_outside_copy;
use store::{Now, Signer, Store};
use store_postgres::PostgresStore;
use store_sqlite::SqliteStore;

use crate::ledger_key::{self, LedgerKey};

/// Folder within the data folder for copies of checkpoints outside the database.
pub const CHECKPOINTS: &str = "checkpoints";

/// Where a server's data is.
#[derive(Debug, Clone, Copy)]
pub struct Data<'a> {
    /// The data folder.
    pub folder: &'a Path,
    /// The PostgreSQL database, when it is not SQLite in that folder.
    pub database: Option<&'a str>,
}

/// The clock of the machine.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        crate::clock::now()
    }
}

/// The random bits of the operating system.
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(clippy::panic, reason = "without random bits no token or salt is safe: stop at once")]
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            panic!("the operating system gave no random bits: {error}");
        }
    }
}

/// The clock and random bits of the machine.
#[must_use]
pub fn ports() -> Ports {
    Ports { clock: Arc::new(SystemClock), random: Arc::new(SystemRandom) }
}

/// Everything that runs on one data folder or database.
pub struct Opened {
    /// The use cases.
    pub app: Arc<App>,
    /// The store under them, for closing.
    pub store: Arc<dyn Store>,
    /// The key that checkpoints are signed with.
    pub key: VerifierKey,
    /// What it is a copy of, and its clock, when it is a sandbox.
    pub sandbox: Option<Arc<server::Sandbox>>,
}

/// Opens store and use cases for serving: makes folder and key where there are none, checks the head
/// against the copy outside the database, and writes the first entry of a new log.
///
/// # Errors
/// The database can't be opened or belongs to another process, the key is missing, or the log is
/// behind or beside the last checkpoint known outside (H02), or it is a sandbox's.
pub async fn open(data: Data<'_>, ports: Ports) -> Result<Opened> {
    let opened = open_any(data, ports).await?;
    if let Some(of) = opened.app.sandbox_of().await? {
        opened.store.close().await?;
        let folder = data.folder.display();
        bail!(
            "`{folder}` is a sandbox, a copy of {}, and is never served as the real thing: \
             countersign sandbox open --data {folder}",
            of.origin
        );
    }
    Ok(opened)
}

/// The same for a sandbox too.
///
/// # Errors
/// As [`open`].
pub async fn open_any(data: Data<'_>, ports: Ports) -> Result<Opened> {
    fs::create_dir_all(data.folder)
        .with_context(|| format!("failed to make the folder `{}`", data.folder.display()))?;
    let (ledger_key, made) = LedgerKey::existing_or_new(data, &ports)?;
    let key = ledger_key.current.verifier();
    let store = open_store(data, ledger_key.signer(), &ports).await?;
    if made && store.head().await?.size > 0 {
        let path = ledger_key::take_back(data.folder)?;
        bail!("the database holds a log: put its key at `{}`", path.display());
    }
    check_outside(data, store.as_ref(), &ledger_key).await?;
    let app = App::open(store.clone(), ports).await?;
    app.begin_ledger(&key).await?;
    ledger_key.finish_change(&app, data.folder).await?;
    Ok(Opened { app, store, key, sandbox: None })
}

/// Checks the log against the copy of its checkpoint outside the database, by the keys of the log.
///
/// # Errors
/// The log is behind or beside that copy, or its newest key is not the one in the folder.
pub async fn check_outside(data: Data<'_>, store: &dyn Store, key: &LedgerKey) -> Result<()> {
    let ours = key.signer().believed();
    let keys = match LedgerKeys::read(store).await? {
        Some(keys) if ours.contains(keys.history.current()) => keys,
        Some(keys) => {
            let (found, ours) = (keys.history.current(), key.current.verifier());
            bail!("the log says that its key is {found}, and the folder holds {ours}");
        }
        None => LedgerKeys::only(&key.current.verifier()),
    };
    Ok(check_outside_copy(&data.folder.join(CHECKPOINTS), store, &keys.history).await?)
}

/// Opens the store for writing.
///
/// # Errors
/// It can't be opened, or belongs to another process.
pub async fn open_store(data: Data<'_>, signer: Signer, ports: &Ports) -> Result<Arc<dyn Store>> {
    let clock = ports.clock.clone();
    let now: Now = Arc::new(move || clock.now());
    Ok(match data.database {
        None => Arc::new(SqliteStore::open(data.folder, signer, now).with_context(|| {
            format!("failed to open the database in `{}`", data.folder.display())
        })?),
        Some(url) => Arc::new(
            PostgresStore::connect(url, signer, now).await.context("failed to open PostgreSQL")?,
        ),
    })
}

/// Opens the store of an existing log for reading; a server may run beside it.
///
/// # Errors
/// There is no such log, or its key is missing.
pub async fn open_read_only(data: Data<'_>) -> Result<(Arc<dyn Store>, LedgerKey)> {
    let key = LedgerKey::existing(data.folder)?;
    let signer = key.signer();
    let store: Arc<dyn Store> = match data.database {
        None => Arc::new(SqliteStore::open_read_only(data.folder, &signer).with_context(|| {
            format!("failed to open the database in `{}`", data.folder.display())
        })?),
        Some(_) => open_store(data, signer, &ports()).await?,
    };
    Ok((store, key))
}

/// Writes a new file that only its owner may read.
///
/// # Errors
/// It exists already or can't be written.
pub fn write_private(path: &Path, text: &str) -> Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file =
        options.open(path).with_context(|| format!("failed to make `{}`", path.display()))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(())
}
