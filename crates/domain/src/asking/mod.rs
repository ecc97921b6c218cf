//! Who is asked, who is reminded, and where it goes when nobody answers.
//!
//! [`next`] is pure and total: a change, the facts around it and a time give the events that follow
//! and when to look again. Everybody eligible may vote all along; asking decides only whose
//! attention is spent. A requirement is met by votes and by nothing here.

mod added;
mod on_call;
mod plan;
mod schedule;
mod state;

use std::collections::{BTreeMap, BTreeSet};

use calendar::Place;
use jiff::Timestamp;

pub use self::added::added;
pub use self::plan::{EscalationStep, EscalationTarget, FirstAsk, ResponseClock, ResponsePlan};
pub use self::state::{Asking, Replaced};

use crate::change::{Change, ChangeEvent, State};
use crate::decision::{COUNTS_ONCE, Witnessed, decide};
use crate::eligibility::Eligibility;
use crate::explanation::DeadVote;
use crate::ids::PersonId;
use crate::organisation::{Directory, Person};
use crate::requirement::Requirement;

/// Rounds of one evaluation: each takes at most one step of one requirement, so a bundle's most
/// requirements and steps together are far below.
const ROUNDS_MAX: usize = 1_000;

/// Where people work.
pub trait Places {
    /// The place of a person.
    fn of(&self, person: &Person) -> Place;
    /// The place of the organisation.
    fn organisation(&self) -> Place;
}

/// What asking looks at beside the change.
#[derive(Clone, Copy)]
pub struct AskingFacts<'a> {
    /// People, roles, absences, delegations, rotas.
    pub directory: &'a Directory,
    /// Where people work.
    pub places: &'a dyn Places,
    /// How many open asks people have; nobody missing has any.
    pub load: &'a BTreeMap<PersonId, u32>,
}

/// What follows, and when to look again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskingStep {
    /// Events to record, in order.
    pub events: Vec<ChangeEvent>,
    /// When asking next does something by itself, if nothing else happens.
    pub next_edge: Option<Timestamp>,
}

/// Decides what asking does now for every unmet requirement of a change that awaits approval.
#[must_use]
pub fn next(change: &Change, facts: AskingFacts<'_>, now: Timestamp) -> AskingStep {
    let mut change = change.clone();
    let mut events = Vec::new();
    let mut open = Open::default();
    for _ in 0..ROUNDS_MAX {
        open = open_of(&change, facts.directory, now);
        let Some(event) = round(&change, facts, now, &open) else { break };
        change.fold_asking(&event, now);
        events.push(event);
    }
    AskingStep { events, next_edge: change.next_asking(&open.unmet) }
}

/// Everybody whose load matters for what [`next`] decides.
#[must_use]
pub fn candidates(change: &Change, directory: &Directory, now: Timestamp) -> Vec<PersonId> {
    let eligibility = Eligibility::of(change, directory, now);
    let requirements = change.requirements();
    let mut found = BTreeSet::new();
    for requirement in requirements.iter().filter(|r| r.response.is_some()) {
        found.extend(eligibility.eligible(requirement));
        let steps = requirement.response.iter().flat_map(|plan| &plan.steps);
        for (roles, reach) in steps.map(|step| step.to.opens()) {
            found.extend(roles.iter().flat_map(|role| eligibility.holders_of(role, reach)));
        }
    }
    found.into_iter().cloned().collect()
}

/// Whether nobody is left who could answer what has no response plan, for those of the unmet requirements
/// of which it was not known: nobody in particular is asked for them, so nobody would hear of it. What is
/// `unmet` is asked only where there is such a requirement.
#[must_use]
pub fn answerers(
    change: &Change,
    unmet: impl FnOnce(&Change) -> Vec<String>,
    directory: &Directory,
    now: Timestamp,
) -> Vec<ChangeEvent> {
    if !matches!(change.state, State::AwaitingApproval { .. }) || change.is_sent_back() {
        return Vec::new();
    }
    let recorded = change.requirements();
    if recorded.iter().all(|r| r.response.is_some()) {
        return Vec::new();
    }
    let unmet = unmet(change);
    let eligibility = Eligibility::of(change, directory, now);
    let voted: BTreeSet<&PersonId> = change.current_votes().map(|vote| &vote.person).collect();
    let open = recorded.iter().filter(|r| r.response.is_none() && unmet.contains(&r.key));
    let moved = open.filter_map(|requirement| {
        let missing = eligibility.eligible(requirement).iter().all(|person| voted.contains(person));
        let known = change.unanswerable.contains(&requirement.key);
        let requirement = requirement.key.clone();
        (missing != known).then_some(ChangeEvent::AnswererMissing { requirement, missing })
    });
    moved.collect()
}

