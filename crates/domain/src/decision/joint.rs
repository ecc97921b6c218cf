//! Joint approval: whether every item of a change set has what it needs, with nobody speaking for two
//! domains (M5.3).
//!
//! Each item is decided by itself first. Then people are assigned to domains by maximum bipartite
//! matching over the whole set, and each item is matched again without the approvals of people who
//! count for another domain. Whoever approved what is being deployed spoke for its domain, so those
//! domains come first. Where an item is left without, the other ways to assign those who could count for
//! several domains are tried, so that a set that is complete is not refused (I7). A role that nobody
//! holds nearer than the organisation is the central authority: its holders may answer for all items.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Decision, sort_out, worst};
use crate::change::{Assessment, Change, State, Vote, VoteDecision};
use crate::eligibility::Eligibility;
use crate::explanation::{Edge, Explanation, Missing, Outcome};
use crate::ids::{ChangeId, PersonId, RoleName};
use crate::matching::assign;
use crate::organisation::Directory;
use crate::parties::parties;
use crate::requirement::{Reach, Requirement, Scope};

/// The code of the node that holds how all items of a set stand.
pub const CHANGE_SET: &str = "change_set";

/// Ways to assign people to domains that are tried at most.
const TRIES: usize = 1 << 8;

/// One item of a set, with how it stands by itself.
#[derive(Debug, Clone)]
pub struct Item<'a> {
    /// The change.
    pub change: &'a Change,
    /// What policy asks for: on the record, and by the live bundle.
    pub assessments: Vec<&'a Assessment>,
    /// How its approvals stand, whatever the other items say.
    pub decisions: &'a [Decision],
}

/// How a whole set stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joint {
    /// A child for each item, in the order of the set.
    pub explanation: Explanation,
    /// The domains whose authority must agree, by name.
    pub authorities: Vec<Authority>,
}

impl Joint {
    /// Keys of the requirements of the `n`th item that miss somebody, those among them whose only voters
    /// count for another domain.
    #[must_use]
    pub fn missing_for(&self, n: usize) -> Vec<&str> {
        let nodes = self.explanation.children.get(n).into_iter().flat_map(|node| &node.children);
        nodes.filter(|n| n.missing.is_some()).filter_map(|n| n.requirement.as_deref()).collect()
    }
}

/// A domain (or a service in none) whose authority must agree to a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// The domain, or the service.
    pub scope: Scope,
    /// Its items.
    pub items: Vec<ChangeId>,
    /// Who speaks for it, and for no other.
    pub speakers: Vec<PersonId>,
    /// How many more people must.
    pub missing: u32,
}

/// Approvals over the whole set, and who gave them.
struct Ballots<'a> {
    /// The votes that may count, with the item each is on.
    votes: Vec<(usize, &'a Vote)>,
    /// Votes of people who act for one another, over all items.
    parties: Vec<Vec<usize>>,
}

/// One place that one person of one domain fills.
struct Place {
    authority: usize,
    parties: Vec<usize>,
}

/// A domain, and the roles it must be answered in, held how near.
type Wanted = (usize, Vec<RoleName>, Reach);

