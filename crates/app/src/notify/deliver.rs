//! Sending what waits, from whichever node claims it first.
//!
//! At least once: a node that dies between sending and saying so leaves a lease that ends, and the
//! same message goes out again under the same id. Never by two nodes at once while both live.

use std::collections::HashMap;
use std::sync::Arc;

use domain::change::Change;
use domain::ids::{ChangeId, PersonId, WebhookId};
use domain::organisation::Status;
use domain::refusal::Refusal;
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use store::{Claim, ClaimedLane, OutboxMessage, OutboxWrite, Settlement, Write};

use super::digest::Reader;
use super::plain::one_line;
use super::ports::{Channels, DeliveryError};
use super::queue::{Content, EXPIRY, MAIL, Place, WEBHOOK, brought_by, expires_soon};
use super::quiet::held_until;
use super::recipients::person_behind;
use super::telling::Telling;
use super::webhook_call::{WebhookCall, body, live_secrets};
use crate::{App, AppError};

/// Longer than all deliveries of a lane may take.
const LEASE: SignedDuration = SignedDuration::from_mins(5);
const LANES: usize = 16;
const MESSAGES: usize = 100;
/// Calls of one lane that are made under one lease.
const CALLS: usize = 20;
/// After so many failures in a row a message is given up: about a day.
const ATTEMPTS_MAX: u32 = 16;
const FIRST_PAUSE_SECONDS: i64 = 5;
const PAUSE_SECONDS_MAX: i64 = 3 * 60 * 60;
/// What can't be sent for lack of settings is looked at again so much later.
const NOT_SET_UP: SignedDuration = SignedDuration::from_mins(15);
const ERROR_MAX: usize = 300;

/// What a round of deliveries did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Lanes that were claimed.
    pub lanes: usize,
    /// Mails and calls that arrived.
    pub sent: u64,
    /// Deliveries that failed and will be tried again.
    pub failed: u64,
    /// Messages that were given up.
    pub dead: u64,
}

/// What came of a lane.
#[derive(Default)]
struct Outcome {
    /// Messages that are dealt with.
    done: Vec<String>,
    /// Notifications that arrived with them.
    arrived: Vec<String>,
    /// Changes whose review waits for such an arrival.
    reviewed: Vec<ChangeId>,
    /// How many mails or calls that were.
    sent: u64,
    /// What the failed attempt was about, and why it failed.
    failed: Option<(Vec<String>, DeliveryError)>,
    /// The next delivery comes no sooner.
    not_before: Option<Timestamp>,
    /// Rows that go with it.
    writes: Vec<OutboxWrite>,
}