/// What is open now.
#[derive(Default)]
struct Open {
    /// Keys of requirements that miss somebody.
    unmet: Vec<String>,
    /// People whose approval does not count any more for one of the bundles that miss somebody, each
    /// with the keys of that: they left, lost their role, their account or whom they answered for, or
    /// policy wants more of it by now.
    died: Vec<(PersonId, Vec<String>)>,
}

impl Open {
    /// Whose approval does not count any more for a requirement.
    fn died_for(&self, requirement: &str) -> Vec<PersonId> {
        let lost = self.died.iter().filter(|(_, keys)| keys.iter().any(|k| k == requirement));
        lost.map(|(person, _)| person.clone()).collect()
    }
}

fn open_of(change: &Change, directory: &Directory, now: Timestamp) -> Open {
    let mut open = Open::default();
    let State::AwaitingApproval { expires_at, .. } = &change.state else { return open };
    if now >= *expires_at || change.is_sent_back() {
        return open;
    }
    for assessment in change.assessments() {
        // Evidence decides no requirement.
        let decision = decide(change, assessment, directory, Witnessed { deployments: &[], now });
        let died = died(change, decision.explanation.dead);
        open.died.extend(died.into_iter().map(|person| (person, decision.unmet.clone())));
        let new = decision.unmet.into_iter().filter(|key| !open.unmet.contains(key));
        let new: Vec<String> = new.collect();
        open.unmet.extend(new);
    }
    open
}

fn died(change: &Change, dead: Vec<DeadVote>) -> Vec<PersonId> {
    // Whoever acts for somebody who counts already has a vote that lives.
    let died = dead.into_iter().filter(|dead| dead.code != COUNTS_ONCE);
    let current: Vec<_> = change.current_votes().map(|vote| &vote.id).collect();
    died.filter(|dead| current.contains(&&dead.vote)).map(|dead| dead.person).collect()
}

/// The next event of the first requirement that has one.
fn round(
    change: &Change,
    facts: AskingFacts<'_>,
    now: Timestamp,
    open: &Open,
) -> Option<ChangeEvent> {
    let requirements = change.with_seconds(change.requirements());
    let eligibility = Eligibility::of(change, facts.directory, now);
    requirements.iter().filter(|r| open.unmet.contains(&r.key)).find_map(|requirement| {
        let plan = requirement.response.as_deref()?;
        let asking = change.asking_of(&requirement.key);
        let died = &open.died_for(&requirement.key);
        let on_call = on_call::asked_first(&eligibility, requirement, plan, now);
        let eligibility = &eligibility;
        Round { facts, eligibility, requirement, plan, asking, died, on_call, now }.event()
    })
}

/// One look at one unmet requirement.
struct Round<'a> {
    facts: AskingFacts<'a>,
    eligibility: &'a Eligibility<'a>,
    requirement: &'a Requirement,
    plan: &'a ResponsePlan,
    asking: Option<&'a Asking>,
    died: &'a [PersonId],
    /// Whoever is on call in a role that answers it, where the plan asks them first.
    on_call: BTreeSet<&'a PersonId>,
    now: Timestamp,
}

/// How the people of a requirement stand.
struct People<'a> {
    /// Asked, here, and not yet answered.
    open: Vec<&'a PersonId>,
    /// Could be asked, and were not.
    free: Vec<&'a PersonId>,
    /// Were asked or voted, and can't answer any more.
    lost: Vec<PersonId>,
    /// Whether some of them are lost because their turn on call is over.
    relieved: bool,
    /// How many more should be asked.
    owed: usize,
}

impl<'a> People<'a> {
    /// Those who could still be asked once they are at work, beside those chosen now.
    fn waiting(&self, chosen: &[PersonId]) -> Vec<&'a PersonId> {
        if chosen.len() >= self.owed {
            return Vec::new();
        }
        self.free.iter().copied().filter(|p| !chosen.contains(p)).collect()
    }
}

