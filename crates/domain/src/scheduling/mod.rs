//! The earliest safe start: when a change can be deployed at the soonest, if everybody who must
//! answer does so as late as policy lets them (M5.5).
//!
//! Pure: requirements, people with their hours, freezes, maintenance windows and other planned changes
//! give a time and the bounds that made it, each by name. It is a forecast and never opens anything: the
//! gate decides.

mod answers;
mod trouble;

use jiff::{SignedDuration, Timestamp};

use crate::asking::Places;
use crate::change::{Change, Window};
use crate::conflict::{ConflictKind, in_the_way, planned_window};
use crate::decision::Authority;
use crate::freeze::Freeze;
use crate::ids::ChangeNumber;
use crate::maintenance::MaintenanceWindow;
use crate::organisation::Directory;
use crate::requirement::{Requirement, RuleRef};

/// How far ahead a start is looked for.
pub const HORIZON: SignedDuration = SignedDuration::from_hours(180 * 24);

/// Steps over freezes, windows and other changes: there are fewer within the horizon.
const STEPS_MAX: usize = 2_000;

/// One change with what decides when it can start.
#[derive(Debug, Clone)]
pub struct Part<'a> {
    /// The change.
    pub change: &'a Change,
    /// The requirements that are not met.
    pub unmet: Vec<&'a Requirement>,
    /// Freezes within the horizon that stop it.
    pub freezes: Vec<Freeze>,
    /// Openings within the horizon of the maintenance windows that it has to keep to; `None` when it
    /// has to keep to none.
    pub windows: Option<Vec<MaintenanceWindow>>,
}

/// What a start depends on, beside the change.
#[derive(Clone, Copy)]
pub struct SchedulingFacts<'a> {
    /// People, roles, absences, rotas.
    pub directory: &'a Directory,
    /// Where they work.
    pub places: &'a dyn Places,
    /// The other items of its change set that were not deployed yet.
    pub set: &'a [Part<'a>],
    /// The domains whose authority must agree to the set, and who speaks for each.
    pub authorities: &'a [Authority],
    /// Other changes whose window reaches into the time looked at.
    pub planned: &'a [&'a Change],
}

/// Something a start waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// Stable code: `answer`, `same_people`, `same_authority`, `planned`, `freeze`,
    /// `maintenance_window`, `conflict`.
    pub code: &'static str,
    /// Not before this time; `None` is never within the horizon.
    pub at: Option<Timestamp>,
    /// One sentence for people, without the time.
    pub what: String,
    /// The IANA zone in which people read that time, when it is that of those who answer.
    pub zone: Option<String>,
    /// Where policy says so.
    pub rule: Option<RuleRef>,
    /// Id of the freeze, when it is one.
    pub freeze: Option<String>,
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

impl Schedule {
    /// Whether something beside slow answers breaks the plan: a freeze, a window, another change, or that
    /// there is nobody to answer.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        let never = self.bounds.iter().any(|b| b.at.is_none());
        let last = self.bounds.iter().rev().find(|b| b.at == self.earliest);
        let waits = |b: &Bound| matches!(b.code, "freeze" | "maintenance_window" | "conflict");
        self.trouble.is_some() && (never || last.is_some_and(waits))
    }

    /// Id of the freeze that breaks the plan, when nothing else does.
    #[must_use]
    pub fn broken_by_freeze(&self) -> Option<&str> {
        let last = self.bounds.iter().rev().find(|b| b.at == self.earliest)?;
        last.freeze.as_deref().filter(|_| self.trouble.is_some())
    }
}

