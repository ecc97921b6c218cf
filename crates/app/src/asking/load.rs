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

impl App {
    /// Open asks of these people.
    pub(super) async fn load_of(
        &self,
        people: &[PersonId],
        now: Timestamp,
    ) -> Result<BTreeMap<PersonId, u32>, AppError> {
        let mut load = BTreeMap::new();
        for person in people {
            let known = self.asking.load.lock().0.get(person).copied();
            let count = match known {
                Some((count, at)) if now.duration_since(at) < BELIEVED => count,
                _ => {
                    let rows = self.store.waiting(&[asked_key(person)], COUNTED).await?;
                    let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
                    self.asking.load.lock().0.insert(person.clone(), (count, now));
                    count
                }
            };
            load.insert(person.clone(), count);
        }
        Ok(load)
    }

    /// Counts what was just recorded.
    pub(super) fn add_load(&self, events: &[ChangeEvent]) {
        let mut load = self.asking.load.lock();
        for event in events {
            let ChangeEvent::ApproversAsked { people, .. } = event else { continue };
            for person in people {
                if let Some((count, _)) = load.0.get_mut(person) {
                    *count = count.saturating_add(1);
                }
            }
        }
    }
}
