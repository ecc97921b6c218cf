//! Approving several changes of one template in one step.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::changes::State;
use crate::ledger::Receipt;
use crate::votes::WhyNot;

/// Approves several standard changes of one template that policy lets be approved so. There is no other
/// decision in one step: to reject is done one at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkApprovalRequest {
    /// The changes, each once.
    #[schema(min_items = 1, max_items = 50)]
    pub changes: Vec<BulkItem>,
    /// Why; it is recorded with every vote.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub justification: String,
}

/// A change and the revision of it that the voter saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkItem {
    /// Id or number.
    #[schema(example = "CHG-1042")]
    pub change: String,
    /// The revision the voter saw; another current one refuses the vote.
    #[schema(minimum = 1, example = 1)]
    pub expected_revision: u32,
}

/// What came of each change, in the order asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulkApproval {
    /// One for each change.
    pub outcomes: Vec<BulkOutcome>,
}

/// What came of one change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulkOutcome {
    /// The change's id.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Whether the vote is recorded.
    pub outcome: BulkVote,
    /// Where the change stands now.
    pub state: State,
    /// The vote, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vote: Option<String>,
    /// The proof that it is in the log. Absent when this vote had been recorded before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not: Option<WhyNot>,
}

/// Whether a vote of a bulk approval is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BulkVote {
    /// It is, by this request.
    Recorded,
    /// It was before; it counts once.
    RecordedBefore,
    /// It is not, and the other changes are not held up by that.
    Refused,
}
