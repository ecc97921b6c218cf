//! Change sets: several changes that are asked for together and pass the gate together or not at all.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::changes::{ChangeRef, ChangeRequest, ChangeSummary, You};
use crate::explanation::{Explanation, Missing};
use crate::material::Artifact;
use crate::people::{PersonRef, Principal};
use crate::time::Time;

/// Asks for several changes together. All of them are recorded, or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeSetRequest {
    /// One line.
    #[schema(min_length = 1, max_length = 200, example = "Sign in at checkout")]
    pub title: String,
    /// Why these belong together.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
    /// The items. `supersedes` and `submit` of an item must be left out.
    #[schema(min_items = 2, max_items = 20)]
    pub items: Vec<ChangeRequest>,
    /// Whether to hand all items in at once; otherwise they stay drafts.
    #[serde(default = "yes")]
    pub submit: bool,
}

const fn yes() -> bool {
    true
}

/// The set that a change is an item of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangeSetRef {
    /// The set.
    #[schema(example = "set_01jd3k9q7h2v5n8m4c6b0tzxrw")]
    pub id: String,
    /// Its title.
    pub title: String,
    /// Path of its page in the console.
    pub url: String,
    /// Ids of all its items, this one among them.
    pub items: Vec<String>,
}

/// How a set stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeSetState {
    /// Every item has its approval, by distinct people for each domain.
    Approved,
    /// Somebody is missing.
    Waiting,
    /// An item stops all of them.
    Stopped,
    /// It can't be found out.
    Unknown,
}

impl ChangeSetState {
    /// The words for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Waiting => "waiting for approval",
            Self::Stopped => "stopped",
            Self::Unknown => "unknown",
        }
    }
}

/// A change set with how its items stand, each by itself and all together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangeSet {
    /// The set.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Why these belong together.
    pub reason: String,
    /// Path of its page in the console.
    pub url: String,
    /// Who asked.
    pub requester: Principal,
    /// How it stands.
    pub state: ChangeSetState,
    /// Why, with a part for each item.
    pub explanation: Explanation,
    /// The domains whose authority must agree.
    pub authorities: Vec<Authority>,
    /// The items, in the order they were asked for.
    pub items: Vec<ChangeSetItem>,
}

/// Which sets a list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ChangeSetsQuery {
    /// Only sets with an item that is not over yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<bool>,
    /// Items per page.
    #[param(minimum = 1, maximum = 200, example = 50)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A change set as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangeSetSummary {
    /// The set.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Path of its page in the console.
    pub url: String,
    /// Who asked.
    pub requester: Principal,
    /// When.
    pub created_at: Time,
    /// How it stands.
    pub state: ChangeSetState,
    /// The domains whose authority must still agree (`domain:NAME`, or `service:NAME`).
    pub missing: Vec<String>,
    /// The items, in the order they were asked for.
    pub items: Vec<ChangeSummary>,
}

/// A domain whose authority must agree to a set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Authority {
    /// `domain:NAME`, or `service:NAME` of a service in no domain.
    #[schema(example = "domain:payments")]
    pub scope: String,
    /// Its items.
    pub items: Vec<ChangeRef>,
    /// Who speaks for it, and for no other.
    pub speakers: Vec<PersonRef>,
    /// How many more people must.
    pub missing: u32,
}

/// One item of a set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangeSetItem {
    /// The change as lists show it.
    pub change: ChangeSummary,
    /// Its current revision: what a vote must name.
    pub revision: u32,
    /// What would be deployed.
    pub artifacts: Vec<Artifact>,
    /// What it still needs for itself.
    pub missing: Vec<Missing>,
    /// What the caller can do with it.
    pub you: You,
}
