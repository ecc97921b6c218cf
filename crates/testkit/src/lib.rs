//! What tests of the whole server share: a server with named people on either store, a clock that
//! is moved by hand, random bits from a seed, and a real PostgreSQL.
//!
//! Only for tests; nothing shipped may depend on it. It shows failures by panicking.

pub mod clock;
pub mod organisation;
pub mod postgres;
pub mod server;
pub mod sinks;

pub use clock::{ManualClock, SeededRandom};
pub use organisation::{Actor, Actors};
pub use server::{Answer, Backend, TestServer};
