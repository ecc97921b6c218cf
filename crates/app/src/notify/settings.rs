//! What people and admins set about notifications: the fold of the stream `notifications`.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::event::{Envelope, NotificationEvent};
use domain::ids::{PersonId, WebhookId};
use domain::notification::{Preferences, Webhook};
use jiff::Timestamp;
use store::{Append, Guard, StoreError, Stream};

use super::queue::Outlets;
use crate::principal::Principal;
use crate::{App, AppError, Live};

const PAGE: usize = 1000;
const ATTEMPTS: usize = 16;

/// Preferences and webhooks as of one version of their stream. May be behind on another node for a
/// moment: that can make a message late or one too many, never a decision wrong.
#[derive(Debug, Clone, Default)]
pub struct NotificationSettings {
    version: u64,
    preferences: BTreeMap<PersonId, Preferences>,
    webhooks: BTreeMap<WebhookId, Webhook>,
}

impl NotificationSettings {
    /// What a person chose, or the default.
    #[must_use]
    pub fn preferences(&self, person: &PersonId) -> Preferences {
        self.preferences.get(person).cloned().unwrap_or_default()
    }

    /// All webhooks, oldest first.
    pub fn webhooks(&self) -> impl Iterator<Item = &Webhook> {
        self.webhooks.values()
    }

    /// A webhook.
    #[must_use]
    pub fn webhook(&self, id: &WebhookId) -> Option<&Webhook> {
        self.webhooks.get(id)
    }

    fn apply(&mut self, event: NotificationEvent) {
        match event {
            NotificationEvent::PreferencesSet { person, preferences } => {
                let chosen = preferences.get().cloned().unwrap_or_default();
                self.preferences.insert(person, chosen);
            }
            NotificationEvent::WebhookPut(webhook) => {
                self.webhooks.insert(webhook.id.clone(), webhook);
            }
            NotificationEvent::WebhookRemoved { webhook } => {
                self.webhooks.remove(&webhook);
            }
        }
    }
}

impl App {
    /// Says what leaves the product; until then nothing but webhooks does.
    pub fn set_outlets(&self, outlets: Outlets) {
        self.notify.write().1 = Arc::new(outlets);
    }

    pub(super) fn outlets(&self) -> Arc<Outlets> {
        self.notify.read().1.clone()
    }

    /// Preferences and webhooks as last read.
    #[must_use]
    pub fn notification_settings(&self) -> Arc<NotificationSettings> {
        self.notify.read().0.clone()
    }

    /// Folds in what the stream `notifications` has beyond what is in memory.
    ///
    /// # Errors
    /// The journal can't be read.
    pub async fn refresh_notifications(&self) -> Result<(), AppError> {
        let mut settings = (*self.notification_settings()).clone();
        let known = settings.version;
        loop {
            let stream = Stream::notifications();
            let page = self.store.stream(&stream, settings.version, PAGE).await?;
            for entry in &page {
                let read: Envelope<NotificationEvent> = crate::journal::open(entry)?;
                settings.apply(read.event);
                settings.version = entry.version + 1;
            }
            if page.len() < PAGE {
                break;
            }
        }
        let mut current = self.notify.write();
        if settings.version > known.max(current.0.version) {
            current.0 = Arc::new(settings);
        }
        Ok(())
    }

    /// Records an event of the stream `notifications`, decided again while others are faster.
    pub(super) async fn notification_action<T>(
        &self,
        principal: &Principal,
        decide: impl Fn(
            &Live,
            &NotificationSettings,
            Timestamp,
        ) -> Result<(Option<NotificationEvent>, T), AppError>
        + Send
        + Sync,
    ) -> Result<T, AppError> {
        for _ in 0..ATTEMPTS {
            self.refresh_notifications().await?;
            let settings = self.notification_settings();
            let (live, now) = (self.live(), self.ports.now());
            let (event, value) = decide(&live, &settings, now)?;
            let Some(event) = event else { return Ok(value) };
            let stream = Stream::notifications();
            let append = Append {
                guards: vec![
                    Guard { stream: stream.clone(), version: settings.version },
                    Guard { stream: Stream::organisation(), version: live.organisation_version },
                ],
                entries: vec![self.entry(stream, &principal.actor, event, now)?],
                ..Append::default()
            };
            match self.append(append).await {
                Err(StoreError::Conflict { .. }) => self.refresh().await?,
                Err(other) => return Err(other.into()),
                Ok(_) => {
                    self.refresh_notifications().await?;
                    return Ok(value);
                }
            }
        }
        Err(AppError::Contended)
    }
}
