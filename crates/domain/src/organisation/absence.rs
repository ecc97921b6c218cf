//! Absences: when somebody can't be asked. They stay entitled to vote; nobody is asked in vain.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Directory, OrganisationEvent, access};
use crate::ids::{AbsenceId, PersonId};
use crate::private::Secret;
use crate::refusal::Refusal;

/// Longer ones are people who left.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 550);
const REASON_MAX: usize = 500;

/// A span of time in which a person can't be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    /// The absence.
    pub id: AbsenceId,
    /// Who is away.
    pub person: PersonId,
    /// From when.
    #[serde(with = "crate::time::ms")]
    pub from: Timestamp,
    /// Until when.
    #[serde(with = "crate::time::ms")]
    pub until: Timestamp,
    /// Why; for the person and admins only. A secret to the log, because it may be about health: the
    /// leaf commits to it, and no page of the ledger and no export shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Secret>,
    /// The event of a calendar it was imported from: a digest of its `UID` (RFC 5545), since that may name
    /// somebody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
}

impl Absence {
    /// Whether it covers a time.
    #[must_use]
    pub fn covers(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }
}

/// All absences that were not cancelled, by person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Absences {
    by_person: BTreeMap<PersonId, Vec<Absence>>,
    person_of: BTreeMap<AbsenceId, PersonId>,
}

impl Absences {
    pub(super) fn enter(&mut self, absence: &Absence) {
        self.person_of.insert(absence.id.clone(), absence.person.clone());
        let of_person = self.by_person.entry(absence.person.clone()).or_default();
        of_person.push(absence.clone());
        of_person.sort_by_key(|a| a.from);
    }

    pub(super) fn cancel(&mut self, id: &AbsenceId) {
        let Some(person) = self.person_of.remove(id) else { return };
        if let Some(of_person) = self.by_person.get_mut(&person) {
            of_person.retain(|a| a.id != *id);
        }
    }
}

impl Directory {
    /// The absences of a person that were not cancelled, by their beginning.
    #[must_use]
    pub fn absences_of(&self, person: &PersonId) -> &[Absence] {
        self.absences.by_person.get(person).map(Vec::as_slice).unwrap_or_default()
    }

    /// All absences that were not cancelled.
    pub fn absences(&self) -> impl Iterator<Item = &Absence> {
        self.absences.by_person.values().flatten()
    }

    /// An absence.
    #[must_use]
    pub fn absence(&self, id: &AbsenceId) -> Option<&Absence> {
        let person = self.absences.person_of.get(id)?;
        self.absences_of(person).iter().find(|a| a.id == *id)
    }

    /// Until when a person is away at a time, over absences that follow each other; `None` is here.
    #[must_use]
    pub fn away_until(&self, person: &PersonId, at: Timestamp) -> Option<Timestamp> {
        let mut until = None;
        for absence in self.absences_of(person) {
            if absence.covers(until.unwrap_or(at)) {
                until = until.max(Some(absence.until));
            }
        }
        until
    }

    /// Enters an absence: by the person, or by an admin who knows of it.
    ///
    /// # Errors
    /// They are neither, nobody is known by that id, or the span is no span to come.
    pub fn enter_absence(
        &self,
        absence: Absence,
        by: &PersonId,
        now: Timestamp,
    ) -> Result<OrganisationEvent, Refusal> {
        self.own_or_admin(&absence.person, by, "enter this absence")?;
        if !self.is_active(&absence.person) {
            return Err(Refusal::NotActive { person: absence.person });
        }
        check_span(absence.from, absence.until, now)?;
        if absence.from.duration_until(absence.until) > LONGEST {
            return Err(Refusal::field("until", "an absence is at most 550 days long"));
        }
        if absence.reason.as_ref().and_then(Secret::reveal).is_some_and(|r| r.len() > REASON_MAX) {
            return Err(Refusal::field("reason", "shorten it to 500 bytes"));
        }
        let same = |a: &&Absence| (a.from, a.until) == (absence.from, absence.until);
        if let Some(known) = self.absences_of(&absence.person).iter().find(same) {
            return Err(Refusal::Exists { entity: "absence", id: known.id.to_string() });
        }
        Ok(OrganisationEvent::AbsenceEntered(absence))
    }

    /// Takes an absence back: the person is there after all, or came back early.
    ///
    /// # Errors
    /// There is none, or it is another's and they are no admin.
    pub fn cancel_absence(
        &self,
        id: &AbsenceId,
        by: &PersonId,
    ) -> Result<OrganisationEvent, Refusal> {
        let found = self.absence(id).filter(|a| self.own_or_admin(&a.person, by, "").is_ok());
        match found {
            Some(_) => Ok(OrganisationEvent::AbsenceCancelled { absence: id.clone() }),
            // The same answer for another's: whose it is is nobody's business (E17).
            None => Err(Refusal::NotFound { entity: "absence", id: id.to_string() }),
        }
    }

    pub(super) fn own_or_admin(
        &self,
        person: &PersonId,
        by: &PersonId,
        action: &'static str,
    ) -> Result<(), Refusal> {
        if person == by || self.holds(by, access::ADMIN) {
            Ok(())
        } else {
            Err(Refusal::NotEntitled { action, who: "the person themself and admins" })
        }
    }
}

/// Refuses what ends before it begins, or is over already.
pub(super) fn check_span(from: Timestamp, until: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    if until <= from {
        return Err(Refusal::field("until", "it must end after it begins"));
    }
    if until <= now {
        return Err(Refusal::field("until", "it would be over already"));
    }
    Ok(())
}
