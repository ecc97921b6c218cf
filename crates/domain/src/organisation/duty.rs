//! Who answers in a rota: whose turn it is, whoever took it over, and the next where they are not here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::absence::check_span;
use super::{Directory, OrganisationEvent, Rota, access};
use crate::ids::{CoverId, PersonId, RotaId};
use crate::refusal::Refusal;

/// Covers of one rota to come.
const COVERS_MAX: usize = 100;
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 60);
/// Edges of a rota's hours that are looked at: two weeks of a shift a day.
const HOURS_MAX: usize = 28;
/// Spans of one rota that are listed.
const SPANS_MAX: usize = 500;

/// Somebody takes over the turns of somebody else in a rota, for a time. Both names are on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cover {
    /// The cover.
    pub id: CoverId,
    /// The rota.
    pub rota: RotaId,
    /// Whose turns.
    pub person: PersonId,
    /// Who takes them over.
    pub by: PersonId,
    /// From when.
    #[serde(with = "crate::time::ms")]
    pub from: Timestamp,
    /// Until when.
    #[serde(with = "crate::time::ms")]
    pub until: Timestamp,
}

/// All covers that were not ended, by id.
pub(super) type Covers = BTreeMap<CoverId, Cover>;

/// Somebody on duty for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duty<'a> {
    /// Who.
    pub person: &'a PersonId,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

impl Directory {
    /// Covers of a rota, in the order in which they were entered.
    pub fn covers_of(&self, rota: &RotaId) -> impl DoubleEndedIterator<Item = &Cover> {
        let rota = rota.clone();
        self.covers.values().filter(move |cover| cover.rota == rota)
    }

    /// A cover.
    #[must_use]
    pub fn cover(&self, id: &CoverId) -> Option<&Cover> {
        self.covers.get(id)
    }

    /// Who answers in a rota at a time: whoever took the turn over, or whose turn it is; where they are
    /// away or left, the next in order who is here. Nobody when nobody is.
    #[must_use]
    pub fn on_duty<'a>(&'a self, rota: &'a Rota, at: Timestamp) -> Option<&'a PersonId> {
        let turn = rota.turn_at(at)?;
        let own = rota.people.get(turn)?;
        let covers = |c: &&Cover| c.person == *own && c.from <= at && at < c.until;
        let first = self.covers_of(&rota.id).rev().find(covers).map_or(own, |cover| &cover.by);
        let next = rota.people.iter().cycle().skip(turn + 1).take(rota.people.len() - 1);
        let is_here = |p: &&PersonId| self.is_active(p) && self.away_until(p, at).is_none();
        std::iter::once(first).chain(next).find(is_here)
    }

    /// When somebody else than now answers in a rota, or nobody does; `None` when that never changes.
    #[must_use]
    pub fn next_duty(&self, rota: &Rota, at: Timestamp) -> Option<Timestamp> {
        let now = self.on_duty(rota, at);
        self.duty_edges(rota, at).into_iter().find(|edge| self.on_duty(rota, *edge) != now)
    }

    /// Who answers in a rota between two times, in order.
    #[must_use]
    pub fn duties<'a>(
        &'a self,
        rota: &'a Rota,
        from: Timestamp,
        until: Timestamp,
    ) -> Vec<Duty<'a>> {
        let (mut at, mut found) = (from, Vec::new());
        while at < until && found.len() < SPANS_MAX {
            let end = self.next_duty(rota, at).map_or(until, |edge| edge.min(until));
            let duty = self.on_duty(rota, at).map(|person| Duty { person, from: at, until: end });
            found.extend(duty);
            at = end;
        }
        found
    }

    /// Times after another at which who answers in a rota may change.
    fn duty_edges(&self, rota: &Rota, at: Timestamp) -> BTreeSet<Timestamp> {
        let turns = rota.turns(at, rota.people.len() + 1);
        let mut edges: BTreeSet<Timestamp> = turns.iter().flat_map(|t| [t.from, t.until]).collect();
        edges.extend(self.covers_of(&rota.id).flat_map(|c| [c.from, c.until]));
        let people = rota.people.iter().chain(self.covers_of(&rota.id).map(|c| &c.by));
        let absences = people.flat_map(|p| self.absences_of(p));
        edges.extend(absences.flat_map(|a| [a.from, a.until]));
        if let Some(hours) = rota.staffed() {
            let next = |at: &Timestamp| hours.next_edge(*at).ok();
            edges.extend(std::iter::successors(next(&at), next).take(HOURS_MAX));
        }
        edges.split_off(&at).into_iter().filter(|edge| at < *edge).collect()
    }

    /// Puts on record that somebody takes over turns of somebody else: by whoever takes them, or by an
    /// admin. It gives no right.
    ///
    /// # Errors
    /// They are neither, there is no such rota, its turns are never theirs, or a field can't be accepted.
    pub fn cover_shift(
        &self,
        cover: Cover,
        entered_by: &PersonId,
        now: Timestamp,
    ) -> Result<OrganisationEvent, Refusal> {
        let missing = || Refusal::NotFound { entity: "rota", id: cover.rota.to_string() };
        let rota = self.rota(&cover.rota).ok_or_else(missing)?;
        if cover.by != *entered_by && !self.holds(entered_by, access::ADMIN) {
            let action = "give somebody a turn on call";
            return Err(Refusal::NotEntitled { action, who: "whoever takes it over, and admins" });
        }
        if !rota.people.contains(&cover.person) {
            return Err(Refusal::field("person", "name somebody who takes turns in this rota"));
        }
        if cover.by == cover.person {
            return Err(Refusal::field("by", "somebody else takes the turn over"));
        }
        if !self.is_active(&cover.by) {
            return Err(Refusal::field("by", "name an active person"));
        }
        if self.scopes_of(&cover.by, &rota.role).next().is_none() {
            let message = format!("they don't hold {}, so they could not answer", rota.role);
            return Err(Refusal::field("by", &message));
        }
        check_span(cover.from, cover.until, now)?;
        if cover.from.duration_until(cover.until) > LONGEST {
            return Err(Refusal::field("until", "at most 60 days; change the rota for longer"));
        }
        let overlaps =
            |c: &&Cover| c.person == cover.person && c.from < cover.until && cover.from < c.until;
        if let Some(known) = self.covers_of(&cover.rota).find(overlaps) {
            return Err(Refusal::Exists { entity: "cover", id: known.id.to_string() });
        }
        if self.covers_of(&cover.rota).filter(|c| now < c.until).count() >= COVERS_MAX {
            return Err(Refusal::field("from", "end some of the 100 covers to come first"));
        }
        Ok(OrganisationEvent::ShiftCovered(cover))
    }

    /// Gives turns back that somebody took over: by either of the two, or by an admin.
    ///
    /// # Errors
    /// There is no such cover, or they are neither.
    pub fn end_cover(
        &self,
        id: &CoverId,
        by: &PersonId,
        now: Timestamp,
    ) -> Result<OrganisationEvent, Refusal> {
        let missing = || Refusal::NotFound { entity: "cover to come", id: id.to_string() };
        let known = self.cover(id).filter(|c| now < c.until).ok_or_else(missing)?;
        if ![&known.person, &known.by].contains(&by) && !self.holds(by, access::ADMIN) {
            let action = "end this cover";
            return Err(Refusal::NotEntitled {
                action,
                who: "either of its two people, and admins",
            });
        }
        Ok(OrganisationEvent::CoverEnded { cover: id.clone() })
    }
}
