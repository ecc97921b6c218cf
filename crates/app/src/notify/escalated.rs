//! Who hears that no answer came: of an escalation, and of a change that nobody can answer any more
//! (B18, J08).

use std::collections::BTreeSet;

use domain::change::{Change, State};
use domain::eligibility::Eligibility;
use domain::ids::PersonId;
use domain::organisation::Directory;
use jiff::Timestamp;

use super::recipients::{admins, person_behind};

/// So many owners of its service are told.
const OWNERS: usize = 5;
/// So many people are named who were asked before.
const NAMED: usize = 3;

/// Whoever asked for a change, and owners of its service who are not asked themselves.
pub(super) fn concerned(change: &Change, directory: &Directory) -> BTreeSet<PersonId> {
    let asked: BTreeSet<&PersonId> = change.asking.iter().flat_map(|a| &a.asked).collect();
    let owners = owners(change, directory).filter(|person| !asked.contains(person));
    owners.chain(person_behind(&change.requester, directory)).collect()
}

/// Whoever asked for a change, owners of its service, and admins, who can give somebody the role.
pub(super) fn concerned_if_stuck(change: &Change, directory: &Directory) -> BTreeSet<PersonId> {
    let requester = person_behind(&change.requester, directory);
    owners(change, directory).chain(requester).chain(admins(directory)).collect()
}

fn owners(change: &Change, directory: &Directory) -> impl Iterator<Item = PersonId> {
    directory.owners_of(&change.revision().material.service).into_iter().take(OWNERS)
}

/// Keys of unmet requirements that nobody is left to answer, with no step to come.
pub(super) fn stuck(change: &Change, directory: &Directory, at: Timestamp) -> Vec<String> {
    if !matches!(change.state, State::AwaitingApproval { .. }) || change.is_sent_back() {
        return Vec::new();
    }
    let unmet = crate::projection::unmet(change);
    let eligibility = Eligibility::of(change, directory, at);
    let voted: BTreeSet<&PersonId> = change.current_votes().map(|vote| &vote.person).collect();
    let recorded = change.requirements();
    let requirements = recorded.iter().filter(|r| unmet.contains(&r.key));
    let nobody = requirements.filter(|r| match (&r.response, change.asking_of(&r.key)) {
        (Some(plan), Some(asking)) => {
            let spent = asking.step as usize >= plan.steps.len() && asking.next.is_none();
            spent && asking.asked.iter().all(|person| voted.contains(person))
        }
        // Its plan has yet to begin.
        (Some(_), None) => false,
        (None, _) => eligibility.eligible(r).iter().all(|person| voted.contains(person)),
    });
    nobody.map(|r| r.key.clone()).collect()
}

/// Who was asked for a requirement, in vain so far, beside `people`, and since when.
pub(super) fn waited_for(
    before: &Change,
    requirement: &str,
    people: &[PersonId],
) -> (Vec<PersonId>, Option<Timestamp>) {
    let Some(asking) = before.asking_of(requirement) else { return (Vec::new(), None) };
    let voted: BTreeSet<&PersonId> = before.current_votes().map(|vote| &vote.person).collect();
    let open = asking.asked.iter().filter(|p| !voted.contains(p) && !people.contains(p));
    let open: Vec<PersonId> = open.take(NAMED).cloned().collect();
    let since = asking.began_at.filter(|_| !open.is_empty());
    (open, since)
}
