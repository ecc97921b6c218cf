//! Who is told of an override: everybody whose business it is, at once (M3.6, G05).

use std::collections::BTreeSet;

use domain::change::{Change, Override};
use domain::ids::{PersonId, RoleName};
use domain::organisation::Directory;
use jiff::Timestamp;

use super::recipients::{admins, eligible, person_behind, to_ask};
use super::telling::What;

/// So many are asked to review an override, and so many once the review is overdue.
const REVIEWERS: usize = 3;
const REVIEWERS_OVERDUE: usize = 10;
/// So many of each kind of people are told; with six kinds a hundred at most.
const OF_A_KIND: usize = 20;

/// What is told of an override that was opened, or of the use of a sealed one: some are asked for its
/// review, and everybody else is told. Nobody is told twice.
pub(super) fn opened(
    change: &Change,
    of: &Override,
    (directory, at): (&Directory, Timestamp),
) -> Vec<(PersonId, What)> {
    let mut told = review(change, of, false, (directory, at));
    let mut known: BTreeSet<PersonId> = told.iter().map(|(person, _)| person.clone()).collect();
    let unmet = crate::projection::unmet(change);
    let service = &change.revision().material.service;
    let asked = change.asking.iter().flat_map(|asking| asking.asked.iter().cloned());
    let unplanned = to_ask(change, &unmet, directory, at).into_keys();
    let kinds: [Vec<PersonId>; 6] = [
        person_behind(&change.requester, directory).into_iter().chain(holders(of)).collect(),
        directory.owners_of(service).into_iter().collect(),
        asked.chain(unplanned).collect(),
        on_call(change, directory, at),
        admins(directory),
        reviewers(change, of, (directory, at)),
    ];
    for person in kinds.into_iter().flat_map(|kind| kind.into_iter().take(OF_A_KIND)) {
        if known.insert(person.clone()) {
            told.push((person, What::Overridden { id: of.id.clone() }));
        }
    }
    told
}

/// Some of those who can review it are asked to; more of them once it is overdue.
pub(super) fn review(
    change: &Change,
    of: &Override,
    overdue: bool,
    known: (&Directory, Timestamp),
) -> Vec<(PersonId, What)> {
    let most = if overdue { REVIEWERS_OVERDUE } else { REVIEWERS };
    let what = What::OverrideReviewAsked { id: of.id.clone(), overdue };
    let people = reviewers(change, of, known).into_iter().take(most);
    people.map(|person| (person, what.clone())).collect()
}

/// Those who can review it: people with clean hands in a role that policy names.
fn reviewers(change: &Change, of: &Override, known: (&Directory, Timestamp)) -> Vec<PersonId> {
    let mut people = eligible(change, &of.review_roles, of.review_reach, known);
    people.retain(|person| *person != of.by);
    people
}

/// Who opened it, and whose halves a sealed one was opened with.
fn holders(of: &Override) -> impl Iterator<Item = PersonId> {
    let halves = of.sealed.iter().flat_map(|told| told.holders.iter().chain(&told.issued_by));
    std::iter::once(&of.by).chain(halves).cloned()
}

/// Whoever is on call for the service, in any role.
fn on_call(change: &Change, directory: &Directory, at: Timestamp) -> Vec<PersonId> {
    let service = &change.revision().material.service;
    let domain = directory.service(service).and_then(|s| s.domain.as_ref());
    let roles: BTreeSet<&RoleName> = directory.rotas().map(|rota| &rota.role).collect();
    let people = roles.into_iter().flat_map(|role| directory.on_call(role, service, domain, at));
    people.collect::<BTreeSet<_>>().into_iter().cloned().collect()
}
