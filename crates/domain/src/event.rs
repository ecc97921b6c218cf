//! Every event there is, and the envelope it has in the journal.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::authentication::Authentication;
use crate::cab::BoardDigest;
use crate::change::Grant;
use crate::drill::DrillFailure;
use crate::gate::{Answer, Question};
use crate::ids::{AccountId, ChangeId, DeploymentId};
use crate::private::Private;
use crate::weak_link::{FoundLink, WeakLink};

pub use crate::change::ChangeEvent;
pub use crate::notification::NotificationEvent;
pub use crate::organisation::OrganisationEvent;

/// The version of the envelope. Old versions are read forever.
pub const ENVELOPE_VERSION: u8 = 1;

/// A file of a policy bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyFile {
    /// Path within the bundle.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// Events of the stream `policy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
pub enum PolicyEvent {
    /// Somebody proposes a bundle. It passed its checks and its own test cases.
    BundleProposed {
        /// Digest of the bundle.
        digest: String,
        /// All its files. Behind a commitment because a leaf is at most 64 KiB, and disclosed.
        files: Private<Vec<PolicyFile>>,
        /// Why.
        reason: Private<String>,
    },
    /// Somebody other than its author made it live (M4.6, D06, D07), or the clock, after the delay.
    BundleActivated {
        /// Digest of the bundle.
        digest: String,
        /// Why.
        reason: Private<String>,
    },
    /// Somebody other than its author made it live. It waits first, because it may ask for less than the
    /// live one (D06); another that goes live meanwhile voids this.
    BundleDelayed {
        /// Digest of the bundle.
        digest: String,
        /// Why.
        reason: Private<String>,
        /// When it goes live unless somebody declines it.
        #[serde(with = "crate::time::ms")]
        live_at: Timestamp,
        /// In which ways it may ask for less. Behind a commitment for the same reason as files.
        weaker: Private<Vec<String>>,
    },
    /// Somebody turned a proposal down, or stopped one that waited.
    BundleDeclined {
        /// Digest of the bundle.
        digest: String,
        /// Why.
        reason: Private<String>,
    },
    /// A proposal runs beside the live bundle from here on, deciding nothing (M7.6).
    ShadowStarted {
        /// Digest of the proposed bundle.
        digest: String,
    },
    /// Somebody took it out again. It also ends when the proposal is decided on.
    ShadowStopped {
        /// Digest of the proposed bundle.
        digest: String,
    },
    /// Drills of the live bundle, run with the people there are, fail otherwise than the last time (M3.5).
    DrillFailuresMoved {
        /// Digest of the bundle.
        policy: String,
        /// What fails now and did not before. Behind commitments for the same reason as files.
        begun: Private<Vec<DrillFailure>>,
        /// What failed before and does not any more.
        ended: Private<Vec<DrillFailure>>,
    },
    /// The members of the Change Advisory Board were told what it talks over next (M5.6).
    BoardTold(Box<BoardDigest>),
    /// Needs of the live bundle have become weak links by the people there are, or are none any more (M5.5).
    WeakLinksMoved {
        /// Digest of the bundle.
        policy: String,
        /// What is a weak link now and was not before. Behind commitments for the same reason as files.
        begun: Private<Vec<FoundLink>>,
        /// What was one before and is none any more.
        ended: Private<Vec<WeakLink>>,
    },
}

/// One reason of a verdict, short enough for a leaf: the whole tree can be made again from the
/// journal (I5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Stable code.
    pub code: String,
    /// Key of the requirement, when it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<String>,
    /// How many people are missing for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<u32>,
}

/// Events of the streams `gate/…`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
pub enum GateEvent {
    /// A question was answered; an `allow` carries its grant, so the grant is this entry.
    GateAnswered {
        /// What was asked.
        question: Box<Question>,
        /// The answer.
        answer: Answer,
        /// Its stable code.
        code: String,
        /// The reasons.
        reasons: Vec<Reason>,
        /// Whether the gate blocks here, or only records.
        enforced: bool,
        /// The live policy bundle.
        policy: String,
        /// With `allow` where the gate blocks: what may be deployed, exactly.
        grant: Option<Box<Grant>>,
    },
}

