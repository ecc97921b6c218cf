//! What people who come and go set off: open asks of somebody who left, moved or is away go to
//! others at once, and what nobody could be asked for goes to whoever came.
//!
//! A node compares the organisation with what it saw last, and looks only at changes that those who
//! differ were asked for or voted on. What a node missed while it was down is found when it starts,
//! or by the next timer of the change.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::event::{Envelope, OrganisationEvent};
use domain::ids::PersonId;
use domain::organisation::{Directory, Member};
use jiff::Timestamp;
use store::Stream;

use crate::projection::{ASKED_NOBODY, asked_key, voted_key};
use crate::{App, AppError, Live};

const PAGE: usize = 500;
/// Changes of one person looked at in one go.
const CHANGES: usize = 5_000;

/// The organisation as a node saw it last, and when.
#[derive(Clone)]
pub(super) struct Seen {
    live: Arc<Live>,
    at: Timestamp,
}

/// Who differs, and whether anybody can be asked who could not be before.
#[derive(Debug, Default)]
struct Moved {
    people: BTreeSet<PersonId>,
    anybody_new: bool,
}

impl App {
    /// Looks at what people who came or went were asked for. Returns how many changes moved.
    ///
    /// # Errors
    /// The store does not answer; the same is looked at again next time.
    pub async fn reroute(&self) -> Result<usize, AppError> {
        let live = self.live();
        let now = self.ports.now();
        let seen = self.asking.seen.lock().clone();
        let moved = match &seen {
            None => at_start(&live.directory, now),
            Some(seen) => {
                let mut moved = self.moved_since(seen, &live).await?;
                moved.add_edges(&live.directory, seen.at, now);
                moved
            }
        };
        let mut keys: Vec<String> =
            moved.people.iter().flat_map(|p| [asked_key(p), voted_key(p)]).collect();
        if moved.anybody_new {
            keys.push(ASKED_NOBODY.to_owned());
        }
        let mut looked = 0;
        let mut done = BTreeSet::new();
        for key in keys {
            let rows = self.store.waiting(&[key], CHANGES).await?;
            let ids: BTreeSet<_> = rows.into_iter().map(|row| row.change).collect();
            let ids: Vec<_> = ids.into_iter().filter(|id| done.insert(id.clone())).collect();
            looked += self.advance_all(&ids).await?.asked;
        }
        *self.asking.seen.lock() = Some(Seen { live, at: now });
        Ok(looked)
    }

    async fn moved_since(&self, seen: &Seen, live: &Live) -> Result<Moved, AppError> {
        let mut moved = Moved::default();
        let mut from = seen.live.organisation_version;
        while from < live.organisation_version {
            let page = self.store.stream(&Stream::organisation(), from, PAGE).await?;
            if page.is_empty() {
                break;
            }
            for entry in &page {
                let read: Envelope<OrganisationEvent> = crate::journal::open(entry)?;
                moved.add(&read.event, &seen.live.directory, &live.directory);
                from = entry.version + 1;
            }
        }
        Ok(moved)
    }
}

/// At a start nobody knows what was missed: everybody who is not here now, and everything for which
/// nobody was found.
fn at_start(directory: &Directory, now: Timestamp) -> Moved {
    let gone = directory
        .people()
        .filter(|p| !directory.is_active(&p.id) || directory.away_until(&p.id, now).is_some());
    Moved { people: gone.map(|p| p.id.clone()).collect(), anybody_new: true }
}

impl Moved {
    fn add(&mut self, event: &OrganisationEvent, before: &Directory, after: &Directory) {
        use OrganisationEvent as E;
        match event {
            E::PersonPut(person) => self.person(&person.id),
            E::PersonStatusSet { person, .. } => self.person(person),
            E::GroupPut(group) => {
                let old = before.group(&group.id).map(|g| g.members.clone()).unwrap_or_default();
                let now = after.group(&group.id).map(|g| g.members.clone()).unwrap_or_default();
                self.people.extend(old.symmetric_difference(&now).cloned());
                self.anybody_new = true;
            }
            E::GroupRemoved { group } => {
                let old = before.group(group).map(|g| g.members.clone()).unwrap_or_default();
                self.people.extend(old);
            }
            E::RoleBound(binding) | E::RoleUnbound(binding) => {
                match &binding.member {
                    Member::Person(person) => self.person(person),
                    Member::Group(group) => {
                        let members = before.group(group).into_iter().flat_map(|g| &g.members);
                        self.people.extend(members.cloned());
                    }
                }
                self.anybody_new = true;
            }
            E::AbsenceEntered(absence) => self.person(&absence.person),
            E::AbsenceCancelled { .. } | E::RotaPut(_) => self.anybody_new = true,
            E::DelegationMade(given) => self.person(&given.delegate),
            E::DelegationEnded { delegation, .. } => {
                let known = after.delegation(delegation);
                self.people.extend(known.map(|d| d.given.delegate.clone()));
            }
            _ => {}
        }
    }

    fn person(&mut self, person: &PersonId) {
        self.people.insert(person.clone());
        self.anybody_new = true;
    }

    /// Absences and delegations that began or ended by themselves meanwhile.
    fn add_edges(&mut self, directory: &Directory, after: Timestamp, until: Timestamp) {
        if !directory.has_edge(after, until) {
            return;
        }
        let between = |at: Timestamp| after < at && at <= until;
        for absence in directory.absences() {
            if between(absence.from) || between(absence.until) {
                self.person(&absence.person);
            }
        }
        for known in directory.delegations() {
            if between(known.given.from) || between(known.given.until) {
                self.person(&known.given.delegate);
            }
        }
    }
}
