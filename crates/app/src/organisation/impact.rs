//! What a change of the organisation would leave waiting: looked at before it is made.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::change::Change;
use domain::ids::{ChangeId, PersonId};
use domain::organisation::{Directory, Member, OrganisationEvent};
use domain::requirement::Requirement;
use jiff::Timestamp;

use crate::{App, AppError};

const LOOKED_AT: usize = 200;

/// Open changes that wait for somebody who would lose a role, as `CHG-…` numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Impact {
    /// Somebody who could answer now could not any more.
    pub waiting: BTreeSet<String>,
    /// Too few would be left to answer.
    pub stuck: BTreeSet<String>,
}

impl App {
    /// What these events would do to the changes that wait now. Nothing is recorded.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn impact(&self, events: &[OrganisationEvent]) -> Result<Impact, AppError> {
        let live = self.live();
        let before = &live.directory;
        let now = self.ports().now();
        let mut after = before.clone();
        for event in events {
            after.apply(event);
        }
        let lost = lost(before, &after);
        let keys: Vec<String> = lost.keys().cloned().collect();
        let mut impact = Impact::default();
        if keys.is_empty() {
            return Ok(impact);
        }
        let rows = self.store().waiting(&keys, LOOKED_AT).await?;
        let ids: BTreeSet<ChangeId> = rows.iter().map(|row| row.change.clone()).collect();
        let changes = self.load_changes(&Vec::from_iter(ids)).await?;
        let changes: HashMap<&ChangeId, &Change> =
            changes.iter().map(|(c, _)| (&c.id, &**c)).collect();
        for row in rows {
            let Some(change) = changes.get(&row.change).copied() else { continue };
            let asked = change.requirements();
            let wanted = asked.iter().find(|r| r.key == row.requirement);
            let Some(wanted) = wanted else { continue };
            let losers = row.keys.iter().filter_map(|key| lost.get(key)).flatten();
            if !losers.into_iter().any(|person| may(change, person, wanted, before, now)) {
                continue;
            }
            impact.waiting.insert(change.number.to_string());
            if left(change, wanted, &after, now) < wanted.count as usize {
                impact.stuck.insert(change.number.to_string());
            }
        }
        Ok(impact)
    }
}

fn may(
    change: &Change,
    person: &PersonId,
    wanted: &Requirement,
    directory: &Directory,
    now: Timestamp,
) -> bool {
    change.may_vote(person, std::slice::from_ref(wanted), directory, now).is_ok()
}

/// How many could answer a requirement.
fn left(change: &Change, wanted: &Requirement, directory: &Directory, now: Timestamp) -> usize {
    let holders: BTreeSet<&PersonId> =
        wanted.roles.iter().flat_map(|role| directory.holders(role, |_| true)).collect();
    holders.into_iter().filter(|person| may(change, person, wanted, directory, now)).count()
}

/// Who would lose what they hold, by `role@scope`.
fn lost(before: &Directory, after: &Directory) -> BTreeMap<String, BTreeSet<PersonId>> {
    let mut lost = held(before);
    let kept = held(after);
    for (key, people) in &mut lost {
        if let Some(kept) = kept.get(key) {
            people.retain(|person| !kept.contains(person));
        }
    }
    lost.retain(|_, people| !people.is_empty());
    lost
}

/// Active people by the `role@scope` they hold.
fn held(directory: &Directory) -> BTreeMap<String, BTreeSet<PersonId>> {
    let mut held: BTreeMap<String, BTreeSet<PersonId>> = BTreeMap::new();
    for binding in directory.bindings().chain(directory.mapped()) {
        let people = held.entry(format!("{}@{}", binding.role, binding.scope)).or_default();
        let members: Vec<&PersonId> = match &binding.member {
            Member::Person(person) => vec![person],
            Member::Group(id) => {
                directory.group(id).map(|g| g.members.iter().collect()).unwrap_or_default()
            }
        };
        people.extend(members.into_iter().filter(|p| directory.is_active(p)).cloned());
    }
    held
}
