//! The one explanation tree: every check, how it came out, and who could supply what is missing.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::people::PersonRef;
use crate::roles::GroupRef;
use crate::time::Time;

/// How one node came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Satisfied,
    /// It does not hold yet; somebody, or time, can still change that.
    Missing,
    /// It does not hold, and blocks.
    Denied,
    /// It could not be found out. Never a yes.
    Unknown,
    /// It does not concern this change.
    NotApplicable,
    /// It says something without deciding anything.
    Info,
}

/// A place in policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleRef {
    /// Id of the rule.
    #[schema(example = "production-needs-owner")]
    pub id: String,
    /// File within the bundle.
    #[schema(example = "rules/production.yaml")]
    pub file: String,
    /// Line, from 1.
    pub line: u32,
}

/// A vote that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CountedVote {
    /// The vote.
    pub vote: String,
    /// Who gave it.
    pub person: PersonRef,
    /// The role it counts for.
    pub role: String,
    /// Whose right it used, when it was given by delegation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<PersonRef>,
    /// The group as whose deputy it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deputy_of: Option<GroupRef>,
    /// Whether it was given in one step with others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_bulk: bool,
}

/// A vote that does not count, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadVote {
    /// The vote.
    pub vote: String,
    /// Who gave it.
    pub person: PersonRef,
    /// Stable code.
    #[schema(example = "older_revision")]
    pub code: String,
    /// A sentence.
    pub why: String,
}

/// How far from the service a role may be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// On the service, its domain or the organisation.
    Covering,
    /// On the service or its domain.
    Domain,
    /// On the service itself.
    Service,
    /// On the organisation.
    Organisation,
}

/// People who are still needed, and who could be them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Missing {
    /// Key of the requirement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<String>,
    /// How many more are needed.
    pub count: u32,
    /// Holders of any of these roles count.
    pub roles: Vec<String>,
    /// Where the role must be held.
    pub reach: Reach,
    /// How many people could answer now.
    pub candidates: u32,
    /// The first few of them.
    pub people: Vec<PersonRef>,
    /// Who was asked and has not answered yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<PersonRef>,
}

/// The next time at which an answer may change by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Edge {
    /// When.
    pub at: Time,
    /// What happens then.
    #[schema(example = "the approval expires")]
    pub what: String,
}

/// One node: what was asked, how it came out and why, with its parts below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Explanation {
    /// How it came out.
    pub outcome: Outcome,
    /// Stable code for machines.
    #[schema(example = "requirement_missing")]
    pub code: String,
    /// One short sentence for people.
    pub title: String,
    /// More words: the condition with the values that matched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The rule it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleRef>,
    /// Key of the requirement it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<String>,
    /// Votes that count here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<CountedVote>,
    /// Votes that don't, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dead: Vec<DeadVote>,
    /// What is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
    /// The next edge in time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Edge>,
    /// Parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub children: Vec<Explanation>,
}

impl Explanation {
    /// A node without parts.
    #[must_use]
    pub fn new(outcome: Outcome, code: &str, title: impl Into<String>) -> Self {
        Self {
            outcome,
            code: code.to_owned(),
            title: title.into(),
            detail: None,
            rule: None,
            requirement: None,
            counted: Vec::new(),
            dead: Vec::new(),
            missing: None,
            next: None,
            children: Vec::new(),
        }
    }
}