impl Round<'_> {
    fn step(&self) -> u32 {
        self.asking.map_or(0, |a| a.step)
    }

    fn event(&self) -> Option<ChangeEvent> {
        let people = self.people();
        let stuck = people.open.is_empty() && people.free.is_empty();
        if stuck && self.plan.steps.get(self.step() as usize).is_some() {
            return Some(self.escalate(&people));
        }
        let chosen = self.choose(&people);
        let never = self.asking.is_none();
        let waits = self.waits_unplanned(&people.waiting(&chosen));
        if never || waits || !chosen.is_empty() || !people.lost.is_empty() {
            return Some(self.ask(&people, chosen));
        }
        let due = self.asking.and_then(|a| a.next.as_ref()).is_some_and(|edge| edge.at <= self.now);
        if !due {
            return None;
        }
        Some(match self.step_due(&people) {
            true => self.escalate(&people),
            false => self.remind(&people),
        })
    }

    /// Whether somebody could be asked once they are at work, and nothing happens then yet.
    fn waits_unplanned(&self, waiting: &[&PersonId]) -> bool {
        let opens = waiting.iter().filter_map(|p| self.next_working(p, self.now)).min();
        let planned = self.asking.and_then(|a| a.next.as_ref());
        opens.is_some_and(|at| planned.is_none_or(|edge| edge.at > at))
    }

    fn people(&self) -> People<'_> {
        let change = self.eligibility.change();
        let directory = self.facts.directory;
        let eligible = self.eligibility.eligible(self.requirement);
        let voted: Vec<&PersonId> = change
            .current_votes()
            .filter(|v| !self.died.contains(&v.person))
            .flat_map(|v| {
                std::iter::once(&v.person).chain(v.on_behalf_of.as_ref().map(|o| &o.person))
            })
            .collect();
        let is_here = |p: &PersonId| directory.away_until(p, self.now).is_none();
        let asked = self.asking.map(|a| a.asked.as_slice()).unwrap_or_default();
        let can = |p: &PersonId| eligible.contains(p) && (is_here(p) || voted.contains(&p));
        let replaced = |p: &PersonId| {
            let at = change.current_votes().find(|v| v.person == *p).map_or(self.now, |v| v.at);
            self.asking.is_some_and(|a| a.has_replaced(p, at))
        };
        let mut lost: Vec<PersonId> = asked.iter().filter(|p| !can(p)).cloned().collect();
        for voter in self.died.iter().filter(|p| !replaced(p)) {
            if self.counted_here(voter) && !lost.contains(voter) {
                lost.push(voter.clone());
            }
        }
        let open = asked.iter().filter(|p| can(p) && !voted.contains(p) && !lost.contains(p));
        let free = eligible.iter().copied().filter(|p| {
            let taken = asked.contains(p) && !lost.contains(p);
            is_here(p) && !voted.contains(p) && !taken
        });
        let (mut open, free): (Vec<_>, Vec<_>) = (open.collect(), free.collect());
        let relieved = self.relieved(&open, &free);
        open.retain(|p| !relieved.contains(p));
        lost.extend(relieved.iter().map(|p| (*p).clone()));
        let wanted = self.wanted();
        let standing = asked.iter().filter(|p| can(p) && !lost.contains(p)).count();
        let owed = wanted.saturating_sub(standing).max(relieved.len());
        People { open, free, lost, relieved: !relieved.is_empty(), owed }
    }

    /// Whether a vote was cast with a role that answers this requirement.
    fn counted_here(&self, person: &PersonId) -> bool {
        let change = self.eligibility.change();
        let vote = change.current_votes().find(|v| v.person == *person);
        vote.is_some_and(|v| {
            change.routes(self.requirement).any(|(role, _)| v.roles.contains(role))
        })
    }

    /// How many people should have been asked by now.
    fn wanted(&self) -> usize {
        let taken = self.plan.steps.iter().take(self.step() as usize);
        let more: u32 = taken.map(|s| s.ask).sum();
        self.plan.ask.max(self.requirement.count).saturating_add(more) as usize
    }

    /// Whom to ask of those who could be: those whose approval did not die, then on call where the plan
    /// asks them first, then at work, then those with the fewest open asks, then by id. Nobody who is not
    /// at work, unless they are on call, the plan says so or no calendar can tell.
    fn choose(&self, people: &People<'_>) -> Vec<PersonId> {
        let pool = self.latest_pool();
        let outside = |p: &PersonId| !pool.as_ref().is_none_or(|pool| pool.contains(&p));
        let load = |p: &PersonId| self.facts.load.get(p).copied().unwrap_or(0);
        let died = |p: &PersonId| self.died.contains(p);
        let off = |p: &PersonId| !self.on_call.contains(p);
        let mut order: Vec<(bool, bool, bool, bool, u32, &PersonId)> = people
            .free
            .iter()
            .filter(|p| self.plan.after_hours || self.is_reachable(p))
            .map(|p| (died(p), outside(p), off(p), self.is_working(p) != Some(true), load(p), *p))
            .collect();
        order.sort();
        let mut chosen: Vec<&PersonId> = order.into_iter().map(|(.., p)| p).collect();
        chosen.truncate(people.owed);
        self.spare_sleepers(people, &mut chosen);
        chosen.into_iter().cloned().collect()
    }

    /// The people the last step turned to; `None` is everybody.
    fn latest_pool(&self) -> Option<Vec<&PersonId>> {
        let last = self.asking?.taken.last()?;
        let (roles, reach) = last.opens();
        let holders: Vec<&PersonId> =
            roles.iter().flat_map(|role| self.eligibility.holders_of(role, reach)).collect();
        if let EscalationTarget::OnCall { role, .. } = last {
            let on_call = self.eligibility.on_call(role, self.now);
            let both: Vec<&PersonId> =
                holders.iter().copied().filter(|p| on_call.contains(p)).collect();
            if !both.is_empty() {
                return Some(both);
            }
        }
        (!holders.is_empty()).then_some(holders)
    }

    fn step_due(&self, people: &People<'_>) -> bool {
        let (Some(asking), Some(next)) = (self.asking, self.plan.steps.get(self.step() as usize))
        else {
            return false;
        };
        let open = people.open.as_slice();
        asking.began_at.is_some_and(|began| self.after(began, next.after_minutes, open) <= self.now)
    }

    fn ask(&self, people: &People<'_>, chosen: Vec<PersonId>) -> ChangeEvent {
        let why = match (chosen.is_empty(), people.lost.is_empty(), self.asking) {
            (true, _, _) if people.free.is_empty() => "nobody else who may answer is here",
            (true, _, _) => "nobody of them is at work now",
            (false, false, _) if people.relieved => "the turn on call is over",
            (false, false, _) => "in place of those who can't answer any more",
            (false, true, None) if chosen.iter().all(|p| self.on_call.contains(p)) => {
                "they are on call"
            }
            (false, true, None) => "their role is asked for",
            (false, true, Some(asking)) if asking.step > 0 => "it escalated to them",
            (false, true, Some(_)) => "they are at work now",
        };
        let began = self.asking.and_then(|a| a.began_at);
        let began = began.or((!chosen.is_empty()).then_some(self.now));
        let open: Vec<&PersonId> = people.open.iter().copied().chain(&chosen).collect();
        let next =
            self.next(began, (self.step(), self.reminded()), &open, &people.waiting(&chosen));
        ChangeEvent::ApproversAsked {
            requirement: self.requirement.key.clone(),
            step: self.step(),
            on_call: chosen.iter().filter(|p| self.on_call.contains(p)).cloned().collect(),
            people: chosen,
            instead_of: people.lost.clone(),
            why: why.to_owned(),
            next,
        }
    }

    fn escalate(&self, people: &People<'_>) -> ChangeEvent {
        let step = self.step();
        let open = people.open.as_slice();
        let why = if !open.is_empty() {
            "no answer came in time"
        } else if self.eligibility.eligible(self.requirement).is_empty() {
            "nobody holds a role that may answer"
        } else {
            "everybody who may answer is away or has voted"
        };
        // INVARIANT: callers have looked whether the plan has this step.
        let target = self.plan.steps.get(step as usize).map(|s| s.to.clone());
        let began = self.asking.and_then(|a| a.began_at);
        ChangeEvent::RequirementEscalated {
            requirement: self.requirement.key.clone(),
            step: step + 1,
            to: Box::new(target.unwrap_or(EscalationTarget::Wider)),
            // Whom it turns to is asked by the next round, when their votes count.
            people: Vec::new(),
            why: why.to_owned(),
            next: self.next(began, (step + 1, self.reminded()), open, &[]),
        }
    }

    fn remind(&self, people: &People<'_>) -> ChangeEvent {
        let open = people.open.as_slice();
        let at_work = |p: &&&PersonId| self.plan.after_hours || self.is_reachable(p);
        let began = self.asking.and_then(|a| a.began_at);
        // Reminders that fell together are one: nobody is pushed twice at once (G10).
        let passed =
            |minutes: &&u32| began.is_some_and(|b| self.after(b, **minutes, open) <= self.now);
        let due = self.plan.remind_minutes.iter().filter(passed).count();
        let reminder = u32::try_from(due).unwrap_or(u32::MAX).max(self.reminded());
        ChangeEvent::ApproversReminded {
            requirement: self.requirement.key.clone(),
            step: self.step(),
            people: match reminder > self.reminded() {
                true => open.iter().filter(at_work).map(|p| (*p).clone()).collect(),
                false => Vec::new(),
            },
            reminder,
            next: self.next(began, (self.step(), reminder), open, &people.waiting(&[])),
        }
    }

    fn reminded(&self) -> u32 {
        self.asking.map_or(0, |a| a.reminded)
    }
}
