//! Countersign on SQLite: one folder, one process, every commit synced.
//!
//! All writes go through one thread (`writer`), reads through a few read-only connections
//! (`readers`). Statements are in `sql/`, one module for each group of tables. Must not parse
//! events and must not decide anything: what can be stored is decided by `store::Plan`.

mod check;
mod checkpoint;
mod connection;
mod error;
mod lock;
mod migrations;
mod readers;
mod row;
mod shared;
mod sql;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::thread;

use async_trait::async_trait;
use domain::ids::{ChangeId, ChangeNumber, ChangeSetId, GrantId, PersonId};
use domain::service_history::ServiceHistory;
use jiff::Timestamp;
use ledger::hash::Hash;
use ledger::note::VerifierKey;
use ledger::receipt::Receipt;
use ledger::tile::TilePath;
use ledger::tree::Frontier;
use parking_lot::Mutex;
use rusqlite::Connection;
use store::{
    Append, ChangeFilter, ChangeSetFilter, ChangeSummary, Claim, ClaimedLane, Commit,
    CosignatureRow, DeadLetter, Entry, Head, IdempotencyRow, Notice, NotificationRow, Now,
    OutboxStatus, Page, SessionRow, Signer, Store, StoreError, StoredChange, Stream, TimerRow,
    Versions, WaitingRow, Write,
};
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::checkpoint::Checkpointer;
use crate::readers::Readers;
use crate::shared::Shared;
use crate::sql::{
    change_list, change_sets, changes, cosignatures, deployments, grants, idempotency, journal,
    notifications, outbox, sessions, timers, waiting,
};
use crate::writer::{Command, Writer};

/// Appends that may wait for the writer before callers wait to hand theirs over.
const QUEUE_MAX: usize = 4096;

/// Entries read at once by a point read; longer lists go to a thread of their own.
const INLINE_MAX: usize = 64;

/// A store in a folder.
pub struct SqliteStore {
    shared: Arc<Shared>,
    readers: Arc<Readers>,
    commands: Mutex<Option<mpsc::Sender<Command>>>,
    writer: Mutex<Option<thread::JoinHandle<()>>>,
    keys: Vec<VerifierKey>,
}

impl SqliteStore {
    /// Opens or creates `countersign.db` in a folder that exists.
    ///
    /// # Errors
    /// [`StoreError::InUse`] if another process has it open, [`StoreError::Damaged`] if the head
    /// contradicts the entries or its signature, [`StoreError::Invalid`] if it was written by a
    /// newer countersign or another key.
    pub fn open(dir: &Path, signer: impl Into<Signer>, now: Now) -> Result<Self, StoreError> {
        let signer = signer.into();
        let lock = lock::Lock::take(dir)?;
        let path = dir.join("countersign.db");
        let mut connection = connection::open_writer(&path)?;
        migrations::run(&mut connection)?;
        let (frontier, head, last_number) = start(&connection, &signer)?;
        let shared = Arc::new(Shared::new(head, last_number));
        let keys = signer.believed();
        let versions = Versions::default();
        let checkpointer = Checkpointer::start(&path, Arc::clone(&shared))?;
        let writer = Writer {
            connection,
            frontier,
            versions,
            signer,
            now,
            shared: Arc::clone(&shared),
            checkpointer,
            lock,
        };
        let (commands, received) = mpsc::channel(QUEUE_MAX);
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || writer.run(received))
            .map_err(|error| StoreError::Unavailable { reason: error.to_string() })?;
        Ok(Self {
            shared,
            readers: Arc::new(Readers::new(path)),
            commands: Mutex::new(Some(commands)),
            writer: Mutex::new(Some(thread)),
            keys,
        })
    }

    /// Opens a database for reading only, also while another process writes to it: for backups,
    /// exports and checks. The head stays the one that was found; appends are refused.
    ///
    /// # Errors
    /// As [`SqliteStore::open`], and when there is no database.
    pub fn open_read_only(dir: &Path, signer: &Signer) -> Result<Self, StoreError> {
        let path = dir.join("countersign.db");
        let connection = connection::open_reader(&path)?;
        // One read transaction: head and entries as of one commit.
        connection.execute_batch("BEGIN").map_err(error::unavailable)?;
        let (_, head, last_number) = start(&connection, signer)?;
        Ok(Self {
            shared: Arc::new(Shared::new(head, last_number)),
            readers: Arc::new(Readers::new(path)),
            commands: Mutex::new(None),
            writer: Mutex::new(None),
            keys: signer.believed(),
        })
    }

    /// Lets the next commit fail, as a broken disk would.
    #[cfg(feature = "faults")]
    pub fn fail_next_commit(&self, fault: store::Fault) {
        *self.shared.fault.lock() = Some(fault);
    }

    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Command,
    ) -> Result<T, StoreError> {
        self.shared.stopped()?;
        let commands = self.commands.lock().clone();
        let (answer, answered) = oneshot::channel();
        if let Some(commands) = commands
            && commands.send(command(answer)).await.is_ok()
            && let Ok(result) = answered.await
        {
            return result;
        }
        self.shared.stopped()?;
        Err(StoreError::Stopped { reason: "the writer has ended".to_owned() })
    }

    fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.shared.stopped()?;
        self.readers.read(read)
    }

    async fn scan<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.shared.stopped()?;
        self.readers.scan(read).await
    }

    /// Entries are read here when they are few, elsewhere when they are many.
    async fn read_entries(
        &self,
        limit: usize,
        read: impl FnOnce(&Connection) -> Result<Vec<Entry>, StoreError> + Send + 'static,
    ) -> Result<Vec<Entry>, StoreError> {
        if limit <= INLINE_MAX { self.read(read) } else { self.scan(read).await }
    }
}

