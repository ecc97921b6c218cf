//! From requirements and votes to a decision: who counts for what, what died, what is missing.

mod accepted;
mod alignment;
mod automatic;
mod joint;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::asking::Asking;
use crate::authentication::Lack;
use crate::change::{
    Assessment, Change, Counted, Evidence, EvidenceRequirement, State, Vote, VoteDecision,
};
use crate::eligibility::Eligibility;
use crate::explanation::{CountedVote, DeadVote, Edge, Explanation, Missing, Outcome};
use crate::ids::{GroupId, PersonId};
use crate::matching::assign;
use crate::organisation::Directory;
use crate::parties::parties;
use crate::precedent::APPROVED_BEFORE;
use crate::requirement::Requirement;

pub use accepted::is_acceptable;
pub use automatic::automatic_approvals;
pub(crate) use automatic::free_rules;
pub use joint::{Authority, CHANGE_SET, Item, Joint, joint};
pub(crate) use joint::{is_of_domain, scope_of};

/// Why an approval is not counted that could be: somebody it stands for counts already.
pub(crate) const COUNTS_ONCE: &str = "counts_once";

const CANDIDATES_SHOWN: usize = 5;

/// How the requirements of one assessment stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whether every requirement is met and nothing blocks.
    pub approved: bool,
    /// Why, as a tree with a child for each requirement and each blocker.
    pub explanation: Explanation,
    /// Which votes count for which requirement.
    pub counted: Vec<Counted>,
    /// Keys of requirements that miss somebody.
    pub unmet: Vec<String>,
}

/// What the journal itself can witness about the artifacts, and the time it is asked.
#[derive(Debug, Clone, Copy)]
pub struct Witnessed<'a> {
    /// Evidence of the kinds `deployment:ENVIRONMENT` and [`APPROVED_BEFORE`], made by us from what is
    /// recorded.
    pub deployments: &'a [Evidence],
    /// The time at which the decision is evaluated.
    pub now: Timestamp,
}

/// Decides how the votes on the current revision stand against an assessment, as of `directory`.
///
/// All requirements are combined with AND; a person fills one place in the whole set.
#[must_use]
pub fn decide(
    change: &Change,
    assessment: &Assessment,
    directory: &Directory,
    witnessed: Witnessed<'_>,
) -> Decision {
    let facts = Eligibility::of(change, directory, witnessed.now);
    let all = change.with_exceptions(&assessment.requirements);
    let accepted::Asked { by_votes, accepted } = accepted::sort_out(&facts, all, witnessed.now);
    let evidence: Vec<Explanation> = assessment
        .evidence
        .iter()
        .map(|r| {
            let met = check_evidence(change, r, witnessed);
            let stands_in = || accepted::evidence(&facts, r, witnessed.now);
            if met.outcome == Outcome::Satisfied { met } else { stands_in().unwrap_or(met) }
        })
        .collect();
    let risk_accepted = accepted.iter().chain(&evidence).any(|node| node.code == "risk_accepted");
    let automatic::Answered { by_votes, nodes: automatic, answered } =
        automatic::sort_out(&facts, by_votes, assessment, risk_accepted, witnessed);
    let requirements: &[Requirement] = &by_votes;
    let approvals: Vec<&Vote> =
        change.current_votes().filter(|v| v.decision == VoteDecision::Approve).collect();
    let (living, mut dead) = sort_out(&facts, &approvals, assessment);
    let Answers { mut children, mut counted, unmet, idle } =
        answer_requirements(&facts, requirements, &living);
    dead.extend(idle);
    children.extend(blockers(&facts, assessment));
    children.extend(alignment::check(change, assessment, directory));
    children.extend(accepted);
    children.extend(automatic);
    children.extend(evidence);
    counted.extend(answered.into_iter().map(|(requirement, rule)| Counted {
        requirement,
        votes: Vec::new(),
        automatic: Some(rule),
    }));
    if assessment.requirements.is_empty() {
        children.push(nothing_required(assessment));
    }
    let outcome = worst(&children);
    let title = match outcome {
        Outcome::Satisfied if children.iter().any(|n| n.code == "automatic_approval") => {
            "nobody is missing: rules approved by themselves"
        }
        Outcome::Satisfied => "everyone who must approve has approved",
        Outcome::Missing => "approvals are missing",
        Outcome::Denied => "approval is blocked",
        Outcome::Unknown | Outcome::NotApplicable | Outcome::Info => {
            "it can't be found out who must approve"
        }
    };
    let mut explanation = Explanation::new(outcome, "approvals", title).children(children);
    explanation.dead = dead;
    Decision { approved: outcome == Outcome::Satisfied, explanation, counted, unmet }
}

