//! From what is told to the rows that are written in the same transaction: the notification itself,
//! a message for the person's mail, and one for each webhook that wants the event.

use std::collections::BTreeMap;

use domain::event::{Event, PolicyEvent};
use domain::freeze::Freeze;
use domain::ids::{ChangeNumber, PersonId};
use domain::organisation::{Directory, Finding, SealedOverride, SigningKey};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::{NotificationRow, OutboxMessage, OutboxWrite, Stream, Write};

use super::recipients::admins;
use super::settings::NotificationSettings;
use super::tell::{Happened, Told, told_of_policy};
use super::telling::{Subject, Telling, What};
use crate::{App, Live};

/// A mail waits so long for what happens right after.
const GATHER: SignedDuration = SignedDuration::from_secs(30);
/// An urgent mail waits at most so long after the one before.
const URGENT_APART: SignedDuration = SignedDuration::from_secs(60);
/// So long before time runs out somebody is told, or a quarter of the time if that is less.
const EXPIRES_SOON: SignedDuration = SignedDuration::from_hours(4);

/// What leaves the product beside its own pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outlets {
    /// Whether mail is sent.
    pub mail: bool,
    /// Where the pages are, for links: `https://host`, without a slash at the end.
    pub public_url: String,
}

/// What a message in the outbox says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "snake_case")]
pub(super) enum Content {
    /// To a person, by mail.
    Mail {
        /// What.
        telling: Telling,
    },
    /// To a webhook.
    Webhook {
        /// Type of the event: `change.approved`.
        #[serde(rename = "type")]
        kind: String,
        /// The change, for events of changes.
        change: Option<Subject>,
        /// State after the event, for events of changes.
        state: Option<String>,
        /// Revision after the event, for events of changes.
        revision: Option<u32>,
        /// Id of what it is about, for events of the organisation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<String>,
        /// Stream and version of the event: where it stands in the journal.
        stream: String,
        /// See `stream`.
        version: u64,
        /// Id of whoever did it.
        by: String,
    },
    /// To ourselves: look whether time is about to run out.
    Expiry {
        /// The change.
        change: Subject,
        /// When time runs out, unless something happened.
        #[serde(with = "domain::time::ms")]
        at: Timestamp,
    },
}

pub(super) const MAIL: &str = "mail/";
pub(super) const WEBHOOK: &str = "webhook/";
pub(super) const EXPIRY: &str = "expiry/";

const NOTIFICATION: &str = "ntf_";
const MESSAGE: &str = "msg_";

/// The notification that a mail's message brings: both ids follow from the same event and person.
pub(super) fn brought_by(message: &str) -> Option<String> {
    message.strip_prefix(MESSAGE).map(|rest| format!("{NOTIFICATION}{rest}"))
}

/// An id that follows from the event and the receiver: telling twice is telling once. Like every
/// generated id it begins with the time, so that the rows of one commit lie side by side.
fn id(prefix: &str, place: &Place<'_>, receiver: &str) -> String {
    let Place { stream, version, at } = place;
    let digest = Sha256::digest(format!("{stream}\n{version}\n{receiver}"));
    let bits = digest.first_chunk().copied().unwrap_or_default();
    format!("{prefix}{}", domain::ids::body(*at, bits))
}

/// Where and when something is told.
pub(super) struct Place<'a> {
    pub(super) stream: &'a str,
    pub(super) version: u64,
    pub(super) at: Timestamp,
}

impl NotificationSettings {
    /// The rows for one person.
    pub(super) fn rows_for(
        &self,
        outlets: &Outlets,
        place: &Place<'_>,
        person: &PersonId,
        telling: &Telling,
    ) -> Vec<OutboxWrite> {
        let at = place.at;
        let mailed = outlets.mail && telling.what.is_mailed(&self.preferences(person));
        let row = NotificationRow {
            id: id(NOTIFICATION, place, person.as_str()),
            person: person.clone(),
            change: telling.change.as_ref().map(|c| c.id.clone()),
            at,
            data: json(telling),
            read_at: None,
            // Without a mail the product itself is where they hear of it.
            arrived_at: (!mailed).then_some(at),
        };
        let mut rows = vec![OutboxWrite::Notification(row)];
        if mailed {
            let due_at = if telling.urgent { at } else { later(at, GATHER) };
            rows.push(OutboxWrite::Message(OutboxMessage {
                id: id(MESSAGE, place, person.as_str()),
                lane: format!("{MAIL}{person}"),
                created_at: at,
                due_at,
                pause_ends_by: telling.urgent.then(|| later(at, URGENT_APART)),
                data: json(&Content::Mail { telling: telling.clone() }),
            }));
        }
        rows
    }

