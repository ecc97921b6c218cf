//! The explanation tree as the console shows it. Every page that explains uses this one mapping.

use console::view::{Decision, Missing, Node, NodeVote, Outcome};
use domain::explanation::{self, CountedVote, DeadVote, Explanation};
use domain::requirement::Reach;

use super::reader::{self, Reader, counted, sentence};

impl Reader<'_> {
    /// One node and everything below it.
    pub(crate) fn node(&self, from: &Explanation) -> Node {
        let said = from.detail.as_deref().map(|detail| self.named(detail));
        let mut detail = said.as_deref().map(sentence).unwrap_or_default();
        if let Some(edge) = &from.next {
            let when = self.zone.words(edge.at);
            let stop = if detail.is_empty() || detail.ends_with('.') { "" } else { "." };
            detail = format!("{detail}{stop} Next: {} on {when}.", edge.what).trim().to_owned();
        }
        let met = u32::try_from(from.counted.len()).unwrap_or(u32::MAX);
        let missing = from.missing.as_ref().map_or(0, |m| m.count);
        let votes = from.counted.iter().map(|v| self.living(v));
        Node {
            outcome: outcome(from.outcome),
            title: sentence(&self.named(&from.title)),
            detail,
            rule_id: from.rule.as_ref().map(|r| r.id.clone()),
            source: from.rule.as_ref().map(reader::rule),
            progress: (met + missing > 0).then(|| (met, met.saturating_add(missing))),
            votes: votes.chain(from.dead.iter().map(|v| self.dead(v))).collect(),
            missing: from.missing.iter().map(|m| self.missing(m)).collect(),
            children: from.children.iter().map(|child| self.node(child)).collect(),
        }
    }

    fn living(&self, vote: &CountedVote) -> NodeVote {
        NodeVote {
            who: self.directory.person_name(&vote.person),
            decision: Decision::Approve,
            counts: true,
            why: {
                let together = if vote.in_bulk { ", in bulk" } else { "" };
                match &vote.on_behalf_of {
                    None => format!("as {}{together}", vote.role),
                    Some(other) => {
                        let other = self.directory.person_name(other);
                        let deputy = vote.deputy_of.as_ref().map_or_else(String::new, |group| {
                            format!(" as deputy of {}", self.group(group))
                        });
                        format!("as {} for {other}{deputy}{together}", vote.role)
                    }
                }
            },
        }
    }

    fn dead(&self, vote: &DeadVote) -> NodeVote {
        NodeVote {
            who: self.directory.person_name(&vote.person),
            decision: Decision::Approve,
            counts: false,
            why: self.named(&vote.why),
        }
    }

    fn missing(&self, from: &explanation::Missing) -> Missing {
        let named = u32::try_from(from.people.len()).unwrap_or(u32::MAX);
        Missing {
            what: counted(from.count as usize, "approval", "approvals"),
            role: reader::roles(&from.roles),
            scope: reach(from.reach).to_owned(),
            people: from.people.iter().map(|p| self.directory.person_name(p)).collect(),
            asked: from.asked.iter().map(|p| self.directory.person_name(p)).collect(),
            more: from.candidates.saturating_sub(named),
        }
    }
}

/// Where a role must be held to count, in words after "of".
pub(crate) const fn reach(reach: Reach) -> &'static str {
    match reach {
        Reach::Covering => "",
        Reach::Domain => "the service or its domain",
        Reach::Service => "this service",
        Reach::Organisation => "the whole organisation",
    }
}

/// How a node came out.
pub(crate) const fn outcome(from: explanation::Outcome) -> Outcome {
    match from {
        explanation::Outcome::Satisfied => Outcome::Satisfied,
        explanation::Outcome::Missing => Outcome::Missing,
        explanation::Outcome::Denied => Outcome::Refused,
        explanation::Outcome::Unknown => Outcome::Unknown,
        explanation::Outcome::NotApplicable => Outcome::NotApplicable,
        explanation::Outcome::Info => Outcome::Info,
    }
}