/// Votes that may count, and those that died, including those on older revisions (A03).
fn sort_out<'v>(
    facts: &Eligibility<'_>,
    approvals: &[&'v Vote],
    assessment: &Assessment,
) -> (Vec<&'v Vote>, Vec<DeadVote>) {
    let mut living = Vec::new();
    let mut dead = Vec::new();
    for vote in approvals {
        match death(facts, vote, assessment) {
            Some((code, why)) => dead.push(bury(vote, code, why)),
            None => living.push(*vote),
        }
    }
    let current = facts.change().revision().number;
    for vote in facts.change().votes.iter().filter(|v| v.revision != current) {
        if vote.decision == VoteDecision::Approve {
            let why = format!("it was given for revision {}", vote.revision);
            dead.push(bury(vote, "older_revision", why));
        }
    }
    (living, dead)
}

fn bury(vote: &Vote, code: &str, why: String) -> DeadVote {
    DeadVote { vote: vote.id.clone(), person: vote.person.clone(), code: code.to_owned(), why }
}

/// Why a current approval does not count for anything, if so.
fn death(
    facts: &Eligibility<'_>,
    vote: &Vote,
    assessment: &Assessment,
) -> Option<(&'static str, String)> {
    let directory = facts.directory();
    if vote.revision_digest != facts.change().revision().digest {
        return Some(("other_digest", "it was given for other content".to_owned()));
    }
    if !directory.is_active(&vote.person) {
        return Some(("not_active", "the voter is not active any more".to_owned()));
    }
    if !directory.is_usable(&vote.account) {
        let why = "the account it was given with is disabled";
        return Some(("account_disabled", why.to_owned()));
    }
    let hands = facts.duties().hands_of(&vote.person, vote.at);
    if !hands.is_empty() {
        let hands: Vec<_> = hands.iter().map(crate::duties::Hand::title).collect();
        return Some(("sod_author", format!("the voter had a hand in it: {}", hands.join(", "))));
    }
    let signed = match facts.change().signed(vote, directory) {
        Ok(signed) => signed,
        Err(why) => return Some(("signature_invalid", why.to_owned())),
    };
    let asked = facts.change().with_exceptions(&assessment.requirements);
    if asked.iter().any(|r| facts.role_of(vote, r).is_some()) {
        let asked = assessment.step_up.as_ref()?;
        return Some(match asked.lack(vote.shows(signed.as_ref()), vote.at)? {
            Lack::SignIn(why) => {
                let why = format!("the voter has to prove again who they are: {why}");
                ("step_up_required", why)
            }
            Lack::Signature => {
                ("signature_required", "policy wants it signed by the voter".to_owned())
            }
        });
    }
    if asked.iter().any(|r| facts.right_of(vote, r).is_some()) {
        let why =
            "policy wants it informed, and the voter had not opened and confirmed the briefing";
        return Some(("uninformed", why.to_owned()));
    }
    // Another bundle of the record asks for it, where it lives or dies.
    let mut others = facts.change().assessments().flat_map(|a| &a.requirements);
    if others.any(|r| facts.role_of(vote, r).is_some()) {
        return None;
    }
    Some(match &vote.on_behalf_of {
        None => ("no_role", "the voter holds none of the roles asked for now".to_owned()),
        Some(other) => (
            "delegation_over",
            format!("the right of {} it used does not stand", directory.person_name(&other.person)),
        ),
    })
}

