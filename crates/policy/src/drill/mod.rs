//! Drills: the escalation path for a described situation, run on a test clock.
//!
//! A drill runs the code that is enforced: the bundle's assessment, [`domain::asking::next`], votes and
//! the decision. It names roles and numbers of people, never a person. What it shows is who would be
//! asked when, and where it dead-ends with what would have to give.

mod findings;
mod judge;
mod report;
mod run;
mod world;

use std::collections::BTreeMap;

use domain::ids::{DomainName, PersonId, PlaceName, RoleName};
use domain::organisation::{Directory, Service, Status};
use domain::requirement::RuleRef;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

pub use self::report::{DrillEnd, DrillEntry, DrillPerson, DrillProblem, DrillReport, DrillWhat};
use crate::bundle::{Bundle, GivenText, facts_of};

/// A situation in which the response plans have to work, as policy describes it.
#[derive(Debug)]
pub struct Drill {
    /// What it shows.
    pub name: String,
    /// Where it stands.
    pub source: RuleRef,
    pub(crate) start: Start,
    pub(crate) given: GivenText,
    pub(crate) staff: Vec<Staff>,
    pub(crate) away: Vec<(RoleName, u32)>,
    pub(crate) answers: Vec<Answer>,
    pub(crate) expected: Expected,
}

/// When a drill begins, on the clock of a zone.
#[derive(Debug, Clone)]
pub(crate) struct Start {
    clock: DateTime,
    zone: TimeZone,
    pub(crate) zone_name: String,
    /// The time as written.
    pub(crate) at: Timestamp,
}

impl Start {
    pub(crate) fn new(clock: DateTime, zone: TimeZone, zone_name: &str) -> Option<Self> {
        let at = clock.to_zoned(zone.clone()).ok()?.timestamp();
        Some(Self { clock, zone, zone_name: zone_name.to_owned(), at })
    }

    /// The first time of the same weekday and hour that is not before another.
    fn not_before(&self, now: Timestamp) -> Timestamp {
        let passed = now.duration_since(self.at).as_hours();
        let weeks = passed.div_euclid(7 * 24);
        // On the zone's clock, so that eleven at night stays eleven at night.
        let later = |weeks: i64| {
            let clock = self.clock.checked_add(Span::new().try_weeks(weeks).ok()?).ok()?;
            Some(clock.to_zoned(self.zone.clone()).ok()?.timestamp())
        };
        let mut near = (weeks..weeks.saturating_add(3)).filter_map(later);
        near.find(|at| *at >= now).unwrap_or(self.at)
    }
}

/// People of a role, for a drill without an organisation.
#[derive(Debug)]
pub(crate) struct Staff {
    pub(crate) role: RoleName,
    pub(crate) count: u32,
    pub(crate) place: Option<PlaceName>,
    pub(crate) on_call: bool,
}

/// Who approves how long after being asked.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) role: RoleName,
    pub(crate) after_minutes: u32,
    pub(crate) count: Option<u32>,
}

/// What has to come of a drill.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    pub(crate) asked: Vec<AskedBy>,
    pub(crate) escalates: Vec<EscalatedBy>,
    pub(crate) answered: Option<u32>,
}

/// So many of a role have to be asked by then.
#[derive(Debug)]
pub(crate) struct AskedBy {
    pub(crate) role: RoleName,
    pub(crate) count: u32,
    pub(crate) within_minutes: u32,
}

/// A step to a role has to be taken by then.
#[derive(Debug)]
pub(crate) struct EscalatedBy {
    pub(crate) to: RoleName,
    pub(crate) within_minutes: u32,
}

/// The people a drill runs against: those there are.
#[derive(Debug, Clone, Copy)]
pub struct LivePeople<'a> {
    /// People, roles, absences, delegations, rotas.
    pub directory: &'a Directory,
    /// The service the change would be for.
    pub service: &'a Service,
    /// How many open asks people have.
    pub load: &'a BTreeMap<PersonId, u32>,
    /// The time it is.
    pub now: Timestamp,
}

impl Bundle {
    /// Runs a drill with the people it describes itself.
    #[must_use]
    pub fn drill(&self, drill: &Drill) -> DrillReport {
        let load = BTreeMap::new();
        match world::described(self, drill) {
            Ok(world) => run::run(self, drill, &world, &load),
            Err(message) => DrillReport::impossible(drill, drill.start.at, message),
        }
    }

    /// Runs a drill with the people there are, at the next such weekday and hour.
    #[must_use]
    pub fn drill_live(&self, drill: &Drill, people: LivePeople<'_>) -> DrillReport {
        match world::live(self, drill, people) {
            Ok(world) => run::run(self, drill, &world, people.load),
            Err(message) => DrillReport::impossible(drill, people.now, message),
        }
    }

    /// Everybody whose number of open asks matters for a drill with the people there are.
    #[must_use]
    pub fn drill_candidates(&self, drill: &Drill, people: LivePeople<'_>) -> Vec<PersonId> {
        let begun = world::live(self, drill, people)
            .and_then(|world| Ok((run::begin(self, drill, &world)?, world)));
        begun.map_or_else(
            |_| Vec::new(),
            |(change, world)| domain::asking::candidates(&change, &world.directory, world.start),
        )
    }
}

impl Drill {
    /// The services a drill is about: the one it names, or else all that are as it says.
    #[must_use]
    pub fn services<'a>(&self, directory: &'a Directory) -> Vec<&'a Service> {
        let given = &self.given.service;
        let facts = facts_of(&self.given).ok();
        let said = facts.filter(|_| given.criticality.is_some());
        let criticality = said.map(|facts| facts.criticality);
        let alike = |service: &&Service| {
            service.status == Status::Active
                && given.name.as_ref().is_none_or(|name| *name == service.name.as_str())
                && criticality.is_none_or(|criticality| criticality == service.criticality)
                && (given.domain.as_deref())
                    .is_none_or(|d| service.domain.as_ref().map(DomainName::as_str) == Some(d))
                && given.labels.iter().all(|(key, value)| service.labels.get(key) == Some(value))
        };
        directory.services().filter(alike).collect()
    }
}
