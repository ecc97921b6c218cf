//! Briefings: what somebody who decides is shown in plain words, and what they confirm.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::material::Window;
use crate::time::Time;

/// What the caller is shown of a change they are asked to decide on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Briefing {
    /// The change's number.
    #[schema(example = "CHG-1042")]
    pub number: String,
    /// The revision.
    pub revision: u32,
    /// Digest of that revision.
    pub revision_digest: String,
    /// One line.
    pub title: String,
    /// What changes for people, in the requester's plain words; null when there are none.
    pub plain_summary: Option<String>,
    /// Why it is needed.
    pub reason: String,
    /// When it may begin; null is any time.
    pub window: Option<Window>,
    /// The risk level that policy came to.
    pub risk_level: String,
    /// What the caller is asked, for each of their roles.
    pub asks: Vec<BriefingAsk>,
    /// Digest of exactly this, for confirming it.
    pub shown: String,
    /// When the caller opened exactly this; null before.
    pub opened_at: Option<Time>,
    /// Roles whose sentence the caller has confirmed.
    pub acknowledged: Vec<String>,
}

/// What somebody is asked in one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BriefingAsk {
    /// The role.
    pub role: String,
    /// Why it is asked.
    pub why: String,
    /// What an approval states.
    pub meaning: Option<String>,
    /// What is to be confirmed first.
    pub acknowledgement: Option<String>,
    /// Whether an approval counts only after opening and confirming.
    pub required: bool,
}

/// Confirms the sentences of the caller's roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgementRequest {
    /// `shown` of the briefing that was opened; another one is refused.
    pub shown: String,
    /// Roles whose sentence is confirmed.
    #[schema(max_items = 50)]
    pub roles: Vec<String>,
}

/// What a vote rested on: the read receipt of its voter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Informed {
    /// Digest of what was shown.
    pub shown: String,
    /// When it was opened.
    pub opened_at: Time,
    /// Whole seconds from opening to the vote.
    pub seconds: u32,
    /// Roles and the sentences that were confirmed for them.
    pub acknowledged: Vec<Acknowledged>,
    /// Whether it was so fast that reading is unlikely. It counts all the same.
    pub rapid: bool,
}

/// A sentence that was confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Acknowledged {
    /// The role.
    pub role: String,
    /// The sentence.
    pub text: String,
}
