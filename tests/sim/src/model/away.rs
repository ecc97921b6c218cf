//! Who is away, who answers for whom, and when people work.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Weekday;
use serde_json::Value;

use super::{text, time};
use crate::rules::HOLIDAYS;

/// A span of time in which somebody can't be asked.
#[derive(Debug, Clone)]
pub struct Absence {
    /// Its id.
    pub id: String,
    /// Who.
    pub person: String,
    /// From when.
    pub from: i64,
    /// Until when.
    pub until: i64,
}

impl Absence {
    /// As recorded.
    #[must_use]
    pub fn of(data: &Value) -> Self {
        Self {
            id: text(data, "/id").to_owned(),
            person: text(data, "/person").to_owned(),
            from: time(data, "/from"),
            until: time(data, "/until"),
        }
    }
}

/// Somebody lets somebody else answer for them.
#[derive(Debug, Clone)]
pub struct Delegation {
    /// Its id.
    pub id: String,
    /// Whose right it is.
    pub from_person: String,
    /// Who answers.
    pub to_person: String,
    /// In which role.
    pub role: String,
    /// `organisation`, `domain:NAME` or `service:NAME`.
    pub scope: String,
    /// From when.
    pub from: i64,
    /// Until when.
    pub until: i64,
    /// When one of them ended it.
    pub ended: Option<i64>,
}

impl Delegation {
    /// As recorded.
    #[must_use]
    pub fn of(data: &Value) -> Self {
        Self {
            id: text(data, "/id").to_owned(),
            from_person: text(data, "/delegator").to_owned(),
            to_person: text(data, "/delegate").to_owned(),
            role: text(data, "/role").to_owned(),
            scope: text(data, "/scope").to_owned(),
            from: time(data, "/from"),
            until: time(data, "/until"),
            ended: None,
        }
    }

    /// Whether it was in force.
    #[must_use]
    pub fn is_open(&self, at: i64) -> bool {
        self.from <= at && at < self.until.min(self.ended.unwrap_or(i64::MAX))
    }
}

/// All delegations.
#[derive(Debug, Default)]
pub struct Delegations {
    /// By id.
    pub by_id: BTreeMap<String, Delegation>,
    of_delegator: BTreeMap<String, Vec<String>>,
    of_delegate: BTreeMap<String, Vec<String>>,
}

impl Delegations {
    /// A new one.
    pub fn make(&mut self, given: Delegation) {
        let of = |list: &mut BTreeMap<String, Vec<String>>, person: &str| {
            list.entry(person.to_owned()).or_default().push(given.id.clone());
        };
        of(&mut self.of_delegator, &given.from_person);
        of(&mut self.of_delegate, &given.to_person);
        self.by_id.insert(given.id.clone(), given);
    }

    /// Those somebody made.
    pub fn by(&self, person: &str) -> impl Iterator<Item = &Delegation> {
        self.of_delegator.get(person).into_iter().flatten().filter_map(|id| self.by_id.get(id))
    }

    /// Those that let somebody answer.
    pub fn to(&self, person: &str) -> impl Iterator<Item = &Delegation> {
        self.of_delegate.get(person).into_iter().flatten().filter_map(|id| self.by_id.get(id))
    }
}

/// Whether people of a zone work at a time: Monday to Friday from nine to five on their clock, and
/// not on holidays.
#[must_use]
pub fn is_working(zone: &str, at: i64) -> bool {
    let zoned = Timestamp::from_millisecond(at).and_then(|at| at.in_tz(zone));
    let Ok(zoned) = zoned else { return false };
    let weekend = matches!(zoned.weekday(), Weekday::Saturday | Weekday::Sunday);
    let day = zoned.date().to_string();
    let holiday = HOLIDAYS.contains(&(zone, day.as_str()));
    (9..17).contains(&zoned.hour()) && !weekend && !holiday
}
