//! What a calendar feed holds when it is read: never more than its owner could read in the product then.

use std::collections::BTreeSet;

use domain::ids::{ChangeId, PersonId};
use domain::organisation::{Absence, Duty, FeedSubject, Rota};
use jiff::{SignedDuration, Timestamp};

use super::{InboxItem, Planned};
use crate::access::FeedReader;
use crate::{App, AppError};

const BACK: SignedDuration = SignedDuration::from_hours(24 * 30);
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 180);

/// What a feed holds.
#[derive(Debug, Clone, Default)]
pub struct FeedContents {
    /// What is planned; for a feed of one person, the changes they ask for or decide on, and the
    /// alignment sessions that are their business.
    pub planned: Planned,
    /// What waits for their answer.
    pub answers: Vec<InboxItem>,
    /// When they are away.
    pub absences: Vec<Absence>,
    /// When they are on call, each with the rota.
    pub on_call: Vec<OnCall>,
}

/// Somebody is on call.
#[derive(Debug, Clone)]
pub struct OnCall {
    /// In which rota.
    pub rota: Rota,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
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
            FeedSubject::Own => self.own_feed(reader, planned, (from, until)).await,
        }
    }

    async fn own_feed(
        &self,
        reader: &FeedReader,
        mut planned: Planned,
        (from, until): (Timestamp, Timestamp),
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
        planned.sessions.retain(|known| known.concerns_person(person));
        let live = self.live();
        let absences = live.directory.absences_of(person).to_vec();
        let directory = &live.directory;
        let duties = |rota| directory.duties(rota, from, until).into_iter();
        let spans = directory.rotas().flat_map(|rota| duties(rota).map(move |duty| (rota, duty)));
        let own = spans.filter(|(_, duty)| duty.person == person);
        let on_call =
            own.map(|(rota, Duty { from, until, .. })| OnCall { rota: rota.clone(), from, until });
        let on_call = on_call.collect();
        Ok(FeedContents { planned, answers, absences, on_call })
    }
}

fn has_voted(change: &domain::change::Change, person: &PersonId) -> bool {
    change.current_votes().any(|vote| vote.person == *person)
}
