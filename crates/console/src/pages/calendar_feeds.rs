//! The secret links by which calendar programs read the reader's feeds, at `/calendar-feeds`.

use askama::Template;

use crate::filters;
use crate::view::{Badge, Choice, FormErrors, Layout, Moment};

/// The page. Its form posts `label`, `about`, `expires_days` and `idempotency_key` to `/calendar-feeds`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/calendar_feeds.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// The reader's feeds, those that ended too.
    pub feeds: Vec<FeedRow>,
    /// Field `label`, as typed.
    pub label: String,
    /// Field `about`.
    pub about: Vec<Choice>,
    /// Field `expires_days`.
    pub expiries: Vec<Choice>,
    /// Sent as `idempotency_key`.
    pub idempotency_key: String,
    /// What was wrong with the fields.
    pub errors: FormErrors,
}

/// One feed.
#[derive(Debug, Clone, Default)]
pub struct FeedRow {
    /// Its id.
    pub id: String,
    /// What its owner calls it.
    pub label: String,
    /// What it is about, in words.
    pub about: String,
    /// When its link stops working.
    pub expires: Moment,
    /// "Active", "Expired", "Revoked".
    pub status: Badge,
    /// Whether to offer ending it.
    pub can_revoke: bool,
}

/// A feed just made: its link is shown once.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/new_calendar_feed.html")]
pub struct NewFeedPage {
    /// The frame.
    pub layout: Layout,
    /// What its owner calls it.
    pub label: String,
    /// The secret link.
    pub url: String,
    /// When it stops working.
    pub expires: Option<Moment>,
}
