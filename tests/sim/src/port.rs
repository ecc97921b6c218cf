//! The store as one node of the simulation sees it: the real one, with trouble on the way to it.
//!
//! Before an append is handed on, another node may act first; or the process may die, with the entry
//! stored or lost. That makes every race and every power cut happen between deciding and storing,
//! where they matter, and again for the same seed.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use domain::ids::{ChangeId, ChangeNumber, ChangeSetId, GrantId, PersonId};
use domain::service_history::ServiceHistory;
use jiff::Timestamp;
use ledger::hash::Hash;
use ledger::receipt::Receipt;
use ledger::tile::TilePath;
use parking_lot::Mutex;
use store::{
    Append, ChangeFilter, ChangeSetFilter, ChangeSummary, Claim, ClaimedLane, Commit,
    CosignatureRow, DeadLetter, Entry, Head, IdempotencyRow, NewEntry, Notice, NotificationRow,
    OutboxStatus, Page, SessionRow, Store, StoreError, StoredChange, Stream, TimerRow, WaitingRow,
    Write,
};
use tokio::sync::broadcast;

use crate::defect;
use crate::options::Bug;

/// What somebody else does first.
pub type Intruder = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What goes wrong with the next append.
pub enum Trouble {
    /// Another node is faster.
    Overtaken(Intruder),
    /// The process dies and the append is lost.
    Lost,
    /// The process dies and the append is stored.
    Stored,
}

/// A store with trouble on the way.
pub struct Port {
    inner: Arc<dyn Store>,
    /// What this node does at once is done in turns: a run is the same each time, whichever answer of the
    /// database is faster.
    turns: tokio::sync::Mutex<()>,
    trouble: Mutex<Option<Trouble>>,
    bug: Option<Bug>,
    appends: Mutex<u64>,
}

impl Port {
    /// A way to a store.
    #[must_use]
    pub fn new(inner: Arc<dyn Store>, bug: Option<Bug>) -> Self {
        let turns = tokio::sync::Mutex::default();
        Self { inner, turns, trouble: Mutex::new(None), bug, appends: Mutex::new(0) }
    }

    /// Lets the next append meet trouble.
    pub fn next(&self, trouble: Trouble) {
        *self.trouble.lock() = Some(trouble);
    }

    /// Forgets trouble that nobody met.
    pub fn calm(&self) {
        *self.trouble.lock() = None;
    }

    async fn turn(&self) -> Turn<'_> {
        let until = self.turns.lock().await;
        // Everybody who wants one queues up before the first is done, however fast that is.
        tokio::task::yield_now().await;
        Turn { inner: &self.inner, _until: until }
    }

    fn count(&self) -> u64 {
        let mut count = self.appends.lock();
        *count += 1;
        *count
    }

    /// The append as the planted defect leaves it; `None` if it is not stored at all.
    fn spoilt(&self, mut append: Append) -> Option<Append> {
        let nth = self.count();
        match self.bug {
            Some(Bug::NoGuards) => append.guards.clear(),
            Some(Bug::NotDurable) if nth.is_multiple_of(40) && defect::tells_one(&append) => {
                return None;
            }
            Some(Bug::StaleRow) if nth.is_multiple_of(40) => {
                append.writes.retain(|write| !matches!(write, Write::Change(_)));
            }
            Some(Bug::OverrideApproves) => {
                let spoilt = append.entries.into_iter().map(|mut entry| {
                    defect::call_approved(&mut entry.leaf);
                    NewEntry::new(entry.stream, entry.leaf, entry.disclosures)
                });
                append.entries = spoilt.collect();
            }
            _ => {}
        }
        Some(append)
    }

    /// What a store that does not store would answer.
    async fn pretend(&self) -> Result<Commit, StoreError> {
        let head = self.inner.head().await?;
        Ok(Commit {
            first_index: head.size,
            count: 1,
            batch: Arc::new(ledger::tree::Frontier::new().extend(Vec::new())),
            checkpoint: head.checkpoint.into(),
        })
    }
}

/// The store, for as long as nobody else has it.
struct Turn<'a> {
    inner: &'a Arc<dyn Store>,
    _until: tokio::sync::MutexGuard<'a, ()>,
}

impl std::ops::Deref for Turn<'_> {
    type Target = Arc<dyn Store>;
    fn deref(&self) -> &Self::Target {
        self.inner
    }
}

fn died() -> StoreError {
    StoreError::Stopped { reason: "the process died".to_owned() }
}

#[async_trait]
impl Store for Port {
    async fn append(&self, append: Append) -> Result<Commit, StoreError> {
        let turn = self.turn().await;
        let trouble = if append.entries.is_empty() { None } else { self.trouble.lock().take() };
        match trouble {
            // The intruder has turns of its own: nothing of this node goes on meanwhile.
            Some(Trouble::Overtaken(intruder)) => intruder.await,
            Some(Trouble::Lost) => return Err(died()),
            Some(Trouble::Stored) => {
                turn.append(append).await?;
                return Err(died());
            }
            None => {}
        }
        match self.spoilt(append) {
            Some(append) => turn.append(append).await,
            None => self.pretend().await,
        }
    }

    async fn next_change_number(&self) -> Result<ChangeNumber, StoreError> {
        self.turn().await.next_change_number().await
    }

    async fn head(&self) -> Result<Head, StoreError> {
        self.turn().await.head().await
    }

    async fn entry(&self, index: u64) -> Result<Option<Entry>, StoreError> {
        self.turn().await.entry(index).await
    }

