//! Rows as the store keeps them. All of them can be made again from the journal, except sessions
//! and idempotency records, which may be lost without harm, and what [`OutboxWrite`] writes. Times
//! are kept to the millisecond.

use std::cmp::Ordering;

use domain::ids::{ChangeId, ChangeNumber, ChangeSetId, DeploymentId, GrantId};
use jiff::Timestamp;
use ledger::hash::Hash;
use ledger::seal::Disclosure;

use crate::{OutboxWrite, Stream};

/// A stored entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Position in the log.
    pub index: u64,
    /// The stream it belongs to.
    pub stream: Stream,
    /// Its 0-based position in that stream.
    pub version: u64,
    /// The leaf bytes.
    pub leaf: Vec<u8>,
    /// What was disclosed for it and not erased.
    pub disclosures: Vec<Disclosure>,
}

/// The head of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Number of entries.
    pub size: u64,
    /// Merkle root over them.
    pub root: Hash,
    /// The signed checkpoint.
    pub checkpoint: String,
}

/// The row of a change: columns to find it by, and the whole aggregate as a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// The change.
    pub id: ChangeId,
    /// Entries of its stream that the snapshot includes.
    pub version: u64,
    /// What lists show.
    pub summary: ChangeSummary,
    /// The set it is an item of.
    pub set: Option<ChangeSetId>,
    /// When it may be deployed, while it is not over: from, and until.
    pub window: Option<(Timestamp, Timestamp)>,
    /// Lower-case words to search in.
    pub search: String,
    /// Digests of the artifacts of the current revision (`sha256:…`).
    pub artifacts: Vec<String>,
    /// The aggregate as JSON.
    pub snapshot: Vec<u8>,
}

/// What a list shows of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSummary {
    /// The change.
    pub id: ChangeId,
    /// Its number.
    pub number: ChangeNumber,
    /// Title of the current revision.
    pub title: String,
    /// Service name.
    pub service: String,
    /// Domain of the service, if it has one.
    pub domain: Option<String>,
    /// Environment name.
    pub environment: String,
    /// Tier 0 to 4.
    pub tier: u8,
    /// `standard`, `normal` or `emergency`.
    pub kind: String,
    /// State as a word of the domain.
    pub state: String,
    /// Whether it is on hold.
    pub held: bool,
    /// Risk score, once assessed.
    pub risk_score: Option<i64>,
    /// Risk level, once assessed.
    pub risk_level: Option<String>,
    /// Person or service account id.
    pub requester: String,
    /// Requirements that still miss somebody.
    pub missing: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its stream last grew.
    pub updated_at: Timestamp,
    /// When the next thing about it is due.
    pub due_at: Option<Timestamp>,
}

/// A stored change: the snapshot and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredChange {
    /// The change.
    pub id: ChangeId,
    /// Entries of its stream that the snapshot includes.
    pub version: u64,
    /// The aggregate as JSON.
    pub snapshot: Vec<u8>,
}

/// One unmet requirement of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingRow {
    /// The change.
    pub change: ChangeId,
    /// Key of the requirement within the change.
    pub requirement: String,
    /// The `role@scope` keys whose holders could answer it.
    pub keys: Vec<String>,
    /// When an answer is due.
    pub due_at: Option<Timestamp>,
    /// Risk score, for ordering.
    pub risk_score: i64,
}

impl WaitingRow {
    /// The order of an inbox: earliest due, then highest risk, then oldest change.
    #[must_use]
    pub fn by_urgency(a: &Self, b: &Self) -> Ordering {
        let due = |row: &Self| row.due_at.map_or(i64::MAX, Timestamp::as_millisecond);
        due(a)
            .cmp(&due(b))
            .then_with(|| b.risk_score.cmp(&a.risk_score))
            .then_with(|| a.change.cmp(&b.change))
            .then_with(|| a.requirement.cmp(&b.requirement))
    }
}

/// The one timer of a stream: when somebody must look at it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimerRow {
    /// The stream to look at.
    pub stream: Stream,
    /// When.
    pub due_at: Timestamp,
}

