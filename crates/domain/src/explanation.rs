//! The one explanation tree that API, console, CLI, ledger and exports render.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{GroupId, PersonId, RoleName, VoteId};
use crate::requirement::{Reach, RuleRef};

/// How one node of the tree came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Holds.
    Satisfied,
    /// Does not hold yet; somebody or time can still change that.
    Missing,
    /// Does not hold and blocks.
    Denied,
    /// Could not be found out. Never a yes (I7).
    Unknown,
    /// Does not concern this change.
    NotApplicable,
    /// Says something without deciding anything.
    Info,
}

/// A vote that counts for a requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountedVote {
    /// The vote.
    pub vote: VoteId,
    /// Who gave it.
    pub person: PersonId,
    /// The role it counts for.
    pub role: RoleName,
    /// Whose right it used, when not their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<PersonId>,
    /// As whose deputy: a group the other is a member of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deputy_of: Option<GroupId>,
    /// Whether it was given in one step with others (C17).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_bulk: bool,
}

/// A vote that does not count, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadVote {
    /// The vote.
    pub vote: VoteId,
    /// Who gave it.
    pub person: PersonId,
    /// Stable code, such as `older_revision` or `sod_author`.
    pub code: String,
    /// A sentence.
    pub why: String,
}

/// What is missing and who could supply it now (I8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// How many more people are needed.
    pub count: u32,
    /// Any of these roles.
    pub roles: Vec<RoleName>,
    /// Where the role must be held.
    pub reach: Reach,
    /// How many people could answer now.
    pub candidates: u32,
    /// The first few of them.
    pub people: Vec<PersonId>,
    /// Who was asked and has not answered yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<PersonId>,
}

/// The next time at which the answer may change by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    /// When.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
    /// What happens then.
    pub what: String,
}

/// One node: what was asked, how it came out, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// How it came out.
    pub outcome: Outcome,
    /// Stable code for machines.
    pub code: String,
    /// One short sentence for people.
    pub title: String,
    /// More words: the condition with the values that matched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The rule it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleRef>,
    /// The requirement it is about.
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
    pub children: Vec<Explanation>,
}

impl Explanation {
    /// A leaf node.
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

    /// The same node with more words.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// The same node with the rule it comes from.
    #[must_use]
    pub fn rule(mut self, rule: RuleRef) -> Self {
        self.rule = Some(rule);
        self
    }

    /// The same node with parts.
    #[must_use]
    pub fn children(mut self, children: Vec<Self>) -> Self {
        self.children = children;
        self
    }

    /// This node and all below it, depth first.
    pub fn walk(&self) -> impl Iterator<Item = &Self> {
        let mut stack = vec![self];
        std::iter::from_fn(move || {
            let node = stack.pop()?;
            stack.extend(node.children.iter().rev());
            Some(node)
        })
    }

    /// The same without what other items of its change set need.
    pub fn walk_own(&self) -> impl Iterator<Item = &Self> {
        let mut stack = vec![self];
        std::iter::from_fn(move || {
            let node = stack.pop()?;
            if node.code != crate::decision::CHANGE_SET {
                stack.extend(node.children.iter().rev());
            }
            Some(node)
        })
    }

    /// The earliest edge in this tree.
    #[must_use]
    pub fn next_edge(&self) -> Option<&Edge> {
        self.walk().filter_map(|node| node.next.as_ref()).min_by_key(|edge| edge.at)
    }
}
