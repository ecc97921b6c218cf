//! The demo: a payments company with its people, its past and what is open today.
//!
//! Everything happens through the use cases, with a clock that is moved through the past: every vote
//! was allowed, every deployment went through the gate. Must not write an event itself.

mod ballot;
pub mod banner;
mod calendar;
mod cast;
mod chance;
mod clock;
pub mod credentials;
mod evidence;
mod history;
mod life;
mod open;
mod organisation;
pub mod sample;
mod session;
mod stage;
mod staging;
#[cfg(test)]
mod tests;
mod text;
mod vote;
mod wish;

pub use clock::DemoClock;
pub use stage::{Seeding, begin, seed};
pub use staging::Staging;

use app::App;
use jiff::Timestamp;
use policy::Bundle;

use cast::Cast;

/// What everything in the past is played with.
struct World<'a> {
    app: &'a App,
    cast: &'a Cast,
    bundle: &'a Bundle,
    /// When the organisation began.
    begin: Timestamp,
    /// When the past ends.
    end: Timestamp,
}
