//! What the signed-in person was told, what reaches them by mail, and (for admins) what leaves the server.

use askama::Template;

use crate::filters;
use crate::view::{Badge, Choice, FormErrors, Layout, Link, Moment};

/// What they were told, at `/notifications`. Posts to `/notifications/reads`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/notifications.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// Newest first.
    pub items: Vec<Item>,
    /// E.g. "3 unread"; empty when all are read.
    pub unread: String,
    /// The page after this one.
    pub older: Option<Link>,
    /// Whether the reader is an admin.
    pub admin: bool,
}

/// One thing they were told.
#[derive(Debug, Clone, Default)]
pub struct Item {
    /// Where it can be seen and answered.
    pub href: String,
    /// One sentence.
    pub headline: String,
    /// More about it.
    pub detail: Option<String>,
    /// When it happened.
    pub at: Moment,
    /// E.g. "New", "Urgent"; nothing when it was read.
    pub badge: Option<Badge>,
}

/// What reaches them by mail, at `/notifications/preferences`. Posts to the same path.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/notification_preferences.html")]
pub struct PreferencesPage {
    /// The frame.
    pub layout: Layout,
    /// Where mail goes, or why none is sent.
    pub lede: String,
    /// Field `topic`, repeated.
    pub topics: Vec<Choice>,
    /// Field `every_minutes`.
    pub every: Vec<Choice>,
    /// Field `quiet_from`, e.g. `21:00`; empty for no quiet hours.
    pub quiet_from: String,
    /// Field `quiet_until`.
    pub quiet_until: String,
    /// The time zone of the reader.
    pub time_zone: String,
    /// Field `urgent_always`.
    pub urgent_always: bool,
    /// Fields `every_minutes`, `quiet_from`, `quiet_until`.
    pub errors: FormErrors,
    /// Whether the reader is an admin.
    pub admin: bool,
}

/// What leaves the server, at `/notifications/delivery`, for admins.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/notification_delivery.html")]
pub struct DeliveryPage {
    /// The frame.
    pub layout: Layout,
    /// E.g. "Mail is sent. 3 messages wait."
    pub lede: String,
    /// Where machines hear of events.
    pub webhooks: Vec<WebhookRow>,
    /// Messages that were given up.
    pub letters: Vec<LetterRow>,
    /// Field `label` of a new webhook, as typed before.
    pub label: String,
    /// Field `url`, as typed before.
    pub url: String,
    /// Field `events`, as typed before.
    pub events: String,
    /// Sent as `idempotency_key`.
    pub idempotency_key: String,
    /// Fields `label`, `url`, `events`.
    pub errors: FormErrors,
}

/// A webhook in the list.
#[derive(Debug, Clone, Default)]
pub struct WebhookRow {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// The host that calls go to.
    pub host: String,
    /// Types of events.
    pub events: Vec<String>,
    /// "Active" or "Stopped".
    pub status: Badge,
}

/// A message that was given up.
#[derive(Debug, Clone, Default)]
pub struct LetterRow {
    /// E.g. "mail to Mara Lindqvist".
    pub to: String,
    /// What it is about.
    pub about: String,
    /// When it was given up.
    pub died: Moment,
    /// Why.
    pub error: String,
}

/// A webhook just registered: its secret is shown once.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/new_webhook.html")]
pub struct NewWebhookPage {
    /// The frame.
    pub layout: Layout,
    /// What people call it.
    pub label: String,
    /// What calls are signed with.
    pub secret: String,
}
