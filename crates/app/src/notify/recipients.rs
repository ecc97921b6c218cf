//! Whose business something is.

use std::collections::{BTreeMap, BTreeSet};

use domain::actor::Actor;
use domain::change::Change;
use domain::duties::Duties;
use domain::ids::{PersonId, RoleName};
use domain::organisation::{Directory, access};
use domain::requirement::Reach;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

/// For a requirement of `count` people so many more are told than it needs.
const SPARE: usize = 2;
/// So many of those who govern policy are told of a proposal.
const GOVERNORS: usize = 10;

/// The person behind an actor: of a machine, whoever answers for it.
pub(crate) fn person_behind(actor: &Actor, directory: &Directory) -> Option<PersonId> {
    match actor {
        Actor::Person { person, .. } => Some(person.clone()),
        Actor::ServiceAccount { service_account } => {
            directory.service_account(service_account).map(|account| account.owner.clone())
        }
        Actor::System => None,
    }
}

/// Whom to ask for the requirements that miss somebody, each with the keys of those they can answer.
/// A requirement with a response plan is left out: its plan decides who is asked, and when.
///
/// Never everybody who could: a few more than are needed, chosen by change and person, so that the
/// same change always asks the same people and many changes ask all of them in turn (G10).
pub(super) fn to_ask(
    change: &Change,
    unmet: &[String],
    directory: &Directory,
    at: Timestamp,
) -> BTreeMap<PersonId, Vec<String>> {
    let voted: BTreeSet<&PersonId> = change.current_votes().map(|vote| &vote.person).collect();
    let mut asked: BTreeMap<PersonId, Vec<String>> = BTreeMap::new();
    let recorded = change.requirements();
    let requirements = change.with_exceptions(&recorded);
    let unplanned = requirements.iter().filter(|r| r.response.is_none());
    for requirement in unplanned.filter(|r| unmet.contains(&r.key)) {
        let wanted = (requirement.count as usize).saturating_add(SPARE);
        let able = eligible(change, &requirement.roles, requirement.reach, (directory, at));
        for person in able.into_iter().filter(|p| !voted.contains(p)).take(wanted) {
            asked.entry(person).or_default().push(requirement.key.clone());
        }
    }
    asked
}

/// Holders of any of these roles for the service of a change who had no hand in it: those who are
/// away last, and else in an order that is another one for each change.
pub(super) fn eligible(
    change: &Change,
    roles: &[RoleName],
    reach: Reach,
    (directory, at): (&Directory, Timestamp),
) -> Vec<PersonId> {
    let material = &change.revision().material;
    let domain = directory.service(&material.service).and_then(|s| s.domain.as_ref());
    let duties = Duties::of(change, directory);
    let admits = |scope: &_| reach.admits(scope, &material.service, domain);
    let holders = roles.iter().flat_map(|role| directory.holders(role, admits));
    let mut able: Vec<&PersonId> =
        holders.filter(|person| duties.hands_of(person, at).is_empty()).collect();
    able.sort_by_key(|person| {
        let away = directory.away_until(person, at).is_some();
        (away, place(change.id.as_str(), person.as_str()))
    });
    able.dedup();
    able.into_iter().cloned().collect()
}

/// A place in a queue that is another one for each change.
fn place(change: &str, person: &str) -> [u8; 32] {
    Sha256::digest(format!("{change}/{person}")).into()
}

/// Some of those who can decide on policy.
pub(super) fn governors(directory: &Directory) -> BTreeSet<PersonId> {
    all_governors(directory).into_iter().take(GOVERNORS).collect()
}

/// Everybody who can decide on policy.
pub(super) fn all_governors(directory: &Directory) -> BTreeSet<PersonId> {
    let roles = [access::ADMIN, access::POLICY_AUTHOR].into_iter().filter_map(|r| r.parse().ok());
    roles.flat_map(|role| directory.holders(&role, |_| true).into_iter().cloned()).collect()
}

/// A few of the admins: for what nobody else answers for.
pub(super) fn admins(directory: &Directory) -> Vec<PersonId> {
    let role = access::ADMIN.parse().ok();
    let all = role.map(|role| directory.holders(&role, |_| true)).unwrap_or_default();
    all.into_iter().take(GOVERNORS).cloned().collect()
}

/// Those whose vote stands on the revision that is current.
pub(super) fn voters(change: &Change) -> BTreeSet<PersonId> {
    change.current_votes().map(|vote| vote.person.clone()).collect()
}
