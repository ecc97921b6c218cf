//! Votes: what people decided about a revision, and whether it counts.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::briefings::Informed;
use crate::ledger::Receipt;
use crate::people::PersonRef;
use crate::signing::{SignatureRequest, VoteSignature};
use crate::time::Time;

/// What a vote says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Yes.
    Approve,
    /// No. Ends the change.
    Reject,
    /// Not like this: blocks until the voter votes again or there is a new revision.
    RequestChanges,
    /// Seen, and no opinion. Counts for nothing.
    Abstain,
}

impl Decision {
    /// The word as sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::RequestChanges => "request_changes",
            Self::Abstain => "abstain",
        }
    }
}

/// A vote. Sending the same one twice counts once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoteRequest {
    /// The revision the voter saw; another current one refuses the vote.
    #[schema(minimum = 1, example = 1)]
    pub expected_revision: u32,
    /// What it says.
    pub decision: Decision,
    /// Why. Must be there for `reject` and `request_changes`.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub justification: String,
    /// Whose right it uses: a delegator's id or one's own. Left out: one's own, if one holds a role
    /// that is asked for, else the first delegation that fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
    /// The voter's signature over the statement of this vote (`vote_statement`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<SignatureRequest>,
}

/// A recorded vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Vote {
    /// The vote.
    pub id: String,
    /// Who.
    pub person: PersonRef,
    /// Whose right it used, when it was given by delegation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<PersonRef>,
    /// The delegation it was given by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegation: Option<String>,
    /// On which revision.
    pub revision: u32,
    /// Digest of that revision: what was decided, exactly.
    pub revision_digest: String,
    /// What it says.
    pub decision: Decision,
    /// Why; null when it was erased.
    pub justification: Option<String>,
    /// What the voter confirmed by it, in policy's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meaning: Option<String>,
    /// Roles the voter held for this change when voting.
    pub roles: Vec<String>,
    /// Digest of the policy bundle it was cast under.
    pub policy: String,
    /// What it rested on, when the voter had opened the briefing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub informed: Option<Informed>,
    /// When.
    pub at: Time,
    /// How the voter had signed in, when that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication: Option<Authentication>,
    /// The voter's signature, when they gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<VoteSignature>,
    /// The step it was given in, when that was one for several changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bulk: Option<InBulk>,
    /// Whether it counts now.
    pub counts: bool,
    /// Keys of the requirements it counts for.
    #[serde(default)]
    pub counts_for: Vec<String>,
    /// Why it does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not: Option<WhyNot>,
}

/// A step in which several changes were approved, each by a vote of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InBulk {
    /// The step; all its votes name it.
    pub id: String,
    /// How many changes were named in it.
    pub changes: u32,
}

/// How somebody signed in, as verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Authentication {
    /// When they last proved who they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// Authentication context class (OIDC `acr`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// Methods used (OIDC `amr`), such as `pwd` or `hwk`.
    #[serde(default)]
    pub amr: Vec<String>,
}

/// Why something is not so, or not allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WhyNot {
    /// Stable code.
    #[schema(example = "sod_author")]
    pub code: String,
    /// A sentence.
    pub detail: String,
    /// What can be done about it.
    pub next: String,
}

/// A vote that is durable, with the proof that it is in the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VoteReceipt {
    /// The vote.
    pub vote: Vote,
    /// The change as it stands with it.
    pub change: crate::changes::Change,
    /// The proof. Null when this vote had been recorded before.
    pub receipt: Option<Receipt>,
}