/// Computes the earliest safe start of a change that was not deployed yet. Items of its set that have no
/// window of their own start with it; all are answered first.
#[must_use]
pub fn earliest(own: &Part<'_>, facts: SchedulingFacts<'_>, now: Timestamp) -> Schedule {
    let window = own.change.revision().material.window.as_ref();
    let mut search = Search { at: Some(now), bounds: Vec::new() };
    for bound in answers::bounds(own, facts, now) {
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
            freeze: None,
        });
    }
    let joined = facts.set.iter().filter(|p| p.change.revision().material.window.is_none());
    let parts: Vec<&Part<'_>> = std::iter::once(own).chain(joined).collect();
    let stops = Stops { obstacles: obstacles(&parts, facts), parts };
    search.pass(&stops, now);
    let planned = window.map(|w| w.from);
    let trouble = trouble::of(own.change, &search, answered, (facts.places, now));
    Schedule { earliest: search.at, bounds: search.bounds, planned, trouble }
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

    /// Steps over freezes and other changes, and into maintenance windows, until none moves it.
    fn pass(&mut self, stops: &Stops<'_>, now: Timestamp) {
        let last = now.checked_add(HORIZON).unwrap_or(Timestamp::MAX);
        for _ in 0..STEPS_MAX {
            let Some(at) = self.at else { return };
            let Some(bound) = stops.at(at) else { return };
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

/// What can stop a start, for all that start together.
struct Stops<'a> {
    parts: Vec<&'a Part<'a>>,
    obstacles: Vec<Obstacle<'a>>,
}

/// Another change that is in the way while its window is open.
struct Obstacle<'a> {
    window: &'a Window,
    number: ChangeNumber,
    kind: ConflictKind,
}

fn obstacles<'a>(parts: &[&Part<'a>], facts: SchedulingFacts<'a>) -> Vec<Obstacle<'a>> {
    let mut found = Vec::new();
    for planned in facts.planned {
        let Some(window) = planned_window(planned) else { continue };
        let kinds = parts.iter().flat_map(|p| in_the_way(p.change, planned, facts.directory));
        let kind = kinds.into_iter().min();
        found.extend(kind.map(|kind| Obstacle { window, number: planned.number, kind }));
    }
    found
}

impl Obstacle<'_> {
    fn bound(&self) -> Bound {
        let why = match &self.kind {
            ConflictKind::Service => "is planned for the same service".to_owned(),
            ConflictKind::Dependency { dependent, on } => {
                format!("is planned then, and `{dependent}` depends on `{on}`")
            }
            ConflictKind::People(_) => "is implemented by the same people".to_owned(),
        };
        Bound {
            code: "conflict",
            at: Some(self.window.until),
            what: format!("the window of {}, which {why}, closes", self.number),
            zone: None,
            rule: None,
            freeze: None,
        }
    }
}

impl Stops<'_> {
    /// What stops a start at a time: what lasts longest, or that no window is open.
    fn at(&self, at: Timestamp) -> Option<Bound> {
        let freezes = self.parts.iter().flat_map(|p| &p.freezes).filter(|f| f.is_in_force(at));
        let freeze = freezes.max_by_key(|f| f.until).map(|freeze| Bound {
            code: "freeze",
            at: Some(freeze.until),
            what: format!("the freeze “{}” ends", freeze.title.text()),
            zone: None,
            rule: Some(freeze.rule.clone()),
            freeze: Some(freeze.id.clone()),
        });
        let open = |o: &&Obstacle<'_>| o.window.from <= at && at < o.window.until;
        let other = self.obstacles.iter().filter(open).max_by_key(|o| o.window.until);
        let lasting = freeze.into_iter().chain(other.map(Obstacle::bound)).max_by_key(|b| b.at);
        lasting.or_else(|| self.parts.iter().find_map(|p| closed(p.windows.as_deref()?, at)))
    }
}

/// That none of the windows to keep to is open, and when the next one is.
fn closed(windows: &[MaintenanceWindow], at: Timestamp) -> Option<Bound> {
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
            freeze: None,
        },
        None => Bound {
            code: "maintenance_window",
            at: None,
            what: "no maintenance window that it has to keep to opens within 180 days".to_owned(),
            zone: None,
            rule: windows.first().map(|w| w.rule.clone()),
            freeze: None,
        },
    })
}
