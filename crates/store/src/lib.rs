//! The ports to the database: one journal, its read models, and the words both stores share.
//!
//! Ring 1. A store keeps bytes and rows; it never decides, never parses an event and never learns
//! what a vote is. The contract is in the doc comments of [`Store`]; the contract suite (feature
//! `contract`) holds both implementations to it.
#![deny(missing_docs)]

mod append;
mod audit;
#[cfg(feature = "contract")]
#[expect(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "tests, whose names say what they show"
)]
pub mod contract;
mod dump;
mod error;
#[cfg(feature = "faults")]
mod faults;
mod head;
mod outbox;
mod plan;
mod proofs;
mod query;
mod rows;
mod signer;
mod versions;
mod words;

pub use append::{Append, Commit, Guard, NewEntry, Notice, Stream};
pub use audit::Audit;
pub use dump::{
    artifact_line, change_line, deployment_line, grant_line, timer_line, waiting_key_line,
    waiting_line,
};
pub use error::StoreError;
#[cfg(feature = "faults")]
pub use faults::Fault;
pub use head::{sign_head, verify_head};
pub use outbox::{
    Claim, ClaimedLane, DeadLetter, NotificationRow, OutboxMessage, OutboxStatus, OutboxWrite,
    Settlement,
};
pub use plan::{Facts, Growth, IDEMPOTENCY_KEPT, PlacedEntry, PlacedWrite, Plan, Questions};
pub use proofs::{consistency, receipt, tile_exists};
pub use query::{ChangeFilter, ChangeOrder, ChangeSetFilter, Page};
pub use rows::{
    ChangeRow, ChangeSummary, CosignatureRow, DeploymentRow, Entry, Head, IdempotencyRow,
    KeptAnswer, KeyedOutcome, KeyedRequest, SessionRow, StoredChange, TimerRow, WaitingRow, Write,
};
pub use signer::Signer;
pub use versions::Versions;
pub use words::{has_words, words};

use std::path::Path;

use async_trait::async_trait;
use domain::ids::{ChangeId, ChangeNumber, ChangeSetId, GrantId, PersonId};
use domain::service_history::ServiceHistory;
use jiff::Timestamp;
use ledger::{receipt::Receipt, tile::TilePath};
use tokio::sync::broadcast;

/// The clock a store asks when a deadline must be compared inside the commit (C10).
pub type Now = std::sync::Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// One organisation's journal, ledger and read models.
///
/// # Contract
/// - **Durable before acknowledged.** `append` returns after the transaction that holds its
///   entries, leaves, checkpoint and read-model writes is on disk. Nothing is visible before.
/// - **All or nothing.** An append whose guard, deadline or write fails leaves no trace and does
///   not disturb the appends it shared a batch with.
/// - **One order.** Entry *n* is leaf *n*. Every observer, on every node, sees a prefix.
/// - **A failed sync is final.** After an IO error while committing, the store refuses everything
///   with [`StoreError::Stopped`] until it is opened again.
#[async_trait]
pub trait Store: Send + Sync {
    /// Appends entries and applies read-model writes in one transaction, batched with others.
    async fn append(&self, append: Append) -> Result<Commit, StoreError>;

    /// A number for a new change, larger than every earlier one. Gaps are allowed.
    async fn next_change_number(&self) -> Result<ChangeNumber, StoreError>;

    /// The size, root and signed checkpoint of the log.
    async fn head(&self) -> Result<Head, StoreError>;

    /// The entry at `index`, with its disclosures.
    async fn entry(&self, index: u64) -> Result<Option<Entry>, StoreError>;

    /// Up to `limit` entries from index `from`, in order, with their disclosures.
    async fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, StoreError>;

    /// The newest `limit` entries with an index below `before`, newest first.
    async fn entries_before(&self, before: u64, limit: usize) -> Result<Vec<Entry>, StoreError>;

