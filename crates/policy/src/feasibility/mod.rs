//! Whether the rules of a bundle can be met by the people there are: who could answer, hour by hour
//! over the coming weeks, and which needs are the weakest links (M5.5).
//!
//! Pure, and never a decision: nothing is allowed or refused by it. It looks at changes that none of
//! those who may answer had a hand in; a need that leaves nobody to spare says so by itself.

mod entitled;
mod presence;
mod probe;
mod weakness;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use calendar::Span;
use domain::ids::{EnvironmentName, PersonId, RoleName, ServiceName};
use domain::matching::assign;
use domain::organisation::{Directory, Service};
use domain::requirement::{Requirement, RuleRef};
use domain::weak_link::{FoundLink, WeakLink};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use self::entitled::{Asked, Entitled};
use self::presence::Presence;
use self::probe::{Probe, probe};
pub use self::weakness::{Weakness, WeaknessKind};
use crate::bundle::Bundle;

/// Most hours that can be looked at: eight weeks.
pub const MOST_HOURS: u16 = 8 * 7 * 24;

/// Which hours are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Horizon {
    /// The first hour; cut to a whole one.
    pub from: Timestamp,
    /// How many; at most [`MOST_HOURS`].
    pub hours: u16,
}

impl Horizon {
    fn start(self) -> Timestamp {
        let seconds = self.from.as_second();
        Timestamp::from_second(seconds - seconds.rem_euclid(3_600)).unwrap_or(self.from)
    }

    fn length(self) -> usize {
        usize::from(self.hours.clamp(1, MOST_HOURS))
    }

    /// The span of one hour.
    fn hour(self, index: usize) -> Span {
        let at = |index: usize| {
            let hours = SignedDuration::from_hours(i64::try_from(index).unwrap_or(0));
            self.start().checked_add(hours).unwrap_or(Timestamp::MAX)
        };
        Span { start: at(index), end: at(index + 1) }
    }
}

/// What was found out about a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Feasibility {
    /// The first hour.
    pub from: Timestamp,
    /// One entry for each need of each rule, in the order of rules.
    pub needs: Vec<NeedFeasibility>,
    /// Every weak link that is told when it is new, of all services and not only where it is hardest;
    /// the worst first.
    #[serde(skip)]
    pub links: Vec<FoundLink>,
    /// Needs that can be met one by one but not by distinct people.
    pub conflicts: Vec<Conflict>,
    /// What is not known, such as holidays of a later year, in words. People it is about are counted
    /// as not there.
    pub unknown: Vec<String>,
}

impl Feasibility {
    /// The needs with a weakness, the worst first.
    #[must_use]
    pub fn weakest(&self) -> Vec<(&NeedFeasibility, &Weakness)> {
        let weak = |need| -> Option<(&NeedFeasibility, &Weakness)> {
            let need: &NeedFeasibility = need;
            Some((need, need.weakness.as_ref()?))
        };
        let mut all: Vec<_> = self.needs.iter().filter_map(weak).collect();
        all.sort_by_key(|(need, weakness)| (weakness.kind, need.people, need.key.clone()));
        all
    }
}

/// How one need of a rule can be met, where it is hardest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NeedFeasibility {
    /// `rule/role`.
    pub key: String,
    /// The rule or template that asks for it.
    pub rule: RuleRef,
    /// Any of these roles counts.
    pub roles: Vec<RoleName>,
    /// Distinct people needed.
    pub count: u32,
    /// The service for which it is hardest to meet; `None` when there are no services.
    pub service: Option<ServiceName>,
    /// An environment for which it is asked there; `None` when no ordinary change asks for it.
    pub environment: Option<EnvironmentName>,
    /// People who may answer there in their own right, whenever they work.
    pub people: u32,
    /// Who they are, where there are no more than needed.
    #[serde(skip)]
    pub who: Vec<PersonId>,
    /// People who may answer for one of them, for as long as a delegation holds.
    pub delegates: u32,
    /// People who hold a role and can't answer, because an approval must be signed and they have no key.
    pub without_key: u32,
    /// How many work who may answer, by hour.
    pub available: Vec<u16>,
    /// The longest stretch without enough of them.
    #[serde(skip)]
    pub longest_gap: Option<Span>,
    /// Minutes after which an answer is due.
    pub due_minutes: Option<u32>,
    /// Minutes after which an unanswered change expires.
    pub pending_minutes: Option<u32>,
    /// What is wrong with it.
    pub weakness: Option<Weakness>,
}

/// Needs of one change that can't all be met, because the same few people would have to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// For a change of this service.
    pub service: ServiceName,
    /// In this environment.
    pub environment: EnvironmentName,
    /// The needs.
    pub keys: Vec<String>,
    /// People needed.
    pub needed: u32,
    /// People there could be at most.
    pub possible: u32,
}

