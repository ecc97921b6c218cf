//! A checked bundle as plain data, for evaluation and for the page that shows policy in words.
//!
//! Everything is public and read-only behind [`Bundle`](super::Bundle). Must not parse.

use std::collections::BTreeMap;

use domain::asking::ResponseClock;
use domain::authentication::StepUp;
use domain::change::{ReviewTerms, RoleBriefing};
use domain::ids::{EnvironmentName, RoleName, ServiceName, TemplateName};
use domain::organisation::AutomationTerms;
use domain::requirement::{AcceptanceTerms, Reach, RuleRef};
use serde::Serialize;

use crate::expr::Condition;

/// What holds for all environments of a tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tier {
    /// 0 (sandbox) to 4 (strictest).
    pub number: u8,
    /// What people call it.
    pub title: String,
    /// Whether the gate blocks; otherwise it only records.
    pub enforce: bool,
    /// Minutes an undecided change stays open.
    pub pending_minutes: u32,
    /// Minutes an approval stands.
    pub approval_minutes: u32,
    /// Whose minutes these two are.
    #[serde(skip_serializing_if = "ResponseClock::is_wall")]
    pub expiry_clock: ResponseClock,
    /// Minutes a grant can be redeemed.
    pub grant_minutes: u32,
    /// How often a deployment may be run again after it failed.
    pub reruns_after_failure: u32,
    /// Whether every contributor has to be a known person.
    pub known_contributors: bool,
    /// What an approval asks of how the voter signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_up: Option<StepUp>,
}

/// An environment and its tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Environment {
    /// Its name.
    pub name: EnvironmentName,
    /// Number of its tier.
    pub tier: u8,
}

/// Where the gate blocks although its tier only records. All that is given has to fit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Enforced {
    /// One of these services; empty is any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ServiceName>,
    /// Services with all these labels.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// One of these environments; empty is any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<EnvironmentName>,
}

/// What happens to an environment that is not listed (D08).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unclassified {
    /// It is treated as this tier.
    Tier(u8),
    /// Changes for it are refused.
    Refuse,
}

/// A role that rules may name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Role {
    /// Its name.
    pub name: RoleName,
    /// What people call it.
    pub title: String,
    /// What its holders answer for.
    pub description: String,
    /// Where it has to be held to count.
    pub reach: Reach,
    /// What an approval by this role states.
    pub meaning: Option<String>,
    /// For how many minutes it may be delegated at most; `None` is not at all (M5.2).
    pub delegation_minutes: Option<u32>,
    /// Roles of which a delegate must hold one; empty is anybody.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub competence: Vec<RoleName>,
    /// What its holders are shown and confirm.
    pub briefing: Option<RoleBriefing>,
}

/// By delegable role, the roles of which a delegate must hold one, where policy wants one.
pub(crate) fn competence(
    delegable: &[RoleName],
    roles: &[Role],
) -> BTreeMap<RoleName, Vec<RoleName>> {
    let wanted = roles.iter().filter(|r| delegable.contains(&r.name) && !r.competence.is_empty());
    wanted.map(|role| (role.name.clone(), role.competence.clone())).collect()
}

/// Points by impact, urgency and complexity, each low, medium, high.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Matrix {
    /// `points[impact][urgency][complexity]`.
    pub points: [[[i64; 3]; 3]; 3],
}

/// A named contribution to the risk score.
#[derive(Debug, Clone)]
pub struct Factor {
    /// Its name.
    pub name: String,
    /// When it counts.
    pub when: Condition,
    /// Points it adds.
    pub points: i64,
    /// Why, in a sentence.
    pub why: String,
    /// Where policy says so.
    pub source: RuleRef,
}

/// An approval level and the scores that fall into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Level {
    /// Its name, such as `peer-review` or `cab`.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// The lowest score.
    pub from: i64,
    /// The highest score; `None` is unbounded.
    pub to: Option<i64>,
}

/// So many distinct people of any of some roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Need {
    /// Unique in the bundle: `rule-id/role`.
    pub key: String,
    /// Any of these roles counts.
    pub roles: Vec<RoleName>,
    /// Those of the roles that may be delegated.
    pub delegable: Vec<RoleName>,
    /// Distinct people; at least 1.
    pub count: u32,
    /// Why, in a sentence.
    pub why: String,
    /// What an approval states.
    pub meaning: Option<String>,
    /// Minutes after submission by which an answer is due.
    pub due_minutes: Option<u32>,
    /// Whose minutes these are.
    #[serde(skip_serializing_if = "ResponseClock::is_wall")]
    pub due_clock: ResponseClock,
    /// Where the role has to be held.
    pub reach: Reach,
}

