//! Countersign on PostgreSQL: any number of equal nodes on one ordered journal.
//!
//! Each node writes through one task (`writer`) and reads through a pool. Statements are in
//! `sql/`, one module for each group of tables. Must not parse events and must not decide
//! anything: what can be stored is decided by `store::Plan`.

mod check;
mod error;
mod migrations;
mod notices;
mod pool;
mod row;
mod shared;
mod sql;
mod step;
mod writer;
mod writes;

use std::sync::Arc;

use async_trait::async_trait;
use deadpool_postgres::{Client, Pool};
use domain::ids::{ChangeId, ChangeNumber, ChangeSetId, GrantId, PersonId};
use domain::service_history::ServiceHistory;
use futures::future::try_join_all;
use jiff::Timestamp;
use ledger::checkpoint::Checkpoint;
use ledger::hash::Hash;
use ledger::note::VerifierKey;
use ledger::receipt::Receipt;
use ledger::tile::{
    TILE_WIDTH, TileId, TilePath, TileSet, tiles_for_consistency, tiles_for_inclusion,
};
use ledger::tree::Frontier;
use store::{
    Append, ChangeFilter, ChangeSetFilter, ChangeSummary, Claim, ClaimedLane, Commit,
    CosignatureRow, DeadLetter, Entry, Head, IdempotencyRow, Notice, NotificationRow, Now,
    OutboxStatus, Page, SessionRow, Signer, Store, StoreError, StoredChange, Stream, TimerRow,
    Versions, WaitingRow, Write,
};
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::error::{damaged, no_connection, unavailable};
use crate::notices::{Listener, Listening};
use crate::shared::Shared;
use crate::sql::{
    change_list, change_sets, changes, cosignatures, deployments, grants, head, idempotency,
    journal, notifications, outbox, sessions, timers, waiting,
};
use crate::writer::{Command, Writer};

/// Connections of one node for reading.
const READERS: usize = 8;

/// Appends that may wait for the writer before callers wait to hand theirs over.
const QUEUE_MAX: usize = 4096;

/// One node's store in a PostgreSQL database.
pub struct PostgresStore {
    shared: Arc<Shared>,
    readers: Pool,
    writer: Pool,
    commands: mpsc::Sender<Command>,
    listener: JoinHandle<()>,
    keys: Vec<VerifierKey>,
}

impl PostgresStore {
    /// Connects to a database that exists, and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if it can't be reached, [`StoreError::Damaged`] if the head
    /// contradicts the entries or its signature, [`StoreError::Invalid`] for a URL that can't be
    /// honoured or a database of a newer countersign.
    pub async fn connect(
        url: &str,
        signer: impl Into<Signer>,
        now: Now,
    ) -> Result<Self, StoreError> {
        let signer = signer.into();
        let config = pool::config(url)?;
        let (readers, writer) = (pool::pool(&config, READERS)?, pool::pool(&config, 1)?);
        let mut client = writer.get().await.map_err(no_connection)?;
        warn_without_fsync(&client).await?;
        let frontier = migrate(&mut client, &signer).await?;
        drop(client);
        let listening = Listening::start(&config).await?;
        let shared = Arc::new(Shared::new());
        let listener = Listener {
            config,
            pool: readers.clone(),
            shared: Arc::clone(&shared),
            known: frontier.size(),
        };
        let keys = signer.believed();
        let (commands, received) = mpsc::channel(QUEUE_MAX);
        let task = Writer {
            pool: writer.clone(),
            signer,
            now,
            shared: Arc::clone(&shared),
            frontier,
            versions: Versions::default(),
        };
        tokio::spawn(task.run(received));
        let listener = tokio::spawn(listener.run(listening));
        Ok(Self { shared, readers, writer, commands, listener, keys })
    }

    /// Lets the next commit fail, as a network that breaks would.
    #[cfg(feature = "faults")]
    pub fn fail_next_commit(&self, fault: store::Fault) {
        if let Ok(mut next) = self.shared.fault.lock() {
            *next = Some(fault);
        }
    }

    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Command,
    ) -> Result<T, StoreError> {
        self.shared.stopped()?;
        let (answer, answered) = oneshot::channel();
        if self.commands.send(command(answer)).await.is_ok()
            && let Ok(result) = answered.await
        {
            return result;
        }
        self.shared.stopped()?;
        Err(StoreError::Stopped { reason: "the writer has ended".to_owned() })
    }

    async fn reader(&self) -> Result<Client, StoreError> {
        self.shared.stopped()?;
        self.readers.get().await.map_err(no_connection)
    }

    /// Reads tiles all at once.
    async fn tiles(&self, client: &Client, tiles: Vec<TileId>) -> Result<TileSet, StoreError> {
        let read = tiles.iter().map(|tile| journal::tile_hashes(client, *tile));
        let hashes = try_join_all(read).await?;
        let mut set = TileSet::default();
        for (tile, hashes) in tiles.into_iter().zip(hashes) {
            set.insert(tile, hashes);
        }
        Ok(set)
    }
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