/// Looks at a bundle and an organisation. Cost grows with rules, services and people, and with
/// hours only by one bit for each person.
#[must_use]
pub fn feasibility(bundle: &Bundle, directory: &Directory, horizon: Horizon) -> Feasibility {
    let directory = &*bundle.mapped(directory);
    let presence = Presence::of(bundle.calendars(), directory, horizon);
    let probes = probe(bundle, directory);
    let mut look = Look::new(directory, horizon, &presence);
    let mut worst: BTreeMap<String, NeedFeasibility> = BTreeMap::new();
    let mut links = Links::new();
    let mut looked = BTreeSet::new();
    for probe in &probes.asked {
        for requirement in &probe.requirements {
            // Environments of one tier ask the same people.
            if looked.insert((
                &requirement.key,
                &probe.service.name,
                probe.pending_minutes,
                probe.signed,
            )) {
                let found = look.at(requirement, probe);
                note(&mut links, &found, found.service.as_ref());
                keep(&mut worst, found, |new, old| new < old);
            }
        }
    }
    for (requirement, services) in &probes.unasked {
        // Nobody knows for which services it is asked: if the best of them can't, none can.
        for service in services {
            let found = look.need(requirement, Some(service), false);
            keep(&mut worst, found, |new, old| new > old);
        }
        if services.is_empty() {
            let found = look.need(requirement, None, false);
            keep(&mut worst, found, |new, old| new > old);
        }
    }
    let order: BTreeMap<&str, usize> =
        probes.order.iter().enumerate().map(|(n, key)| (key.as_str(), n)).collect();
    let mut needs: Vec<NeedFeasibility> = worst.into_values().collect();
    needs.sort_by_key(|need| order.get(need.key.as_str()).copied().unwrap_or(usize::MAX));
    for need in &mut needs {
        need.weakness = weakness::of(need);
        if need.environment.is_none() {
            note(&mut links, need, None);
        }
    }
    let mut links: Vec<FoundLink> = links.into_values().collect();
    links.sort_by(|a, b| a.link.cmp(&b.link));
    Feasibility {
        from: horizon.start(),
        needs,
        links,
        conflicts: conflicts(&mut look, &probes.asked),
        unknown: presence.unknown,
    }
}

/// How easy a need is to meet: people first, then how long it can't be met.
type Ease = (u32, SignedDuration);

fn ease(need: &NeedFeasibility) -> Ease {
    let gap = need.longest_gap.map_or(SignedDuration::ZERO, Span::duration);
    (need.people, -gap)
}

fn keep(
    all: &mut BTreeMap<String, NeedFeasibility>,
    found: NeedFeasibility,
    better: impl Fn(Ease, Ease) -> bool,
) {
    match all.get_mut(&found.key) {
        Some(known) if !better(ease(&found), ease(known)) => {}
        Some(known) => *known = found,
        None => {
            all.insert(found.key.clone(), found);
        }
    }
}

/// Weak links by need and service.
type Links = BTreeMap<(String, Option<ServiceName>), FoundLink>;

/// Keeps the worst weakness of a need of a service.
fn note(links: &mut Links, need: &NeedFeasibility, service: Option<&ServiceName>) {
    let Some(weakness) = weakness::of(need).filter(|weakness| weakness.kind.is_told()) else {
        return;
    };
    let Weakness { kind, message, help } = weakness;
    let place = (need.key.clone(), service.cloned());
    if links.get(&place).is_none_or(|known| kind < known.link.kind) {
        let link = WeakLink { kind, need: need.key.clone(), service: service.cloned() };
        links.insert(place, FoundLink { link, message, help, who: need.who.clone() });
    }
}

/// What is looked at, and what was counted already.
struct Look<'a> {
    directory: &'a Directory,
    horizon: Horizon,
    presence: &'a Presence<'a>,
    counted: BTreeMap<(Rc<Entitled>, u32), Counted>,
    entitled: BTreeMap<Asked, Rc<Entitled>>,
}

/// A set of people, counted.
#[derive(Clone)]
struct Counted {
    available: Vec<u16>,
    longest_gap: Option<Span>,
}

impl<'a> Look<'a> {
    fn new(directory: &'a Directory, horizon: Horizon, presence: &'a Presence<'a>) -> Self {
        let (counted, entitled) = (BTreeMap::new(), BTreeMap::new());
        Self { directory, horizon, presence, counted, entitled }
    }

