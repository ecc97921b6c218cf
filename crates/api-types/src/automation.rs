//! Automatic approval: what rules approve, and stops over them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::explanation::RuleRef;
use crate::people::PersonRef;
use crate::time::Time;

/// A value that a condition saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MatchedValue {
    /// The fact.
    #[schema(example = "environment.tier")]
    pub fact: String,
    /// Its value.
    #[schema(example = "1")]
    pub value: String,
    /// Where it came from.
    #[schema(example = "environments.yaml")]
    pub from: String,
}

/// A condition that held, with what it saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MatchedCondition {
    /// Its source.
    pub condition: String,
    /// Every value it read.
    pub values: Vec<MatchedValue>,
}

/// What a rule approved: its word, nobody's vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AutomaticApproval {
    /// The rule.
    pub rule: RuleRef,
    /// What it says.
    pub title: String,
    /// Keys of the requirements it answers.
    pub answers: Vec<String>,
    /// Its conditions and the values that matched.
    pub conditions: Vec<MatchedCondition>,
    /// Digest of the bundle that has the rule.
    pub policy: String,
    /// The revision it is about.
    pub revision: u32,
    /// Digest of that revision.
    pub revision_digest: String,
    /// When.
    pub at: Time,
}

/// What a rule approved lately.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecentApproval {
    /// Number of the change.
    #[schema(example = "CHG-1042")]
    pub change: String,
    /// Its service.
    pub service: String,
    /// Its environment.
    pub environment: String,
    /// The revision.
    pub revision: u32,
    /// When.
    pub at: Time,
}

/// A rule that approves by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AutomationRule {
    /// Its id.
    #[schema(example = "small-scaling")]
    pub id: String,
    /// What it says.
    pub title: String,
    /// Where it stands.
    pub rule: RuleRef,
    /// Ids of rules, or `template:NAME`, whose needs it answers.
    pub answers: Vec<String>,
    /// Everything that has to hold.
    pub conditions: Vec<String>,
    /// Kinds of evidence it rests on.
    pub evidence: Vec<String>,
    /// Whether it is stopped for all services.
    pub stopped: bool,
    /// What it approved among the newest changes.
    pub approved: Vec<RecentApproval>,
}

/// A stop over automatic approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AutomationStop {
    /// The stop.
    pub id: String,
    /// `everything`, `rule:ID` or `service:NAME`.
    pub scope: String,
    /// Who.
    pub by: PersonRef,
    /// Why; null when it was erased.
    pub reason: Option<String>,
    /// When.
    pub at: Time,
    /// Who let it go on; null while it stands.
    pub resumed_by: Option<PersonRef>,
    /// Why; null when it was erased or while it stands.
    pub resumed_because: Option<String>,
    /// When; null while it stands.
    pub resumed_at: Option<Time>,
    /// Whether the caller can let it go on.
    pub may_resume: bool,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Automation {
    /// The rules of the live policy.
    pub rules: Vec<AutomationRule>,
    /// Stops, the newest first.
    pub stops: Vec<AutomationStop>,
    /// Any of these roles stops; admins do as well.
    pub stop_roles: Vec<String>,
    /// Any of these roles lets it go on.
    pub resume_roles: Vec<String>,
    /// Whether the caller can stop everything.
    pub may_stop: bool,
}

/// Stops automatic approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StopRequest {
    /// `everything`, `rule:ID` or `service:NAME`.
    #[schema(example = "everything")]
    pub scope: String,
    /// Why.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}
