//! The world as its journal tells it, read without a line of the code under test: JSON in, plain
//! maps out.
//!
//! Only commitments are opened by the ledger crate; whether they hold is checked on the way.

pub mod asking;
pub mod away;
pub mod change;
pub mod freeze;
pub mod organisation;
pub mod overriding;
pub mod quorum;
pub mod rota;
pub mod set;
pub mod tree;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::Value;

use change::{Change, Grant};
use organisation::Organisation;
use tree::Tree;

use crate::rules::Strictness;

/// One entry, opened.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// Its index.
    pub index: u64,
    /// `change/…`, `gate/…`, `organisation`.
    pub stream: String,
    /// Milliseconds since 1970.
    pub at: i64,
    /// Who.
    pub actor: Value,
    /// What happened.
    pub kind: String,
    /// To what.
    pub data: Value,
}

impl Entry {
    /// Opens a stored entry.
    ///
    /// # Errors
    /// It is no entry, or a commitment does not hold.
    pub fn open(stored: &store::Entry) -> Result<Self> {
        let leaf = ledger::unseal(&stored.leaf, &stored.disclosures)?;
        let text = |field: &str| {
            let found = leaf.get(field).and_then(Value::as_str);
            found.map(str::to_owned).with_context(|| format!("entry {}: no {field}", stored.index))
        };
        let at: jiff::Timestamp = text("time")?.parse()?;
        Ok(Self {
            index: stored.index,
            stream: text("stream")?,
            at: at.as_millisecond(),
            actor: leaf.get("actor").cloned().unwrap_or_default(),
            kind: text("kind")?,
            data: leaf.get("data").cloned().unwrap_or_default(),
        })
    }

    /// The person who did it, if one did.
    #[must_use]
    pub fn person(&self) -> Option<&str> {
        self.actor.get("person").and_then(Value::as_str)
    }

    /// A text of its data by JSON pointer; empty when there is none.
    #[must_use]
    pub fn text(&self, pointer: &str) -> &str {
        text(&self.data, pointer)
    }
}

/// A text by JSON pointer, also a private one; empty when there is none.
#[must_use]
pub fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    let found = value.pointer(pointer);
    let found = found.map(|v| v.get("$private").unwrap_or(v));
    found.and_then(Value::as_str).unwrap_or_default()
}

/// A time by JSON pointer, in milliseconds; the end of time when there is none.
#[must_use]
pub fn time(value: &Value, pointer: &str) -> i64 {
    let found: Option<jiff::Timestamp> = text(value, pointer).parse().ok();
    found.map_or(i64::MAX, jiff::Timestamp::as_millisecond)
}

/// Everything the journal has said so far.
#[derive(Debug, Default)]
pub struct Model {
    /// The tree over all leaves.
    pub tree: Tree,
    /// People and what they hold.
    pub organisation: Organisation,
    /// Changes by id.
    pub changes: BTreeMap<String, Change>,
    /// Grants by id.
    pub grants: BTreeMap<String, Grant>,
    /// Digests of the bundles that a run knows.
    pub bundles: BTreeMap<String, Strictness>,
    /// The digest of the live bundle.
    pub live: Option<String>,
}

impl Model {
    /// The strictness of the live bundle.
    #[must_use]
    pub fn strictness(&self) -> Option<Strictness> {
        self.bundles.get(self.live.as_ref()?).copied()
    }

    /// Folds one entry in.
    pub fn apply(&mut self, entry: &Entry) {
        match entry.kind.as_str() {
            "bundle_activated" => self.live = Some(entry.text("/digest").to_owned()),
            "gate_answered" => {
                if let Some(grant) = Grant::of(entry) {
                    self.grants.insert(grant.id.clone(), grant);
                }
            }
            "change_created" => {
                let change = Change::created(entry);
                self.changes.insert(change.id.clone(), change);
            }
            _ => {
                if let Some(id) = entry.stream.strip_prefix("change/") {
                    if let Some(change) = self.changes.get_mut(id) {
                        change.apply(entry);
                    }
                } else if entry.stream == "organisation" {
                    self.organisation.apply(entry);
                }
            }
        }
    }
}
