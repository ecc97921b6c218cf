//! Whoever is on call is asked first, where a plan says so, and an open ask goes over with their turn.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::plan::{FirstAsk, ResponsePlan};
use super::{People, Round};
use crate::eligibility::Eligibility;
use crate::explanation::Edge;
use crate::ids::PersonId;
use crate::requirement::Requirement;

/// Who is on call in a role that answers a requirement; nobody where its plan asks others first.
pub(super) fn asked_first<'a>(
    eligibility: &Eligibility<'a>,
    requirement: &Requirement,
    plan: &ResponsePlan,
    now: Timestamp,
) -> BTreeSet<&'a PersonId> {
    match plan.first {
        FirstAsk::AtWork => BTreeSet::new(),
        FirstAsk::OnCall => {
            let routes = eligibility.change().routes(requirement);
            routes.flat_map(|(role, _)| eligibility.on_call(role, now)).collect()
        }
    }
}

impl Round<'_> {
    /// Whether somebody can be turned to now: on call, at work, or no calendar can tell.
    pub(super) fn is_reachable(&self, person: &PersonId) -> bool {
        self.on_call.contains(person) || self.is_working(person) != Some(false)
    }

    /// Of those asked because they were on call, whose turn is over and whom somebody can relieve:
    /// whoever is on call now, or, where they are not at work themselves, whoever is.
    pub(super) fn relieved<'p>(
        &self,
        open: &[&'p PersonId],
        free: &[&PersonId],
    ) -> Vec<&'p PersonId> {
        let asked = self.asking.map(|a| a.on_call.as_slice()).unwrap_or_default();
        if self.plan.first == FirstAsk::AtWork || asked.is_empty() {
            return Vec::new();
        }
        let able = free.iter().filter(|p| !self.died.contains(p) && !asked.contains(p));
        let (on_call, off): (Vec<&PersonId>, _) = able.partition(|p| self.on_call.contains(*p));
        let mut on_call = on_call.into_iter();
        let mut at_work = off.into_iter().filter(|p: &&PersonId| self.is_working(p) == Some(true));
        let over = open.iter().copied().filter(|p| asked.contains(p) && !self.on_call.contains(p));
        over.filter(|p| {
            on_call.next().is_some()
                || (self.is_working(p) == Some(false) && at_work.next().is_some())
        })
        .collect()
    }

    /// While somebody on call is asked, nobody who sleeps is at first, but for as many as are needed.
    pub(super) fn spare_sleepers(&self, people: &People<'_>, chosen: &mut Vec<&PersonId>) {
        let mut asked = people.open.iter().chain(chosen.iter());
        if self.step() > 0 || !asked.any(|p| self.on_call.contains(*p)) {
            return;
        }
        let spare = self.wanted().saturating_sub(self.requirement.count as usize);
        let needed = people.owed.saturating_sub(spare);
        let mut place = 0;
        chosen.retain(|p| {
            place += 1;
            place <= needed || self.is_reachable(p)
        });
    }

    /// When somebody else is on call in place of those who are asked.
    pub(super) fn next_turn(&self, asked: &[&PersonId]) -> Option<Edge> {
        let before = self.asking.map(|a| a.on_call.as_slice()).unwrap_or_default();
        let by_turn = |p: &&PersonId| self.on_call.contains(*p) || before.contains(p);
        if self.plan.first == FirstAsk::AtWork || !asked.iter().any(by_turn) {
            return None;
        }
        let routes = self.eligibility.change().routes(self.requirement);
        let turns = routes.filter_map(|(role, _)| self.eligibility.next_turn(role, self.now));
        let what = "the next turn on call begins".to_owned();
        turns.min().map(|at| Edge { at, what })
    }
}
