//! The composition root: which clock, which random bits, which store, which key. The only place that
//! names concrete adapters.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use app::App;
use app::ports::{Clock, Ports, Random};
use jiff::Timestamp;
use ledger::note::{SigningKey, VerifierKey};
use server::jobs::checkpoints::check_outside_copy;
use store::{Now, Store};
use store_postgres::PostgresStore;
use store_sqlite::SqliteStore;

const KEY_FILE: &str = "ledger.key";
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
}

/// Opens store and use cases for serving: makes folder and key where there are none, checks the head
/// against the copy outside the database, and writes the first entry of a new log.
///
/// # Errors
/// The database can't be opened or belongs to another process, the key is missing, or the log is
/// behind or beside the last checkpoint known outside (H02).
pub async fn open(data: Data<'_>, ports: Ports) -> Result<Opened> {
    fs::create_dir_all(data.folder)
        .with_context(|| format!("failed to make the folder `{}`", data.folder.display()))?;
    let (signer, made) = signing_key(data, &ports)?;
    let key = signer.verifier();
    let store = open_store(data, signer, &ports).await?;
    if made && store.head().await?.size > 0 {
        let path = data.folder.join(KEY_FILE);
        fs::remove_file(&path)?;
        bail!("the database holds a log: put its key at `{}`", path.display());
    }
    check_outside_copy(&data.folder.join(CHECKPOINTS), store.as_ref(), std::slice::from_ref(&key))
        .await?;
    let app = App::open(store.clone(), ports).await?;
    app.begin_ledger(&key).await?;
    Ok(Opened { app, store, key })
}

/// Opens the store for writing.
///
/// # Errors
/// It can't be opened, or belongs to another process.
pub async fn open_store(
    data: Data<'_>,
    signer: SigningKey,
    ports: &Ports,
) -> Result<Arc<dyn Store>> {
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
pub async fn open_read_only(data: Data<'_>) -> Result<(Arc<dyn Store>, VerifierKey)> {
    let signer = existing_key(data.folder)?;
    let key = signer.verifier();
    let store: Arc<dyn Store> = match data.database {
        None => Arc::new(SqliteStore::open_read_only(data.folder, &signer).with_context(|| {
            format!("failed to open the database in `{}`", data.folder.display())
        })?),
        Some(_) => open_store(data, signer, &ports()).await?,
    };
    Ok((store, key))
}

/// The key of a data folder.
///
/// # Errors
/// It is missing or damaged.
pub fn existing_key(folder: &Path) -> Result<SigningKey> {
    let path = folder.join(KEY_FILE);
    let text = fs::read_to_string(&path)
        .with_context(|| format!("failed to read the key of the log at `{}`", path.display()))?;
    SigningKey::parse(text.trim()).with_context(|| format!("`{}` is no ledger key", path.display()))
}

/// The key of the data folder, made where there is none and no log can need another. Says whether it
/// was made.
fn signing_key(data: Data<'_>, ports: &Ports) -> Result<(SigningKey, bool)> {
    let path = data.folder.join(KEY_FILE);
    if path.exists() {
        return Ok((existing_key(data.folder)?, false));
    }
    if data.database.is_none() && data.folder.join("countersign.db").exists() {
        bail!("`{}` is missing: put back the key that belongs to this database", path.display());
    }
    let name = format!("countersign-{}", ports.random_hex::<4>());
    let key = SigningKey::from_seed(&name, &ports.random::<32>())?;
    write_key(data.folder, &key)?;
    Ok((key, true))
}

/// Puts a key into a data folder that has none.
///
/// # Errors
/// There is one already, or the folder can't be written.
pub fn write_key(folder: &Path, key: &SigningKey) -> Result<()> {
    write_private(&folder.join(KEY_FILE), &format!("{}\n", key.to_private_text()))
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