/// How the requirements were answered.
struct Answers {
    children: Vec<Explanation>,
    counted: Vec<Counted>,
    unmet: Vec<String>,
    /// Votes that could count, but whose party fills a place already.
    idle: Vec<DeadVote>,
}

/// The group as whose deputy a vote was given.
fn deputy_of(directory: &Directory, vote: &Vote) -> Option<GroupId> {
    let deputy = directory.deputy(&vote.on_behalf_of.as_ref()?.delegation)?;
    Some(deputy.named.group.clone())
}

/// Assigns parties to places: a person, with everybody who acts for them, fills one.
fn answer_requirements(
    facts: &Eligibility<'_>,
    requirements: &[Requirement],
    living: &[&Vote],
) -> Answers {
    let parties = parties(living);
    let vote_of = |party: usize, requirement: &Requirement| {
        let mut members = parties.get(party)?.iter().filter_map(|n| living.get(*n));
        members.find_map(|vote| Some((*vote, facts.role_of(vote, requirement)?.clone())))
    };
    let mut places = Vec::new();
    for requirement in requirements {
        let edges: Vec<usize> =
            (0..parties.len()).filter(|party| vote_of(*party, requirement).is_some()).collect();
        places.extend(std::iter::repeat_n(edges, requirement.count.max(1) as usize));
    }
    let filled = assign(&places, parties.len());
    let feasible = filled.iter().all(Option::is_some) || is_feasible(facts, requirements);
    let mut rest = filled.as_slice();
    let (mut children, mut counted, mut unmet) = (Vec::new(), Vec::new(), Vec::new());
    let mut used = BTreeSet::new();
    for requirement in requirements {
        let (mine, others) = rest.split_at((requirement.count.max(1) as usize).min(rest.len()));
        rest = others;
        let votes: Vec<CountedVote> = mine
            .iter()
            .flatten()
            .filter_map(|party| vote_of(*party, requirement))
            .map(|(vote, role)| CountedVote {
                vote: vote.id.clone(),
                person: vote.person.clone(),
                role,
                on_behalf_of: vote.on_behalf_of.as_ref().map(|o| o.person.clone()),
                deputy_of: deputy_of(facts.directory(), vote),
                in_bulk: vote.bulk.is_some(),
            })
            .collect();
        used.extend(votes.iter().map(|v| v.vote.clone()));
        let short = mine.len() - votes.len();
        if short > 0 {
            unmet.push(requirement.key.clone());
        }
        children.push(explain(facts, requirement, &votes, short, feasible));
        counted.push(Counted { requirement: requirement.key.clone(), votes, automatic: None });
    }
    let filling = parties.iter().enumerate().filter(|(n, _)| filled.contains(&Some(*n)));
    let idle = filling
        .flat_map(|(_, members)| members.iter().filter_map(|n| living.get(*n)))
        .filter(|vote| !used.contains(&vote.id))
        .map(|vote| {
            let why = "somebody who acts for them, or for whom they act, counts already";
            bury(vote, COUNTS_ONCE, why.to_owned())
        })
        .collect();
    Answers { children, counted, unmet, idle }
}

/// Whether all places could be filled if everybody eligible approved. Delegates add nobody: they
/// count as one with a holder who could answer themself.
fn is_feasible(facts: &Eligibility<'_>, requirements: &[Requirement]) -> bool {
    let eligible: Vec<BTreeSet<&PersonId>> =
        requirements.iter().map(|r| facts.holders(r)).collect();
    let everybody: Vec<&PersonId> =
        eligible.iter().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let mut places = Vec::new();
    for (requirement, who) in requirements.iter().zip(&eligible) {
        let edges: Vec<usize> =
            who.iter().filter_map(|p| everybody.binary_search(p).ok()).collect();
        places.extend(std::iter::repeat_n(edges, requirement.count.max(1) as usize));
    }
    assign(&places, everybody.len()).iter().all(Option::is_some)
}

