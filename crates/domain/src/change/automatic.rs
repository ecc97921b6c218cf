//! Automatic approvals: requirements that a rule of policy answers, with all it looked at (M4.1,
//! M4.2). They are the rule's, never a person's vote, and any person's no beats them (I6).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::material::Digest;
use super::{Change, EvidenceRequirement, HeldReview, ReviewTerms, VoteDecision};
use crate::ids::PersonId;
use crate::requirement::RuleRef;

/// A value that a condition saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchedValue {
    /// The fact, such as `risk.score`.
    pub fact: String,
    /// Its value, rendered.
    pub value: String,
    /// Where it came from, such as `the directory`.
    pub from: String,
}

/// A condition that held, with what it saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchedCondition {
    /// Its source.
    pub condition: String,
    /// Every value it read.
    pub values: Vec<MatchedValue>,
}

/// An automation rule all of whose conditions hold for a revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutomaticRule {
    /// The rule.
    pub rule: RuleRef,
    /// What it says, in a sentence.
    pub title: String,
    /// Keys of the requirements it answers. Never empty.
    pub answers: Vec<String>,
    /// Its conditions. Never empty.
    pub conditions: Vec<MatchedCondition>,
    /// Evidence it rests on, about every artifact.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceRequirement>,
    /// The review it approves after; without one it approves at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewTerms>,
}

/// What a rule approved. It stands for exactly one revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutomaticApproval {
    /// The rule, its conditions, and the values that matched.
    #[serde(flatten)]
    pub by: AutomaticRule,
    /// Digest of the bundle that has the rule.
    pub policy: String,
    /// The revision.
    pub revision: u32,
    /// Its digest: what was approved, exactly.
    pub revision_digest: Digest,
    /// How many entries of the organisation's stream it was decided on. Unknown for old approvals,
    /// which count as given before any stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_on: Option<u64>,
    /// The review that came before it, if its rule asks for one.
    #[serde(default, rename = "held_review", skip_serializing_if = "Option::is_none")]
    pub review: Option<HeldReview>,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
}

impl Change {
    /// The automatic approvals of the current revision, in the order they were given.
    pub fn current_automatic_approvals(&self) -> impl Iterator<Item = &AutomaticApproval> {
        let revision = self.revision().number;
        self.automatic_approvals.iter().filter(move |approval| approval.revision == revision)
    }

    /// The newest automatic approval of the current revision by a rule.
    #[must_use]
    pub fn automatic_approval(&self, rule: &str) -> Option<&AutomaticApproval> {
        let digest = &self.revision().digest;
        let mut newest = self.automatic_approvals.iter().rev();
        newest.find(|a| a.by.rule.id == rule && a.revision_digest == *digest)
    }

    /// Who said no to any revision. Their no is for people to answer: nothing automatic approves
    /// this change any more (I6).
    #[must_use]
    pub fn objector(&self) -> Option<&PersonId> {
        let no = [VoteDecision::Reject, VoteDecision::RequestChanges];
        self.votes.iter().find(|v| no.contains(&v.decision)).map(|v| &v.person)
    }
}