    /// Up to `limit` entries of one stream from version `from` (0-based), in order.
    async fn stream(
        &self,
        stream: &Stream,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError>;

    /// The newest `limit` entries of one stream with an index below `before`, newest first.
    async fn stream_before(
        &self,
        stream: &Stream,
        before: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError>;

    /// The number of entries of each stream, in the order asked.
    async fn versions(&self, streams: &[Stream]) -> Result<Vec<u64>, StoreError>;

    /// A receipt for entry `index` against the current head.
    async fn receipt(&self, index: u64) -> Result<Option<Receipt>, StoreError>;

    /// A consistency proof between two tree sizes, both at most the current one.
    async fn consistency(&self, old: u64, new: u64) -> Result<Vec<ledger::hash::Hash>, StoreError>;

    /// The bytes of a C2SP tile (hashes, or an entry bundle), if the log has grown that far.
    async fn tile(&self, tile: TilePath) -> Result<Option<Vec<u8>>, StoreError>;

    /// The cosignature of this witness (by its verifier key) over the largest size.
    ///
    /// Cosignatures are no read model: nothing rebuilds them, and a rebuild leaves them alone.
    async fn newest_cosignature(&self, witness: &str)
    -> Result<Option<CosignatureRow>, StoreError>;

    /// Up to `limit` cosignatures over `from` entries or more, by size and then by witness.
    async fn cosignatures(
        &self,
        from: u64,
        limit: usize,
    ) -> Result<Vec<CosignatureRow>, StoreError>;

    /// The snapshots of those of these changes that exist, each with the stream version it stands for.
    async fn snapshots(&self, ids: &[ChangeId]) -> Result<Vec<StoredChange>, StoreError>;

    /// The snapshot of one change and the stream version it stands for.
    async fn change(&self, id: &ChangeId) -> Result<Option<StoredChange>, StoreError> {
        Ok(self.snapshots(std::slice::from_ref(id)).await?.pop())
    }

    /// The id behind a number that people use.
    async fn change_by_number(&self, number: ChangeNumber) -> Result<Option<ChangeId>, StoreError>;

    /// A page of changes, newest number first, without snapshots.
    async fn changes(&self, filter: &ChangeFilter) -> Result<Page<ChangeSummary>, StoreError>;

    /// A page of change sets, newest first, each once.
    async fn change_sets(&self, filter: &ChangeSetFilter) -> Result<Page<ChangeSetId>, StoreError>;

    /// Changes that are not over and whose window reaches into a time, by when it closes: the first
    /// `limit` of them.
    async fn planned_changes(
        &self,
        from: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<ChangeId>, StoreError>;

    /// The newest changes that would put `digest` into an environment of a service.
    async fn changes_for_artifact(
        &self,
        service: &str,
        environment: &str,
        digest: &str,
        limit: usize,
    ) -> Result<Vec<ChangeId>, StoreError>;

    /// What is stored of the deployments of a service in an environment, as of `now`; `None` when none
    /// ended there.
    async fn service_history(
        &self,
        service: &str,
        environment: &str,
        now: Timestamp,
    ) -> Result<Option<ServiceHistory>, StoreError>;

    /// The entry that is this grant.
    async fn grant(&self, grant: &GrantId) -> Result<Option<Entry>, StoreError>;

    /// What waits for holders of any of `keys` (`role@scope`), most urgent first; one row a
    /// change and requirement.
    async fn waiting(&self, keys: &[String], limit: usize) -> Result<Vec<WaitingRow>, StoreError>;

    /// How many rows wait for each of `keys`, in their order; of each at most `most` are counted.
    async fn waiting_counts(&self, keys: &[String], most: usize) -> Result<Vec<u32>, StoreError>;

    /// Timers due at `now`, oldest first.
    async fn due_timers(&self, now: Timestamp, limit: usize) -> Result<Vec<TimerRow>, StoreError>;

    /// What became of an earlier request with this key by this principal.
    async fn idempotency(
        &self,
        principal: &str,
        key: &str,
    ) -> Result<Option<IdempotencyRow>, StoreError>;

    /// Writes one row that needs no journal entry (idempotency records of reads, sessions).
    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError>;

    /// The session whose token has this SHA-256, if it was not ended. Expiry is the caller's check.
    async fn session(&self, token_hash: &str) -> Result<Option<SessionRow>, StoreError>;

    /// Notifications of a person, newest first: those before a place (time and id of another one).
    async fn notifications(
        &self,
        person: &PersonId,
        before: Option<(Timestamp, &str)>,
        limit: usize,
    ) -> Result<Vec<NotificationRow>, StoreError>;

    /// How many notifications of a person are unread, counted up to `limit`.
    async fn unread_notifications(
        &self,
        person: &PersonId,
        limit: usize,
    ) -> Result<usize, StoreError>;

    /// Claims lanes whose oldest message is due, which nobody else has claimed. A lane is under one
    /// lease at a time, on all nodes together, until it is settled or the lease ends.
    async fn claim_outbox(&self, claim: Claim<'_>) -> Result<Vec<ClaimedLane>, StoreError>;

    /// Messages that were given up, the latest first.
    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, StoreError>;

    /// How the outbox stands.
    async fn outbox_status(&self, now: Timestamp) -> Result<OutboxStatus, StoreError>;

    /// Drops every read model that the journal can rebuild (changes, waiting, grants, timers, deployments).
    async fn clear_read_models(&self) -> Result<(), StoreError>;

    /// All rows of the rebuildable read models as sorted canonical text, for comparing (I9).
    async fn dump_read_models(&self) -> Result<Vec<String>, StoreError>;

    /// Checks everything stored against everything else: leaf bytes against leaf hashes, hashes
    /// against tiles and the root, checkpoint against root, disclosures against commitments.
    /// Returns a line for each damage, naming table and entry.
    async fn check(&self) -> Result<Vec<String>, StoreError>;

    /// Notices of every commit, on this node or another, in order, best effort: a receiver that
    /// lags is told so and reads the journal again.
    fn watch(&self) -> broadcast::Receiver<Notice>;

    /// A short name for logs and pages: `SQLite` or `PostgreSQL`.
    fn kind(&self) -> &'static str;

    /// Finishes the batch under way and closes. Later calls fail with [`StoreError::Stopped`].
    async fn close(&self) -> Result<(), StoreError>;
}

/// Where a store is: a folder for SQLite or a URL for PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location<'a> {
    /// The data folder; the database is `countersign.db` in it.
    Folder(&'a Path),
    /// A `postgres://` URL.
    Url(&'a str),
}
