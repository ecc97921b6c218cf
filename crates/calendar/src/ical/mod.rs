//! iCalendar, RFC 5545: writes feeds others subscribe to, reads feeds of absences and holidays.
//!
//! What is read comes from strangers: sizes, depth and numbers are bounded, and an event that can't be
//! understood is handed back with its line and the reason, never dropped. Zones are taken by name from
//! the IANA table (or Windows' names for them); definitions inside a feed are not believed.

mod components;
mod event;
mod lines;
mod read;
mod when;
mod windows;
mod write;

pub use self::event::{Busy, Event};
pub use self::read::{Feed, FeedError, Skipped, read_feed};
pub use self::when::{WhenText, parse_when};
pub use self::write::{FeedEvent, When, write_feed};
