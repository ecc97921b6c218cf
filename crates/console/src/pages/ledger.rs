//! The log: its head, and its entries. A GET form to `/ledger` with `q`, `stream`, `kind`, `actor`.

use askama::Template;

use crate::filters;
use crate::view::{Badge, Choice, Digest, Layout, Moment, Paging, Who};

/// The log's page.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/ledger.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// The latest checkpoint.
    pub head: Head,
    /// Words or an entry number to look for.
    pub query: String,
    /// Streams, the first being "any" with an empty value.
    pub streams: Vec<Choice>,
    /// Kinds of event, as above.
    pub kinds: Vec<Choice>,
    /// Whether the list is narrowed.
    pub is_filtered: bool,
    /// The entries of this page.
    pub entries: Vec<Row>,
    /// Neighbouring pages.
    pub paging: Paging,
}

/// The latest checkpoint and where copies of it are.
#[derive(Debug, Clone, Default)]
pub struct Head {
    /// How many entries.
    pub size: u64,
    /// The root hash, base64.
    pub root: String,
    /// The log's name.
    pub origin: String,
    /// The verifier key in signed-note form, `name+hash+key`.
    pub key: String,
    /// The signed checkpoint as served.
    pub checkpoint: String,
    /// When it was signed.
    pub signed: Moment,
    /// Copies outside the database.
    pub copies: Vec<Copy>,
}

/// A copy of a checkpoint outside the database: a file, a witness.
#[derive(Debug, Clone, Default)]
pub struct Copy {
    /// Where.
    pub place: String,
    /// Which size it holds.
    pub size: u64,
    /// When it was written.
    pub at: Moment,
    /// E.g. "Current", "Behind", "Unreachable".
    pub state: Badge,
}

/// One entry of the list.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Its index.
    pub index: u64,
    /// When.
    pub at: Moment,
    /// The stream, e.g. `change/chg_…`.
    pub stream: String,
    /// Who did it.
    pub actor: Who,
    /// The event's kind, e.g. `vote_recorded`.
    pub kind: String,
    /// What happened in words.
    pub summary: String,
    /// The leaf hash.
    pub hash: Digest,
}
