//! Everything that is real: store, two nodes of use cases on it, and what outlives a process.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use app::App;
use app::ports::{Clock as _, Ports};
use jiff::{SignedDuration, Timestamp};
use ledger::note::SigningKey;
use store::Store;
use store_postgres::PostgresStore;
use store_sqlite::SqliteStore;
use tempfile::TempDir;
use test_postgres::TestDatabase;
use testkit::clock::{ManualClock, SeededRandom};

use crate::options::{Bug, Database, Options};
use crate::port::Port;

/// What lives as long as a process, and goes with it.
pub struct Process {
    /// The store as it is.
    pub store: Arc<dyn Store>,
    /// The way of the first node to it.
    pub port: Arc<Port>,
    /// The first node.
    pub app: Arc<App>,
    /// Another node on the same log, whose memory falls behind.
    pub other: Arc<App>,
}

/// What outlives a process: the disk, the clock on the wall, the key.
pub struct World {
    /// The clock of every node.
    pub clock: ManualClock,
    /// Clock and random bits of every node.
    pub ports: Ports,
    /// The key of the log.
    pub key: SigningKey,
    folder: TempDir,
    database: Option<TestDatabase>,
    bug: Option<Bug>,
}

impl World {
    /// An empty disk.
    ///
    /// # Errors
    /// There is no folder, or no database.
    pub fn new(options: &Options) -> Result<Self> {
        let clock = ManualClock::new();
        let random = Arc::new(SeededRandom::new(options.seed ^ 0x5eed));
        let ports = Ports { clock: Arc::new(clock.clone()), random };
        let database = match options.database {
            Database::Sqlite => None,
            Database::Postgres => {
                Some(TestDatabase::create().context("failed to make a database")?)
            }
        };
        let key = SigningKey::from_seed("simulation.example/log", &[5; 32])?;
        let folder = TempDir::new()?;
        Ok(Self { clock, ports, key, folder, database, bug: options.bug })
    }

    /// Starts a process on what is on the disk. An earlier one must be gone.
    ///
    /// # Errors
    /// It is damaged.
    pub async fn start(&self) -> Result<Process> {
        let clock = self.clock.clone();
        let now: store::Now = Arc::new(move || clock.now());
        let store: Arc<dyn Store> = match &self.database {
            None => Arc::new(SqliteStore::open(self.folder.path(), self.key.clone(), now)?),
            Some(database) => {
                Arc::new(PostgresStore::connect(&database.url, self.key.clone(), now).await?)
            }
        };
        let port = Arc::new(Port::new(store.clone(), self.bug));
        let app = App::open(port.clone(), self.ports.clone()).await?;
        let other = self.node(&store).await?;
        app.begin_ledger(&self.key.verifier()).await?;
        Ok(Process { store, port, app, other })
    }

    /// Another node on a store, with the same planted defect.
    ///
    /// # Errors
    /// It is damaged.
    pub async fn node(&self, store: &Arc<dyn Store>) -> Result<Arc<App>> {
        let port = Arc::new(Port::new(store.clone(), self.bug));
        Ok(App::open(port, self.ports.clone()).await?)
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.ports.now()
    }

    /// Moves the clock; also back, as a corrected clock does.
    pub fn pass(&self, by: SignedDuration) {
        self.clock.advance(by);
    }

    /// Copies the first entries of the log into a place of its own and starts a node there at a time:
    /// the world as it was then.
    ///
    /// # Errors
    /// The log can't be read or written.
    pub async fn past(
        &self,
        store: &dyn Store,
        entries: u64,
        at: Timestamp,
    ) -> Result<(TempDir, Arc<App>)> {
        const PAGE: usize = 200;
        let folder = TempDir::new()?;
        let clock = ManualClock::new();
        clock.advance(at.duration_since(clock.now()));
        let asked = clock.clone();
        let now: store::Now = Arc::new(move || asked.now());
        let copy = Arc::new(SqliteStore::open(folder.path(), self.key.clone(), now)?);
        let mut next = 0;
        while next < entries {
            let left = usize::try_from(entries - next)?.min(PAGE);
            let page = store.entries(next, left).await?;
            ensure!(!page.is_empty(), "entry {next} is missing");
            next += u64::try_from(page.len())?;
            let entries = page
                .into_iter()
                .map(|e| store::NewEntry::new(e.stream, e.leaf, e.disclosures))
                .collect();
            copy.append(store::Append { entries, ..store::Append::default() }).await?;
        }
        let random = Arc::new(SeededRandom::new(1));
        let ports = Ports { clock: Arc::new(clock), random };
        let app = App::open(copy, ports).await?;
        app.rebuild_read_models(|_| ()).await?;
        Ok((folder, app))
    }
}
