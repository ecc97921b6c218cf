//! Decides which appends of a batch can be stored, and where each of their entries goes.
//!
//! Pure: facts in, plan out. Both stores look the facts up in one go, ask here, and then write
//! what the plan says; so guards, deadlines and duplicate keys mean the same in both. Must not
//! touch a database or a clock.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ledger::note::SigningKey;
use ledger::seal::MAX_LEAF_BYTES;
use ledger::tree::{Batch, Frontier};

use crate::{Append, Commit, KeyedRequest, NewEntry, StoreError, Stream, Write};

/// An idempotency record that is older than this no longer counts.
pub const IDEMPOTENCY_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// What must be looked up before a batch can be planned.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Questions<'a> {
    /// Streams whose number of entries matters.
    pub streams: BTreeSet<&'a Stream>,
    /// Principal and key of every idempotency record that would be stored.
    pub keys: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Questions<'a> {
    /// The questions of a batch.
    pub fn of(appends: impl IntoIterator<Item = &'a Append>) -> Self {
        let mut questions = Self::default();
        for append in appends {
            questions.streams.extend(append.guards.iter().map(|guard| &guard.stream));
            questions.streams.extend(append.entries.iter().map(|entry| &entry.stream));
            let requests = append.writes.iter().filter_map(key_taken);
            questions.keys.extend(requests.map(|r| (r.principal.as_str(), r.key.as_str())));
        }
        questions
    }
}

/// The answers. A stream that is missing has no entries; a key that is missing is free.
#[derive(Debug, Default)]
pub struct Facts<'a> {
    /// Number of entries of each stream.
    pub versions: HashMap<&'a Stream, u64>,
    /// When the record of each taken key was stored.
    pub keys: HashMap<(&'a str, &'a str), Timestamp>,
}

/// An entry with its place.
#[derive(Debug)]
pub struct PlacedEntry<'a> {
    /// Position in the log.
    pub index: u64,
    /// Position in its stream.
    pub version: u64,
    /// The entry.
    pub entry: &'a NewEntry,
}

/// A read-model write with what it needs to know of its append.
#[derive(Debug, Clone, Copy)]
pub struct PlacedWrite<'a> {
    /// The write.
    pub write: &'a Write,
    /// Index of the first entry of its append.
    pub first_index: u64,
}

impl PlacedWrite<'_> {
    /// The index of the append's entry `n`.
    #[must_use]
    pub fn index_of(&self, n: usize) -> u64 {
        self.first_index.saturating_add(u64::try_from(n).unwrap_or(u64::MAX))
    }
}

/// What the log becomes.
#[derive(Debug)]
pub struct Growth {
    /// Proves each leaf of the batch; has the tile hashes to store and the next frontier.
    pub batch: Arc<Batch>,
    /// The signed checkpoint after the batch.
    pub checkpoint: Arc<str>,
}

/// What to write, and what to answer once it is durable.
#[derive(Debug)]
pub struct Plan<'a> {
    /// Entries to insert, in order.
    pub entries: Vec<PlacedEntry<'a>>,
    /// Read-model writes, in order.
    pub writes: Vec<PlacedWrite<'a>>,
    /// Absent when the batch appends no entry: the head stays as it is.
    pub growth: Option<Growth>,
    /// For each append, in order: index of its first entry and their number, or why it is refused.
    pub outcomes: Vec<Result<(u64, usize), StoreError>>,
    /// Number of entries of each stream after the batch, of those it appends to.
    pub versions: HashMap<&'a Stream, u64>,
}

impl<'a> Plan<'a> {
    /// Plans a batch on top of `frontier`.
    ///
    /// # Errors
    /// Only for what must stop the writer for good: a leaf that no longer has the hash it came
    /// with (H09), or a checkpoint that can't be signed. Refusals of single appends are outcomes.
    pub fn new(
        appends: impl IntoIterator<Item = &'a Append>,
        facts: Facts<'a>,
        frontier: &Frontier,
        signer: &SigningKey,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let mut draft = Draft { facts, now, next_index: frontier.size(), plan: Plan::empty() };
        for append in appends {
            let outcome = draft.admit(append);
            if outcome.is_ok() {
                draft.place(append);
            }
            draft.plan.outcomes.push(outcome);
        }
        let mut plan = draft.plan;
        if !plan.entries.is_empty() {
            plan.growth = Some(Growth::new(&plan.entries, frontier, signer)?);
        }
        Ok(plan)
    }

    fn empty() -> Self {
        Self {
            entries: Vec::new(),
            writes: Vec::new(),
            growth: None,
            outcomes: Vec::new(),
            versions: HashMap::new(),
        }
    }

