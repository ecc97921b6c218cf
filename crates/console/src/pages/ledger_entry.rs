//! One entry of the log with its proof, which the browser can check itself.

use askama::Template;

use crate::filters;
use crate::view::{Layout, Link, Moment, Who};

/// The page of an entry.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/ledger_entry.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// Its index.
    pub index: u64,
    /// When.
    pub at: Moment,
    /// The stream.
    pub stream: String,
    /// The page of what the stream is about, e.g. the change.
    pub subject: Option<Link>,
    /// Who did it.
    pub actor: Who,
    /// The event's kind.
    pub kind: String,
    /// What happened in words.
    pub summary: String,
    /// The leaf as indented JSON, for reading.
    pub leaf_pretty: String,
    /// The leaf's exact bytes, base64 (standard alphabet, padded).
    pub leaf_base64: String,
    /// Values behind the commitments, as far as they may be shown.
    pub disclosed: Vec<Disclosed>,
    /// The RFC 6962 leaf hash, base64.
    pub leaf_hash: String,
    /// Size of the tree the proof is for.
    pub tree_size: u64,
    /// Root of that tree, base64.
    pub root: String,
    /// The inclusion proof from leaf to root, each base64.
    pub proof: Vec<String>,
    /// The signed checkpoint of that tree.
    pub checkpoint: String,
    /// What the server found when it checked.
    pub server_check: ServerCheck,
    /// The entry before.
    pub previous: Option<String>,
    /// The entry after.
    pub next: Option<String>,
    /// Downloads: receipt as JSON, tlog-proof, …
    pub downloads: Vec<Link>,
}

/// A value behind a commitment.
#[derive(Debug, Clone, Default)]
pub struct Disclosed {
    /// Where in the leaf (RFC 6901), e.g. `/data/justification`.
    pub path: String,
    /// The value as JSON, or `None` when it is withheld or was erased.
    pub value: Option<String>,
    /// Said instead of the value: "erased on request", "not shown to your role".
    pub withheld: String,
    /// The commitment in the leaf, base64.
    pub commitment: String,
}

/// The server's own check of the entry.
#[derive(Debug, Clone, Default)]
pub struct ServerCheck {
    /// Whether hash, proof and signature all hold.
    pub ok: bool,
    /// What was checked, or what failed.
    pub statement: String,
}

impl Page {
    /// The proof as one attribute value.
    #[must_use]
    pub fn proof_joined(&self) -> String {
        self.proof.join(",")
    }
}
