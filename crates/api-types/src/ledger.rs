//! The log: head, entries, receipts and proofs.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::people::Principal;
use crate::time::Time;

/// Proof that one entry is in the log: audit path and signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Receipt {
    /// Index of the entry, from 0.
    pub index: u64,
    /// RFC 6962 hash of the leaf, base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaf_hash: Option<String>,
    /// The audit path from the leaf's sibling upwards, base64.
    pub proof: Vec<String>,
    /// The checkpoint as a C2SP signed note.
    pub checkpoint: String,
}

/// The log as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LedgerHead {
    /// Name of the log.
    pub origin: String,
    /// Verifier key in signed-note form, to be pinned.
    pub key: String,
    /// Number of entries.
    pub size: u64,
    /// Root hash, base64.
    pub root: String,
    /// The signed checkpoint.
    pub checkpoint: String,
    /// How far witnesses have seen the log; absent for a log without any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witnesses: Option<LedgerWitnesses>,
}

/// How far witnesses have seen the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LedgerWitnesses {
    /// How many of them must have seen an entry.
    pub quorum: u64,
    /// Entries that so many have seen.
    pub size: u64,
    /// When the last of those saw them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Time>,
    /// Entries that too few have seen.
    pub lag_entries: u64,
    /// For how many seconds the oldest of these waits.
    pub lag_seconds: u64,
    /// For how many minutes they may be behind before deployments into T4 wait.
    pub max_lag_minutes: u32,
    /// Whether they are further behind than that.
    pub behind: bool,
    /// Each of them.
    pub witnesses: Vec<LedgerWitness>,
}

/// What one witness has seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LedgerWitness {
    /// Its name.
    pub name: String,
    /// Entries it has seen; 0 for none.
    pub size: u64,
    /// When it saw them, by its own clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Time>,
}

/// Which entries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EntriesQuery {
    /// Only entries before this index; the newest when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
    /// How many.
    #[param(minimum = 1, maximum = 200, example = 50)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Newest entries first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LedgerEntries {
    /// The entries.
    pub items: Vec<LedgerEntrySummary>,
    /// `before` of the next page; null when there is none.
    pub next_before: Option<u64>,
}

/// One entry in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LedgerEntrySummary {
    /// Its index.
    pub index: u64,
    /// When.
    pub time: Time,
    /// The stream it belongs to.
    pub stream: String,
    /// Who did it.
    pub actor: Principal,
    /// Kind of event.
    #[schema(example = "vote_recorded")]
    pub kind: String,
    /// What happened, in words.
    pub summary: String,
    /// RFC 6962 hash of the leaf, base64.
    pub leaf_hash: String,
}

/// One entry with all that is needed to check it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LedgerEntry {
    /// Its index.
    pub index: u64,
    /// The exact bytes of the leaf, base64.
    pub leaf_base64: String,
    /// The leaf as JSON, for reading.
    #[schema(value_type = Object)]
    pub leaf: serde_json::Value,
    /// RFC 6962 hash of the leaf, base64.
    pub leaf_hash: String,
    /// Values behind the commitments in the leaf.
    pub disclosures: Vec<Disclosure>,
    /// The proof.
    pub receipt: Receipt,
}

/// A value behind a commitment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Disclosure {
    /// Where in the leaf (RFC 6901).
    #[schema(example = "/data/justification")]
    pub path: String,
    /// `private` or `secret`.
    pub class: String,
    /// The salt, base64; null when the value is withheld or erased.
    pub salt: Option<String>,
    /// The value; null when it is withheld or erased.
    #[schema(value_type = Option<serde_json::Value>)]
    pub value: Option<serde_json::Value>,
    /// Why there is no value: `erased`, `secret`, `not_shown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld: Option<String>,
}

/// Which two sizes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyQuery {
    /// The smaller size.
    pub old: u64,
    /// The larger one; the current size when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<u64>,
}

/// Proof that the log only grew between two sizes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Consistency {
    /// The smaller size.
    pub old: u64,
    /// The larger one.
    pub new: u64,
    /// RFC 6962 consistency proof, base64.
    pub proof: Vec<String>,
    /// Root at the smaller size, base64.
    pub old_root: String,
    /// Root at the larger size, base64.
    pub new_root: String,
    /// The current signed checkpoint.
    pub checkpoint: String,
}

/// In which form a receipt is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReceiptFormat {
    /// JSON.
    #[default]
    Json,
    /// C2SP tlog-proof text.
    TlogProof,
}

/// In which form a receipt is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReceiptQuery {
    /// The form; JSON when left out.
    #[serde(default)]
    #[param(inline)]
    pub format: ReceiptFormat,
}

/// The keys of a log: the first, and each change since. Served at `/ledger/keys.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerKeys {
    /// The first key, in signed-note form.
    pub first: String,
    /// Changes of the key, oldest first.
    pub rotations: Vec<LedgerKeyRotation>,
}

/// One change of the log's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerKeyRotation {
    /// Index of the entry that records it.
    pub entry: u64,
    /// The statement that names both keys, signed by both: a C2SP signed note.
    pub statement: String,
}
