//! The store as one node of the simulation sees it: the real one, with trouble on the way to it.
//!
//! Before an append is handed on, another node may act first; or the process may die, with the entry
//! stored or lost. That makes every race and every power cut happen between deciding and storing,
//! where they matter, and again for the same seed.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use domain::ids::{ChangeId, ChangeNumber, GrantId, PersonId};
use jiff::Timestamp;
use ledger::hash::Hash;
use ledger::receipt::Receipt;
use ledger::tile::TilePath;
use parking_lot::Mutex;
use store::{
    Append, ChangeFilter, ChangeSummary, Claim, ClaimedLane, Commit, DeadLetter, Entry, Head,
    IdempotencyRow, Notice, NotificationRow, OutboxStatus, Page, SessionRow, Store, StoreError,
    StoredChange, Stream, TimerRow, WaitingRow, Write,
};
use tokio::sync::broadcast;

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
    trouble: Mutex<Option<Trouble>>,
    bug: Option<Bug>,
    appends: Mutex<u64>,
}

impl Port {
    /// A way to a store.
    #[must_use]
    pub fn new(inner: Arc<dyn Store>, bug: Option<Bug>) -> Self {
        Self { inner, trouble: Mutex::new(None), bug, appends: Mutex::new(0) }
    }

    /// Lets the next append meet trouble.
    pub fn next(&self, trouble: Trouble) {
        *self.trouble.lock() = Some(trouble);
    }

    /// Forgets trouble that nobody met.
    pub fn calm(&self) {
        *self.trouble.lock() = None;
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
            Some(Bug::NotDurable) if nth.is_multiple_of(40) && append.entries.len() == 1 => {
                return None;
            }
            Some(Bug::StaleRow) if nth.is_multiple_of(40) => {
                append.writes.retain(|write| !matches!(write, Write::Change(_)));
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

fn died() -> StoreError {
    StoreError::Stopped { reason: "the process died".to_owned() }
}

#[async_trait]
impl Store for Port {
    async fn append(&self, append: Append) -> Result<Commit, StoreError> {
        let trouble = if append.entries.is_empty() { None } else { self.trouble.lock().take() };
        match trouble {
            Some(Trouble::Overtaken(intruder)) => intruder.await,
            Some(Trouble::Lost) => return Err(died()),
            Some(Trouble::Stored) => {
                self.inner.append(append).await?;
                return Err(died());
            }
            None => {}
        }
        match self.spoilt(append) {
            Some(append) => self.inner.append(append).await,
            None => self.pretend().await,
        }
    }

    async fn next_change_number(&self) -> Result<ChangeNumber, StoreError> {
        self.inner.next_change_number().await
    }

    async fn head(&self) -> Result<Head, StoreError> {
        self.inner.head().await
    }

    async fn entry(&self, index: u64) -> Result<Option<Entry>, StoreError> {
        self.inner.entry(index).await
    }

    async fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.inner.entries(from, limit).await
    }

    async fn entries_before(&self, before: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.inner.entries_before(before, limit).await
    }

    async fn stream(&self, s: &Stream, from: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.inner.stream(s, from, limit).await
    }

    async fn versions(&self, streams: &[Stream]) -> Result<Vec<u64>, StoreError> {
        self.inner.versions(streams).await
    }

    async fn receipt(&self, index: u64) -> Result<Option<Receipt>, StoreError> {
        self.inner.receipt(index).await
    }

    async fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, StoreError> {
        self.inner.consistency(old, new).await
    }

    async fn tile(&self, tile: TilePath) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.tile(tile).await
    }

    async fn change(&self, id: &ChangeId) -> Result<Option<StoredChange>, StoreError> {
        self.inner.change(id).await
    }

    async fn change_by_number(&self, number: ChangeNumber) -> Result<Option<ChangeId>, StoreError> {
        self.inner.change_by_number(number).await
    }

    async fn changes(&self, filter: &ChangeFilter) -> Result<Page<ChangeSummary>, StoreError> {
        self.inner.changes(filter).await
    }

    async fn changes_for_artifact(
        &self,
        service: &str,
        environment: &str,
        digest: &str,
        limit: usize,
    ) -> Result<Vec<ChangeId>, StoreError> {
        self.inner.changes_for_artifact(service, environment, digest, limit).await
    }

    async fn grant(&self, grant: &GrantId) -> Result<Option<Entry>, StoreError> {
        self.inner.grant(grant).await
    }

    async fn waiting(&self, keys: &[String], limit: usize) -> Result<Vec<WaitingRow>, StoreError> {
        self.inner.waiting(keys, limit).await
    }

    async fn due_timers(&self, now: Timestamp, limit: usize) -> Result<Vec<TimerRow>, StoreError> {
        self.inner.due_timers(now, limit).await
    }

    async fn idempotency(
        &self,
        principal: &str,
        key: &str,
    ) -> Result<Option<IdempotencyRow>, StoreError> {
        self.inner.idempotency(principal, key).await
    }

    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.inner.write(writes).await
    }

    async fn session(&self, token_hash: &str) -> Result<Option<SessionRow>, StoreError> {
        self.inner.session(token_hash).await
    }

    async fn notifications(
        &self,
        person: &PersonId,
        before: Option<(Timestamp, &str)>,
        limit: usize,
    ) -> Result<Vec<NotificationRow>, StoreError> {
        self.inner.notifications(person, before, limit).await
    }

    async fn unread_notifications(
        &self,
        person: &PersonId,
        limit: usize,
    ) -> Result<usize, StoreError> {
        self.inner.unread_notifications(person, limit).await
    }

    async fn claim_outbox(&self, claim: Claim<'_>) -> Result<Vec<ClaimedLane>, StoreError> {
        self.inner.claim_outbox(claim).await
    }

    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        self.inner.dead_letters(limit).await
    }

    async fn outbox_status(&self, now: Timestamp) -> Result<OutboxStatus, StoreError> {
        self.inner.outbox_status(now).await
    }

    async fn clear_read_models(&self) -> Result<(), StoreError> {
        self.inner.clear_read_models().await
    }

    async fn dump_read_models(&self) -> Result<Vec<String>, StoreError> {
        self.inner.dump_read_models().await
    }

    async fn check(&self) -> Result<Vec<String>, StoreError> {
        self.inner.check().await
    }

    fn watch(&self) -> broadcast::Receiver<Notice> {
        self.inner.watch()
    }

    fn kind(&self) -> &'static str {
        self.inner.kind()
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.inner.close().await
    }
}
