//! Telling people and machines what happened.
//!
//! Who is told what follows purely from events and the directory ([`tell`]); the rows are written in
//! the transaction of those events, and [`deliver`] sends them later, from any node. Nothing here
//! can change a decision, and a channel that is down stops nothing: the product itself always has
//! what was told.

mod alignments;
mod arrivals;
mod board;
mod deliver;
mod digest;
mod escalated;
mod inbox;
mod letters;
mod organisation;
mod overridden;
mod plain;
mod ports;
mod preferences;
mod queue;
mod quiet;
mod recipients;
mod settings;
mod tell;
mod telling;
mod weak_links;
mod webhook;
mod webhook_call;
mod words;

pub use deliver::Delivered;
pub use digest::{Mail, MailLine, MailSection};
pub use inbox::{Notification, Notifications};
pub use letters::DeadLetterView;
pub use plain::one_line;
pub use ports::{CalendarReader, Channels, DeliveryError, Mailer, Poster};
pub use queue::Outlets;
pub use settings::NotificationSettings;
pub use telling::{Subject, Telling, What};
pub(crate) use webhook::host;
pub use webhook::{WebhookDraft, check_secret};
pub use webhook_call::WebhookCall;
pub use words::Words;

pub(crate) use quiet::held_until;
pub(crate) use recipients::person_behind;
pub(crate) use tell::Happened;

#[cfg(test)]
mod tests;