    async fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.turn().await.entries(from, limit).await
    }

    async fn entries_before(&self, before: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.turn().await.entries_before(before, limit).await
    }

    async fn stream(&self, s: &Stream, from: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let mut entries = self.turn().await.stream(s, from, limit).await?;
        if self.bug == Some(Bug::HandOfDelegate) {
            entries.iter_mut().for_each(|entry| defect::end_delegation(&mut entry.leaf));
        }
        Ok(entries)
    }

    async fn stream_before(
        &self,
        stream: &Stream,
        before: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        self.turn().await.stream_before(stream, before, limit).await
    }

    async fn versions(&self, streams: &[Stream]) -> Result<Vec<u64>, StoreError> {
        self.turn().await.versions(streams).await
    }

    async fn receipt(&self, index: u64) -> Result<Option<Receipt>, StoreError> {
        self.turn().await.receipt(index).await
    }

    async fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, StoreError> {
        self.turn().await.consistency(old, new).await
    }

    async fn tile(&self, tile: TilePath) -> Result<Option<Vec<u8>>, StoreError> {
        self.turn().await.tile(tile).await
    }

    async fn newest_cosignature(
        &self,
        witness: &str,
    ) -> Result<Option<CosignatureRow>, StoreError> {
        self.turn().await.newest_cosignature(witness).await
    }

    async fn cosignatures(
        &self,
        from: u64,
        limit: usize,
    ) -> Result<Vec<CosignatureRow>, StoreError> {
        self.turn().await.cosignatures(from, limit).await
    }

    async fn snapshots(&self, ids: &[ChangeId]) -> Result<Vec<StoredChange>, StoreError> {
        let mut stored = self.turn().await.snapshots(ids).await?;
        if self.bug == Some(Bug::ItemAlone) {
            stored.iter_mut().for_each(|stored| defect::leave_set(&mut stored.snapshot));
        }
        Ok(stored)
    }

    async fn change_by_number(&self, number: ChangeNumber) -> Result<Option<ChangeId>, StoreError> {
        self.turn().await.change_by_number(number).await
    }

    async fn changes(&self, filter: &ChangeFilter) -> Result<Page<ChangeSummary>, StoreError> {
        self.turn().await.changes(filter).await
    }

    async fn change_sets(&self, filter: &ChangeSetFilter) -> Result<Page<ChangeSetId>, StoreError> {
        self.turn().await.change_sets(filter).await
    }

    async fn planned_changes(
        &self,
        from: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<ChangeId>, StoreError> {
        self.turn().await.planned_changes(from, until, limit).await
    }

    async fn changes_for_artifact(
        &self,
        service: &str,
        environment: &str,
        digest: &str,
        limit: usize,
    ) -> Result<Vec<ChangeId>, StoreError> {
        self.turn().await.changes_for_artifact(service, environment, digest, limit).await
    }

    async fn service_history(
        &self,
        service: &str,
        environment: &str,
        now: Timestamp,
    ) -> Result<Option<ServiceHistory>, StoreError> {
        self.turn().await.service_history(service, environment, now).await
    }

    async fn grant(&self, grant: &GrantId) -> Result<Option<Entry>, StoreError> {
        self.turn().await.grant(grant).await
    }

    async fn waiting(&self, keys: &[String], limit: usize) -> Result<Vec<WaitingRow>, StoreError> {
        self.turn().await.waiting(keys, limit).await
    }

    async fn waiting_counts(&self, keys: &[String], most: usize) -> Result<Vec<u32>, StoreError> {
        self.turn().await.waiting_counts(keys, most).await
    }

    async fn due_timers(&self, now: Timestamp, limit: usize) -> Result<Vec<TimerRow>, StoreError> {
        match self.bug {
            Some(Bug::NoTimers) => Ok(Vec::new()),
            _ => self.turn().await.due_timers(now, limit).await,
        }
    }

    async fn idempotency(
        &self,
        principal: &str,
        key: &str,
    ) -> Result<Option<IdempotencyRow>, StoreError> {
        self.turn().await.idempotency(principal, key).await
    }

    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.turn().await.write(writes).await
    }

    async fn session(&self, token_hash: &str) -> Result<Option<SessionRow>, StoreError> {
        self.turn().await.session(token_hash).await
    }

    async fn notifications(
        &self,
        person: &PersonId,
        before: Option<(Timestamp, &str)>,
        limit: usize,
    ) -> Result<Vec<NotificationRow>, StoreError> {
        self.turn().await.notifications(person, before, limit).await
    }

    async fn unread_notifications(
        &self,
        person: &PersonId,
        limit: usize,
    ) -> Result<usize, StoreError> {
        self.turn().await.unread_notifications(person, limit).await
    }

    async fn claim_outbox(&self, claim: Claim<'_>) -> Result<Vec<ClaimedLane>, StoreError> {
        self.turn().await.claim_outbox(claim).await
    }

    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        self.turn().await.dead_letters(limit).await
    }

    async fn outbox_status(&self, now: Timestamp) -> Result<OutboxStatus, StoreError> {
        self.turn().await.outbox_status(now).await
    }

    async fn clear_read_models(&self) -> Result<(), StoreError> {
        self.turn().await.clear_read_models().await
    }

    async fn dump_read_models(&self) -> Result<Vec<String>, StoreError> {
        self.turn().await.dump_read_models().await
    }

    async fn check(&self) -> Result<Vec<String>, StoreError> {
        self.turn().await.check().await
    }

    fn watch(&self) -> broadcast::Receiver<Notice> {
        self.inner.watch()
    }

    fn kind(&self) -> &'static str {
        self.inner.kind()
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.turn().await.close().await
    }
}