fn explain(
    facts: &Eligibility<'_>,
    requirement: &Requirement,
    votes: &[CountedVote],
    short: usize,
    feasible: bool,
) -> Explanation {
    let roles: Vec<&str> =
        facts.change().routes(requirement).map(|(role, _)| role.as_str()).collect();
    let wanted = format!("{} of {}", requirement.count, roles.join(" or "));
    let asking = facts.change().asking_of(&requirement.key);
    let mut next = None;
    let mut node = if short == 0 {
        Explanation::new(Outcome::Satisfied, "requirement_met", wanted)
    } else {
        // Whoever approved without being informed can approve again.
        let answers = |vote: &&Vote| {
            vote.decision != VoteDecision::Approve || facts.role_of(vote, requirement).is_some()
        };
        let voted: BTreeSet<&PersonId> =
            facts.change().current_votes().filter(answers).flat_map(parties_of).collect();
        let mut open = facts.eligible(requirement);
        open.retain(|person| !voted.contains(person));
        let holders = facts.holders(requirement).difference(&voted).count();
        let missing = Missing {
            count: u32::try_from(short).unwrap_or(u32::MAX),
            roles: facts.change().routes(requirement).map(|(role, _)| role.clone()).collect(),
            reach: requirement.reach,
            candidates: u32::try_from(open.len()).unwrap_or(u32::MAX),
            people: open.iter().take(CANDIDATES_SHOWN).map(|p| (*p).clone()).collect(),
            asked: asking
                .map(|a| a.asked.iter().filter(|p| open.contains(p)).cloned().collect())
                .unwrap_or_default(),
        };
        next = next_of(facts, requirement, asking);
        let blocked = holders < short || !feasible;
        let (outcome, code, words) = if blocked {
            (
                Outcome::Denied,
                "no_eligible_approver",
                "nobody left can give it: an admin must fill the role",
            )
        } else {
            (Outcome::Missing, "requirement_missing", "waiting for a vote")
        };
        let mut node = Explanation::new(outcome, code, format!("{wanted}: {words}"));
        node.missing = Some(missing);
        node
    };
    node.detail = Some(requirement.why.clone());
    node.rule = Some(requirement.rule.clone());
    node.requirement = Some(requirement.key.clone());
    node.counted = votes.to_vec();
    node.next = next;
    node
}

/// What happens by itself while nobody answers, and when: the time to unblock (J08).
fn next_of(
    facts: &Eligibility<'_>,
    requirement: &Requirement,
    asking: Option<&Asking>,
) -> Option<Edge> {
    let State::AwaitingApproval { since, .. } = &facts.change().state else { return None };
    match asking {
        Some(asking) => asking.next.clone(),
        None if requirement.response.is_some() => {
            Some(Edge { at: *since, what: "the first people are asked".to_owned() })
        }
        None => None,
    }
}

/// Everybody a vote stands for.
fn parties_of(vote: &Vote) -> impl Iterator<Item = &PersonId> {
    std::iter::once(&vote.person).chain(vote.on_behalf_of.as_ref().map(|o| &o.person))
}

/// What blocks whatever the votes say.
fn blockers(facts: &Eligibility<'_>, assessment: &Assessment) -> Vec<Explanation> {
    let mut found = Vec::new();
    for vote in facts.change().current_votes() {
        let name = || facts.directory().person_name(&vote.person);
        match vote.decision {
            VoteDecision::Reject => found.push(Explanation::new(
                Outcome::Denied,
                "rejected",
                format!("{} rejected it", name()),
            )),
            VoteDecision::RequestChanges => found.push(Explanation::new(
                Outcome::Denied,
                "changes_requested",
                format!("{} asks for a new revision", name()),
            )),
            VoteDecision::Approve | VoteDecision::Abstain => {}
        }
    }
    if assessment.known_contributors && !facts.duties().unknown().is_empty() {
        found.push(
            Explanation::new(
                Outcome::Unknown,
                "unknown_contributor",
                "a contributor is nobody we know, so separation of duties can't be checked",
            )
            .detail(format!(
                "an admin adds these identities to their people: {}",
                facts.duties().unknown().join(", ")
            )),
        );
    }
    found
}