impl App {
    /// Claims what is due and delivers it. A channel that fails delays its own lanes alone.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn deliver_due(&self, channels: &Channels) -> Result<Delivered, AppError> {
        let now = self.ports.now();
        let lease = self.ports.random_hex::<16>();
        let leased_until = now.checked_add(LEASE).unwrap_or(now);
        let claim = Claim { now, lease: &lease, leased_until, lanes: LANES, messages: MESSAGES };
        let lanes = self.store.claim_outbox(claim).await?;
        let mut delivered = Delivered { lanes: lanes.len(), ..Delivered::default() };
        let each = lanes.iter().map(|lane| self.deliver_lane(channels, lane, &lease));
        for done in join_all(each).await {
            let done = done?;
            delivered.sent += done.sent;
            delivered.failed += done.failed;
            delivered.dead += done.dead;
        }
        Ok(delivered)
    }

    async fn deliver_lane(
        &self,
        channels: &Channels,
        lane: &ClaimedLane,
        lease: &str,
    ) -> Result<Delivered, AppError> {
        let name = lane.lane.as_str();
        let outcome = if let Some(person) = name.strip_prefix(MAIL) {
            self.deliver_mail(channels, person, &lane.messages).await?
        } else if let Some(rest) = name.strip_prefix(WEBHOOK) {
            let webhook = rest.split('/').next().unwrap_or_default();
            self.call_webhook(channels, webhook, &lane.messages).await?
        } else if let Some(change) = name.strip_prefix(EXPIRY) {
            self.tell_of_expiry(change, &lane.messages).await?
        } else {
            let ids = lane.messages.iter().map(|m| m.id.clone()).collect();
            let unknown = DeliveryError::lasting("nothing delivers lanes of this name");
            Outcome { failed: Some((ids, unknown)), ..Outcome::default() }
        };
        let (settlement, delivered) = self.settlement(lane, lease, &outcome);
        let mut writes = outcome.writes;
        writes.push(OutboxWrite::Settle(settlement));
        let writes = writes.into_iter().map(|write| Write::Outbox(Box::new(write))).collect();
        self.store.write(writes).await?;
        if !outcome.reviewed.is_empty() {
            self.advance_all(&outcome.reviewed).await?;
        }
        Ok(delivered)
    }

    fn settlement(
        &self,
        lane: &ClaimedLane,
        lease: &str,
        outcome: &Outcome,
    ) -> (Settlement, Delivered) {
        let at = self.ports.now();
        let mut settled = Settlement {
            lane: lane.lane.clone(),
            lease: lease.to_owned(),
            at,
            delivered: outcome.done.clone(),
            arrived: outcome.arrived.clone(),
            dead: Vec::new(),
            error: None,
            attempts: 0,
            not_before: outcome.not_before.unwrap_or(at),
        };
        let mut delivered = Delivered { sent: outcome.sent, ..Delivered::default() };
        if let Some((ids, error)) = &outcome.failed {
            delivered.failed = 1;
            // What arrived before it in this round shows that the channel works.
            let before = if outcome.done.is_empty() { lane.attempts } else { 0 };
            let attempts = before.saturating_add(1);
            settled.error = Some(one_line(&error.reason, ERROR_MAX));
            if error.lasting || attempts >= ATTEMPTS_MAX {
                delivered.dead = u64::try_from(ids.len()).unwrap_or(u64::MAX);
                settled.dead.clone_from(ids);
            } else {
                settled.attempts = attempts;
                let random = u16::from_be_bytes(self.ports.random());
                settled.not_before = at.checked_add(pause(attempts, random)).unwrap_or(at);
            }
            tracing::warn!(lane = lane.lane, attempts, error = settled.error, "failed to deliver");
        }
        (settled, delivered)
    }

    async fn deliver_mail(
        &self,
        channels: &Channels,
        person: &str,
        messages: &[OutboxMessage],
    ) -> Result<Outcome, AppError> {
        let now = self.ports.now();
        let ids: Vec<String> = messages.iter().map(|m| m.id.clone()).collect();
        let Ok(person) = person.parse::<PersonId>() else {
            return Ok(Outcome { done: ids, ..Outcome::default() });
        };
        let Some(mailer) = &channels.mail else {
            let not_before = now.checked_add(NOT_SET_UP).ok();
            return Ok(Outcome { not_before, ..Outcome::default() });
        };
        let live = self.live();
        let known = live.directory.person(&person).filter(|_| live.directory.is_active(&person));
        let address = known.and_then(|p| p.emails.iter().find_map(|e| e.get()).cloned());
        let (Some(known), Some(address)) = (known, address) else {
            return Ok(Outcome { done: ids, ..Outcome::default() });
        };
        let preferences = self.notification_settings().preferences(&person);
        let wanted = |telling: &Telling| telling.what.is_mailed(&preferences);
        let (sent, tellings): (Vec<&str>, Vec<Telling>) = messages
            .iter()
            .filter_map(|message| Some((message.id.as_str(), telling(message)?)))
            .filter(|(_, telling)| wanted(telling))
            .unzip();
        let urgent = tellings.iter().any(|t| t.urgent);
        let held = held_until(&preferences, &known.time_zone, now, urgent);
        let forced = tellings.iter().any(|t| t.what.is_forced());
        if let Some(end) = held.filter(|_| !forced) {
            return Ok(Outcome { not_before: Some(end), ..Outcome::default() });
        }
        let changes = self.changes_of(&tellings).await?;
        let outlets = self.outlets();
        let reader = Reader {
            person: &person,
            directory: &live.directory,
            changes: &changes,
            public_url: &outlets.public_url,
        };
        let to = (one_line(known.name.text(), 100), address);
        let Some(mail) = reader.mail(&tellings, to, id_of(&ids), now) else {
            return Ok(Outcome { done: ids, ..Outcome::default() });
        };
        match mailer.send(&mail).await {
            Ok(()) => {
                let pause = SignedDuration::from_mins(i64::from(preferences.every_minutes));
                let not_before = self.ports.now().checked_add(pause).ok();
                let arrived = sent.into_iter().filter_map(brought_by).collect();
                let reviewed = tellings.iter().filter(|t| t.what.waits_for_arrival());
                let reviewed = reviewed.filter_map(|t| Some(t.change.as_ref()?.id.clone()));
                let reviewed = reviewed.collect();
                Ok(Outcome {
                    done: ids,
                    arrived,
                    reviewed,
                    sent: 1,
                    not_before,
                    ..Outcome::default()
                })
            }
            Err(error) => Ok(Outcome { failed: Some((ids, error)), ..Outcome::default() }),
        }
    }

    async fn call_webhook(
        &self,
        channels: &Channels,
        webhook: &str,
        messages: &[OutboxMessage],
    ) -> Result<Outcome, AppError> {
        let settings = self.notification_settings();
        let webhook = webhook.parse::<WebhookId>().ok();
        let webhook = webhook.and_then(|id| settings.webhook(&id).cloned());
        let Some(webhook) = webhook.filter(|webhook| webhook.status == Status::Active) else {
            let done = messages.iter().map(|m| m.id.clone()).collect();
            return Ok(Outcome { done, ..Outcome::default() });
        };
        let Some(poster) = &channels.webhooks else {
            let not_before = self.ports.now().checked_add(NOT_SET_UP).ok();
            return Ok(Outcome { not_before, ..Outcome::default() });
        };
        let (live, outlets) = (self.live(), self.outlets());
        let mut outcome = Outcome::default();
        for message in messages.iter().take(CALLS) {
            let ids = vec![message.id.clone()];
            let Ok(content) = serde_json::from_str::<Content>(&message.data) else {
                outcome.failed = Some((ids, DeliveryError::lasting("the message can't be read")));
                break;
            };
            let Content::Webhook { change, .. } = &content else { continue };
            let change = match change {
                Some(subject) => self.change_if_there(&subject.id).await?,
                None => None,
            };
            let now = self.ports.now();
            let (change, url) = (change.as_deref(), outlets.public_url.as_str());
            let call = WebhookCall {
                id: message.id.clone(),
                url: webhook.url.clone(),
                secrets: live_secrets(&webhook, now),
                at: now,
                body: body(&content, message.created_at, change, &live.directory, url),
            };
            if let Err(error) = poster.post(&call).await {
                outcome.failed = Some((ids, error));
                break;
            }
            outcome.done.extend(ids);
            outcome.sent += 1;
        }
        Ok(outcome)
    }

    /// Tells whoever asked, and whoever still could decide, that time is about to run out.
    async fn tell_of_expiry(
        &self,
        change: &str,
        messages: &[OutboxMessage],
    ) -> Result<Outcome, AppError> {
        let now = self.ports.now();
        let due: Vec<&OutboxMessage> = messages.iter().filter(|m| m.due_at <= now).collect();
        let done = due.iter().map(|m| m.id.clone()).collect();
        let mut outcome = Outcome { done, ..Outcome::default() };
        let change = match change.parse::<ChangeId>() {
            Ok(id) => self.change_if_there(&id).await?,
            Err(_) => None,
        };
        let Some(change) = change else { return Ok(outcome) };
        let (live, settings, outlets) = (self.live(), self.notification_settings(), self.outlets());
        for message in due {
            let content = serde_json::from_str::<Content>(&message.data);
            let Ok(Content::Expiry { at, .. }) = content else { continue };
            if change.next_edge() != Some(at) {
                continue;
            }
            let Some(person) = person_behind(&change.requester, &live.directory) else { continue };
            let telling = expires_soon(&change, at);
            let place = Place { stream: &message.id, version: 0, at: message.due_at };
            outcome.writes.extend(settings.rows_for(&outlets, &place, &person, &telling));
        }
        Ok(outcome)
    }

    async fn changes_of(
        &self,
        tellings: &[Telling],
    ) -> Result<HashMap<ChangeId, Arc<Change>>, AppError> {
        let mut found = HashMap::new();
        for subject in tellings.iter().filter_map(|t| t.change.as_ref()) {
            if !found.contains_key(&subject.id)
                && let Some(change) = self.change_if_there(&subject.id).await?
            {
                found.insert(subject.id.clone(), change);
            }
        }
        Ok(found)
    }

    pub(super) async fn change_if_there(
        &self,
        id: &ChangeId,
    ) -> Result<Option<Arc<Change>>, AppError> {
        match self.load_change(id).await {
            Ok((change, _)) => Ok(Some(change)),
            Err(AppError::Refused(Refusal::NotFound { .. })) => Ok(None),
            Err(other) => Err(other),
        }
    }
}

