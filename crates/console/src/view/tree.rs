//! The explanation tree: why a change needs what it needs, and where each need stands.

use askama::Template;

use super::{Decision, Link, Outcome};
use crate::filters;

/// One node of the explanation tree.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "parts/node.html")]
pub struct Node {
    /// Where it stands.
    pub outcome: Outcome,
    /// What it is about, in words, e.g. "Production needs two approvals from the service's owners".
    pub title: String,
    /// More about it, e.g. the condition with the values it saw.
    pub detail: String,
    /// The rule's id in the bundle.
    pub rule_id: Option<String>,
    /// Where the rule is written: label `rules.yaml:42`, target `/policy/source/rules.yaml#L42`.
    pub source: Option<Link>,
    /// How many votes it has of how many, e.g. `(1, 2)`.
    pub progress: Option<(u32, u32)>,
    /// Votes that count for it, and votes that would have but don't.
    pub votes: Vec<NodeVote>,
    /// What is missing and who could give it.
    pub missing: Vec<Missing>,
    /// Its parts.
    pub children: Vec<Node>,
}

impl Node {
    /// A node with an outcome and a title; fill the rest with `..` or by assignment.
    pub fn new(outcome: Outcome, title: impl Into<String>) -> Self {
        Self { outcome, title: title.into(), ..Self::default() }
    }

    /// Whether it starts open: anything that isn't settled does.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.outcome, Outcome::Missing | Outcome::Refused | Outcome::Unknown)
            || self.children.iter().any(Self::is_open)
    }

    /// Whether there is anything below the title line.
    #[must_use]
    pub fn has_body(&self) -> bool {
        !(self.votes.is_empty() && self.missing.is_empty() && self.children.is_empty())
    }
}

/// A vote as one node sees it.
#[derive(Debug, Clone, Default)]
pub struct NodeVote {
    /// Who voted.
    pub who: String,
    /// How.
    pub decision: Decision,
    /// Whether it counts for this node.
    pub counts: bool,
    /// The role it counts for, or why it doesn't count.
    pub why: String,
}

/// Something a node lacks.
#[derive(Debug, Clone, Default)]
pub struct Missing {
    /// What, e.g. "1 approval".
    pub what: String,
    /// From which role.
    pub role: String,
    /// Of which scope, e.g. "service checkout".
    pub scope: String,
    /// Some who could give it now.
    pub people: Vec<String>,
    /// Who was asked and has not answered yet.
    pub asked: Vec<String>,
    /// How many more beyond those named.
    pub more: u32,
}
