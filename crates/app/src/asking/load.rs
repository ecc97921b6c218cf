//! How much people are asked for already.
//!
//! Kept in memory and read again when it is old: it decides only who of several equals is asked
//! first, and what was decided is on the record.

use std::collections::BTreeMap;

use domain::change::ChangeEvent;
use domain::ids::PersonId;
use jiff::{SignedDuration, Timestamp};

use crate::projection::asked_key;
use crate::{App, AppError};

/// How long a count is believed.
const BELIEVED: SignedDuration = SignedDuration::from_secs(60);
/// More is as good as more than anybody else.
const COUNTED: usize = 200;

/// Open asks of people, each with when it was counted.
#[derive(Debug, Default)]
pub(super) struct Loads(BTreeMap<PersonId, (u32, Timestamp)>);

impl Loads {
    fn believes(&self, person: &PersonId, now: Timestamp) -> bool {
        self.0.get(person).is_some_and(|(_, at)| now.duration_since(*at) < BELIEVED)
    }
}

impl App {
    /// Counts the open asks of those of these people whose count is old.
    pub(super) async fn count_load(
        &self,
        people: &[PersonId],
        now: Timestamp,
    ) -> Result<(), AppError> {
        let old: Vec<&PersonId> = {
            let load = self.asking.load.lock();
            people.iter().filter(|person| !load.believes(person, now)).collect()
        };
        if old.is_empty() {
            return Ok(());
        }
        let keys: Vec<String> = old.iter().map(|person| asked_key(person)).collect();
        let counts = self.store.waiting_counts(&keys, COUNTED).await?;
        let mut load = self.asking.load.lock();
        for (person, count) in old.into_iter().zip(counts) {
            // Somebody may have counted meanwhile and decided on it.
            if !load.believes(person, now) {
                load.0.insert(person.clone(), (count, now));
            }
        }
        Ok(())
    }

    /// Open asks of these people, counted when the last count is old.
    pub(crate) async fn current_load(
        &self,
        people: &[PersonId],
        now: Timestamp,
    ) -> Result<BTreeMap<PersonId, u32>, AppError> {
        self.count_load(people, now).await?;
        Ok(self.load_of(people))
    }

    /// Open asks of these people, with what is about to be recorded.
    pub(super) fn load_of(&self, people: &[PersonId]) -> BTreeMap<PersonId, u32> {
        let load = self.asking.load.lock();
        let count = |p: &PersonId| Some((p.clone(), load.0.get(p)?.0));
        people.iter().filter_map(count).collect()
    }

    /// Counts who is asked by events that were decided on, before they are recorded: what is decided
    /// beside them asks somebody else.
    pub(super) fn add_load(&self, events: &[ChangeEvent]) {
        self.move_load(events, |count| count.saturating_add(1));
    }

    /// Takes back what [`Self::add_load`] counted, for events that were not recorded.
    pub(super) fn remove_load(&self, events: &[ChangeEvent]) {
        self.move_load(events, |count| count.saturating_sub(1));
    }

    fn move_load(&self, events: &[ChangeEvent], moved: impl Fn(u32) -> u32) {
        let mut load = self.asking.load.lock();
        for event in events {
            let ChangeEvent::ApproversAsked { people, .. } = event else { continue };
            for person in people {
                if let Some((count, _)) = load.0.get_mut(person) {
                    *count = moved(*count);
                }
            }
        }
    }
}