/// Decides how a set stands.
#[must_use]
pub fn joint(items: &[Item<'_>], directory: &Directory, now: Timestamp) -> Joint {
    let facts: Vec<Eligibility<'_>> =
        items.iter().map(|i| Eligibility::of(i.change, directory, now)).collect();
    let mut scopes: Vec<Scope> = facts.iter().map(scope_of).collect();
    scopes.sort();
    scopes.dedup();
    let home: Vec<usize> =
        facts.iter().map(|f| scopes.binary_search(&scope_of(f)).unwrap_or(0)).collect();
    let ballots = ballots(items, &facts);
    let hearing = Hearing::of(items, &facts, &home, &ballots);
    let places = places(items, &facts, &home, &ballots);
    let speaks_for = hearing.speakers(&places);
    let edges = places.iter().map(|place| {
        let own = |p: &&usize| speaks_for.get(**p).copied().flatten() == Some(place.authority);
        place.parties.iter().filter(own).copied().collect()
    });
    let filled = assign(&edges.collect::<Vec<Vec<usize>>>(), ballots.parties.len());
    let nodes: Vec<Explanation> =
        hearing.items(&speaks_for).map(|heard| explain_item(&heard, now)).collect();
    let authorities = scopes.iter().enumerate().map(|(a, scope)| {
        let mine = || places.iter().zip(&filled).filter(move |(p, _)| p.authority == a);
        let speakers: BTreeSet<&PersonId> = mine()
            .filter_map(|(_, party)| ballots.parties.get((*party)?)?.first())
            .filter_map(|vote| ballots.votes.get(*vote))
            .map(|(_, vote)| &vote.person)
            .collect();
        let own = items.iter().zip(&home).filter(|(_, h)| **h == a);
        Authority {
            scope: scope.clone(),
            items: own.map(|(item, _)| item.change.id.clone()).collect(),
            speakers: speakers.into_iter().cloned().collect(),
            missing: u32::try_from(mine().filter(|(_, party)| party.is_none()).count())
                .unwrap_or(u32::MAX),
        }
    });
    Joint { authorities: authorities.collect(), explanation: whole(nodes) }
}

/// Whose authority an item falls under.
pub(crate) fn scope_of(facts: &Eligibility<'_>) -> Scope {
    let service = || Scope::Service(facts.service().clone());
    facts.domain().cloned().map_or_else(service, Scope::Domain)
}

/// Approvals that may count for something on their item, and who acts for whom among their voters.
fn ballots<'a>(items: &[Item<'a>], facts: &[Eligibility<'_>]) -> Ballots<'a> {
    let mut votes: Vec<(usize, &'a Vote)> = Vec::new();
    for (n, (item, facts)) in items.iter().zip(facts).enumerate() {
        let approvals: Vec<&'a Vote> =
            item.change.current_votes().filter(|v| v.decision == VoteDecision::Approve).collect();
        let living = |vote: &&&'a Vote| {
            let one = std::slice::from_ref(*vote);
            item.assessments.iter().any(|a| !sort_out(facts, one, a).0.is_empty())
        };
        votes.extend(approvals.iter().filter(living).map(|vote| (n, *vote)));
    }
    let all: Vec<&Vote> = votes.iter().map(|(_, vote)| *vote).collect();
    Ballots { parties: parties(&all), votes }
}

/// The places of the set: for each domain and each kind of requirement the most that any of its items
/// asks for. Those of domains with an item that is being deployed come first.
fn places(
    items: &[Item<'_>],
    facts: &[Eligibility<'_>],
    home: &[usize],
    ballots: &Ballots<'_>,
) -> Vec<Place> {
    let mut wanted: BTreeMap<Wanted, (u32, BTreeSet<usize>)> = BTreeMap::new();
    for (n, ((item, facts), authority)) in items.iter().zip(facts).zip(home).enumerate() {
        let asked = item.assessments.iter().flat_map(|a| by_votes(item, a));
        for requirement in asked.filter(|r| is_of_domain(facts, r)) {
            let mut roles = requirement.roles.clone();
            roles.sort();
            let place = wanted.entry((*authority, roles, requirement.reach)).or_default();
            place.0 = place.0.max(requirement.count.max(1));
            let parties = ballots.parties.iter().enumerate();
            let counts = |party: &[usize]| ballots.vote_for(party, n, facts, requirement).is_some();
            place.1.extend(parties.filter(|(_, party)| counts(party)).map(|(p, _)| p));
        }
    }
    let places = wanted.into_iter().flat_map(|((authority, ..), (count, parties))| {
        let parties: Vec<usize> = parties.into_iter().collect();
        (0..count).map(move |_| Place { authority, parties: parties.clone() })
    });
    let mut places: Vec<Place> = places.collect();
    let begun = items.iter().zip(home).filter(|(item, _)| has_begun(item.change));
    let begun: BTreeSet<usize> = begun.map(|(_, authority)| *authority).collect();
    places.sort_by_key(|place| !begun.contains(&place.authority));
    places
}

/// Whether an item has been let through the gate.
fn has_begun(change: &Change) -> bool {
    !change.deployments.is_empty()
}

/// Requirements of an item that votes answer, and no rule or accepted risk.
fn by_votes<'a>(
    item: &'a Item<'_>,
    assessment: &'a Assessment,
) -> impl Iterator<Item = &'a Requirement> {
    let counted = |key: &str| {
        let mut counted = item.decisions.iter().flat_map(|d| &d.counted);
        counted.any(|c| c.requirement == key && c.automatic.is_none())
    };
    assessment.requirements.iter().filter(move |r| counted(&r.key))
}

/// Whether a requirement asks the authority of the item's own domain: one of its roles is held there.
pub(crate) fn is_of_domain(facts: &Eligibility<'_>, requirement: &Requirement) -> bool {
    let near = |scope: &Scope| Reach::Domain.admits(scope, facts.service(), facts.domain());
    let held = |role: &RoleName| !facts.directory().holders(role, near).is_empty();
    match requirement.reach {
        Reach::Organisation => false,
        Reach::Domain | Reach::Service => true,
        Reach::Covering => requirement.roles.iter().any(held),
    }
}

impl<'a> Ballots<'a> {
    /// The vote of a party on one item that answers a requirement.
    fn vote_for(
        &self,
        party: &[usize],
        item: usize,
        facts: &Eligibility<'_>,
        requirement: &Requirement,
    ) -> Option<&'a Vote> {
        let mine = party.iter().filter_map(|n| self.votes.get(*n)).filter(|(on, _)| *on == item);
        mine.map(|(_, vote)| *vote).find(|vote| facts.role_of(vote, requirement).is_some())
    }
}

