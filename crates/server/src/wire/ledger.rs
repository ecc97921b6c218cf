//! The log on the wire: receipts, entries and what they disclose.

use api_types::ledger::{
    Disclosure, LedgerEntry, LedgerEntrySummary, LedgerWitness, LedgerWitnesses, Receipt,
};
use app::ledger::WitnessStatus;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::event::{Envelope, Event};
use jiff::Timestamp;
use ledger::hash::{Hash, leaf_hash};
use ledger::seal::DisclosureClass;
use store::Entry;

use super::Names;
use super::text::time;

/// Bytes as base64 with padding.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// A hash as base64.
#[must_use]
pub fn hash(hash: &Hash) -> String {
    base64(hash.as_bytes())
}

/// How far witnesses have seen the log.
#[must_use]
pub fn witnesses(status: &WitnessStatus, now: Timestamp) -> LedgerWitnesses {
    let lag = status.lag();
    let each = status.witnesses.iter().map(|seen| LedgerWitness {
        name: seen.name.clone(),
        size: seen.size,
        seen_at: seen.seen_at.map(time),
    });
    LedgerWitnesses {
        quorum: u64::try_from(status.quorum).unwrap_or(u64::MAX),
        size: status.size,
        seen_at: status.seen_at.map(time),
        lag_entries: status.unseen,
        lag_seconds: u64::try_from(lag.since(now).as_secs()).unwrap_or(0),
        max_lag_minutes: status.max_lag_minutes,
        behind: lag.is_behind(now),
        witnesses: each.collect(),
    }
}

/// Proof that one entry is in the log.
#[must_use]
pub fn receipt(receipt: &ledger::Receipt) -> Receipt {
    Receipt {
        index: receipt.index,
        leaf_hash: receipt.leaf_hash.as_ref().map(hash),
        proof: receipt.proof.iter().map(hash).collect(),
        checkpoint: receipt.checkpoint.clone(),
    }
}

/// The receipt of entry `n` of what was just recorded.
#[must_use]
pub fn fresh_receipt(commit: Option<&store::Commit>, n: usize) -> Option<Receipt> {
    commit?.receipt(n).as_ref().map(receipt)
}

/// An entry with its proof. Private values are shown, secrets never.
#[must_use]
pub fn entry(entry: &Entry, proof: &ledger::Receipt) -> LedgerEntry {
    let leaf: serde_json::Value = serde_json::from_slice(&entry.leaf).unwrap_or_default();
    LedgerEntry {
        index: entry.index,
        leaf_base64: base64(&entry.leaf),
        leaf_hash: hash(&leaf_hash(&entry.leaf)),
        disclosures: disclosures(entry, &leaf),
        leaf,
        receipt: receipt(proof),
    }
}

fn disclosures(entry: &Entry, leaf: &serde_json::Value) -> Vec<Disclosure> {
    let mut found: Vec<Disclosure> = entry
        .disclosures
        .iter()
        .map(|d| match d.class {
            DisclosureClass::Private => Disclosure {
                path: d.path.clone(),
                class: "private".to_owned(),
                salt: Some(base64(&d.salt)),
                value: Some(d.value.clone()),
                withheld: None,
            },
            DisclosureClass::Secret => withheld(&d.path, "secret", "secret"),
        })
        .collect();
    // What has a commitment and no value any more was erased.
    let committed = ledger::seal::commitments(leaf).unwrap_or_default();
    for (path, _) in committed {
        if !found.iter().any(|d| d.path == path) {
            found.push(withheld(&path, "private", "erased"));
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn withheld(path: &str, class: &str, why: &str) -> Disclosure {
    Disclosure {
        path: path.to_owned(),
        class: class.to_owned(),
        salt: None,
        value: None,
        withheld: Some(why.to_owned()),
    }
}

impl Names<'_> {
    /// An entry in a list.
    #[must_use]
    pub fn entry_summary(&self, entry: &Entry, read: &Envelope<Event>) -> LedgerEntrySummary {
        LedgerEntrySummary {
            index: entry.index,
            time: time(read.time),
            stream: read.stream.clone(),
            actor: self.principal(&read.actor),
            kind: super::summary::kind(&read.event),
            summary: self.summary(&read.event),
            leaf_hash: hash(&leaf_hash(&entry.leaf)),
        }
    }
}
