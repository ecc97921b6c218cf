//! What people want to hear of and when, where machines want to hear of it, and the events that
//! say so: the stream `notifications`.
//!
//! None of it can change a decision. Who is told what follows from the events themselves.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{PersonId, WebhookId};
use crate::organisation::Status;
use crate::private::{Private, Secret};

/// What a notification is about, as people choose what reaches them by mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Somebody waits for their decision.
    Asked,
    /// Somebody voted on what they asked for.
    Votes,
    /// What they asked for was decided, lapsed, or ran out of time.
    Decisions,
    /// What they voted on was changed, so that their vote does not count any more.
    Revisions,
    /// What they asked for was put on hold, or released.
    Holds,
    /// What they asked for was deployed.
    Deployments,
    /// Policy was proposed or decided on.
    Policy,
}

impl Topic {
    /// All of them, in the order of a form.
    pub const ALL: [Self; 7] = [
        Self::Asked,
        Self::Votes,
        Self::Decisions,
        Self::Revisions,
        Self::Holds,
        Self::Deployments,
        Self::Policy,
    ];

    /// The word as stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Votes => "votes",
            Self::Decisions => "decisions",
            Self::Revisions => "revisions",
            Self::Holds => "holds",
            Self::Deployments => "deployments",
            Self::Policy => "policy",
        }
    }

    /// The topic with this word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.as_str() == word)
    }
}

/// Hours of a person's day in which nothing is sent that can wait. In their own time zone; it may
/// run past midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// Minute of the day at which they begin, 0 to 1439.
    pub from: u16,
    /// Minute of the day at which they end, 0 to 1439.
    pub until: u16,
}

/// What reaches a person by mail, and when. The product itself always has everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preferences {
    /// These topics are sent by mail.
    pub mail: BTreeSet<Topic>,
    /// At most one mail in so many minutes, with everything in it that came meanwhile.
    pub every_minutes: u16,
    /// When nothing is sent that can wait.
    pub quiet: Option<QuietHours>,
    /// Whether what is urgent is sent in quiet hours too.
    pub urgent_always: bool,
}

impl Preferences {
    /// The longest time between two mails: a day.
    pub const EVERY_MINUTES_MAX: u16 = 24 * 60;
}

impl Default for Preferences {
    fn default() -> Self {
        let mut mail = BTreeSet::from(Topic::ALL);
        // A vote that decides something is told by the decision.
        mail.remove(&Topic::Votes);
        let quiet = Some(QuietHours { from: 21 * 60, until: 7 * 60 });
        Self { mail, every_minutes: 10, quiet, urgent_always: true }
    }
}

/// A secret that calls of a webhook are signed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSecret {
    /// `whsec_` and base64 of 24 to 64 bytes.
    pub secret: Secret,
    /// Until when calls are signed with it, once another one took its place.
    #[serde(with = "crate::time::ms::option")]
    pub until: Option<Timestamp>,
}

/// Where a machine wants to hear of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// The webhook.
    pub id: WebhookId,
    /// What people call it.
    pub label: String,
    /// The host that calls go to, for everybody to see.
    pub host: String,
    /// Where exactly calls go. Secret: a path may open the door it leads to.
    pub url: Secret,
    /// Types of events (`change.approved`), or their beginnings (`change.*`). Never empty.
    pub events: BTreeSet<String>,
    /// Newest first; calls are signed with each. Never empty.
    pub secrets: Vec<WebhookSecret>,
    /// Whether calls are made.
    pub status: Status,
}

impl Webhook {
    /// Whether it wants events of this type.
    #[must_use]
    pub fn wants(&self, kind: &str) -> bool {
        let fits = |wanted: &String| match wanted.strip_suffix('*') {
            Some(start) => kind.starts_with(start),
            None => wanted == kind,
        };
        self.status == Status::Active && self.events.iter().any(fits)
    }
}

/// Events of the stream `notifications`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
pub enum NotificationEvent {
    /// Somebody chose what reaches them, and when.
    PreferencesSet {
        /// Whose.
        person: PersonId,
        /// What they chose.
        preferences: Private<Preferences>,
    },
    /// A webhook was registered or changed.
    WebhookPut(Webhook),
    /// A webhook was removed; what waits for it is dropped.
    WebhookRemoved {
        /// Which.
        webhook: WebhookId,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_gets_what_it_asked_for_while_it_is_active() {
        let mut webhook = Webhook {
            id: WebhookId::new(Timestamp::UNIX_EPOCH, [1; 10]),
            label: "ITSM".to_owned(),
            host: "hooks.example.com".to_owned(),
            url: Secret::new("https://hooks.example.com/a".to_owned()),
            events: BTreeSet::from(["change.approved".to_owned(), "policy.*".to_owned()]),
            secrets: Vec::new(),
            status: Status::Active,
        };
        assert!(webhook.wants("change.approved") && webhook.wants("policy.proposed"));
        assert!(!webhook.wants("change.approved2") && !webhook.wants("change.created"));
        webhook.status = Status::Inactive;
        assert!(!webhook.wants("change.approved"));
    }

    #[test]
    fn topics_are_found_by_their_word() {
        for topic in Topic::ALL {
            assert_eq!(Topic::of_word(topic.as_str()), Some(topic));
        }
        assert_eq!(Topic::of_word("everything"), None);
    }
}
