//! Whether rules can be met by the people there are.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::time::Time;

/// How far to look.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FeasibilityQuery {
    /// Weeks ahead, 1 to 8; 3 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 8)]
    pub weeks: Option<u16>,
}

/// How the needs of the live policy can be met, hour by hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyFeasibility {
    /// The first hour.
    pub from: Time,
    /// How many hours were looked at.
    pub hours: u16,
    /// The weakest links, the worst first.
    pub weak_links: Vec<WeakLink>,
    /// Every need of every rule, where it is hardest to meet.
    pub needs: Vec<NeedFeasibility>,
    /// Needs that can be met one by one but not by distinct people.
    pub conflicts: Vec<NeedConflict>,
    /// What calendars could not tell, in words; people it is about are counted as not there.
    pub unknown: Vec<String>,
}

/// Why a need is a weak link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WeakLinkKind {
    /// Fewer people than needed hold the roles.
    Nobody,
    /// A change can expire before enough people work.
    Expires,
    /// Just as many people as needed hold the roles.
    NobodyToSpare,
    /// An answer can be due before enough people work.
    Late,
}

/// A need that may not be met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WeakLink {
    /// The need.
    #[schema(example = "risky/service-owner")]
    pub need: String,
    /// Why it is one.
    pub kind: WeakLinkKind,
    /// Whether changes get stuck by it, and not only late.
    pub blocks: bool,
    /// In a sentence.
    pub message: String,
    /// What would help.
    pub help: String,
    /// File within the bundle.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// What nightly looks at the live bundle have found and told of this need, for each service.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<KnownWeakLink>,
}

/// A weak link that a nightly look has found, and that is one still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KnownWeakLink {
    /// The service; null when nobody knows for which the need is asked.
    pub service: Option<String>,
    /// Why it is one.
    pub kind: WeakLinkKind,
    /// Since when it has been found.
    pub since: Time,
}

/// One need of a rule, for the service for which it is hardest to meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NeedFeasibility {
    /// The need.
    #[schema(example = "risky/service-owner")]
    pub need: String,
    /// Any of these roles counts.
    pub roles: Vec<String>,
    /// Distinct people needed.
    pub count: u32,
    /// The service; null when there is none.
    pub service: Option<String>,
    /// An environment for which it is asked; null when no ordinary change asks for it.
    pub environment: Option<String>,
    /// People who may answer in their own right, whenever they work.
    pub people: u32,
    /// People who may answer for one of them while a delegation holds.
    #[serde(default)]
    pub delegates: u32,
    /// People who hold a role and can't answer: approvals must be signed, and they have no key.
    #[serde(default)]
    pub without_key: u32,
    /// How many work who may answer, one number an hour.
    pub available: Vec<u16>,
    /// The longest stretch without enough of them.
    pub longest_gap: Option<Gap>,
    /// Minutes after which an answer is due.
    pub due_minutes: Option<u32>,
    /// Minutes after which an unanswered change expires.
    pub pending_minutes: Option<u32>,
}

/// A stretch of time without enough people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Gap {
    /// When it begins.
    pub from: Time,
    /// When it is over, or the end of what was looked at.
    pub until: Time,
}

/// Needs of one change that only the same few people could meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NeedConflict {
    /// For a change of this service.
    pub service: String,
    /// In this environment.
    pub environment: String,
    /// The needs.
    pub needs: Vec<String>,
    /// Distinct people needed.
    pub needed: u32,
    /// Distinct people there could be.
    pub possible: u32,
}
