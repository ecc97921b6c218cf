//! When something happens by itself: reminders, steps, the beginning of somebody's day.

use calendar::{CalendarError, Place};
use jiff::{SignedDuration, Timestamp};

use super::Round;
use super::plan::ResponseClock;
use crate::explanation::Edge;
use crate::ids::PersonId;

impl Round<'_> {
    /// What happens next and when, if `asked` are the people who can still answer, `waiting` those
    /// who could be asked once they are at work, and so many of the plan's steps and reminders are
    /// behind.
    pub(super) fn next(
        &self,
        began: Option<Timestamp>,
        done: (u32, u32),
        asked: &[&PersonId],
        waiting: &[&PersonId],
    ) -> Option<Edge> {
        let mut edges = Vec::new();
        if let Some(began) = began {
            edges.extend(self.next_reminder(began, done.1, asked));
            edges.extend(self.next_step(began, done.0, asked));
        }
        edges.extend(self.next_turn(asked));
        let opens = waiting.iter().filter_map(|p| self.next_working(p, self.now)).min();
        let what = "people are asked when they are at work";
        edges.extend(opens.map(|at| Edge { at, what: what.to_owned() }));
        if asked.is_empty() && waiting.is_empty() {
            edges.extend(self.next_return());
        }
        // What is due already is done by the next round of the same evaluation.
        edges.into_iter().min_by_key(|edge| edge.at)
    }

    fn next_reminder(&self, began: Timestamp, reminded: u32, asked: &[&PersonId]) -> Option<Edge> {
        let minutes = self.plan.remind_minutes.get(reminded as usize)?;
        let due = self.after(began, *minutes, asked);
        let reachable = |p: &&PersonId| match self.on_call.contains(*p) {
            true => Some(due),
            false => self.next_working(p, due),
        };
        let at = match asked.iter().filter_map(reachable).min() {
            Some(working) if !self.plan.after_hours => due.max(working),
            _ => due,
        };
        Some(Edge { at, what: "those who have not answered are reminded".to_owned() })
    }

    fn next_step(&self, began: Timestamp, step: u32, asked: &[&PersonId]) -> Option<Edge> {
        let next = self.plan.steps.get(step as usize)?;
        let at = self.after(began, next.after_minutes, asked);
        Some(Edge { at, what: format!("it escalates to {}", next.to.words()) })
    }

    /// When the first of those who are all away comes back.
    fn next_return(&self) -> Option<Edge> {
        let eligible = self.eligibility.eligible(self.requirement);
        let back =
            eligible.iter().filter_map(|p| self.facts.directory.away_until(p, self.now)).min();
        back.map(|at| Edge { at, what: "the first of those who may answer is back".to_owned() })
    }

    /// A moment so many minutes of the plan's clock after another.
    pub(super) fn after(&self, from: Timestamp, minutes: u32, asked: &[&PersonId]) -> Timestamp {
        let span = SignedDuration::from_mins(i64::from(minutes));
        let wall = from.checked_add(span).unwrap_or(Timestamp::MAX);
        // A calendar that can't say stops no escalation: then real time counts.
        let working = |place: Place| place.add_working(from, span).unwrap_or(wall);
        match self.plan.clock {
            ResponseClock::Wall => wall,
            ResponseClock::Organisation => working(self.facts.places.organisation()),
            ResponseClock::Approver => {
                let theirs = asked.iter().filter_map(|p| self.place(p)).map(working).max();
                theirs.unwrap_or_else(|| working(self.facts.places.organisation()))
            }
        }
    }

    fn place(&self, person: &PersonId) -> Option<Place> {
        self.facts.directory.person(person).map(|p| self.facts.places.of(p))
    }

    /// Whether somebody is at work; `None` when their calendar can't say, or says never.
    pub(super) fn is_working(&self, person: &PersonId) -> Option<bool> {
        let working = self.place(person)?.is_working(self.now).ok()?;
        (working || self.next_working(person, self.now).is_some()).then_some(working)
    }

    /// When somebody is next at work, if their calendar can say.
    pub(super) fn next_working(&self, person: &PersonId, from: Timestamp) -> Option<Timestamp> {
        let place = self.place(person)?;
        let found: Result<Timestamp, CalendarError> = place.next_working(from);
        found.ok()
    }
}
