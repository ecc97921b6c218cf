//! Overrides: the gate opened once for an emergency without its approvals. Never an approval.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::changes::ChangeRef;
use crate::people::PersonRef;
use crate::sealed::SealedUse;
use crate::time::Time;

/// Opens the gate once for an emergency change, without its approvals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OverrideRequest {
    /// The revision you saw; another one is refused.
    pub expected_revision: u32,
    /// Why it can't wait for approval.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
    /// For how long; as long as policy allows when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 240)]
    pub minutes: Option<u32>,
}

/// Whether an override should have happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewOutcome {
    /// It could not have waited.
    Justified,
    /// It should not have happened.
    NotJustified,
}

impl ReviewOutcome {
    /// The words for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Justified => "justified",
            Self::NotJustified => "not justified",
        }
    }
}

/// Reviews an override, by somebody with no hand in the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OverrideReviewRequest {
    /// Whether it should have happened.
    pub outcome: ReviewOutcome,
    /// What was found, and what follows from it.
    #[schema(min_length = 1, max_length = 4000)]
    pub findings: String,
}

/// What an independent review found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OverrideReview {
    /// Who reviewed it.
    pub by: PersonRef,
    /// Whether it should have happened.
    pub outcome: ReviewOutcome,
    /// What was found; null when it was erased.
    pub findings: Option<String>,
    /// When.
    pub at: Time,
}

/// An override of one revision of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Override {
    /// The override.
    #[schema(example = "ovr_01jd3k9q7h2v5n8m4c6b0tzxrw")]
    pub id: String,
    /// Always false: an override is no approval.
    pub approved: bool,
    /// Who opened it.
    pub by: PersonRef,
    /// The role that let them.
    pub role: String,
    /// The revision it is for.
    pub revision: u32,
    /// The digest of that revision.
    pub revision_digest: String,
    /// The incident it answers.
    pub incident: String,
    /// Why it could not wait; null when it was erased.
    pub reason: Option<String>,
    /// Since when it opens the gate.
    pub opened_at: Time,
    /// Until when, unused.
    pub valid_until: Time,
    /// Whether it opens the gate now.
    pub open: bool,
    /// The one deployment it let through.
    pub used_by: Option<String>,
    /// By when it must be reviewed.
    pub review_due_at: Time,
    /// Any of these roles reviews it.
    pub review_roles: Vec<String>,
    /// Whether its review is overdue: until it is made, whoever opened it opens no other.
    pub overdue: bool,
    /// What the review found; null until there is one.
    pub review: Option<OverrideReview>,
    /// How it was opened while no server answered, when it was. Then `opened_at` is when it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<SealedUse>,
}

/// An override in the list of all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OverrideSummary {
    /// The override.
    pub id: String,
    /// Always false: an override is no approval.
    pub approved: bool,
    /// The change.
    pub change: ChangeRef,
    /// The service.
    pub service: String,
    /// The environment.
    pub environment: String,
    /// The incident it answers.
    pub incident: String,
    /// Who opened it.
    pub by: PersonRef,
    /// When.
    pub opened_at: Time,
    /// By when it must be reviewed.
    pub review_due_at: Time,
    /// Whether it was reviewed.
    pub reviewed: bool,
    /// Whether its review is overdue.
    pub overdue: bool,
    /// The sealed override that it was a use of, when no server answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_override: Option<String>,
}