/// Evidence counts when it is about this artifact, by an issuer policy lists, and fresh (A14, A15).
fn check_evidence(
    change: &Change,
    requirement: &EvidenceRequirement,
    witnessed: Witnessed<'_>,
) -> Explanation {
    let material = &change.revision().material;
    let before = requirement.kind == APPROVED_BEFORE;
    let ours = before || requirement.kind.starts_with("deployment:");
    let all = if ours { witnessed.deployments } else { material.evidence.as_slice() };
    let of_kind: Vec<&Evidence> = all.iter().filter(|e| e.kind == requirement.kind).collect();
    let fresh = |e: &&&Evidence| {
        requirement.max_age_minutes.is_none_or(|minutes| {
            let age = SignedDuration::from_mins(i64::from(minutes));
            e.issued_at.checked_add(age).is_ok_and(|end| witnessed.now < end)
        })
    };
    let trusted = |e: &&&Evidence| ours || requirement.issuers.contains(&e.issuer);
    let mut problems = Vec::new();
    for digest in material.digests() {
        let about: Vec<_> = of_kind.iter().filter(|e| e.subject == *digest).collect();
        let problem = if about.is_empty() && before {
            "people have not approved exactly this here before, or something spoke against it since"
        } else if about.is_empty() && of_kind.is_empty() {
            "no evidence"
        } else if about.is_empty() {
            "evidence is about another artifact"
        } else if !about.iter().any(&trusted) {
            "evidence is by an issuer that policy does not list"
        } else if !about.iter().any(|e| trusted(e) && fresh(e)) {
            "evidence is stale"
        } else if about.iter().any(|e| trusted(e) && fresh(e) && !e.passed) {
            "evidence says it failed"
        } else {
            continue;
        };
        problems.push(format!("{digest}: {problem}"));
    }
    let (outcome, code) = if problems.is_empty() && !material.artifacts.is_empty() {
        (Outcome::Satisfied, "evidence_met")
    } else {
        (Outcome::Missing, "evidence_missing")
    };
    let words = match outcome {
        Outcome::Satisfied => requirement.why.clone(),
        _ => format!("{} ({})", requirement.why, problems.join("; ")),
    };
    let mut node = Explanation::new(outcome, code, format!("evidence: {}", requirement.kind));
    node.detail = Some(words);
    node.rule = Some(requirement.rule.clone());
    node.requirement = Some(requirement.key.clone());
    node
}

fn nothing_required(assessment: &Assessment) -> Explanation {
    match &assessment.exempt {
        Some(rule) => Explanation::new(
            Outcome::Satisfied,
            "no_approval_needed",
            "policy says that nobody needs to approve this",
        )
        .rule(rule.clone()),
        None => Explanation::new(
            Outcome::Unknown,
            "no_rule",
            "no rule of the policy says who approves this",
        ),
    }
}

/// The outcome of all parts together: denied before unknown before missing before satisfied.
#[must_use]
pub fn worst(parts: &[Explanation]) -> Outcome {
    let has = |outcome| parts.iter().any(|p| p.outcome == outcome);
    if has(Outcome::Denied) {
        Outcome::Denied
    } else if has(Outcome::Unknown) {
        Outcome::Unknown
    } else if has(Outcome::Missing) {
        Outcome::Missing
    } else if has(Outcome::Satisfied) {
        Outcome::Satisfied
    } else {
        // Nothing was checked: never a yes (I7).
        Outcome::Unknown
    }
}
