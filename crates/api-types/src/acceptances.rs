//! Risk acceptances: a senior role takes the risk of going off one rule, for a time.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::people::PersonRef;
use crate::time::Time;

/// Accepts the risk of going off one rule, for one service in one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptanceRequest {
    /// Id of the rule it deviates from.
    #[schema(example = "scan-evidence")]
    pub rule: String,
    /// The service.
    pub service: String,
    /// The environment.
    pub environment: String,
    /// Why the risk is worth taking.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
    /// Until when; policy limits it.
    pub expires_at: Time,
    /// By when somebody else looks at it again; after that it does not count until they did.
    pub review_at: Time,
}

/// What a follow-up review says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AcceptanceOutcome {
    /// It stands until it expires.
    Keep,
    /// It ends now.
    End,
}

/// Reviews a risk acceptance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptanceReviewRequest {
    /// Whether it stands.
    pub outcome: AcceptanceOutcome,
    /// What was found.
    #[schema(min_length = 1, max_length = 4000)]
    pub findings: String,
}

/// A follow-up review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AcceptanceReview {
    /// Who reviewed it.
    pub by: PersonRef,
    /// Whether it stands.
    pub outcome: AcceptanceOutcome,
    /// What was found; null when it was erased.
    pub findings: Option<String>,
    /// When.
    pub at: Time,
}

/// A risk acceptance. It is no approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RiskAcceptance {
    /// The acceptance.
    #[schema(example = "rac_01jd3k9q7h2v5n8m4c6b0tzxrw")]
    pub id: String,
    /// The rule it deviates from.
    pub rule: String,
    /// For this service.
    pub service: String,
    /// In this environment.
    pub environment: String,
    /// Who accepted it.
    pub by: PersonRef,
    /// The role that let them.
    pub role: String,
    /// Why; null when it was erased.
    pub reason: Option<String>,
    /// When.
    pub accepted_at: Time,
    /// Until when.
    pub expires_at: Time,
    /// By when it is reviewed.
    pub review_at: Time,
    /// `live`, `review_overdue`, `expired` or `ended`; only a live one counts.
    #[schema(example = "live")]
    pub state: String,
    /// Its reviews, oldest first.
    pub reviews: Vec<AcceptanceReview>,
}
