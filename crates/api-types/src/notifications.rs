//! What a person was told, what they want to hear of, and what could not be sent.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::Time;

/// One thing the caller was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Notification {
    /// Its id.
    pub id: String,
    /// When it happened.
    pub at: Time,
    /// When it was read.
    pub read_at: Option<Time>,
    /// What it is about: `asked`, `votes`, `decisions`, `revisions`, `holds`, `deployments` or
    /// `policy`.
    #[schema(example = "asked")]
    pub topic: String,
    /// Whether it can't wait.
    pub urgent: bool,
    /// Number of the change it is about.
    #[schema(example = "CHG-1042")]
    pub change: Option<String>,
    /// One sentence.
    pub headline: String,
    /// More about it.
    pub detail: Option<String>,
    /// Where it can be seen and answered, within the console.
    pub path: String,
}

/// A page of what the caller was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Notifications {
    /// Newest first.
    pub items: Vec<Notification>,
    /// How many are unread, counted up to a hundred.
    pub unread: u32,
    /// Where the next page begins; null on the last one. Opaque: don't take it apart.
    pub next_cursor: Option<String>,
}

/// Which page of notifications.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct NotificationQuery {
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Which notifications were read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadRequest {
    /// Ids, at most 200; all that are there when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids: Option<Vec<String>>,
}

/// Hours in which nothing is sent that can wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// Time of the day in the person's own zone.
    #[schema(example = "21:00")]
    pub from: String,
    /// Time of the day; before `from` it is the next day's.
    #[schema(example = "07:00")]
    pub until: String,
}

/// What reaches a person by mail, and when. The product itself always has everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Preferences {
    /// Topics that are sent by mail: `asked`, `votes`, `decisions`, `revisions`, `holds`,
    /// `deployments`, `policy`.
    #[schema(example = json!(["asked", "decisions"]))]
    pub mail: Vec<String>,
    /// At most one mail in so many minutes, 0 to 1440.
    #[schema(example = 10)]
    pub every_minutes: u16,
    /// When nothing is sent that can wait; null for never.
    pub quiet: Option<QuietHours>,
    /// Whether what is urgent is sent in quiet hours too.
    pub urgent_always: bool,
}

/// What a test sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TestSent {
    /// Whether a mail is on its way beside the notification.
    pub mailed: bool,
}

/// A message that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetter {
    /// Its id.
    pub id: String,
    /// `mail` or `webhook`.
    pub channel: String,
    /// Name of the person or label of the webhook.
    pub to: String,
    /// What it is about, in a few words.
    pub about: String,
    /// When it happened.
    pub created_at: Time,
    /// When it was given up.
    pub died_at: Time,
    /// Why.
    pub error: String,
}

/// Which dead letters to send again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayRequest {
    /// Ids; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids: Option<Vec<String>>,
}

/// What is sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Replayed {
    /// How many messages.
    pub count: u32,
}
