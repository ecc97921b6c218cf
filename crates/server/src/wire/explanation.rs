//! The explanation tree on the wire.

use api_types::explanation as wire;
use domain::explanation::{CountedVote, DeadVote, Edge, Explanation, Missing, Outcome};
use domain::requirement::{Reach, RuleRef};

use super::Names;
use super::text::time;

impl Names<'_> {
    /// The tree, with people by their names.
    #[must_use]
    pub fn explanation(&self, tree: &Explanation) -> wire::Explanation {
        wire::Explanation {
            outcome: outcome(tree.outcome),
            code: tree.code.clone(),
            title: tree.title.clone(),
            detail: tree.detail.clone(),
            rule: tree.rule.as_ref().map(rule),
            requirement: tree.requirement.clone(),
            counted: tree.counted.iter().map(|v| self.counted(v)).collect(),
            dead: tree.dead.iter().map(|v| self.dead(v)).collect(),
            missing: tree.missing.as_ref().map(|m| self.missing(m, tree.requirement.as_deref())),
            next: tree.next.as_ref().map(edge),
            children: tree.children.iter().map(|c| self.explanation(c)).collect(),
        }
    }

    fn counted(&self, vote: &CountedVote) -> wire::CountedVote {
        wire::CountedVote {
            vote: vote.vote.to_string(),
            person: self.person(&vote.person),
            role: vote.role.to_string(),
            on_behalf_of: vote.on_behalf_of.as_ref().map(|p| self.person(p)),
            deputy_of: vote.deputy_of.as_ref().map(|group| self.group_ref(group)),
            in_bulk: vote.in_bulk,
        }
    }

    fn dead(&self, vote: &DeadVote) -> wire::DeadVote {
        wire::DeadVote {
            vote: vote.vote.to_string(),
            person: self.person(&vote.person),
            code: vote.code.clone(),
            why: vote.why.clone(),
        }
    }

    /// What is missing for a requirement.
    #[must_use]
    pub fn missing(&self, missing: &Missing, requirement: Option<&str>) -> wire::Missing {
        wire::Missing {
            requirement: requirement.map(str::to_owned),
            count: missing.count,
            roles: missing.roles.iter().map(ToString::to_string).collect(),
            reach: reach(missing.reach),
            candidates: missing.candidates,
            people: missing.people.iter().map(|p| self.person(p)).collect(),
            asked: missing.asked.iter().map(|p| self.person(p)).collect(),
        }
    }

    /// Everything in a tree of a change that still misses somebody for itself, each requirement once.
    #[must_use]
    pub fn all_missing(&self, tree: &Explanation) -> Vec<wire::Missing> {
        let mut found: Vec<wire::Missing> = Vec::new();
        for node in tree.walk_own().filter(|n| n.outcome != Outcome::Satisfied) {
            let Some(missing) = &node.missing else { continue };
            let missing = self.missing(missing, node.requirement.as_deref());
            if !found.contains(&missing) {
                found.push(missing);
            }
        }
        found
    }
}

pub(super) fn edge(edge: &Edge) -> wire::Edge {
    wire::Edge { at: time(edge.at), what: edge.what.clone() }
}

pub(super) fn rule(rule: &RuleRef) -> wire::RuleRef {
    wire::RuleRef { id: rule.id.clone(), file: rule.file.clone(), line: rule.line }
}

pub(super) const fn reach(reach: Reach) -> wire::Reach {
    match reach {
        Reach::Covering => wire::Reach::Covering,
        Reach::Domain => wire::Reach::Domain,
        Reach::Service => wire::Reach::Service,
        Reach::Organisation => wire::Reach::Organisation,
    }
}

const fn outcome(outcome: Outcome) -> wire::Outcome {
    match outcome {
        Outcome::Satisfied => wire::Outcome::Satisfied,
        Outcome::Missing => wire::Outcome::Missing,
        Outcome::Denied => wire::Outcome::Denied,
        Outcome::Unknown => wire::Outcome::Unknown,
        Outcome::NotApplicable => wire::Outcome::NotApplicable,
        Outcome::Info => wire::Outcome::Info,
    }
}