impl Drop for SqliteStore {
    /// Waits for the batch under way, so that the folder can be opened again at once.
    fn drop(&mut self) {
        *self.commands.lock() = None;
        if let Some(thread) = self.writer.lock().take() {
            // The thread never panics; if it did, there is nobody left to tell.
            let _ = thread.join();
        }
    }
}

/// Reads the head and refuses one that can't be right; a new database gets an empty one.
fn start(connection: &Connection, signer: &Signer) -> Result<(Frontier, Head, u64), StoreError> {
    let Some(row) = journal::find_head(connection)? else {
        let frontier = Frontier::new();
        let root = frontier.root();
        let checkpoint = store::sign_head(0, root, signer.key())?;
        journal::insert_head(connection, &frontier, &checkpoint).map_err(error::unavailable)?;
        let head = Head { size: 0, root, checkpoint };
        return Ok((frontier, head, journal::LAST_CHANGE_NUMBER_AT_START));
    };
    let frontier =
        store::verify_head(row.size, &row.frontier, &row.checkpoint, &signer.believed())?;
    let entries = journal::count_entries(connection)?;
    if entries != row.size {
        let reason =
            format!("table head: size is {} and table entries ends at {entries}", row.size);
        return Err(StoreError::Damaged { reason });
    }
    let head = Head { size: row.size, root: frontier.root(), checkpoint: row.checkpoint };
    Ok((frontier, head, row.last_change_number))
}

#[async_trait]
impl Store for SqliteStore {
    async fn append(&self, append: Append) -> Result<Commit, StoreError> {
        self.ask(|answer| Command::Append(append, answer)).await
    }

    async fn next_change_number(&self) -> Result<ChangeNumber, StoreError> {
        self.shared.stopped()?;
        Ok(self.shared.next_number())
    }

    async fn head(&self) -> Result<Head, StoreError> {
        self.shared.stopped()?;
        Ok(self.shared.head())
    }

    async fn entry(&self, index: u64) -> Result<Option<Entry>, StoreError> {
        let found = self.read(|connection| journal::list_entries(connection, index, 1))?;
        Ok(found.into_iter().find(|entry| entry.index == index))
    }

