//! Automatic approval: what rules approve, and stops over them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::explanation::RuleRef;
use crate::people::{PersonRef, Principal};
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
    /// The review that came before it; null when its rule asks for none.
    #[serde(default)]
    pub review: Option<HeldReview>,
    /// When.
    pub at: Time,
}

/// How long, and before whom, a change lies open to objection before a rule approves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewTerms {
    /// Minutes of the organisation's working time that have to pass.
    #[schema(example = 480)]
    pub window_minutes: u32,
    /// So many of them before the end stakeholders are told again.
    #[schema(example = 60)]
    pub remind_minutes: u32,
    /// Roles whose holders are told.
    pub tell: Vec<String>,
}

/// Somebody who was told of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ToldOfReview {
    /// Who.
    pub person: PersonRef,
    /// For which role.
    pub role: String,
    /// When the notice was sent off.
    pub sent_at: Time,
    /// When it is known to have arrived; null when it is not.
    pub arrived_at: Option<Time>,
}

/// A review under way: a rule approves at its end if nobody objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Review {
    /// The rule.
    pub rule: RuleRef,
    /// Its terms.
    pub terms: ReviewTerms,
    /// When it began.
    pub began_at: Time,
    /// Everybody who was told, notice by notice.
    pub told: Vec<ToldOfReview>,
    /// When the rule approves, while time runs.
    pub ends_at: Option<Time>,
    /// Why time does not run; null while it does.
    pub stands_because: Option<String>,
    /// Seconds of working time that are left, while time does not run.
    pub left_seconds: Option<u64>,
}

/// A review that was held to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeldReview {
    /// Its terms.
    pub terms: ReviewTerms,
    /// When it began.
    pub began_at: Time,
    /// Everybody who was told, notice by notice.
    pub told: Vec<ToldOfReview>,
}

/// Somebody's no to what rules do by themselves with a revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Objection {
    /// Who.
    pub by: PersonRef,
    /// The revision.
    pub revision: u32,
    /// Why, if they said and it was not erased.
    pub reason: Option<String>,
    /// When.
    pub at: Time,
}

/// Objects to what rules do by themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectionRequest {
    /// Why, if you want to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4000)]
    pub reason: Option<String>,
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
    /// The review it approves after; null when it approves at once.
    #[serde(default)]
    pub review: Option<ReviewTerms>,
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
    /// `everything`, `rule:ID`, `template:NAME` or `service:NAME`.
    pub scope: String,
    /// Who: a person, or `system` when it was suspended by itself.
    pub by: Principal,
    /// The finding it was suspended for; null for stops of people.
    pub finding: Option<String>,
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
    /// `everything`, `rule:ID`, `template:NAME` or `service:NAME`.
    #[schema(example = "everything")]
    pub scope: String,
    /// Why.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// What became of some changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleTally {
    /// Changes.
    pub changes: u32,
    /// Those to which somebody said no: by a vote, a hold or an objection.
    pub refused: u32,
    /// Deployments of them that ended.
    pub deployments: u32,
    /// Deployments that failed or were rolled back.
    pub failed: u32,
}

/// A change that a rule approved, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleApproval {
    /// Number of the change.
    #[schema(example = "CHG-1042")]
    pub change: String,
    /// Its service.
    pub service: String,
    /// Its environment.
    pub environment: String,
    /// When the rule approved it.
    pub at: Time,
    /// Whether somebody said no to it.
    pub refused: bool,
    /// Deployments of it that ended.
    pub deployments: u32,
    /// Deployments that failed or were rolled back.
    pub failed: u32,
}

/// A rule, and what became of the changes it could answer for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AutomationRuleHistory {
    /// The rule.
    pub rule: AutomationRule,
    /// So many days back changes count.
    #[schema(example = 90)]
    pub days: u32,
    /// Changes it approved. A no to one of them came after it, or during its review.
    pub by_rule: RuleTally,
    /// Changes it could have answered for that no rule approved: they were left to people.
    pub by_people: RuleTally,
    /// Hours from assessment to approval that these took on average; null where none was approved.
    pub people_took_hours: Option<f64>,
    /// What it approved, the newest first.
    pub latest: Vec<RuleApproval>,
}
