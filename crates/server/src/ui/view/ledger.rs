//! Entries of the log, and one entry with its proof.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use console::pages::ledger::Row;
use console::pages::ledger_entry::{Disclosed, Page, ServerCheck};
use console::view::{Digest, Layout, Link};
use domain::event::{Envelope, Event};
use ledger::note::VerifierKey;
use ledger::receipt::Receipt;
use ledger::{Checkpoint, DisclosureClass, leaf_hash};
use serde_json::Value;
use store::Entry;

use super::reader::Reader;

/// One row of the list.
pub(crate) fn row(reader: &Reader<'_>, entry: &Entry, envelope: &Envelope<Event>) -> Row {
    Row {
        index: entry.index,
        at: reader.moment(envelope.time),
        stream: entry.stream.to_string(),
        actor: reader.who(&envelope.actor),
        kind: kind(entry),
        summary: reader.say(&envelope.event).what,
        hash: Digest::new(leaf_hash(&entry.leaf).to_string()),
    }
}

/// The event's kind, as it stands in the leaf.
pub(crate) fn kind(entry: &Entry) -> String {
    let leaf: Option<Value> = serde_json::from_slice(&entry.leaf).ok();
    let kind = leaf.as_ref().and_then(|l| l.get("kind")).and_then(Value::as_str);
    kind.unwrap_or("unreadable").to_owned()
}

/// What the page of an entry is made from.
pub(crate) struct Proven<'a> {
    /// The entry.
    pub(crate) entry: &'a Entry,
    /// The same as an event.
    pub(crate) envelope: &'a Envelope<Event>,
    /// Its receipt against the current head.
    pub(crate) receipt: &'a Receipt,
    /// The log's key.
    pub(crate) key: &'a VerifierKey,
    /// What the stream is about.
    pub(crate) subject: Option<Link>,
}

/// The page of an entry.
pub(crate) fn entry_page(reader: &Reader<'_>, layout: Layout, from: &Proven<'_>) -> Page {
    let Proven { entry, envelope, receipt, key, subject } = from;
    let said = reader.say(&envelope.event);
    let opened = receipt.verify(&entry.leaf, key);
    let unverified = Checkpoint::parse_unverified(&receipt.checkpoint).ok();
    let (size, root) = opened
        .as_ref()
        .ok()
        .or(unverified.as_ref())
        .map_or((0, String::new()), |c| (c.size, c.root.to_string()));
    let receipt_path = format!("/v1/ledger/entries/{}/receipt", entry.index);
    Page {
        layout,
        index: entry.index,
        at: reader.moment(envelope.time),
        stream: entry.stream.to_string(),
        subject: subject.clone(),
        actor: reader.who(&envelope.actor),
        kind: kind(entry),
        summary: said.what,
        leaf_pretty: pretty(&entry.leaf),
        leaf_base64: STANDARD.encode(&entry.leaf),
        disclosed: disclosed(entry),
        leaf_hash: leaf_hash(&entry.leaf).to_string(),
        tree_size: size,
        root,
        proof: receipt.proof.iter().map(ToString::to_string).collect(),
        checkpoint: receipt.checkpoint.clone(),
        server_check: match &opened {
            Ok(checkpoint) => ServerCheck {
                ok: true,
                statement: format!(
                    "Leaf hash, inclusion proof and the signature on the checkpoint of {} entries hold.",
                    checkpoint.size
                ),
            },
            Err(error) => ServerCheck { ok: false, statement: format!("Failed to {error}.") },
        },
        previous: entry.index.checked_sub(1).map(|n| format!("/ledger/entries/{n}")),
        next: (entry.index + 1 < size).then(|| format!("/ledger/entries/{}", entry.index + 1)),
        downloads: vec![
            Link::new("Receipt (JSON)", receipt_path.clone()),
            Link::new("Receipt (C2SP tlog-proof)", format!("{receipt_path}?format=tlog-proof")),
            Link::new(
                "Entry with its disclosures (JSON)",
                format!("/v1/ledger/entries/{}", entry.index),
            ),
        ],
    }
}

fn pretty(leaf: &[u8]) -> String {
    let value: Option<Value> = serde_json::from_slice(leaf).ok();
    let text = value.and_then(|value| serde_json::to_string_pretty(&value).ok());
    text.unwrap_or_else(|| String::from_utf8_lossy(leaf).into_owned())
}

/// Every commitment of the leaf with the value behind it, unless it is secret or was erased.
fn disclosed(entry: &Entry) -> Vec<Disclosed> {
    let leaf: Option<Value> = serde_json::from_slice(&entry.leaf).ok();
    let commitments = leaf.and_then(|leaf| ledger::seal::commitments(&leaf).ok());
    let shown = |(path, commitment): (String, ledger::Hash)| {
        let found = entry.disclosures.iter().find(|d| d.path == path);
        let (value, withheld) = match found {
            Some(d) if d.class == DisclosureClass::Secret => {
                (None, "a secret, shown to nobody".to_owned())
            }
            Some(d) => (Some(d.value.to_string()), String::new()),
            None => (None, "erased; the commitment stays".to_owned()),
        };
        Disclosed { path, value, withheld, commitment: commitment.to_string() }
    };
    commitments.unwrap_or_default().into_iter().map(shown).collect()
}