/// Events of the streams `exposure/…`, one for each service and environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
pub enum ExposureEvent {
    /// A deployment was let through, with the risk that stands on the record of its change.
    RiskTaken {
        /// The change.
        change: ChangeId,
        /// Its revision.
        revision: u32,
        /// The deployment.
        deployment: DeploymentId,
        /// The points; `None` where policy never said.
        points: Option<i64>,
    },
}

/// Events of the stream `access`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
pub enum AccessEvent {
    /// Somebody signed in.
    SignedIn {
        /// With which account.
        account: AccountId,
        /// How, as we verified it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        authentication: Option<Authentication>,
    },
    /// Somebody signed out.
    SignedOut {
        /// Of which account.
        account: AccountId,
    },
    /// An identity provider ended sessions of ours (OIDC back-channel logout, B12).
    SignedOutByProvider {
        /// The provider's issuer URL.
        issuer: String,
        /// Whose sessions; `None` when the provider named one session of its own only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<AccountId>,
    },
    /// Somebody could not sign in.
    SignInRefused {
        /// What they said they were.
        subject: Private<String>,
        /// Stable code.
        code: String,
    },
}

/// What a sandbox was copied from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SandboxOf {
    /// Name of the log.
    pub origin: String,
    /// How many of its entries.
    pub size: u64,
}

/// Events of the stream `ledger`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
pub enum LedgerEvent {
    /// The first entry of every log.
    LedgerBegun {
        /// Name of the log.
        origin: String,
        /// Verifier key in signed-note form.
        key: String,
        /// The log it is a copy of, where it is a sandbox: nothing in it is real (M7.6).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sandbox: Option<SandboxOf>,
    },
    /// The signing key was replaced; both keys signed the statement (H12).
    LedgerKeyRotated {
        /// Verifier key that ends.
        old_key: String,
        /// Verifier key that takes over.
        new_key: String,
        /// The rotation statement, signed by both, as a signed note.
        statement: String,
    },
}

/// Any event, by its stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Event {
    /// Of one change.
    Change(ChangeEvent),
    /// Of the gate.
    Gate(GateEvent),
    /// Of what a service is exposed to in an environment.
    Exposure(ExposureEvent),
    /// Of the organisation.
    Organisation(OrganisationEvent),
    /// Of policy.
    Policy(PolicyEvent),
    /// Of access.
    Access(AccessEvent),
    /// Of the ledger.
    Ledger(LedgerEvent),
    /// Of notifications.
    Notification(NotificationEvent),
}

macro_rules! into_event {
    ($($of:ident: $event:ident),*) => {$(
        impl From<$event> for Event {
            fn from(event: $event) -> Self {
                Self::$of(event)
            }
        }
    )*};
}
into_event!(Change: ChangeEvent, Gate: GateEvent, Exposure: ExposureEvent,
    Organisation: OrganisationEvent, Policy: PolicyEvent, Access: AccessEvent, Ledger: LedgerEvent,
    Notification: NotificationEvent);

/// An event with when and by whom, as it stands in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope<E> {
    /// Version of this envelope.
    pub v: u8,
    /// When it was decided.
    #[serde(with = "crate::time::ms")]
    pub time: Timestamp,
    /// The stream it belongs to.
    pub stream: String,
    /// Who did it.
    pub actor: Actor,
    /// What happened: `kind` and `data`.
    #[serde(flatten)]
    pub event: E,
}

impl<E: Serialize + DeserializeOwned> Envelope<E> {
    /// An event of the current version.
    pub fn new(time: Timestamp, stream: &str, actor: Actor, event: E) -> Self {
        let time = crate::time::to_millis(time);
        Self { v: ENVELOPE_VERSION, time, stream: stream.to_owned(), actor, event }
    }
}