fn telling(message: &OutboxMessage) -> Option<Telling> {
    match serde_json::from_str(&message.data) {
        Ok(Content::Mail { telling }) => Some(telling),
        _ => None,
    }
}

/// An id for messages that are sent as one: the same messages give the same id.
fn id_of(ids: &[String]) -> String {
    let digest = Sha256::digest(ids.join("\n"));
    crate::text::hex(digest.get(..16).unwrap_or_default())
}

/// The pause after so many failures: twice as long each time, and up to a quarter longer by chance,
/// so that what failed together is not tried again together.
fn pause(attempts: u32, random: u16) -> SignedDuration {
    let doubled = FIRST_PAUSE_SECONDS.saturating_mul(1 << attempts.saturating_sub(1).min(20));
    let seconds = doubled.min(PAUSE_SECONDS_MAX);
    SignedDuration::from_millis(seconds * 1000 + seconds * 250 * i64::from(random) / 65_536)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_with_jitter_and_end() {
        assert_eq!(pause(1, 0), SignedDuration::from_secs(5));
        assert_eq!(pause(2, 0), SignedDuration::from_secs(10));
        assert!(pause(2, u16::MAX) > SignedDuration::from_millis(12_400));
        assert_eq!(pause(99, 0), SignedDuration::from_secs(PAUSE_SECONDS_MAX));
        let all: SignedDuration = (1..ATTEMPTS_MAX).map(|n| pause(n, 0)).sum();
        assert!(all > SignedDuration::from_hours(10) && all < SignedDuration::from_hours(30));
    }
}
