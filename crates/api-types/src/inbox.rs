//! What waits for a person, what they hold up, and whom they wait for.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::changes::ChangeSummary;
use crate::explanation::Missing;
use crate::people::PersonRef;
use crate::time::Time;

/// The inbox of the caller.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Inbox {
    /// Decisions they can give now, most pressing first.
    pub waiting_for_you: Vec<InboxTask>,
    /// Changes they hold up.
    pub held_by_you: Vec<InboxHeld>,
    /// Their own changes that wait for others.
    pub you_wait: Vec<InboxWaiting>,
}

/// A decision that waits for the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InboxTask {
    /// The change.
    pub change: ChangeSummary,
    /// Key of the requirement.
    pub requirement: String,
    /// The role they are asked in.
    pub role: String,
    /// Whose right they would use, when they are asked by delegation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<PersonRef>,
    /// Why they are asked.
    pub why: String,
    /// When the answer is due.
    pub due_at: Option<Time>,
    /// The revision they are asked about.
    pub revision: u32,
    /// The template by which they could approve it in one step with others of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bulk: Option<String>,
}

/// A change the caller holds up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InboxHeld {
    /// The change.
    pub change: ChangeSummary,
    /// How: `held` or `changes_requested`.
    pub how: String,
    /// Their own reason.
    pub reason: Option<String>,
    /// Since when.
    pub since: Time,
}

/// A change of the caller's that waits for others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InboxWaiting {
    /// The change.
    pub change: ChangeSummary,
    /// On whom.
    pub missing: Vec<Missing>,
}
