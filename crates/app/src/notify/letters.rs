//! Messages that were given up: seeing them, and sending them again.

use domain::ids::{PersonId, WebhookId};
use domain::organisation::access;
use domain::refusal::Refusal;
use jiff::Timestamp;
use store::{OutboxMessage, OutboxStatus, OutboxWrite, Write};

use super::queue::{Content, MAIL, Outlets, Place, WEBHOOK};
use super::telling::{Telling, What};
use crate::principal::Principal;
use crate::{App, AppError};

const SHOWN: usize = 200;
const ACTION: &str = "see what was not delivered";

/// A message that was given up, as an admin sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetterView {
    /// Its id.
    pub id: String,
    /// `mail` or `webhook`.
    pub channel: String,
    /// Name of the person or label of the webhook.
    pub to: String,
    /// What it is about, in a few words.
    pub about: String,
    /// When it happened.
    pub created_at: Timestamp,
    /// When it was given up.
    pub died_at: Timestamp,
    /// Why.
    pub error: String,
}

impl App {
    /// Messages that were given up, the latest first.
    ///
    /// # Errors
    /// They are no admin, or the store does not answer.
    pub async fn dead_letters(
        &self,
        principal: &Principal,
    ) -> Result<Vec<DeadLetterView>, AppError> {
        principal.with_role(access::ADMIN, ACTION, &self.live().directory)?;
        let letters = self.store.dead_letters(SHOWN).await?;
        let view = |letter: store::DeadLetter| {
            let (channel, to) = self.receiver(&letter.message.lane);
            DeadLetterView {
                id: letter.message.id.clone(),
                channel,
                to,
                about: about(&letter.message),
                created_at: letter.message.created_at,
                died_at: letter.died_at,
                error: letter.error,
            }
        };
        Ok(letters.into_iter().map(view).collect())
    }

    /// Puts messages that were given up back to be sent: these, or all that are shown. Returns how
    /// many there were.
    ///
    /// # Errors
    /// They are no admin, one is not there, or the store does not answer.
    pub async fn replay_dead_letters(
        &self,
        principal: &Principal,
        ids: Option<Vec<String>>,
    ) -> Result<usize, AppError> {
        principal.with_role(access::ADMIN, "send again", &self.live().directory)?;
        let there = self.store.dead_letters(SHOWN).await?;
        let there: Vec<String> = there.into_iter().map(|letter| letter.message.id).collect();
        let ids = ids.unwrap_or_else(|| there.clone());
        if let Some(missing) = ids.iter().find(|id| !there.contains(id)) {
            let id = missing.clone();
            return Err(Refusal::NotFound { entity: "dead letter", id }.into());
        }
        let count = ids.len();
        if count > 0 {
            let replay = OutboxWrite::Replay { ids, at: self.ports.now() };
            self.store.write(vec![Write::Outbox(Box::new(replay))]).await?;
        }
        Ok(count)
    }

    /// Tells the acting admin something, to see whether it arrives: a notification and a mail.
    ///
    /// # Errors
    /// They are no admin, or the store does not answer.
    pub async fn test_notification(&self, principal: &Principal) -> Result<bool, AppError> {
        let action = "test notifications";
        let person = principal.with_role(access::ADMIN, action, &self.live().directory)?;
        let telling =
            Telling { what: What::Test, urgent: true, change: None, by: principal.id().to_owned() };
        let outlets = self.outlets();
        let stream = format!("test/{}", self.ports.random_hex::<8>());
        let place = Place { stream: &stream, version: 0, at: self.ports.now() };
        let rows = self.notification_settings().rows_for(&outlets, &place, person, &telling);
        let mailed = rows.iter().any(|row| matches!(row, OutboxWrite::Message(_)));
        let writes = rows.into_iter().map(|row| Write::Outbox(Box::new(row))).collect();
        self.store.write(writes).await?;
        Ok(mailed)
    }

    /// How the outbox stands.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn outbox_status(&self) -> Result<OutboxStatus, AppError> {
        Ok(self.store.outbox_status(self.ports.now()).await?)
    }

    /// What leaves the product.
    #[must_use]
    pub fn outlets_in_use(&self) -> Outlets {
        (*self.outlets()).clone()
    }

    fn receiver(&self, lane: &str) -> (String, String) {
        if let Some(person) = lane.strip_prefix(MAIL) {
            let name = person.parse::<PersonId>().map(|p| self.live().directory.person_name(&p));
            return ("mail".to_owned(), name.unwrap_or_else(|_| person.to_owned()));
        }
        let webhook = lane.strip_prefix(WEBHOOK).and_then(|rest| rest.split('/').next());
        let webhook = webhook.unwrap_or(lane);
        let settings = self.notification_settings();
        let found = webhook.parse::<WebhookId>().ok().and_then(|id| settings.webhook(&id));
        let label = found.map_or_else(|| webhook.to_owned(), |webhook| webhook.label.clone());
        ("webhook".to_owned(), label)
    }
}

fn about(message: &OutboxMessage) -> String {
    match serde_json::from_str(&message.data) {
        Ok(Content::Mail { telling }) => {
            let number = telling.change.map(|change| format!(" of {}", change.number));
            format!("{}{}", telling.what.topic().as_str(), number.unwrap_or_default())
        }
        Ok(Content::Webhook { kind, change, .. }) => {
            let number = change.map(|change| format!(" of {}", change.number));
            format!("{kind}{}", number.unwrap_or_default())
        }
        _ => "a message that can't be read".to_owned(),
    }
}