/// All items, and who approved them.
struct Hearing<'a> {
    items: &'a [Item<'a>],
    facts: &'a [Eligibility<'a>],
    /// The domain of each item.
    home: &'a [usize],
    ballots: &'a Ballots<'a>,
    /// How many people each item misses with everybody heard everywhere: it can't be fewer.
    least: Vec<usize>,
}

impl<'a> Hearing<'a> {
    fn of(
        items: &'a [Item<'a>],
        facts: &'a [Eligibility<'a>],
        home: &'a [usize],
        ballots: &'a Ballots<'a>,
    ) -> Self {
        let mut hearing = Self { items, facts, home, ballots, least: vec![0; items.len()] };
        hearing.least = hearing.missing(&vec![None; ballots.parties.len()]);
        hearing
    }

    /// How many people each item misses when each party speaks for so which domain.
    fn missing(&self, speaks_for: &[Option<usize>]) -> Vec<usize> {
        self.items(speaks_for).map(|heard| heard.short()).collect()
    }

    /// Every item, when each party speaks for so which domain.
    fn items(&self, speaks_for: &[Option<usize>]) -> impl Iterator<Item = Heard<'a>> {
        let all = self.items.iter().zip(self.facts).zip(self.home).zip(&self.least).enumerate();
        all.map(|(n, (((item, facts), own), least))| {
            let away = speaks_for.iter().enumerate();
            let away = away.filter(|(_, domain)| domain.is_some_and(|d| d != *own));
            let away = away.map(|(party, _)| party).collect();
            Heard { n, item, facts, ballots: self.ballots, away, least: *least }
        })
    }

    /// Whether no item misses more people than it must.
    fn is_best(&self, speaks_for: &[Option<usize>]) -> bool {
        self.missing(speaks_for) == self.least
    }

    /// For which domain each party counts: where it fills a place, else where it first could; and
    /// otherwise where that leaves an item without and another way leaves none.
    fn speakers(&self, places: &[Place]) -> Vec<Option<usize>> {
        let parties = self.ballots.parties.len();
        let edges: Vec<Vec<usize>> = places.iter().map(|p| p.parties.clone()).collect();
        let filled = assign(&edges, parties);
        let matched: Vec<Option<usize>> = (0..parties)
            .map(|party| {
                let fills = places.iter().zip(&filled).find(|(_, by)| **by == Some(party));
                let could = || places.iter().find(|p| p.parties.contains(&party));
                fills.map(|(place, _)| place).or_else(could).map(|place| place.authority)
            })
            .collect();
        let waits = |(item, least): (&Item<'_>, &usize)| *least > 0 && !has_begun(item.change);
        // No way helps an item that misses somebody with everybody heard everywhere.
        if self.is_best(&matched) || self.items.iter().zip(&self.least).any(waits) {
            return matched;
        }
        let found = ways(places, &matched).find(|way| self.is_best(way));
        found.unwrap_or(matched)
    }
}

/// Ways in which parties that could count for several domains may each count for one: at most
/// [`TRIES`], always in the same order.
fn ways(places: &[Place], matched: &[Option<usize>]) -> impl Iterator<Item = Vec<Option<usize>>> {
    let could = |party: usize| -> Vec<usize> {
        let own = places.iter().filter(|place| place.parties.contains(&party));
        let domains: BTreeSet<usize> = own.map(|place| place.authority).collect();
        domains.into_iter().collect()
    };
    let choices: Vec<Vec<usize>> = (0..matched.len()).map(could).collect();
    let ways = choices.iter().map(|c| c.len().max(1)).fold(1_usize, usize::saturating_mul);
    let matched = matched.to_vec();
    (0..ways.min(TRIES)).map(move |way| {
        let mut left = way;
        let one = choices.iter().zip(&matched).map(|(choices, matched)| {
            let many = choices.len().max(1);
            let chosen = choices.get(left % many).copied();
            left /= many;
            chosen.or(*matched)
        });
        one.collect()
    })
}

