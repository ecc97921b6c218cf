//! Who must answer, and by when each does at the latest that policy lets them.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use calendar::Place;
use jiff::{SignedDuration, Timestamp};

use super::{Bound, Part, SchedulingFacts};
use crate::asking::{EscalationTarget, ResponseClock};
use crate::change::Change;
use crate::decision::{is_of_domain, scope_of};
use crate::eligibility::Eligibility;
use crate::ids::{PersonId, RoleName};
use crate::matching::assign;
use crate::requirement::{Reach, Requirement, Scope};

/// Absences and nights that are stepped over before somebody counts as out of reach.
const TURNS_MAX: usize = 400;

/// How many people are needed, and by when each who may answer has done so.
type Need<'a> = (usize, BTreeMap<&'a PersonId, Timestamp>);

/// What the authority of a domain is asked for over all items of a set.
type OfDomain = (Scope, Vec<RoleName>, Reach);

/// A bound for every requirement that is not met, of the change and of the other items of its set; and
/// one more where the same people are wanted by several, or would have to speak for two domains.
pub(super) fn bounds(own: &Part<'_>, facts: SchedulingFacts<'_>, now: Timestamp) -> Vec<Bound> {
    let known: Vec<(&Part<'_>, Eligibility<'_>)> = std::iter::once(own)
        .chain(facts.set)
        .map(|part| (part, Eligibility::of(part.change, facts.directory, now)))
        .collect();
    let mut bounds = Vec::new();
    let mut domains: BTreeMap<OfDomain, Need<'_>> = BTreeMap::new();
    for (n, (part, eligibility)) in known.iter().enumerate() {
        let own = bounds.len();
        let mut all: Vec<Need<'_>> = Vec::new();
        for requirement in part.unmet.iter().copied() {
            let answers = Answers { change: part.change, facts, eligibility, requirement, now };
            let mut due = answers.due();
            let scope = scope_of(eligibility);
            let joint = !facts.set.is_empty() && is_of_domain(eligibility, requirement);
            if joint {
                due.retain(|person, _| !speaks_elsewhere(facts, &scope, person));
            }
            bounds.push(answers.bound(&due));
            if joint {
                let kind = (scope, requirement.roles.clone(), requirement.reach);
                merge(&mut domains, kind, (answers.needed(), due.clone()));
            }
            all.push((answers.needed(), due));
        }
        bounds.extend(together(&all, bounds.get(own..).unwrap_or_default(), &SAME_PEOPLE));
        if n > 0 {
            for bound in bounds.iter_mut().skip(own) {
                bound.what =
                    format!("for {} of its change set, {}", part.change.number, bound.what);
            }
        }
    }
    let domains: Vec<Need<'_>> = domains.into_values().collect();
    bounds.extend(together(&domains, &bounds, &SAME_AUTHORITY));
    bounds
}

/// Whether somebody's approval counts for another domain of the set already.
fn speaks_elsewhere(facts: SchedulingFacts<'_>, scope: &Scope, person: &PersonId) -> bool {
    let mut others = facts.authorities.iter().filter(|a| a.scope != *scope);
    others.any(|authority| authority.speakers.contains(person))
}

/// Whoever speaks for a domain answers for each of its items, so the last of these answers counts.
fn merge<'a>(domains: &mut BTreeMap<OfDomain, Need<'a>>, mut kind: OfDomain, need: Need<'a>) {
    kind.1.sort();
    match domains.entry(kind) {
        Entry::Vacant(place) => _ = place.insert(need),
        Entry::Occupied(mut place) => {
            let (count, due) = place.get_mut();
            *count = need.0.max(*count);
            due.retain(|person, at| {
                let other = need.1.get(person);
                *at = other.map_or(*at, |other| *other.max(at));
                other.is_some()
            });
        }
    }
}

