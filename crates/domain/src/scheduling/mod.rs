//! The earliest safe start: when a change can be deployed at the soonest, if everybody who must
//! answer does so as late as policy lets them (M5.5).
//!
//! Pure: requirements, people with their hours, freezes and maintenance windows give a time and the
//! bounds that made it, each by name. It is a forecast and never opens anything: the gate decides.

mod answers;

use jiff::{SignedDuration, Timestamp};

use crate::asking::Places;
use crate::change::{Change, State};
use crate::freeze::Freeze;
use crate::maintenance::MaintenanceWindow;
use crate::organisation::Directory;
use crate::requirement::{Requirement, RuleRef};

/// How far ahead a start is looked for.
pub const HORIZON: SignedDuration = SignedDuration::from_hours(180 * 24);

/// Steps over freezes and windows: there are fewer within the horizon.
const STEPS_MAX: usize = 2_000;

/// What a start depends on, beside the change.
#[derive(Clone, Copy)]
pub struct SchedulingFacts<'a> {
    /// People, roles, absences, rotas.
    pub directory: &'a Directory,
    /// Where they work.
    pub places: &'a dyn Places,
    /// The requirements that are not met.
    pub unmet: &'a [&'a Requirement],
    /// Freezes within the horizon that stop it.
    pub freezes: &'a [Freeze],
    /// Openings within the horizon of the maintenance windows that it has to keep to; `None` when it
    /// has to keep to none.
    pub windows: Option<&'a [MaintenanceWindow]>,
}

/// Something a start waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// Stable code: `answer`, `same_people`, `planned`, `freeze`, `maintenance_window`.
    pub code: &'static str,
    /// Not before this time; `None` is never within the horizon.
    pub at: Option<Timestamp>,
    /// One sentence for people, without the time.
    pub what: String,
    /// The IANA zone in which people read that time, when it is that of those who answer.
    pub zone: Option<String>,
    /// Where policy says so.
    pub rule: Option<RuleRef>,
}

/// When a change can start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The earliest safe start; `None` when there is none.
    pub earliest: Option<Timestamp>,
    /// What made it so, in the order it was looked at.
    pub bounds: Vec<Bound>,
    /// When it is planned to start.
    pub planned: Option<Timestamp>,
    /// Why it can't be met as planned, and what would have to give.
    pub trouble: Option<String>,
}

/// Computes the earliest safe start of a change that was not deployed yet.
#[must_use]
pub fn earliest(change: &Change, facts: SchedulingFacts<'_>, now: Timestamp) -> Schedule {
    let answers = answers::bounds(change, facts, now);
    let window = change.revision().material.window.as_ref();
    let mut search = Search { at: Some(now), bounds: Vec::new() };
    for bound in answers {
        search.take(bound);
    }
    let answered = search.at;
    if let Some(window) = window {
        search.take(Bound {
            code: "planned",
            at: Some(window.from),
            what: "its own window opens".to_owned(),
            zone: None,
            rule: None,
        });
    }
    search.pass(facts, now);
    let planned = window.map(|w| w.from);
    let ends = [window.map(|w| w.until), lapses(change)].into_iter().flatten().min();
    let trouble = trouble(&search, answered, planned.zip(ends), ends);
    Schedule { earliest: search.at, bounds: search.bounds, planned, trouble }
}

/// When its approval, or the time to approve it, is over.
fn lapses(change: &Change) -> Option<Timestamp> {
    match &change.state {
        State::Approved { valid_until, .. } => Some(*valid_until),
        _ => None,
    }
}

fn trouble(
    search: &Search,
    answered: Option<Timestamp>,
    planned: Option<(Timestamp, Timestamp)>,
    ends: Option<Timestamp>,
) -> Option<String> {
    let binding = search.binding();
    let what = binding.map_or_else(|| "what it waits for".to_owned(), |b| b.what.clone());
    let Some(earliest) = search.at else {
        return Some(format!("there is no safe start: {what}"));
    };
    match planned {
        _ if ends.is_some_and(|ends| earliest >= ends) => Some(format!(
            "it can't be met: {what} only at {earliest:.0}, after it is over; plan it later, or \
             shorten what it waits for"
        )),
        Some((from, _)) if earliest > from => Some(format!(
            "it is planned for {from:.0} and can't safely start before {earliest:.0}: {what}{}",
            match answered {
                Some(at) if at > from => "; answers would have to come sooner than they are due",
                _ => "",
            }
        )),
        _ => None,
    }
}

/// The time reached so far.
struct Search {
    at: Option<Timestamp>,
    bounds: Vec<Bound>,
}

impl Search {
    fn take(&mut self, bound: Bound) {
        self.at = match (self.at, bound.at) {
            (Some(at), Some(bound)) => Some(at.max(bound)),
            _ => None,
        };
        self.bounds.push(bound);
    }

    /// Steps over freezes and into maintenance windows until neither moves it.
    fn pass(&mut self, facts: SchedulingFacts<'_>, now: Timestamp) {
        let last = now.checked_add(HORIZON).unwrap_or(Timestamp::MAX);
        for _ in 0..STEPS_MAX {
            let Some(at) = self.at else { return };
            let Some(bound) = stop(facts, at) else { return };
            let bound = Bound { at: bound.at.filter(|at| *at <= last), ..bound };
            self.take(bound);
        }
        self.at = None;
    }

    /// The bound that made the time what it is.
    fn binding(&self) -> Option<&Bound> {
        let never = self.bounds.iter().find(|b| b.at.is_none());
        never.or_else(|| self.bounds.iter().rev().find(|b| b.at == self.at))
    }
}

/// What stops a start at a time: the freeze that lasts longest, or that no window is open.
fn stop(facts: SchedulingFacts<'_>, at: Timestamp) -> Option<Bound> {
    let frozen = facts.freezes.iter().filter(|f| f.is_in_force(at)).max_by_key(|f| f.until);
    if let Some(freeze) = frozen {
        return Some(Bound {
            code: "freeze",
            at: Some(freeze.until),
            what: format!("the freeze “{}” ends", freeze.title.text()),
            zone: None,
            rule: Some(freeze.rule.clone()),
        });
    }
    let windows = facts.windows?;
    if windows.iter().any(|w| w.is_open(at)) {
        return None;
    }
    let next = crate::maintenance::next(windows, at);
    Some(match next {
        Some((window, opening)) => Bound {
            code: "maintenance_window",
            at: Some(opening.from),
            what: format!("the maintenance window “{}” opens", window.title),
            zone: None,
            rule: Some(window.rule.clone()),
        },
        None => Bound {
            code: "maintenance_window",
            at: None,
            what: "no maintenance window that it has to keep to opens within 180 days".to_owned(),
            zone: None,
            rule: windows.first().map(|w| w.rule.clone()),
        },
    })
}