/// One item, and who of those who approved it counts for another domain.
struct Heard<'a> {
    n: usize,
    item: &'a Item<'a>,
    facts: &'a Eligibility<'a>,
    ballots: &'a Ballots<'a>,
    away: BTreeSet<usize>,
    /// How many people it misses with everybody heard.
    least: usize,
}

impl Heard<'_> {
    /// How many people it misses.
    fn short(&self) -> usize {
        shortages(self).iter().map(|(_, short)| short).sum()
    }
}

fn explain_item(heard: &Heard<'_>, now: Timestamp) -> Explanation {
    let change = heard.item.change;
    let name = format!("{} for {}", change.number, change.revision().material.service);
    let stopped = |what: String| {
        Explanation::new(Outcome::Denied, "set_item_stopped", format!("{name} {what}"))
    };
    if change.is_held() {
        return stopped("is on hold, and that holds the whole set".to_owned());
    }
    match &change.state {
        State::Rejected { .. } => stopped("was rejected, and that stops the set".to_owned()),
        State::Cancelled { .. } => stopped("was withdrawn, and that stops the set".to_owned()),
        State::Superseded { .. } => stopped("was superseded, and that stops the set".to_owned()),
        State::Expired { .. } => stopped("expired; make a new revision of it".to_owned()),
        State::AwaitingApproval { expires_at: end, .. }
        | State::Approved { valid_until: end, .. }
            if now >= *end =>
        {
            stopped(format!("expired at {end:.0}; make a new revision of it"))
        }
        State::Draft | State::Assessing => {
            let title = format!("{name} is not ready to be decided on: its requester submits it");
            Explanation::new(Outcome::Missing, "set_item_missing", title)
        }
        State::Implementing { .. } | State::Completed { .. } | State::Closed { .. } => {
            deployed(heard, &name).unwrap_or_else(|| decided(heard, &name))
        }
        State::AwaitingApproval { .. } | State::Approved { .. } => decided(heard, &name),
    }
}

/// An item whose deployment began under its approval has had it, and whoever gave it speaks for no other
/// domain. A failed one stops the rest.
fn deployed(heard: &Heard<'_>, name: &str) -> Option<Explanation> {
    let last = heard.item.change.deployments.last()?;
    if last.outcome.is_some_and(crate::change::DeploymentOutcome::is_failure) {
        let title = format!("{name} failed: the rest waits until it is deployed");
        return Some(Explanation::new(Outcome::Missing, "set_item_failed", title));
    }
    if last.override_id.is_none() && heard.short() > heard.least {
        let title = format!("{name} was approved by people who now count for another domain");
        let node = Explanation::new(Outcome::Missing, "set_item_missing", title);
        return Some(node.children(unheard(heard)));
    }
    let title = format!("{name} was approved and its deployment has begun");
    last.override_id
        .is_none()
        .then(|| Explanation::new(Outcome::Satisfied, "set_item_approved", title))
}

/// How an item stands without the approvals of people who count for another domain.
fn decided(heard: &Heard<'_>, name: &str) -> Explanation {
    let Heard { item, .. } = heard;
    let unheard = unheard(heard);
    let settled = matches!(item.change.state, State::Approved { .. });
    let approved = !item.decisions.is_empty() && item.decisions.iter().all(|d| d.approved);
    if settled && approved && unheard.is_empty() {
        let mut node = Explanation::new(
            Outcome::Satisfied,
            "set_item_approved",
            format!("{name} is approved"),
        );
        let until = item.change.state.valid_until();
        node.next = until.map(|at| Edge { at, what: format!("the approval of {name} expires") });
        return node;
    }
    let spoken = unheard.iter().any(|node| node.detail.is_some());
    let mut children = unheard;
    for node in item.decisions.iter().flat_map(|d| parts(&d.explanation)) {
        let told = |c: &Explanation| c.requirement.is_some() && c.requirement == node.requirement;
        if node.outcome != Outcome::Satisfied && !children.iter().any(told) {
            children.push(node.clone());
        }
    }
    let outcome = match worst(&children) {
        Outcome::Satisfied => Outcome::Missing,
        Outcome::Unknown if children.is_empty() => Outcome::Missing,
        other => other,
    };
    let what = if spoken && approved {
        "needs the approval of somebody who speaks for no other domain"
    } else {
        "waits for approval"
    };
    Explanation::new(outcome, "set_item_missing", format!("{name} {what}")).children(children)
}

fn parts(node: &Explanation) -> &[Explanation] {
    if node.children.is_empty() { std::slice::from_ref(node) } else { &node.children }
}

