//! On-call rotas: who of some people is on call in a role at a time, by turns.
//!
//! A rota gives no right: whoever is on call must hold the role to answer in it.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{Place, Week, WeekError};
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::{Directory, OrganisationEvent};
use crate::ids::{DomainName, PersonId, RoleName, RotaId, ServiceName};
use crate::refusal::Refusal;
use crate::requirement::Scope;

const PEOPLE_MAX: usize = 200;
const DAYS_MAX: u32 = 60;

/// People who are on call in a role by turns: of so many days, or from handover to handover of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredRota", into = "StoredRota")]
pub struct Rota {
    /// The rota.
    pub id: RotaId,
    /// What it is called.
    pub name: String,
    /// The role.
    pub role: RoleName,
    /// Where.
    pub scope: Scope,
    /// IANA time zone of the handover.
    pub time_zone: String,
    /// When the first turn began, on that zone's clock: also the hour of every handover.
    pub first: DateTime,
    /// When turns change, at the hour of `first`.
    pub handover: Handover,
    /// Who, in the order of their turns.
    pub people: Vec<PersonId>,
    /// The hours of the week in which somebody is on call; always, if nothing is said.
    pub hours: Option<RotaHours>,
}

/// When the turns of a rota change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handover {
    /// After so many days.
    Days(u32),
    /// By a rule of RFC 5545 such as `FREQ=WEEKLY;BYDAY=MO`.
    Rule(String),
}

impl Handover {
    /// What somebody asks for: days of a turn, or a rule.
    ///
    /// # Errors
    /// They ask for both.
    pub fn asked(days: Option<u32>, rule: Option<String>) -> Result<Self, Refusal> {
        match (days, rule) {
            (Some(1..), Some(_)) => {
                Err(Refusal::field("handover", "give days of a turn or a rule, not both"))
            }
            (_, Some(rule)) => Ok(Self::Rule(rule)),
            (days, None) => Ok(Self::Days(days.unwrap_or_default())),
        }
    }

    /// Days of a turn; `None` where a rule says when turns change.
    #[must_use]
    pub const fn days(&self) -> Option<u32> {
        match self {
            Self::Days(days) => Some(*days),
            Self::Rule(_) => None,
        }
    }

    /// The rule, where one says when turns change.
    #[must_use]
    pub fn rule(&self) -> Option<&str> {
        match self {
            Self::Days(_) => None,
            Self::Rule(rule) => Some(rule),
        }
    }
}

/// A rota as it stands in leaves: `days`, or else `handover`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredRota {
    id: RotaId,
    name: String,
    role: RoleName,
    scope: Scope,
    time_zone: String,
    first: DateTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    days: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    handover: Option<String>,
    people: Vec<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hours: Option<RotaHours>,
}

impl From<StoredRota> for Rota {
    fn from(stored: StoredRota) -> Self {
        let StoredRota { id, name, role, scope, time_zone, first, people, hours, .. } = stored;
        let handover = match stored.handover {
            Some(rule) => Handover::Rule(rule),
            None => Handover::Days(stored.days.unwrap_or_default()),
        };
        Self { id, name, role, scope, time_zone, first, handover, people, hours }
    }
}

impl From<Rota> for StoredRota {
    fn from(rota: Rota) -> Self {
        let Rota { id, name, role, scope, time_zone, first, handover, people, hours } = rota;
        let (days, handover) = match handover {
            Handover::Days(days) => (Some(days), None),
            Handover::Rule(rule) => (None, Some(rule)),
        };
        Self { id, name, role, scope, time_zone, first, days, handover, people, hours }
    }
}

/// Hours of the week, on the clock of a rota's zone: a day and a night of one role can be two rotas, or
/// three that follow the sun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotaHours {
    /// Days, such as `mon-fri`.
    pub weekdays: String,
    /// Hours of each of them, such as `09:00-17:00`; a shift may end on the next day.
    pub shifts: String,
}

impl RotaHours {
    fn week(&self) -> Result<Week, WeekError> {
        let shifts = calendar::parse_shifts(&self.shifts)?;
        let days = calendar::parse_days(&self.weekdays)?;
        Week::new(days.into_iter().map(|day| (day, shifts.clone())))
    }
}

impl Rota {
    /// The hours in which somebody is on call, as a place without holidays; `None` is always.
    #[must_use]
    pub fn staffed(&self) -> Option<Place> {
        let week = self.hours.as_ref()?.week().unwrap_or_default();
        Some(Place::new(calendar::zone(&self.time_zone)?, week))
    }

    /// Whose turn it is at a time. Nobody before the first turn and outside its hours.
    #[must_use]
    pub fn on_call(&self, at: Timestamp) -> Option<&PersonId> {
        self.people.get(self.turn_at(at)?)
    }

    /// The place in the order of whose turn it is.
    pub(super) fn turn_at(&self, at: Timestamp) -> Option<usize> {
        if self.staffed().is_some_and(|hours| hours.is_working(at) != Ok(true)) {
            return None;
        }
        let over = match self.handover {
            Handover::Rule(_) => self.turn_by_rule(at)?.0,
            Handover::Days(days) => self.turn_by_days(days, at)?,
        };
        over.checked_rem(self.people.len())
    }

