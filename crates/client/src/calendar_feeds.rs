//! Calendar feeds.

use api_types::calendar_feeds::{CalendarFeed, CalendarFeedRequest, NewCalendarFeed};

use crate::{Client, ClientError};

impl Client {
    /// The calendar feeds of the caller, without their links.
    ///
    /// # Errors
    /// See [`ClientError`]; so for all operations.
    pub fn list_calendar_feeds(&self) -> Result<Vec<CalendarFeed>, ClientError> {
        self.all(&["v1", "me", "calendar-feeds"])
    }

    /// Makes a calendar feed. Its link comes back this once.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn make_calendar_feed(
        &self,
        request: &CalendarFeedRequest,
    ) -> Result<NewCalendarFeed, ClientError> {
        self.json(&self.post(&["v1", "me", "calendar-feeds"], request)?)
    }
}
