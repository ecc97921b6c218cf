//! Votes on the wire, and whether they count.

use api_types::votes::{Authentication, InBulk, Vote, WhyNot};
use domain::change::{Change, Vote as DomainVote, VoteDecision};
use domain::decision::Decision;
use domain::refusal::Refusal;

use super::Names;
use super::briefing::informed;
use super::material::decision;
use super::text::time;

impl Names<'_> {
    pub(super) fn votes(&self, change: &Change, decisions: &[Decision]) -> Vec<Vote> {
        change.votes.iter().map(|v| self.vote(change, v, decisions)).collect()
    }

    /// A vote, and whether it counts now.
    #[must_use]
    pub fn vote(&self, change: &Change, vote: &DomainVote, decisions: &[Decision]) -> Vote {
        let counted = decisions.iter().flat_map(|d| &d.counted);
        let counted = counted.filter(|c| c.votes.iter().any(|v| v.vote == vote.id));
        let mut counts_for: Vec<String> = counted.map(|c| c.requirement.clone()).collect();
        let mut seen = std::collections::BTreeSet::new();
        counts_for.retain(|key| seen.insert(key.clone()));
        let counts = !counts_for.is_empty();
        let why_not = if counts { None } else { why_not(change, vote, decisions) };
        Vote {
            id: vote.id.to_string(),
            person: self.person(&vote.person),
            on_behalf_of: vote.on_behalf_of.as_ref().map(|o| self.person(&o.person)),
            delegation: vote.on_behalf_of.as_ref().map(|o| o.delegation.to_string()),
            revision: vote.revision,
            revision_digest: vote.revision_digest.to_string(),
            decision: decision(vote.decision),
            justification: vote.justification.get().cloned(),
            meaning: vote.meaning.clone(),
            roles: vote.roles.iter().map(ToString::to_string).collect(),
            policy: vote.policy.clone(),
            informed: vote.informed.as_ref().map(informed),
            at: time(vote.at),
            authentication: vote.authentication.as_ref().map(authentication),
            signature: super::signing::signed(change, vote, self.directory),
            bulk: vote.bulk.as_ref().map(in_bulk),
            counts,
            counts_for,
            why_not,
        }
    }
}

/// How somebody signed in.
fn authentication(found: &domain::authentication::Authentication) -> Authentication {
    Authentication {
        at: found.at.map(time),
        acr: found.acr.clone(),
        amr: found.amr.iter().cloned().collect(),
    }
}

fn in_bulk(bulk: &domain::change::InBulk) -> InBulk {
    InBulk { id: bulk.id.to_string(), changes: bulk.changes }
}

/// A refusal as a reason why not.
#[must_use]
pub fn refusal(refusal: &Refusal) -> WhyNot {
    WhyNot {
        code: refusal.code().to_owned(),
        detail: refusal.to_string(),
        next: refusal.next_action().to_owned(),
    }
}

/// Why a vote does not count: it died, says something else than yes, or is not needed.
fn why_not(change: &Change, vote: &DomainVote, decisions: &[Decision]) -> Option<WhyNot> {
    let why = |code: &str, detail: &str, next: &str| {
        Some(WhyNot { code: code.to_owned(), detail: detail.to_owned(), next: next.to_owned() })
    };
    let dead = decisions.iter().flat_map(|d| &d.explanation.dead).find(|d| d.vote == vote.id);
    if let Some(dead) = dead {
        return why(&dead.code, &dead.why, "somebody else must answer, or they must vote again");
    }
    if vote.revision != change.revision().number {
        return why(
            "older_revision",
            "it was given for an older revision",
            "vote on the current one",
        );
    }
    if !change.current_votes().any(|v| v.id == vote.id) {
        return why(
            "replaced",
            "the same person voted again later",
            "nothing: the later vote stands",
        );
    }
    match vote.decision {
        VoteDecision::Approve => why(
            "not_needed",
            "enough others count for every requirement it could answer",
            "nothing: it counts as soon as it is needed",
        ),
        VoteDecision::Abstain => why("abstained", "it has no opinion", "vote again to decide"),
        VoteDecision::Reject | VoteDecision::RequestChanges => None,
    }
}