    /// How many turns of so many days were over before the one that lasts at a time.
    fn turn_by_days(&self, days: u32, at: Timestamp) -> Option<usize> {
        let clock = at.to_zoned(calendar::zone(&self.time_zone)?).datetime();
        if clock < self.first {
            return None;
        }
        // On the zone's own clock, so that a handover at nine stays at nine.
        let whole = self.first.until((jiff::Unit::Day, clock)).ok()?.get_days();
        usize::try_from(i64::from(whole).checked_div(days.into())?).ok()
    }
}

/// One turn of a rota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn<'a> {
    /// Who is on call.
    pub person: &'a PersonId,
    /// When it begins.
    pub from: Timestamp,
    /// When it ends.
    pub until: Timestamp,
}

impl Rota {
    /// The turn that lasts at a time and those that follow, so many at most.
    #[must_use]
    pub fn turns(&self, at: Timestamp, most: usize) -> Vec<Turn<'_>> {
        match self.handover {
            Handover::Rule(_) => self.turns_by_rule(at, most),
            Handover::Days(days) => self.turns_by_days(days, (at, most)),
        }
    }

    fn turns_by_days(&self, days: u32, (at, most): (Timestamp, usize)) -> Vec<Turn<'_>> {
        let Some(zone) = calendar::zone(&self.time_zone) else { return Vec::new() };
        let clock = at.to_zoned(zone.clone()).datetime();
        let passed = self.first.until((jiff::Unit::Day, clock)).map_or(0, |span| span.get_days());
        let length = i64::from(days.max(1));
        let first = i64::from(passed).div_euclid(length).max(0);
        let begins = |turn: i64| {
            let days = jiff::Span::new().try_days(turn.checked_mul(length)?).ok()?;
            let wall = self.first.checked_add(days).ok()?;
            wall.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp())
        };
        let turn = |n: i64| {
            let place = usize::try_from(n).ok()?.checked_rem(self.people.len())?;
            let (from, until) = (begins(n)?, begins(n.checked_add(1)?)?);
            Some(Turn { person: self.people.get(place)?, from, until })
        };
        (first..).map_while(turn).take(most).collect()
    }
}

/// All rotas, by id.
pub(super) type Rotas = BTreeMap<RotaId, Rota>;

impl Directory {
    /// All rotas.
    pub fn rotas(&self) -> impl Iterator<Item = &Rota> {
        self.rotas.values()
    }

    /// A rota.
    #[must_use]
    pub fn rota(&self, id: &RotaId) -> Option<&Rota> {
        self.rotas.get(id)
    }

    /// Who is on call in a role for a service now, over all rotas that reach it.
    #[must_use]
    pub fn on_call(
        &self,
        role: &RoleName,
        service: &ServiceName,
        domain: Option<&DomainName>,
        at: Timestamp,
    ) -> BTreeSet<&PersonId> {
        let reach = |r: &&Rota| r.role == *role && r.scope.covers(service, domain);
        self.rotas.values().filter(reach).filter_map(|r| self.on_duty(r, at)).collect()
    }

    /// When somebody else is on call in a role for a service than at a time, by any rota that reaches it.
    #[must_use]
    pub fn next_turn(
        &self,
        role: &RoleName,
        service: &ServiceName,
        domain: Option<&DomainName>,
        at: Timestamp,
    ) -> Option<Timestamp> {
        let reach = |r: &&Rota| r.role == *role && r.scope.covers(service, domain);
        self.rotas.values().filter(reach).filter_map(|r| self.next_duty(r, at)).min()
    }

    /// Puts a rota on record.
    ///
    /// # Errors
    /// A field can't be accepted, or one of its people is nobody known.
    pub fn put_rota(&self, rota: Rota, now: Timestamp) -> Result<OrganisationEvent, Refusal> {
        if rota.name.trim().is_empty() || rota.name.len() > 100 {
            return Err(Refusal::field("name", "give a name of 1 to 100 bytes"));
        }
        if calendar::zone(&rota.time_zone).is_none() {
            return Err(Refusal::field("time_zone", "use an IANA name such as `Europe/Berlin`"));
        }
        match &rota.handover {
            Handover::Rule(rule) => rota.check_handover(rule, now)?,
            Handover::Days(1..=DAYS_MAX) => {}
            Handover::Days(_) => {
                return Err(Refusal::field(
                    "days",
                    "a turn takes 1 to 60 days; or give a rule of handover",
                ));
            }
        }
        if rota.people.is_empty() || rota.people.len() > PEOPLE_MAX {
            return Err(Refusal::field(
                "people",
                "name 1 to 200 people in the order of their turns",
            ));
        }
        if let Some(hours) = &rota.hours
            && let Err(error) = hours.week()
        {
            let message = format!("{error}; such as weekdays `mon-fri` and shifts `09:00-17:00`");
            return Err(Refusal::field("hours", &message));
        }
        if let Some(nobody) = rota.people.iter().find(|p| self.person(p).is_none()) {
            return Err(Refusal::NotFound { entity: "person", id: nobody.to_string() });
        }
        Ok(OrganisationEvent::RotaPut(rota))
    }

    /// Removes a rota.
    ///
    /// # Errors
    /// There is none.
    pub fn remove_rota(&self, id: &RotaId) -> Result<OrganisationEvent, Refusal> {
        match self.rota(id) {
            Some(_) => Ok(OrganisationEvent::RotaRemoved { rota: id.clone() }),
            None => Err(Refusal::NotFound { entity: "rota", id: id.to_string() }),
        }
    }
}
