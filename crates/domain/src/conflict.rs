//! Conflicts between planned changes: two that touch each other at the same time (M5.5).
//!
//! A conflict is said and stops nothing: people move one of them, or go on knowing of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::change::{Change, Contribution, State, Window};
use crate::ids::{ChangeId, ChangeNumber, PersonId, ServiceName};
use crate::organisation::Directory;

/// Why two changes get in each other's way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConflictKind {
    /// Both are for the same service and environment.
    Service,
    /// One is for a service that the other's depends on, in the same environment.
    Dependency {
        /// The service that depends.
        dependent: ServiceName,
        /// The one it depends on.
        on: ServiceName,
    },
    /// The same people implement both.
    People(Vec<PersonId>),
}

/// Another change in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Which.
    pub with: ChangeId,
    /// Its number.
    pub number: ChangeNumber,
    /// Why.
    pub kind: ConflictKind,
    /// The time both have.
    pub during: Window,
}

/// Conflicts of a change with others, in their order. Only changes with a window that are not over
/// have any.
#[must_use]
pub fn conflicts<'a>(
    change: &Change,
    others: impl IntoIterator<Item = &'a Change>,
    directory: &Directory,
) -> Vec<Conflict> {
    let mut found = Vec::new();
    let by = implementers(change, directory);
    for other in others.into_iter().filter(|other| other.id != change.id) {
        let Some(during) = overlap(change, other) else { continue };
        let kinds = kinds((change, &by), (other, &implementers(other, directory)), directory);
        found.extend(kinds.into_iter().map(|kind| Conflict {
            with: other.id.clone(),
            number: other.number,
            kind,
            during: during.clone(),
        }));
    }
    found
}

/// Conflicts of changes with each other, by number, each in the order in which the others open. Looks once at
/// each pair whose windows overlap, and at no other.
#[must_use]
pub fn conflicts_among<'a>(
    changes: impl IntoIterator<Item = &'a Change>,
    directory: &Directory,
) -> BTreeMap<ChangeNumber, Vec<Conflict>> {
    let planned = changes.into_iter().filter_map(|change| Some((planned_window(change)?, change)));
    let mut planned: Vec<(&Window, &Change)> = planned.collect();
    planned.sort_by_key(|(window, change)| (window.from, change.number));
    let mut found: BTreeMap<ChangeNumber, Vec<Conflict>> = BTreeMap::new();
    let mut open: Vec<(&Window, &Change, BTreeSet<PersonId>)> = Vec::new();
    for (window, change) in planned {
        open.retain(|(other, ..)| window.from < other.until);
        let by = implementers(change, directory);
        for (_, other, others) in &open {
            let Some(during) = overlap(change, other) else { continue };
            for kind in kinds((change, &by), (other, others), directory) {
                for (one, with) in [(change, *other), (*other, change)] {
                    let conflict = Conflict {
                        with: with.id.clone(),
                        number: with.number,
                        kind: kind.clone(),
                        during: during.clone(),
                    };
                    found.entry(one.number).or_default().push(conflict);
                }
            }
        }
        open.push((window, change, by));
    }
    found
}

/// Why a planned change would be in the way of another that were deployed in its window. Items of one set
/// are planned together and never are.
#[must_use]
pub fn in_the_way(change: &Change, planned: &Change, directory: &Directory) -> Vec<ConflictKind> {
    let set = |c: &Change| c.set.as_ref().map(|set| set.id.clone());
    let together =
        change.id == planned.id || (set(change).is_some() && set(change) == set(planned));
    if together {
        return Vec::new();
    }
    let by = |change| implementers(change, directory);
    kinds((change, &by(change)), (planned, &by(planned)), directory)
}

/// The window of a change that is asked for and not over.
#[must_use]
pub fn planned_window(change: &Change) -> Option<&Window> {
    let open = matches!(
        change.state,
        State::AwaitingApproval { .. } | State::Approved { .. } | State::Implementing { .. }
    );
    change.revision().material.window.as_ref().filter(|_| open)
}

/// The time in which both may be deployed.
fn overlap(one: &Change, other: &Change) -> Option<Window> {
    let (a, b) = (planned_window(one)?, planned_window(other)?);
    let both = Window { from: a.from.max(b.from), until: a.until.min(b.until) };
    (both.from < both.until).then_some(both)
}

/// Why two changes that each these people implement get in each other's way.
fn kinds(
    (one, by_one): (&Change, &BTreeSet<PersonId>),
    (other, by_other): (&Change, &BTreeSet<PersonId>),
    directory: &Directory,
) -> Vec<ConflictKind> {
    let (a, b) = (&one.revision().material, &other.revision().material);
    let mut kinds = Vec::new();
    if a.environment == b.environment {
        if a.service == b.service {
            kinds.push(ConflictKind::Service);
        }
        for (dependent, on) in [(&a.service, &b.service), (&b.service, &a.service)] {
            if directory.depends(dependent, on) {
                let (dependent, on) = (dependent.clone(), on.clone());
                kinds.push(ConflictKind::Dependency { dependent, on });
            }
        }
    }
    let both: Vec<PersonId> = by_one.intersection(by_other).cloned().collect();
    if !both.is_empty() {
        kinds.push(ConflictKind::People(both));
    }
    kinds
}

fn implementers(change: &Change, directory: &Directory) -> BTreeSet<PersonId> {
    let named = change.revision().material.contributors.iter();
    named
        .filter(|c| c.contribution == Contribution::Implementer)
        .filter_map(|c| crate::duties::resolve(c.identity.text(), directory))
        .collect()
}
