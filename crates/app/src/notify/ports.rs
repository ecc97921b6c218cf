//! The channels, as the use cases see them.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use super::{Mail, WebhookCall};

/// Why something did not arrive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct DeliveryError {
    /// What happened, for admins. Never with a secret in it.
    pub reason: String,
    /// Whether trying again can't help.
    pub lasting: bool,
}

impl DeliveryError {
    /// A failure that may pass.
    pub fn passing(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), lasting: false }
    }

    /// A failure that won't.
    pub fn lasting(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), lasting: true }
    }
}

/// Sends mail.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands a mail to the server that relays it. Returns once that server has taken it over; within
    /// a minute in any case.
    async fn send(&self, mail: &Mail) -> Result<(), DeliveryError>;
}

/// Calls webhooks.
#[async_trait]
pub trait Poster: Send + Sync {
    /// Whether calls may go there: a URL of a kind and to a place that is allowed.
    ///
    /// # Errors
    /// They may not; the reason says what would be.
    fn check(&self, url: &str) -> Result<(), String>;

    /// Makes one signed call. Returns once it was answered with a status of success; within ten
    /// seconds in any case.
    async fn post(&self, call: &WebhookCall) -> Result<(), DeliveryError>;
}

/// Fetches calendars that people subscribed.
#[async_trait]
pub trait CalendarReader: Send + Sync {
    /// Whether it may be fetched from there.
    ///
    /// # Errors
    /// It may not; the reason says what could be.
    fn check(&self, url: &str) -> Result<(), String>;

    /// The text at an address, within ten seconds and of 2 MiB at most.
    ///
    /// # Errors
    /// It can't be fetched; the reason never names the address.
    async fn read(&self, url: &str) -> Result<String, String>;
}

/// Every way to the outside. What is not set up is not there.
#[derive(Clone, Default)]
pub struct Channels {
    /// Mail.
    pub mail: Option<Arc<dyn Mailer>>,
    /// Webhooks.
    pub webhooks: Option<Arc<dyn Poster>>,
    /// Calendars that are subscribed.
    pub calendars: Option<Arc<dyn CalendarReader>>,
}

impl fmt::Debug for Channels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mail, webhooks) = (self.mail.is_some(), self.webhooks.is_some());
        f.debug_struct("Channels").field("mail", &mail).field("webhooks", &webhooks).finish()
    }
}