/// A deployment that ended, by which the past of a service in an environment is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentRow {
    /// The deployment.
    pub id: DeploymentId,
    /// Its change.
    pub change: ChangeId,
    /// Service name.
    pub service: String,
    /// Environment name.
    pub environment: String,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Whether it failed or was rolled back.
    pub failed: bool,
    /// The version its revision declares.
    pub version: Option<String>,
}

/// A request with an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedRequest {
    /// Who sent it: keys of different principals never meet.
    pub principal: String,
    /// The key.
    pub key: String,
    /// SHA-256 of method, path and body, as hex.
    pub request_hash: String,
    /// When it took the key.
    pub stored_at: Timestamp,
}

/// An answer that is sent again when its request comes again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: String,
}

/// What became of a request with an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyedOutcome {
    /// It was carried out: this is its first entry. How it was answered is not known (yet).
    Recorded {
        /// Index of the entry.
        first_index: u64,
    },
    /// It was answered.
    Answered(KeptAnswer),
}

/// A key that is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRow {
    /// The request that took it.
    pub request: KeyedRequest,
    /// What became of it.
    pub outcome: KeyedOutcome,
}

/// A signed-in session. The token itself is never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of the token, hex.
    pub token_hash: String,
    /// Account id.
    pub account: String,
    /// CSRF token bound to the session.
    pub csrf: String,
    /// When the person signed in.
    pub signed_in_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// How they signed in, as JSON of the use cases.
    pub authentication: Option<String>,
    /// The session of an identity provider that this one ends with.
    pub provider_session: Option<String>,
}

/// That a witness saw a checkpoint of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CosignatureRow {
    /// Entries below the checkpoint.
    pub size: u64,
    /// The witness's verifier key, `name+id+key`.
    pub witness: String,
    /// When it saw the checkpoint, by its own clock.
    pub seen_at: Timestamp,
    /// The checkpoint as the log signed it.
    pub checkpoint: String,
    /// The witness's signature line, with its newline.
    pub line: String,
}

/// A write to a read model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Inserts or replaces the row of a change. Boxed: it is much larger than the others.
    Change(Box<ChangeRow>),
    /// Replaces all rows of a change.
    Waiting {
        /// The change.
        change: ChangeId,
        /// Its unmet requirements; empty removes all.
        rows: Vec<WaitingRow>,
    },
    /// Remembers which entry of this append is a grant, so that it can be found by its id.
    Grant {
        /// The grant.
        grant: GrantId,
        /// The append's entry that holds it, 0-based.
        entry: usize,
    },
    /// The same for a grant that is already in the journal: for rebuilding.
    GrantAt {
        /// The grant.
        grant: GrantId,
        /// Index of the entry that holds it.
        index: u64,
    },
    /// Sets or removes the one timer of a stream.
    Timer {
        /// The stream.
        stream: Stream,
        /// When; `None` removes it.
        due_at: Option<Timestamp>,
    },
    /// Inserts or replaces the row of a deployment that ended.
    Deployed(Box<DeploymentRow>),
    /// Takes a key; an existing row with the same principal and key is `StoreError::DuplicateKey`,
    /// unless it is older than `stored_at` by a day or more. Without an answer the row points to the
    /// append's first entry, so what was done and that its key is taken are one transaction.
    TakeKey {
        /// The request.
        request: Box<KeyedRequest>,
        /// Its answer, if it is known: when nothing was recorded.
        answer: Option<KeptAnswer>,
    },
    /// Keeps the answer to a request that took its key before. Changes nothing if another request
    /// has the key, or an answer is kept already.
    KeepAnswer {
        /// The request.
        request: Box<KeyedRequest>,
        /// Its answer.
        answer: KeptAnswer,
    },
    /// Starts a session.
    Session(Box<SessionRow>),
    /// Ends one session.
    EndSession {
        /// SHA-256 of its token.
        token_hash: String,
    },
    /// Ends every session of an account.
    EndSessions {
        /// Account id.
        account: String,
    },
    /// Ends every session that follows a session of an identity provider.
    EndProviderSession {
        /// Which, as in [`SessionRow::provider_session`].
        provider_session: String,
    },
    /// Notifications and the outbox.
    Outbox(Box<OutboxWrite>),
    /// Keeps a cosignature. Of several for one size by one witness the first stays: it says most.
    Cosignature(Box<CosignatureRow>),
}