/// Requirements of an item that miss somebody once people who count for another domain are left out.
fn unheard(heard: &Heard<'_>) -> Vec<Explanation> {
    let short = shortages(heard).into_iter();
    short.map(|(requirement, short)| missing(heard, requirement, short)).collect()
}

/// These requirements, each once, and how many people each misses.
fn shortages<'a>(heard: &Heard<'a>) -> Vec<(&'a Requirement, usize)> {
    let Heard { n, item, facts, ballots, away, .. } = heard;
    let mut found: Vec<(&Requirement, usize)> = Vec::new();
    for assessment in &item.assessments {
        let asked = || by_votes(item, assessment);
        let mut places = Vec::new();
        for requirement in asked() {
            let barred = is_of_domain(facts, requirement);
            let parties = ballots.parties.iter().enumerate();
            let edges = parties.filter(|(p, party)| {
                !(barred && away.contains(p))
                    && ballots.vote_for(party, *n, facts, requirement).is_some()
            });
            let edges: Vec<usize> = edges.map(|(p, _)| p).collect();
            places.extend(std::iter::repeat_n(edges, requirement.count.max(1) as usize));
        }
        let filled = assign(&places, ballots.parties.len());
        let mut rest = filled.as_slice();
        for requirement in asked() {
            let (mine, later) = rest.split_at((requirement.count.max(1) as usize).min(rest.len()));
            rest = later;
            let short = mine.iter().filter(|place| place.is_none()).count();
            match found.iter_mut().find(|(known, _)| known.key == requirement.key) {
                Some((_, most)) => *most = (*most).max(short),
                None if short > 0 => found.push((requirement, short)),
                None => {}
            }
        }
    }
    found
}

/// What is missing for a requirement, and who speaks for no other domain and could give it.
fn missing(heard: &Heard<'_>, requirement: &Requirement, short: usize) -> Explanation {
    let Heard { n, item, facts, ballots, away, .. } = heard;
    let barred = is_of_domain(facts, requirement);
    let spoken: BTreeSet<&PersonId> = away
        .iter()
        .filter(|_| barred)
        .filter_map(|party| ballots.parties.get(*party))
        .flatten()
        .filter_map(|vote| ballots.votes.get(*vote))
        .map(|(_, vote)| &vote.person)
        .collect();
    let voted = |p: &PersonId| item.change.current_votes().any(|v| v.person == *p);
    let mut open = facts.eligible(requirement);
    open.retain(|p| !spoken.contains(p) && !voted(p));
    let roles: Vec<&str> = requirement.roles.iter().map(RoleName::as_str).collect();
    let wanted = format!("{} of {}", requirement.count, roles.join(" or "));
    let (outcome, code, words) = if open.len() < short {
        let words =
            "nobody else can speak for this domain: an admin gives the role to somebody else";
        (Outcome::Denied, "no_other_authority", words)
    } else {
        (Outcome::Missing, "requirement_missing", "waiting for a vote")
    };
    let mut node = Explanation::new(outcome, code, format!("{wanted}: {words}"));
    node.rule = Some(requirement.rule.clone());
    node.requirement = Some(requirement.key.clone());
    node.missing = Some(Missing {
        count: u32::try_from(short).unwrap_or(u32::MAX),
        roles: requirement.roles.clone(),
        reach: requirement.reach,
        candidates: u32::try_from(open.len()).unwrap_or(u32::MAX),
        people: open.into_iter().take(super::CANDIDATES_SHOWN).cloned().collect(),
        asked: Vec::new(),
    });
    let here = ballots.votes.iter().filter(|(on, vote)| on == n && spoken.contains(&vote.person));
    let names: BTreeSet<String> =
        here.map(|(_, vote)| facts.directory().person_name(&vote.person)).collect();
    node.detail = (!names.is_empty()).then(|| {
        let names: Vec<String> = names.into_iter().collect();
        format!(
            "{} approved it, but counts for another domain: nobody speaks for two",
            names.join(", ")
        )
    });
    node
}

fn whole(nodes: Vec<Explanation>) -> Explanation {
    let outcome = worst(&nodes);
    let open = nodes.iter().filter(|n| n.outcome != Outcome::Satisfied).count();
    let title = match outcome {
        Outcome::Satisfied => "every item of its change set is approved".to_owned(),
        Outcome::Denied => "an item of its change set stops all of them".to_owned(),
        Outcome::Missing => {
            format!("{open} of {} items of its change set are not approved", nodes.len())
        }
        _ => "how its change set stands can't be found out".to_owned(),
    };
    Explanation::new(outcome, CHANGE_SET, title)
        .detail("a change set passes the gate together or not at all")
        .children(nodes)
}