    /// Whether there is anything to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.writes.is_empty()
    }

    /// Whether the deadline of an append that the plan admitted has passed at `now`.
    pub fn is_late(&self, appends: impl IntoIterator<Item = &'a Append>, now: Timestamp) -> bool {
        let admitted =
            appends.into_iter().zip(&self.outcomes).filter(|(_, outcome)| outcome.is_ok());
        admitted.into_iter().any(|(append, _)| append.not_after.is_some_and(|at| now > at))
    }

    /// The streams that grow, each once.
    #[must_use]
    pub fn streams(&self) -> Arc<[Stream]> {
        let mut streams: Vec<Stream> = self.versions.keys().map(|s| (*s).clone()).collect();
        streams.sort_unstable();
        streams.into()
    }

    /// What each caller gets once the plan is durable.
    #[must_use]
    pub fn answers(self) -> Vec<Result<Commit, StoreError>> {
        let Growth { batch, checkpoint } = self.growth.unwrap_or_else(Growth::none);
        let answer = |(first_index, count)| Commit {
            first_index,
            count,
            batch: Arc::clone(&batch),
            checkpoint: Arc::clone(&checkpoint),
        };
        self.outcomes.into_iter().map(|outcome| outcome.map(answer)).collect()
    }
}

impl Growth {
    fn none() -> Self {
        Self { batch: Arc::new(Frontier::new().extend(Vec::new())), checkpoint: Arc::from("") }
    }

    /// Computes the new root twice, on two ways, before it is signed (H09).
    fn new(
        entries: &[PlacedEntry<'_>],
        frontier: &Frontier,
        signer: &SigningKey,
    ) -> Result<Self, StoreError> {
        let batch = frontier.extend(entries.iter().map(|placed| placed.entry.leaf_hash).collect());
        let root = batch.root();
        if frontier.recompute_root(entries.iter().map(|p| p.entry.leaf.as_slice())) != root {
            let reason = format!(
                "a leaf between index {} and {} changed in memory before it was stored",
                frontier.size(),
                batch.size() - 1
            );
            return Err(StoreError::Stopped { reason });
        }
        let checkpoint = crate::head::sign_head(batch.size(), root, signer)?;
        Ok(Self { batch: Arc::new(batch), checkpoint: checkpoint.into() })
    }
}

/// A plan under construction.
struct Draft<'a> {
    facts: Facts<'a>,
    now: Timestamp,
    next_index: u64,
    plan: Plan<'a>,
}

impl<'a> Draft<'a> {
    /// Whether an append may be stored after those already placed.
    fn admit(&self, append: &'a Append) -> Result<(u64, usize), StoreError> {
        if append.not_after.is_some_and(|deadline| self.now > deadline) {
            return Err(StoreError::Late);
        }
        for guard in &append.guards {
            let found = self.version(&guard.stream);
            if found != guard.version {
                let stream = guard.stream.clone();
                return Err(StoreError::Conflict { stream, expected: guard.version, found });
            }
        }
        let mut fresh = HashSet::new();
        for request in append.writes.iter().filter_map(key_taken) {
            let key = (request.principal.as_str(), request.key.as_str());
            let taken_at = self.facts.keys.get(&key);
            let taken =
                taken_at.is_some_and(|at| request.stored_at.duration_since(*at) < IDEMPOTENCY_KEPT);
            if taken || !fresh.insert(key) {
                return Err(StoreError::DuplicateKey);
            }
        }
        if let Some(long) = append.entries.iter().find(|e| e.leaf.len() > MAX_LEAF_BYTES) {
            let reason = format!(
                "a leaf of `{}` has {} bytes; {MAX_LEAF_BYTES} fit into the log",
                long.stream,
                long.leaf.len()
            );
            return Err(StoreError::Invalid { reason });
        }
        let entries = append.entries.len();
        let grants = append.writes.iter().filter_map(|write| match write {
            Write::Grant { entry, .. } => Some(*entry),
            _ => None,
        });
        if let Some(entry) = grants.into_iter().find(|entry| *entry >= entries) {
            let reason = format!("entry {entry} is to be a grant and there are {entries} entries");
            return Err(StoreError::Invalid { reason });
        }
        let unanswered = |write: &Write| matches!(write, Write::TakeKey { answer: None, .. });
        if entries == 0 && append.writes.iter().any(unanswered) {
            let reason = "a key without an answer needs an entry to point to".to_owned();
            return Err(StoreError::Invalid { reason });
        }
        Ok((self.next_index, entries))
    }

    /// Gives every entry of an admitted append its place.
    fn place(&mut self, append: &'a Append) {
        let first_index = self.next_index;
        for entry in &append.entries {
            let version = self.version(&entry.stream);
            self.plan.entries.push(PlacedEntry { index: self.next_index, version, entry });
            self.plan.versions.insert(&entry.stream, version + 1);
            self.next_index += 1;
        }
        for write in &append.writes {
            if let Some(request) = key_taken(write) {
                self.facts.keys.insert((&request.principal, &request.key), request.stored_at);
            }
            self.plan.writes.push(PlacedWrite { write, first_index });
        }
    }

    fn version(&self, stream: &Stream) -> u64 {
        let planned = self.plan.versions.get(stream);
        planned.or_else(|| self.facts.versions.get(stream)).copied().unwrap_or(0)
    }
}

fn key_taken(write: &Write) -> Option<&KeyedRequest> {
    match write {
        Write::TakeKey { request, .. } => Some(request),
        _ => None,
    }
}
