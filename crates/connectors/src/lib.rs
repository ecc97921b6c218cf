//! Outside systems, one folder each: mail relays, webhooks, subscribed calendars, and witnesses of the log.
//!
//! Ring 3. A connector brings what the use cases hand it to another system and says what came of it.
//! It decides nothing, keeps nothing, and never sees the store or the API.
#![deny(missing_docs)]

pub mod calendar;
pub mod mail;
pub mod webhook;
pub mod witness;