/// Evidence about every artifact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvidenceNeed {
    /// Unique in the bundle: `rule-id/kind`.
    pub key: String,
    /// Its kind.
    pub kind: String,
    /// Whose word counts.
    pub issuers: Vec<String>,
    /// Older evidence does not count.
    pub max_age_minutes: Option<u32>,
    /// Why, in a sentence.
    pub why: String,
}

/// A rule: when it applies, apart from what it needs.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// One line for people.
    pub title: String,
    /// When it applies.
    pub when: Condition,
    /// Who has to approve.
    pub needs: Vec<Need>,
    /// Evidence that has to be there.
    pub evidence: Vec<EvidenceNeed>,
    /// Whether an alignment session comes before the change is handed in.
    pub alignment: bool,
    /// Says that nobody has to approve.
    pub nobody: bool,
    /// Compliance controls it serves.
    pub controls: Vec<String>,
    /// The strictest tier in which the risk of going off it may be accepted, and by whom.
    pub acceptable: Option<(u8, AcceptanceTerms)>,
    /// Where it stands.
    pub source: RuleRef,
}

/// The type of a template's parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterType {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
}

/// A parameter of a template.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its type.
    pub kind: ParameterType,
    /// What people call it.
    pub title: Option<String>,
    /// Whether it may be left out.
    pub optional: bool,
    /// Only these values; any when empty.
    pub one_of: Vec<String>,
    /// The source of the pattern the whole value has to match.
    pub pattern: Option<String>,
    pub(crate) matcher: Option<regex_lite::Regex>,
    /// Smallest integer.
    pub min: Option<i64>,
    /// Largest integer.
    pub max: Option<i64>,
}

/// A pre-authorised standard change (M1.3).
#[derive(Debug, Clone)]
pub struct Template {
    /// Its name.
    pub name: TemplateName,
    /// Its version.
    pub version: u32,
    /// What people call it.
    pub title: String,
    /// What it is for and how it is done.
    pub description: String,
    /// Only these services; all when `None`.
    pub services: Option<Vec<ServiceName>>,
    /// Only services with these labels.
    pub labels: BTreeMap<String, String>,
    /// Only these environments.
    pub environments: Vec<EnvironmentName>,
    /// The highest tier it can be used in.
    pub up_to: u8,
    /// The parameters it takes.
    pub parameters: BTreeMap<String, Parameter>,
    /// Ids of rules whose needs it takes the place of.
    pub replaces: Vec<String>,
    /// Who still has to approve.
    pub needs: Vec<Need>,
    /// Says that nobody has to approve.
    pub nobody: bool,
    /// Whether several of its changes may be approved in one step.
    pub bulk: bool,
    /// How many of 100 of its deployments have to succeed.
    pub success_percent: u8,
    /// Where it stands.
    pub source: RuleRef,
}

/// A rule that approves by itself, in place of people (M4.1).
#[derive(Debug, Clone)]
pub struct Automation {
    /// Its id.
    pub id: String,
    /// What it says, in a sentence.
    pub title: String,
    /// Tiers and kinds of changes it is for.
    pub scope: Condition,
    /// What has to hold; never empty.
    pub when: Vec<Condition>,
    /// Ids of rules, or `template:NAME`, whose needs it answers.
    pub answers: Vec<String>,
    /// Evidence it rests on.
    pub evidence: Vec<EvidenceNeed>,
    /// The review it approves after.
    pub review: Option<ReviewTerms>,
    /// How many of 100 deployments of what it approved have to succeed.
    pub success_percent: u8,
    /// Where it stands.
    pub source: RuleRef,
}

/// All automation rules, and who may stop them.
#[derive(Debug, Default)]
pub struct Automations {
    pub(crate) list: Vec<Automation>,
    pub(crate) terms: Option<AutomationTerms>,
}

/// What the author of the policy says holds for every change that can pass.
#[derive(Debug, Clone)]
pub struct Guarantee {
    /// Its id.
    pub id: String,
    /// What it says, in a sentence.
    pub title: String,
    /// The changes it speaks about.
    pub when: Condition,
    /// What holds for each of them.
    pub holds: Condition,
    /// Where it stands.
    pub source: RuleRef,
}

/// A compliance control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Control {
    /// Its id.
    pub id: String,
    /// What it asks for.
    pub title: String,
}
