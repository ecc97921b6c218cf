//! What a calendar feed holds when it is read: never more than its owner could read in the product then.

use std::collections::BTreeSet;

use domain::ids::{ChangeId, PersonId};
use domain::organisation::{Absence, FeedSubject};
use jiff::{SignedDuration, Timestamp};

use super::{InboxItem, Planned};
use crate::access::FeedReader;
use crate::{App, AppError};

const BACK: SignedDuration = SignedDuration::from_hours(24 * 30);
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 180);

/// What a feed holds.
#[derive(Debug, Clone, Default)]
pub struct FeedContents {
    /// What is planned; for a feed of one person, the changes they ask for or decide on.
    pub planned: Planned,
    /// What waits for their answer.
    pub answers: Vec<InboxItem>,
    /// When they are away.
    pub absences: Vec<Absence>,
}

impl App {
    /// What a feed holds now, from 30 days back to 180 days ahead.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn calendar_feed(&self, reader: &FeedReader) -> Result<FeedContents, AppError> {
        let now = self.ports.now();
        let from = now.checked_sub(BACK).unwrap_or(Timestamp::MIN);
        let until = now.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
        let mut planned = self.planned(&reader.principal, from, until).await?;
        match &reader.about {
            FeedSubject::Scope(scope) => {
                planned.narrow(scope, &self.live().directory);
                Ok(FeedContents { planned, ..FeedContents::default() })
            }
            FeedSubject::Own => self.own_feed(reader, planned).await,
        }
    }

    async fn own_feed(
        &self,
        reader: &FeedReader,
        mut planned: Planned,
    ) -> Result<FeedContents, AppError> {
        let person = &reader.person;
        let answers = self.inbox(&reader.principal).await?.waiting_for_you;
        let waits: BTreeSet<&ChangeId> = answers.iter().map(|item| &item.facts.change.id).collect();
        planned.keep_changes(|change| {
            waits.contains(&change.id)
                || change.requester.person() == Some(person)
                || has_voted(change, person)
        });
        planned.freezes.clear();
        planned.maintenance.clear();
        let absences = self.live().directory.absences_of(person).to_vec();
        Ok(FeedContents { planned, answers, absences })
    }
}

fn has_voted(change: &domain::change::Change, person: &PersonId) -> bool {
    change.current_votes().any(|vote| vote.person == *person)
}