    fn at(&mut self, requirement: &Requirement, probe: &Probe<'_>) -> NeedFeasibility {
        NeedFeasibility {
            environment: Some(probe.environment.clone()),
            pending_minutes: probe.pending_minutes,
            ..self.need(requirement, Some(probe.service), probe.signed)
        }
    }

    fn need(
        &mut self,
        requirement: &Requirement,
        service: Option<&Service>,
        signed: bool,
    ) -> NeedFeasibility {
        let entitled = self.entitled(requirement, service, signed);
        let counted = self.count(&entitled, requirement.count.max(1));
        let few = entitled.own.len() <= requirement.count.max(1) as usize;
        let who = if few { self.presence.named(&entitled.own) } else { Vec::new() };
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        NeedFeasibility {
            key: requirement.key.clone(),
            rule: requirement.rule.clone(),
            roles: requirement.roles.clone(),
            count: requirement.count.max(1),
            service: service.map(|service| service.name.clone()),
            environment: None,
            people: number(entitled.own.len()),
            who,
            delegates: number(entitled.delegates.len()),
            without_key: number(entitled.without_key),
            available: counted.available,
            longest_gap: counted.longest_gap,
            // Working time does not pass while nobody works.
            due_minutes: requirement.due_minutes.filter(|_| requirement.due_clock.is_wall()),
            pending_minutes: None,
            weakness: None,
        }
    }

    /// Everybody who may answer; `signed` is whether only with a signature.
    fn entitled(
        &mut self,
        requirement: &Requirement,
        service: Option<&Service>,
        signed: bool,
    ) -> Rc<Entitled> {
        let asked = Asked::of(requirement, service, signed);
        if let Some(known) = self.entitled.get(&asked) {
            return Rc::clone(known);
        }
        let found = Entitled::of((self.directory, self.presence), &asked, service);
        let found = Rc::new(found);
        self.entitled.insert(asked, Rc::clone(&found));
        found
    }

    fn count(&mut self, entitled: &Rc<Entitled>, needed: u32) -> Counted {
        let (presence, horizon) = (self.presence, self.horizon);
        let counted = || {
            let available = presence.count(entitled);
            let longest_gap = longest_gap(&available, needed, horizon);
            Counted { available, longest_gap }
        };
        self.counted.entry((Rc::clone(entitled), needed)).or_insert_with(counted).clone()
    }
}

/// The longest run of hours with fewer people than needed; the first of those that are equal.
fn longest_gap(available: &[u16], needed: u32, horizon: Horizon) -> Option<Span> {
    let mut longest: Option<(usize, usize)> = None;
    let mut begin = None;
    let enough = |count: u16| u32::from(count) >= needed;
    for (hour, count) in available.iter().copied().chain([u16::MAX]).enumerate() {
        match (begin, enough(count)) {
            (None, false) => begin = Some(hour),
            (Some(from), true) => {
                if longest.is_none_or(|(first, last)| hour - from > last - first) {
                    longest = Some((from, hour));
                }
                begin = None;
            }
            _ => {}
        }
    }
    longest.map(|(from, to)| Span { start: horizon.hour(from).start, end: horizon.hour(to).start })
}

/// Changes whose needs are too much for the people there are, though each alone is not.
fn conflicts(look: &mut Look<'_>, asked: &[Probe<'_>]) -> Vec<Conflict> {
    let mut found: BTreeMap<Vec<String>, Conflict> = BTreeMap::new();
    let mut tried = BTreeSet::new();
    for probe in asked {
        let keys: Vec<String> = probe.requirements.iter().map(|r| r.key.clone()).collect();
        let tried = !tried.insert((keys.clone(), &probe.service.name));
        if keys.len() < 2 || tried || found.contains_key(&keys) {
            continue;
        }
        let mut places = Vec::new();
        let mut alone = true;
        for requirement in &probe.requirements {
            // Whoever answers for somebody does so for a time, and a conflict is about all of it.
            let people = look.entitled(requirement, Some(probe.service), probe.signed).own.clone();
            let count = requirement.count.max(1) as usize;
            alone &= people.len() >= count;
            places.extend(std::iter::repeat_n(people, count));
        }
        let filled = assign(&places, look.presence.people()).into_iter().flatten().count();
        if alone && filled < places.len() {
            let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            let conflict = Conflict {
                service: probe.service.name.clone(),
                environment: probe.environment.clone(),
                keys: keys.clone(),
                needed: number(places.len()),
                possible: number(filled),
            };
            found.insert(keys, conflict);
        }
    }
    found.into_values().collect()
}

/// Probes of a bundle, and what none of them asked for.
#[derive(Debug)]
struct Probes<'a> {
    asked: Vec<Probe<'a>>,
    unasked: Vec<(Requirement, Vec<&'a Service>)>,
    order: Vec<String>,
}