    pub(super) fn webhook_rows(
        &self,
        place: &Place<'_>,
        topic: &str,
        content: &Content,
    ) -> Vec<OutboxWrite> {
        let Content::Webhook { kind, .. } = content else { return Vec::new() };
        let wanting = self.webhooks().filter(|webhook| webhook.wants(kind));
        let message = |webhook: &domain::notification::Webhook| OutboxMessage {
            id: id(MESSAGE, place, webhook.id.as_str()),
            lane: format!("{WEBHOOK}{}/{topic}", webhook.id),
            created_at: place.at,
            due_at: place.at,
            pause_ends_by: None,
            data: json(content),
        };
        wanting.map(|webhook| OutboxWrite::Message(message(webhook))).collect()
    }
}

impl App {
    /// The rows that tell of events of a change.
    pub(crate) fn tell_of_change(&self, happened: &Happened<'_>) -> Vec<Write> {
        let (settings, outlets) = (self.notification_settings(), self.outlets());
        let stream = Stream::change(&happened.after.id);
        let stream = stream.as_str();
        let mut rows = Vec::new();
        for Told { person, version, telling } in happened.told() {
            let place = Place { stream, version, at: happened.at };
            rows.extend(settings.rows_for(&outlets, &place, &person, &telling));
        }
        let subject = Subject::of(happened.after);
        for (version, event) in (happened.first_version..).zip(happened.events) {
            if settings.webhooks().next().is_none() {
                break;
            }
            let content = Content::Webhook {
                kind: format!("change.{}", kind_of(&event.clone().into(), "change_")),
                change: Some(subject.clone()),
                state: Some(happened.after.state.name().as_str().to_owned()),
                revision: Some(happened.after.revision().number),
                about: None,
                stream: stream.to_owned(),
                version,
                by: happened.actor.principal().to_owned(),
            };
            let place = Place { stream, version, at: happened.at };
            rows.extend(settings.webhook_rows(&place, happened.after.id.as_str(), &content));
        }
        rows.extend(expiry(happened, subject));
        rows.into_iter().map(|row| Write::Outbox(Box::new(row))).collect()
    }

    /// The rows that tell its owner of a finding; without an owner, admins.
    pub(crate) fn tell_of_finding(
        &self,
        finding: &Finding,
        change: &domain::change::Change,
        actor: &domain::actor::Actor,
    ) -> Vec<Write> {
        let what = What::FindingRaised { finding: finding.id.clone(), kind: finding.kind };
        let telling = Telling::of_change(what, change, actor.principal());
        let people = match &finding.owner {
            Some(owner) => vec![owner.clone()],
            None => admins(&self.live().directory),
        };
        self.tell(&people, &telling, finding.id.as_str(), finding.raised_at)
    }

    /// The rows that tell the owners of its service and its holders of a sealed override that was
    /// issued, or revoked.
    pub(crate) fn tell_of_sealed(
        &self,
        of: &SealedOverride,
        directory: &Directory,
        (actor, at): (&domain::actor::Actor, Timestamp),
        what: What,
    ) -> Vec<Write> {
        let issued = matches!(what, What::SealedOverrideIssued { .. });
        let id = format!("{}/{}", of.id, if issued { "issued" } else { "revoked" });
        let by = actor.principal().to_owned();
        let telling = Telling { what, urgent: issued, change: None, by };
        let mut people = directory.owners_of(&of.service);
        people.extend(of.holders.iter().map(|holder| holder.person.clone()));
        people.retain(|person| Some(person) != actor.person() && directory.is_active(person));
        self.tell(&people.into_iter().collect::<Vec<_>>(), &telling, &id, at)
    }

