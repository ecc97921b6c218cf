//! What is appended, on which conditions, and what a caller gets back.

use std::fmt;
use std::sync::Arc;

use domain::ids::{ChangeId, EnvironmentName, ServiceName};
use jiff::Timestamp;
use ledger::hash::{Hash, leaf_hash};
use ledger::receipt::Receipt;
use ledger::seal::Disclosure;
use ledger::tree::Batch;

use crate::Write;

/// The name of a stream: the entries that are decided together, under one version.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stream(String);

impl Stream {
    /// People, roles, services, environments, service accounts.
    #[must_use]
    pub fn organisation() -> Self {
        Self("organisation".to_owned())
    }

    /// Policy bundles and who made them live.
    #[must_use]
    pub fn policy() -> Self {
        Self("policy".to_owned())
    }

    /// The material facts of one change.
    #[must_use]
    pub fn change(id: &ChangeId) -> Self {
        Self(format!("change/{id}"))
    }

    /// Questions about one change that granted nothing.
    #[must_use]
    pub fn gate(id: &ChangeId) -> Self {
        Self(format!("gate/{id}"))
    }

    /// Questions that name no change we know.
    #[must_use]
    pub fn gate_unknown() -> Self {
        Self("gate/unknown".to_owned())
    }

    /// What was let through to a service in an environment.
    #[must_use]
    pub fn exposure(service: &ServiceName, environment: &EnvironmentName) -> Self {
        Self(format!("exposure/{service}/{environment}"))
    }

    /// Sign-ins, and refusals worth keeping.
    #[must_use]
    pub fn access() -> Self {
        Self("access".to_owned())
    }

    /// Genesis and rotation of the signing key.
    #[must_use]
    pub fn ledger() -> Self {
        Self("ledger".to_owned())
    }

    /// What people want to hear of, and webhooks.
    #[must_use]
    pub fn notifications() -> Self {
        Self("notifications".to_owned())
    }

    /// A stream by the name it has in a leaf.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// The name as stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A condition of an append: the stream still has exactly this many entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// The stream that was read for the decision. It need not be appended to.
    pub stream: Stream,
    /// Its number of entries when it was read.
    pub version: u64,
}

/// One entry to append.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// The stream it belongs to.
    pub stream: Stream,
    /// The canonical JSON that becomes the leaf.
    pub leaf: Vec<u8>,
    /// SHA-256 leaf hash, computed where the leaf was made. The writer computes it a second time
    /// before it signs and stops at a difference (H09).
    pub leaf_hash: Hash,
    /// What the commitments in the leaf stand for.
    pub disclosures: Vec<Disclosure>,
}

impl NewEntry {
    /// An entry for a sealed event.
    #[must_use]
    pub fn new(stream: Stream, leaf: Vec<u8>, disclosures: Vec<Disclosure>) -> Self {
        let leaf_hash = leaf_hash(&leaf);
        Self { stream, leaf, leaf_hash, disclosures }
    }
}

/// Entries and read-model writes that are stored together or not at all.
#[derive(Debug, Clone, Default)]
pub struct Append {
    /// All must hold at commit. A conflict fails this append with `StoreError::Conflict`.
    pub guards: Vec<Guard>,
    /// The commit must happen no later than this, by the store's clock (C10).
    pub not_after: Option<Timestamp>,
    /// In the order they get their indices.
    pub entries: Vec<NewEntry>,
    /// Applied in order after the entries.
    pub writes: Vec<Write>,
}

/// What an append became.
#[derive(Debug, Clone)]
pub struct Commit {
    /// Index of its first entry.
    pub first_index: u64,
    /// Number of its entries.
    pub count: usize,
    /// The batch it shared, which can prove each of its leaves.
    pub batch: Arc<Batch>,
    /// The signed checkpoint of that batch (C2SP signed note).
    pub checkpoint: Arc<str>,
}

impl Commit {
    /// The receipt of this append's entry `n` (0-based), made from memory.
    #[must_use]
    pub fn receipt(&self, n: usize) -> Option<Receipt> {
        if n >= self.count {
            return None;
        }
        let index = self.first_index.checked_add(u64::try_from(n).ok()?)?;
        let proof = self.batch.inclusion_proof(index)?;
        let leaf_hash =
            self.batch.leaf_hashes().get(usize::try_from(index - self.batch.first_index()).ok()?);
        Some(Receipt {
            index,
            leaf_hash: leaf_hash.copied(),
            proof,
            checkpoint: self.checkpoint.to_string(),
        })
    }
}

/// Tells live views that the journal has grown.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Size of the log after the commit.
    pub size: u64,
    /// The streams that grew.
    pub streams: Arc<[Stream]>,
}
