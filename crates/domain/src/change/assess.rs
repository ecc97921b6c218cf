//! What policy asked for when a revision was submitted, as it stands in the record.

use serde::{Deserialize, Serialize};

use super::{AutomaticRule, Deadlines};
use crate::asking::ResponseClock;
use crate::authentication::StepUp;
use crate::requirement::{AcceptanceTerms, Requirement, RuleRef};
use crate::service_history::ServiceHistory;

/// One contribution to the risk score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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

/// The risk of a revision: every contribution is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskSummary {
    /// The sum.
    pub score: i64,
    /// The level it falls into, as policy names it.
    pub level: String,
    /// Points of the matrix cell for impact, urgency and complexity.
    pub matrix_points: i64,
    /// Every factor that was looked at.
    pub factors: Vec<RiskFactor>,
}

/// Evidence that must be there, for every artifact (M2.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRequirement {
    /// Unique within an assessment: `rule-id/kind`.
    pub key: String,
    /// The rule that asks for it.
    pub rule: RuleRef,
    /// Kind of evidence: `tests`, `scan`, or `deployment:ENVIRONMENT` from our own journal.
    pub kind: String,
    /// Whose word counts; empty only for `deployment:…`, whose issuer is always us (A15).
    pub issuers: Vec<String>,
    /// Older evidence is stale.
    pub max_age_minutes: Option<u32>,
    /// Why, in a sentence.
    pub why: String,
    /// Who may accept the risk of going off its rule, where policy lets anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acceptable: Option<AcceptanceTerms>,
}

/// What policy asks for, under one bundle, for one revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assessment {
    /// The revision.
    pub revision: u32,
    /// Digest of the bundle.
    pub policy: String,
    /// Tier of the environment, 0 to 4.
    pub tier: u8,
    /// The risk.
    pub risk: RiskSummary,
    /// The approval level: `peer-review` up to `cab`.
    pub level: String,
    /// What must be answered.
    pub requirements: Vec<Requirement>,
    /// Evidence that must be there.
    #[serde(default)]
    pub evidence: Vec<EvidenceRequirement>,
    /// Automation rules that hold, with what they may answer (M4.1).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub automatic: Vec<AutomaticRule>,
    /// The rules that ask for an alignment session on exactly this revision before it is handed in
    /// (M5.6). Empty: none does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alignment: Vec<RuleRef>,
    /// The rule that explicitly asks for nobody. Without it, no requirements is never a yes (I7).
    pub exempt: Option<RuleRef>,
    /// Minutes an undecided change stays open.
    pub pending_minutes: u32,
    /// Minutes an approval stands.
    pub validity_minutes: u32,
    /// Whose minutes these two are.
    #[serde(default, skip_serializing_if = "ResponseClock::is_wall")]
    pub expiry_clock: ResponseClock,
    /// When they and answers are over, where that is in working time; only on the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadlines: Option<Box<Deadlines>>,
    /// Minutes a grant can be redeemed.
    pub grant_minutes: u32,
    /// How often a deployment may be run again after it failed.
    pub reruns_after_failure: u32,
    /// Whether every contributor must be a known person.
    pub known_contributors: bool,
    /// Whether the gate blocks (`enforce`) or only records (`observe`).
    pub enforce: bool,
    /// What an approval asks of how the voter signed in (B09).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_up: Option<StepUp>,
    /// Whether its template lets it be approved in one step with others (C17).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bulk: bool,
    /// The past of the service here as it was read, if policy reads it; `None` is nothing known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<ServiceHistory>,
}