    async fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.read_entries(limit, move |c| journal::list_entries(c, from, limit)).await
    }

    async fn entries_before(&self, before: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.read_entries(limit, move |c| journal::list_entries_before(c, before, limit)).await
    }

    async fn stream(
        &self,
        stream: &Stream,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let stream = stream.clone();
        self.read_entries(limit, move |c| journal::list_stream(c, &stream, from, limit)).await
    }

    async fn stream_before(
        &self,
        stream: &Stream,
        before: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let stream = stream.clone();
        self.read_entries(limit, move |c| journal::list_stream_before(c, &stream, before, limit))
            .await
    }

    async fn versions(&self, streams: &[Stream]) -> Result<Vec<u64>, StoreError> {
        self.read(|c| streams.iter().map(|stream| journal::find_version(c, stream)).collect())
    }

    async fn receipt(&self, index: u64) -> Result<Option<Receipt>, StoreError> {
        let head = self.head().await?;
        self.read(|c| store::receipt(&journal::Hashes(c), index, head))
    }

    async fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, StoreError> {
        let size = self.shared.size();
        self.read(|c| store::consistency(&journal::Hashes(c), old, new, size))
    }

    async fn tile(&self, tile: TilePath) -> Result<Option<Vec<u8>>, StoreError> {
        let size = self.shared.size();
        self.read(|c| journal::find_tile(c, tile, size))
    }

    async fn newest_cosignature(
        &self,
        witness: &str,
    ) -> Result<Option<CosignatureRow>, StoreError> {
        self.read(|c| cosignatures::find_newest(c, witness))
    }

    async fn cosignatures(
        &self,
        from: u64,
        limit: usize,
    ) -> Result<Vec<CosignatureRow>, StoreError> {
        self.scan(move |c| cosignatures::list(c, from, limit)).await
    }

    async fn snapshots(&self, ids: &[ChangeId]) -> Result<Vec<StoredChange>, StoreError> {
        self.read(|c| ids.iter().filter_map(|id| changes::find(c, id).transpose()).collect())
    }

    async fn change_by_number(&self, number: ChangeNumber) -> Result<Option<ChangeId>, StoreError> {
        self.read(|c| changes::find_by_number(c, number))
    }

    async fn changes(&self, filter: &ChangeFilter) -> Result<Page<ChangeSummary>, StoreError> {
        let filter = filter.clone();
        self.scan(move |c| change_list::list(c, &filter)).await
    }

    async fn change_sets(&self, filter: &ChangeSetFilter) -> Result<Page<ChangeSetId>, StoreError> {
        let filter = filter.clone();
        self.scan(move |c| change_sets::list(c, &filter)).await
    }

    async fn planned_changes(
        &self,
        from: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<ChangeId>, StoreError> {
        self.scan(move |c| changes::list_planned(c, (from, until), limit)).await
    }

    async fn changes_for_artifact(
        &self,
        service: &str,
        environment: &str,
        digest: &str,
        limit: usize,
    ) -> Result<Vec<ChangeId>, StoreError> {
        self.read(|c| changes::list_for_artifact(c, service, environment, digest, limit))
    }

    async fn service_history(
        &self,
        service: &str,
        environment: &str,
        now: Timestamp,
    ) -> Result<Option<ServiceHistory>, StoreError> {
        self.read(|c| deployments::find_history(c, service, environment, now))
    }

    async fn grant(&self, grant: &GrantId) -> Result<Option<Entry>, StoreError> {
        let Some(index) = self.read(|c| grants::find_index(c, grant))? else { return Ok(None) };
        self.entry(index).await
    }

    async fn waiting(&self, keys: &[String], limit: usize) -> Result<Vec<WaitingRow>, StoreError> {
        self.read(|c| waiting::list(c, keys, limit))
    }

    async fn waiting_counts(&self, keys: &[String], most: usize) -> Result<Vec<u32>, StoreError> {
        self.read(|c| waiting::counts(c, keys, most))
    }

    async fn due_timers(&self, now: Timestamp, limit: usize) -> Result<Vec<TimerRow>, StoreError> {
        self.read(|c| timers::list_due(c, now, limit))
    }

    async fn idempotency(
        &self,
        principal: &str,
        key: &str,
    ) -> Result<Option<IdempotencyRow>, StoreError> {
        self.read(|c| idempotency::find(c, principal, key))
    }

    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.append(Append { writes, ..Append::default() }).await.map(drop)
    }

    async fn session(&self, token_hash: &str) -> Result<Option<SessionRow>, StoreError> {
        self.read(|c| sessions::find(c, token_hash))
    }

    async fn notifications(
        &self,
        person: &PersonId,
        before: Option<(Timestamp, &str)>,
        limit: usize,
    ) -> Result<Vec<NotificationRow>, StoreError> {
        self.read(|c| notifications::list(c, person, before, limit))
    }

    async fn unread_notifications(
        &self,
        person: &PersonId,
        limit: usize,
    ) -> Result<usize, StoreError> {
        self.read(|c| notifications::count_unread(c, person, limit))
    }

    async fn claim_outbox(&self, claim: Claim<'_>) -> Result<Vec<ClaimedLane>, StoreError> {
        if !self.read(|c| outbox::is_due(c, claim.now))? {
            return Ok(Vec::new());
        }
        self.ask(|answer| Command::ClaimOutbox(claim.into(), answer)).await
    }

    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        self.read(|c| outbox::list_dead(c, limit))
    }

    async fn outbox_status(&self, now: Timestamp) -> Result<OutboxStatus, StoreError> {
        self.read(|c| outbox::status(c, now))
    }

    async fn clear_read_models(&self) -> Result<(), StoreError> {
        self.ask(Command::ClearReadModels).await
    }

    async fn dump_read_models(&self) -> Result<Vec<String>, StoreError> {
        self.scan(check::dump).await
    }

    async fn check(&self) -> Result<Vec<String>, StoreError> {
        let keys = self.keys.clone();
        self.scan(move |c| check::check(c, &keys)).await
    }

    fn watch(&self) -> broadcast::Receiver<Notice> {
        self.shared.notices.subscribe()
    }

    fn kind(&self) -> &'static str {
        "SQLite"
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.ask(Command::Close).await?;
        self.readers.close();
        Ok(())
    }
}
