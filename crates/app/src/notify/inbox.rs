//! What a person was told, in the product itself.

use std::collections::HashMap;

use domain::ids::PersonId;
use domain::refusal::Refusal;
use jiff::Timestamp;
use store::{OutboxWrite, Write};

use super::telling::Telling;
use super::words::Words;
use crate::principal::Principal;
use crate::{App, AppError};

const PAGE: usize = 50;
const UNREAD_MAX: usize = 100;
const IDS_MAX: usize = 200;

/// One thing a person was told.
#[derive(Debug, Clone)]
pub struct Notification {
    /// Its id.
    pub id: String,
    /// When it happened.
    pub at: Timestamp,
    /// When it was read.
    pub read_at: Option<Timestamp>,
    /// What.
    pub telling: Telling,
    /// In words.
    pub words: Words,
}

/// A page of what a person was told.
#[derive(Debug, Clone)]
pub struct Notifications {
    /// Newest first.
    pub items: Vec<Notification>,
    /// How many are unread, counted up to a hundred.
    pub unread: usize,
    /// Where the next page begins: the last one of this page, if there may be more.
    pub next: Option<(Timestamp, String)>,
}

impl App {
    /// What the principal was told, newest first; `before` is where an earlier page ended.
    ///
    /// # Errors
    /// A machine asks, or the store does not answer.
    pub async fn notifications(
        &self,
        principal: &Principal,
        before: Option<(Timestamp, &str)>,
    ) -> Result<Notifications, AppError> {
        let action = "have notifications";
        let person = principal.actor.person().ok_or(Refusal::PeopleOnly { action })?;
        let rows = self.store.notifications(person, before, PAGE).await?;
        let unread = self.store.unread_notifications(person, UNREAD_MAX).await?;
        let last = rows.last().map(|row| (row.at, row.id.clone()));
        let next = last.filter(|_| rows.len() == PAGE);
        let live = self.live();
        let zone = live.directory.person(person).map_or("UTC", |person| &person.time_zone);
        let mut changes = HashMap::new();
        let mut items = Vec::new();
        for row in rows {
            let telling: Telling = serde_json::from_str(&row.data).map_err(|e| {
                AppError::damaged(format_args!("table notifications, row {}: {e}", row.id))
            })?;
            if let Some(id) = row.change.filter(|id| !changes.contains_key(id)) {
                let change = self.change_if_there(&id).await?;
                changes.insert(id, change);
            }
            let change = telling.change.as_ref().and_then(|subject| changes.get(&subject.id));
            let change = change.and_then(|change| change.as_deref());
            let words = telling.words(change, &live.directory, zone);
            items.push(Notification {
                id: row.id,
                at: row.at,
                read_at: row.read_at,
                telling,
                words,
            });
        }
        Ok(Notifications { items, unread, next })
    }

    /// How many notifications of a person are unread, counted up to a hundred.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn unread_notifications(&self, person: &PersonId) -> Result<usize, AppError> {
        Ok(self.store.unread_notifications(person, UNREAD_MAX).await?)
    }

    /// Marks the acting person's notifications as read: these, or all.
    ///
    /// # Errors
    /// A machine asks, there are too many at once, or the store does not answer.
    pub async fn read_notifications(
        &self,
        principal: &Principal,
        ids: Option<Vec<String>>,
    ) -> Result<(), AppError> {
        let person = principal.acting_person("read notifications")?.clone();
        if ids.as_ref().is_some_and(|ids| ids.len() > IDS_MAX) {
            return Err(Refusal::field("ids", "name at most 200 at once, or none for all").into());
        }
        let read = OutboxWrite::Read { person, ids, at: self.ports.now() };
        Ok(self.store.write(vec![Write::Outbox(Box::new(read))]).await?)
    }

    /// Forgets what is older than ninety days.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn forget_old_notifications(&self) -> Result<(), AppError> {
        let now = self.ports.now();
        let before = now.checked_sub(jiff::SignedDuration::from_hours(90 * 24)).unwrap_or(now);
        let forget = OutboxWrite::Forget { before };
        Ok(self.store.write(vec![Write::Outbox(Box::new(forget))]).await?)
    }
}