/// A server that does not sync can lose what it acknowledged; it is the operator's to know.
async fn warn_without_fsync(client: &Client) -> Result<(), StoreError> {
    let row =
        client.query_one("SELECT current_setting('fsync')", &[]).await.map_err(unavailable)?;
    if row.try_get::<_, &str>(0).map_err(unavailable)? != "on" {
        tracing::warn!("PostgreSQL runs with fsync off: a power cut can lose acknowledged entries");
    }
    Ok(())
}

/// Brings the schema up to date and reads the head; refuses one that can't be right.
async fn migrate(client: &mut Client, signer: &Signer) -> Result<Frontier, StoreError> {
    let transaction = migrations::run(client).await?;
    let frontier = match head::find(&transaction).await? {
        None => {
            let frontier = Frontier::new();
            let checkpoint = store::sign_head(0, frontier.root(), signer.key())?;
            head::insert(&transaction, &frontier, &checkpoint).await?;
            frontier
        }
        Some(row) => {
            let keys = signer.believed();
            let frontier = store::verify_head(row.size, &row.frontier, &row.checkpoint, &keys)?;
            let entries = head::count_entries(&transaction).await?;
            if entries != row.size {
                let size = row.size;
                let reason =
                    format!("table head: size is {size} and table entries ends at {entries}");
                return Err(damaged(reason));
            }
            frontier
        }
    };
    transaction.commit().await.map_err(unavailable)?;
    Ok(frontier)
}

#[async_trait]
impl Store for PostgresStore {
    async fn append(&self, append: Append) -> Result<Commit, StoreError> {
        self.ask(|answer| Command::Append(append, answer)).await
    }

    async fn next_change_number(&self) -> Result<ChangeNumber, StoreError> {
        let client = self.reader().await?;
        head::next_change_number(&client).await.map(ChangeNumber)
    }

    async fn head(&self) -> Result<Head, StoreError> {
        let client = self.reader().await?;
        let row = head::find(&client).await?;
        let row = row.ok_or_else(|| damaged("table head: the row is missing".to_owned()))?;
        let checkpoint = Checkpoint::parse_unverified(&row.checkpoint)
            .map_err(|error| damaged(format!("table head: {error}")))?;
        Ok(Head { size: row.size, root: checkpoint.root, checkpoint: row.checkpoint })
    }

    async fn entry(&self, index: u64) -> Result<Option<Entry>, StoreError> {
        let found = journal::list_entries(&self.reader().await?, index, 1).await?;
        Ok(found.into_iter().find(|entry| entry.index == index))
    }

