//! Calendar feeds: secret links that a calendar program reads.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::Time;

/// A feed, without its link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CalendarFeed {
    /// Id of its link; `POST /v1/tokens/{token}/revocation` with it ends the feed.
    pub token_id: String,
    /// What its owner calls it.
    pub label: String,
    /// What it is about: `own`, `organisation`, `domain:NAME` or `service:NAME`.
    #[schema(example = "service:checkout")]
    pub about: String,
    /// When the link stops working.
    pub expires_at: Time,
    /// Whether it was revoked.
    pub revoked: bool,
}

/// A new feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarFeedRequest {
    /// What it is called, in the calendar too.
    #[schema(min_length = 1)]
    pub label: String,
    /// What it is about: `own`, `organisation`, `domain:NAME` or `service:NAME`.
    #[schema(example = "own")]
    pub about: String,
    /// Days until the link stops working.
    #[schema(minimum = 1, maximum = 366, example = 180)]
    pub expires_in_days: u32,
}

/// A feed just made. Its link is shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewCalendarFeed {
    /// The feed.
    pub feed: CalendarFeed,
    /// The secret link for the calendar program. It can't be shown again.
    pub url: String,
}