/// A code, and what is said when the last of the people answers, and when there are too few.
type Shared = (&'static str, &'static str, &'static str);
const SAME_PEOPLE: Shared = (
    "same_people",
    "the same people are wanted by several rules, and the last of them answers",
    "the same people are wanted by several rules, and there are too few of them",
);
const SAME_AUTHORITY: Shared = (
    "same_authority",
    "nobody speaks for two domains of its change set, and the last of them answers",
    "nobody speaks for two domains of its change set, and there are too few people; give a role to \
     somebody else",
);

/// When all are answered by distinct people, if that is later than each by itself.
fn together(all: &[Need<'_>], bounds: &[Bound], shared: &Shared) -> Option<Bound> {
    // Each by itself can't be met: that says more.
    let alone: Option<Vec<Timestamp>> = bounds.iter().map(|b| b.at).collect();
    let alone = alone?.into_iter().max()?;
    let people: Vec<&PersonId> = all
        .iter()
        .flat_map(|(_, due)| due.keys().copied())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let times = all.iter().flat_map(|(_, due)| due.values().copied()).filter(|at| *at > alone);
    let times: BTreeSet<Timestamp> = times.chain([alone]).collect();
    let filled_by = |at: Timestamp| {
        let mut places = Vec::new();
        for (needed, due) in all {
            let can = |p: &PersonId| due.get(p).is_some_and(|due| *due <= at);
            let edges: Vec<usize> =
                people.iter().enumerate().filter(|(_, p)| can(p)).map(|(n, _)| n).collect();
            places.extend(std::iter::repeat_n(edges, *needed));
        }
        assign(&places, people.len()).iter().all(Option::is_some)
    };
    let at = times.into_iter().find(|at| filled_by(*at));
    if at.is_some_and(|at| at <= alone) {
        return None;
    }
    let (code, late, short) = shared;
    let what = if at.is_some() { late } else { short };
    Some(Bound { code, at, what: (*what).to_owned(), zone: None, rule: None, freeze: None })
}

struct Answers<'a> {
    change: &'a Change,
    facts: SchedulingFacts<'a>,
    eligibility: &'a Eligibility<'a>,
    requirement: &'a Requirement,
    now: Timestamp,
}

impl<'a> Answers<'a> {
    /// By when each who may answer has done so, as late as policy lets them.
    fn due(&self) -> BTreeMap<&'a PersonId, Timestamp> {
        let voted: Vec<&PersonId> = self.change.current_votes().map(|v| &v.person).collect();
        let mut found = BTreeMap::new();
        let mut add = |person: &'a PersonId, at: Option<Timestamp>| {
            if let Some(at) = at.filter(|_| !voted.contains(&person)) {
                let known = found.entry(person).or_insert(at);
                *known = at.min(*known);
            }
        };
        let began = self.change.asking_of(&self.requirement.key).and_then(|a| a.began_at);
        for person in self.eligibility.eligible(self.requirement) {
            let asked = self.change.asking_of(&self.requirement.key);
            let asked = asked.is_some_and(|a| a.asked.contains(person));
            // Whoever was asked owes an answer from then on; one that is late may come now.
            let from = began.filter(|_| asked).unwrap_or(self.now);
            add(person, self.answers_by(person, from).map(|at| at.max(self.now)));
        }
        let steps = self.requirement.response.iter().flat_map(|plan| &plan.steps);
        for step in steps {
            let minutes = SignedDuration::from_mins(i64::from(step.after_minutes));
            let from = began.unwrap_or(self.now).checked_add(minutes).unwrap_or(Timestamp::MAX);
            let from = from.max(self.now);
            let (roles, reach) = step.to.opens();
            for role in roles {
                for person in self.eligibility.holders_of(role, reach) {
                    let on_duty = match &step.to {
                        EscalationTarget::OnCall { role, .. } => {
                            self.eligibility.on_call(role, from).contains(person)
                        }
                        _ => true,
                    };
                    if on_duty {
                        add(person, self.answers_by(person, from));
                    }
                }
            }
        }
        found
    }

    /// When somebody who is asked from a time on has answered: they are here and at work, and stay
    /// until it is due.
    fn answers_by(&self, person: &PersonId, from: Timestamp) -> Option<Timestamp> {
        let place = self.place(person)?;
        let after_hours = self.requirement.response.as_ref().is_some_and(|p| p.after_hours);
        let mut at = from;
        for _ in 0..TURNS_MAX {
            if let Some(back) = self.facts.directory.away_until(person, at) {
                at = back;
                continue;
            }
            let begins = if after_hours { at } else { place.next_working(at).ok()? };
            if begins > at {
                at = begins;
                continue;
            }
            let due = self.span_after(&place, at)?;
            let absences = self.facts.directory.absences_of(person).iter();
            let leaves = absences.filter(|a| a.from > at && a.from < due).map(|a| a.until).min();
            match leaves {
                Some(back) => at = back,
                None => return Some(due),
            }
        }
        None
    }

    /// The time an answer takes at the most. Without a response time policy expects one at once.
    fn span_after(&self, place: &Place, from: Timestamp) -> Option<Timestamp> {
        let Some(plan) = self.requirement.response.as_deref() else {
            let minutes = self.requirement.due_minutes.unwrap_or(0);
            let clock = self.requirement.due_clock;
            if let Some(due) = clock.working_after(from, minutes, self.facts.places) {
                return Some(due);
            }
            let minutes = i64::from(minutes);
            return from.checked_add(SignedDuration::from_mins(minutes)).ok();
        };
        let span = SignedDuration::from_mins(i64::from(plan.within_minutes));
        match plan.clock {
            ResponseClock::Wall => from.checked_add(span).ok(),
            ResponseClock::Organisation => {
                self.facts.places.organisation().add_working(from, span).ok()
            }
            ResponseClock::Approver => place.add_working(from, span).ok(),
        }
    }

    fn bound(&self, due: &BTreeMap<&'a PersonId, Timestamp>) -> Bound {
        let mut order: Vec<(Timestamp, &PersonId)> = due.iter().map(|(p, at)| (*at, *p)).collect();
        order.sort();
        let needed = self.needed();
        let last = order.get(needed.saturating_sub(1)).copied();
        let roles: Vec<&str> = self.requirement.roles.iter().map(RoleName::as_str).collect();
        let roles = roles.join(" or ");
        let promised =
            self.requirement.response.is_some() || self.requirement.due_minutes.is_some();
        let what = match last {
            Some(_) if promised => format!("{roles} answers"),
            Some(_) => format!("{roles} is at work; policy names no response time"),
            None => format!(
                "{needed} of {roles} must answer, and only {} can within reach; give the role to \
                 somebody, or let an escalation step reach others",
                order.len()
            ),
        };
        let zone = last.and_then(|(_, person)| self.place(person));
        Bound {
            code: "answer",
            at: last.map(|(at, _)| at),
            what,
            zone: zone.and_then(|place| place.zone().iana_name().map(str::to_owned)),
            rule: Some(self.requirement.rule.clone()),
            freeze: None,
        }
    }

    /// How many are still needed: votes on hand that count for it are taken off.
    fn needed(&self) -> usize {
        let counts = |vote: &&crate::change::Vote| {
            vote.decision == crate::change::VoteDecision::Approve
                && self.eligibility.role_of(vote, self.requirement).is_some()
        };
        let there = self.change.current_votes().filter(counts).count();
        (self.requirement.count as usize).saturating_sub(there).max(1)
    }

    fn place(&self, person: &PersonId) -> Option<Place> {
        self.facts.directory.person(person).map(|p| self.facts.places.of(p))
    }
}