    async fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        journal::list_entries(&self.reader().await?, from, limit).await
    }

    async fn entries_before(&self, before: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        journal::list_entries_before(&self.reader().await?, before, limit).await
    }

    async fn stream(
        &self,
        stream: &Stream,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        journal::list_stream(&self.reader().await?, stream, from, limit).await
    }

    async fn stream_before(
        &self,
        stream: &Stream,
        before: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        journal::list_stream_before(&self.reader().await?, stream, before, limit).await
    }

    async fn versions(&self, streams: &[Stream]) -> Result<Vec<u64>, StoreError> {
        journal::list_versions(&self.reader().await?, streams).await
    }

    async fn receipt(&self, index: u64) -> Result<Option<Receipt>, StoreError> {
        let head = self.head().await?;
        let client = self.reader().await?;
        let mut wanted = tiles_for_inclusion(index, head.size);
        wanted.extend(TileId::in_tree(0, index / TILE_WIDTH, head.size));
        wanted.sort_unstable();
        wanted.dedup();
        store::receipt(&self.tiles(&client, wanted).await?, index, head)
    }

    async fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, StoreError> {
        let size = self.head().await?.size;
        let client = self.reader().await?;
        let wanted = if new <= size { tiles_for_consistency(old, new) } else { Vec::new() };
        store::consistency(&self.tiles(&client, wanted).await?, old, new, size)
    }

    async fn tile(&self, tile: TilePath) -> Result<Option<Vec<u8>>, StoreError> {
        let size = self.head().await?.size;
        journal::find_tile(&self.reader().await?, tile, size).await
    }

    async fn newest_cosignature(
        &self,
        witness: &str,
    ) -> Result<Option<CosignatureRow>, StoreError> {
        cosignatures::find_newest(&self.reader().await?, witness).await
    }

    async fn cosignatures(
        &self,
        from: u64,
        limit: usize,
    ) -> Result<Vec<CosignatureRow>, StoreError> {
        cosignatures::list(&self.reader().await?, from, limit).await
    }

    async fn snapshots(&self, ids: &[ChangeId]) -> Result<Vec<StoredChange>, StoreError> {
        changes::list_snapshots(&self.reader().await?, ids).await
    }

    async fn change_by_number(&self, number: ChangeNumber) -> Result<Option<ChangeId>, StoreError> {
        changes::find_by_number(&self.reader().await?, number).await
    }

    async fn changes(&self, filter: &ChangeFilter) -> Result<Page<ChangeSummary>, StoreError> {
        change_list::list(&self.reader().await?, filter).await
    }

    async fn change_sets(&self, filter: &ChangeSetFilter) -> Result<Page<ChangeSetId>, StoreError> {
        change_sets::list(&self.reader().await?, filter).await
    }

    async fn planned_changes(
        &self,
        from: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<ChangeId>, StoreError> {
        changes::list_planned(&self.reader().await?, (from, until), limit).await
    }

    async fn changes_for_artifact(
        &self,
        service: &str,
        environment: &str,
        digest: &str,
        limit: usize,
    ) -> Result<Vec<ChangeId>, StoreError> {
        let client = self.reader().await?;
        changes::list_for_artifact(&client, service, environment, digest, limit).await
    }

    async fn service_history(
        &self,
        service: &str,
        environment: &str,
        now: Timestamp,
    ) -> Result<Option<ServiceHistory>, StoreError> {
        deployments::find_history(&self.reader().await?, service, environment, now).await
    }

    async fn grant(&self, grant: &GrantId) -> Result<Option<Entry>, StoreError> {
        let client = self.reader().await?;
        let Some(index) = grants::find_index(&client, grant).await? else { return Ok(None) };
        drop(client);
        self.entry(index).await
    }

    async fn waiting(&self, keys: &[String], limit: usize) -> Result<Vec<WaitingRow>, StoreError> {
        waiting::list(&self.reader().await?, keys, limit).await
    }

    async fn waiting_counts(&self, keys: &[String], most: usize) -> Result<Vec<u32>, StoreError> {
        waiting::counts(&self.reader().await?, keys, most).await
    }

    async fn due_timers(&self, now: Timestamp, limit: usize) -> Result<Vec<TimerRow>, StoreError> {
        timers::list_due(&self.reader().await?, now, limit).await
    }

    async fn idempotency(
        &self,
        principal: &str,
        key: &str,
    ) -> Result<Option<IdempotencyRow>, StoreError> {
        idempotency::find(&self.reader().await?, principal, key).await
    }

    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.append(Append { writes, ..Append::default() }).await.map(drop)
    }

    async fn session(&self, token_hash: &str) -> Result<Option<SessionRow>, StoreError> {
        sessions::find(&self.reader().await?, token_hash).await
    }

    async fn notifications(
        &self,
        person: &PersonId,
        before: Option<(Timestamp, &str)>,
        limit: usize,
    ) -> Result<Vec<NotificationRow>, StoreError> {
        notifications::list(&self.reader().await?, person, before, limit).await
    }

    async fn unread_notifications(
        &self,
        person: &PersonId,
        limit: usize,
    ) -> Result<usize, StoreError> {
        notifications::count_unread(&self.reader().await?, person, limit).await
    }

    async fn claim_outbox(&self, claim: Claim<'_>) -> Result<Vec<ClaimedLane>, StoreError> {
        outbox::claim(&self.reader().await?, &claim).await
    }

    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        outbox::list_dead(&self.reader().await?, limit).await
    }

    async fn outbox_status(&self, now: Timestamp) -> Result<OutboxStatus, StoreError> {
        outbox::status(&self.reader().await?, now).await
    }

    async fn clear_read_models(&self) -> Result<(), StoreError> {
        check::clear_read_models(&mut self.reader().await?).await
    }

    async fn dump_read_models(&self) -> Result<Vec<String>, StoreError> {
        check::dump(&mut self.reader().await?).await
    }

    async fn check(&self) -> Result<Vec<String>, StoreError> {
        check::check(&mut self.reader().await?, &self.keys).await
    }

    fn watch(&self) -> broadcast::Receiver<Notice> {
        self.shared.notices.subscribe()
    }

    fn kind(&self) -> &'static str {
        "PostgreSQL"
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.ask(Command::Close).await?;
        self.listener.abort();
        self.readers.close();
        self.writer.close();
        Ok(())
    }
}