    /// The rows that tell people of a freeze that was declared, and of those of their changes that are
    /// planned in it.
    pub(crate) fn tell_of_freeze(
        &self,
        freeze: &Freeze,
        planned: BTreeMap<PersonId, Vec<ChangeNumber>>,
        (actor, at): (&domain::actor::Actor, Timestamp),
    ) -> Vec<Write> {
        let mut rows = Vec::new();
        for (person, changes) in planned {
            let what = What::FreezeDeclared { freeze: freeze.id.clone(), changes };
            let by = actor.principal().to_owned();
            let telling = Telling { what, urgent: false, change: None, by };
            rows.extend(self.tell(&[person], &telling, &freeze.id, at));
        }
        rows
    }

    /// The rows that tell somebody of a key that was added in their name: had it not been them, they
    /// know at once.
    pub(crate) fn tell_of_key(&self, key: &SigningKey) -> Vec<Write> {
        let what = What::SigningKeyAdded { key: key.id.clone() };
        let by = key.person.to_string();
        let telling = Telling { what, urgent: true, change: None, by };
        self.tell(std::slice::from_ref(&key.person), &telling, key.id.as_str(), key.added_at)
    }

    /// The rows that tell people of one thing, known by its id.
    fn tell(&self, people: &[PersonId], telling: &Telling, id: &str, at: Timestamp) -> Vec<Write> {
        let (settings, outlets) = (self.notification_settings(), self.outlets());
        let place = Place { stream: id, version: 0, at };
        let rows = people.iter().flat_map(|p| settings.rows_for(&outlets, &place, p, telling));
        rows.map(|row| Write::Outbox(Box::new(row))).collect()
    }

    /// The rows that tell of events of policy.
    pub(crate) fn tell_of_policy<'a>(
        &self,
        events: impl Iterator<Item = &'a PolicyEvent>,
        live: &Live,
        actor: &domain::actor::Actor,
        at: Timestamp,
    ) -> Vec<Write> {
        let (settings, outlets) = (self.notification_settings(), self.outlets());
        let mut rows = Vec::new();
        for (version, event) in (live.policy_version..).zip(events) {
            let place = Place { stream: "policy", version, at };
            let told = told_of_policy(event, version, actor, &live.policy, &live.directory);
            for Told { person, telling, .. } in told {
                rows.extend(settings.rows_for(&outlets, &place, &person, &telling));
            }
            let content = Content::Webhook {
                kind: format!("policy.{}", kind_of(&event.clone().into(), "bundle_")),
                change: None,
                state: None,
                revision: None,
                about: None,
                stream: place.stream.to_owned(),
                version,
                by: actor.principal().to_owned(),
            };
            rows.extend(settings.webhook_rows(&place, "policy", &content));
        }
        rows.into_iter().map(|row| Write::Outbox(Box::new(row))).collect()
    }
}

/// Looks again shortly before time runs out, if the events began that time.
fn expiry(happened: &Happened<'_>, change: Subject) -> Option<OutboxWrite> {
    let edge = happened.after.next_edge()?;
    if happened.before.and_then(domain::change::Change::next_edge) == Some(edge) {
        return None;
    }
    let left = edge.duration_since(happened.at);
    let lead = EXPIRES_SOON.min(left / 4);
    let due_at = edge.checked_sub(lead).ok()?;
    let stream = Stream::change(&change.id);
    let place = Place { stream: stream.as_str(), version: happened.first_version, at: happened.at };
    Some(OutboxWrite::Message(OutboxMessage {
        id: id(MESSAGE, &place, "expiry"),
        lane: format!("{EXPIRY}{}", change.id),
        created_at: happened.at,
        due_at,
        pause_ends_by: None,
        data: json(&Content::Expiry { change, at: edge }),
    }))
}

/// What to tell whoever asked for a change shortly before time runs out.
pub(super) fn expires_soon(change: &domain::change::Change, at: Timestamp) -> Telling {
    Telling::of_change(What::ExpiresSoon { at }, change, "system")
}

fn kind_of(event: &Event, without: &str) -> String {
    let value = serde_json::to_value(event).unwrap_or_default();
    let kind = value.get("kind").and_then(serde_json::Value::as_str).unwrap_or("unknown");
    kind.strip_prefix(without).unwrap_or(kind).to_owned()
}

fn json(value: &impl Serialize) -> String {
    // These types have no map with keys that JSON can't hold, so this can't fail.
    serde_json::to_string(value).unwrap_or_default()
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(at)
}
