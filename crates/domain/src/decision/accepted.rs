//! What an accepted risk stands in for. It is no vote, and it never stands alone (M3.6).

use std::borrow::Cow;

use jiff::Timestamp;

use crate::change::{Assessment, EvidenceRequirement};
use crate::eligibility::Eligibility;
use crate::explanation::{Explanation, Outcome};
use crate::organisation::RiskAcceptance;
use crate::requirement::{AcceptanceTerms, Requirement, RuleRef};

/// Requirements that votes have to answer, and nodes for those an accepted risk stands in for.
pub(super) struct Asked<'a> {
    pub(super) by_votes: Cow<'a, [Requirement]>,
    pub(super) accepted: Vec<Explanation>,
}

/// Sorts the requirements. At least one person has to approve: where accepted risks would leave
/// nobody to ask, they stand in for nothing.
pub(super) fn sort_out<'a>(
    facts: &Eligibility<'_>,
    all: Cow<'a, [Requirement]>,
    now: Timestamp,
) -> Asked<'a> {
    let find = |r: &Requirement| of(facts, &r.rule, r.acceptable.as_ref(), now);
    if all.iter().all(|r| find(r).is_none()) {
        return Asked { by_votes: all, accepted: Vec::new() };
    }
    // An exception from a freeze is asked for on top and decides nothing else.
    let of_policy = || all.iter().filter(|r| !r.key.starts_with("freeze/"));
    if of_policy().all(|r| find(r).is_some()) {
        let title = "accepted risks alone approve nothing: somebody has to vote as well";
        let node = Explanation::new(Outcome::Info, "risk_acceptance_alone", title);
        return Asked { by_votes: all, accepted: vec![node] };
    }
    let mut by_votes = Vec::new();
    let mut accepted = Vec::new();
    for requirement in all.iter() {
        match find(requirement) {
            Some(found) => accepted.push(node(found, &requirement.key, &requirement.rule)),
            None => by_votes.push(requirement.clone()),
        }
    }
    Asked { by_votes: Cow::Owned(by_votes), accepted }
}

/// The node for evidence that an accepted risk stands in for, if one does.
pub(super) fn evidence(
    facts: &Eligibility<'_>,
    requirement: &EvidenceRequirement,
    now: Timestamp,
) -> Option<Explanation> {
    let found = of(facts, &requirement.rule, requirement.acceptable.as_ref(), now)?;
    Some(node(found, &requirement.key, &requirement.rule))
}

/// Whether an assessment has anything an accepted risk could stand in for; then time moves it.
#[must_use]
pub fn is_acceptable(assessment: &Assessment) -> bool {
    assessment.requirements.iter().any(|r| r.acceptable.is_some())
        || assessment.evidence.iter().any(|e| e.acceptable.is_some())
}

/// An acceptance by somebody with clean hands.
fn of<'f>(
    facts: &Eligibility<'f>,
    rule: &RuleRef,
    terms: Option<&AcceptanceTerms>,
    now: Timestamp,
) -> Option<&'f RiskAcceptance> {
    let terms = terms?;
    let environment = &facts.change().revision().material.environment;
    facts
        .directory()
        .live_acceptances(&rule.id, terms, facts.service(), environment, now)
        .find(|a| facts.duties().hands_of(&a.by, now).is_empty())
}

fn node(accepted: &RiskAcceptance, key: &str, rule: &RuleRef) -> Explanation {
    let title = "not approved: the risk of going off this rule is accepted";
    let mut node = Explanation::new(Outcome::Satisfied, "risk_accepted", title)
        .detail(format!(
            "{} by {} as {}: {}",
            accepted.id,
            accepted.by,
            accepted.role,
            accepted.reason.text()
        ))
        .rule(rule.clone());
    node.requirement = Some(key.to_owned());
    let what = "the accepted risk ends".to_owned();
    node.next = Some(crate::explanation::Edge { at: accepted.expires_at, what });
    node
}
