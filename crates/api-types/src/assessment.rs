//! What policy asks for: the approval requirements that stand in the change record itself (M1.4).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::explanation::{Reach, RuleRef};
use crate::time::Time;

/// What an approval must show of who gave it to count. Empty lists ask for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepUp {
    /// They proved who they are at most so long before they voted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_minutes: Option<u32>,
    /// In one of these context classes (OIDC `acr`).
    #[serde(default)]
    pub acr: Vec<String>,
    /// By at least one of these methods (OIDC `amr`).
    #[serde(default)]
    pub amr: Vec<String>,
    /// They signed the vote itself, with a key of theirs.
    #[serde(default)]
    pub signature: bool,
}

/// One contribution to the risk score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RiskFactor {
    /// Its name.
    pub name: String,
    /// Points it adds; zero when it does not apply.
    pub points: i64,
    /// Why, with the values that matched.
    pub why: String,
    /// Where policy says so.
    pub source: RuleRef,
}

/// The risk of a revision, with every contribution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RiskSummary {
    /// The sum.
    pub score: i64,
    /// The level it falls into, as policy names it.
    #[schema(example = "high")]
    pub level: String,
    /// Points of the matrix cell for impact, urgency and complexity.
    pub matrix_points: i64,
    /// Every factor that was looked at.
    pub factors: Vec<RiskFactor>,
}

/// So many distinct people, each holding any of these roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Requirement {
    /// Unique within an assessment.
    #[schema(example = "production-needs-owner/service-owner")]
    pub key: String,
    /// The rule that asks for it.
    pub rule: RuleRef,
    /// Any of these roles counts. Never empty.
    pub roles: Vec<String>,
    /// Where the role must be held.
    pub reach: Reach,
    /// Distinct people needed; at least 1.
    #[schema(minimum = 1)]
    pub count: u32,
    /// Why, in a sentence for the approver.
    pub why: String,
    /// What an approval by this role states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meaning: Option<String>,
    /// Minutes after submission by which an answer is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_minutes: Option<u32>,
    /// Whether these are minutes of the organisation's working time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub due_in_working_time: bool,
    /// The response plan that says whom to ask, and what follows when no answer comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_plan: Option<RuleRef>,
    /// Compliance controls this requirement serves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub controls: Vec<String>,
}

/// Evidence that must be there, for every artifact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EvidenceRequirement {
    /// Unique within an assessment.
    pub key: String,
    /// The rule that asks for it.
    pub rule: RuleRef,
    /// Kind of evidence: `tests`, `scan`, or `deployment:ENVIRONMENT` from the journal.
    pub kind: String,
    /// Whose word counts.
    pub issuers: Vec<String>,
    /// Older evidence is stale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_minutes: Option<u32>,
    /// Why, in a sentence.
    pub why: String,
}

/// What policy asks for, under one bundle, for one revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Assessment {
    /// The revision.
    pub revision: u32,
    /// Digest of the policy bundle.
    pub policy: String,
    /// Tier of the environment.
    #[schema(minimum = 0, maximum = 4)]
    pub tier: u8,
    /// The risk.
    pub risk: RiskSummary,
    /// The approval level, from `peer-review` up to `cab`.
    #[schema(example = "peer-review")]
    pub level: String,
    /// What must be answered. All of them.
    pub requirements: Vec<Requirement>,
    /// Evidence that must be there.
    pub evidence: Vec<EvidenceRequirement>,
    /// The rules that want an alignment session about exactly this revision before it is handed in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alignment: Vec<RuleRef>,
    /// The rule that explicitly asks for nobody, if one does.
    pub exempt: Option<RuleRef>,
    /// Minutes an undecided change stays open.
    pub pending_minutes: u32,
    /// Minutes an approval stands.
    pub validity_minutes: u32,
    /// Whether these two are minutes of the organisation's working time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub expires_in_working_time: bool,
    /// Minutes a grant can be redeemed.
    pub grant_minutes: u32,
    /// How often a deployment may be run again after it failed.
    pub reruns_after_failure: u32,
    /// Whether every contributor must be a known person.
    pub known_contributors: bool,
    /// What an approval asks of how the voter signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_up: Option<StepUp>,
    /// Whether the gate blocks, or only records.
    pub enforce: bool,
}

/// What a bundle asks for that went live after a revision was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AddedRequirements {
    /// Since when people are asked for it.
    pub at: Time,
    /// Digest of the bundle.
    pub policy: String,
    /// All that it asks for; answered by itself, beside what was recorded before.
    pub requirements: Vec<Requirement>,
}
