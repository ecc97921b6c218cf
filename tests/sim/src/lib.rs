//! A seeded simulation of the whole server on virtual time.
//!
//! Dozens of people in four regions ask for changes and for sets of them, decide, answer for one
//! another, deploy, freeze, override, come and go; policy changes; the clock jumps; the process dies in
//! the middle of commits. The use cases and stores are the real
//! ones. After every step each invariant I1 to I9 of the design is checked against a model that was
//! written from the rules alone: it reads nothing but the entries of the journal.
//!
//! Everything that happens follows from the seed. It must never be used by anything shipped.

pub mod act;
pub mod calm;
pub mod cast;
pub mod chance;
pub mod check;
pub mod defect;
pub mod model;
pub mod options;
pub mod port;
pub mod rules;
pub mod run;
pub mod world;

pub use options::{Bug, Database, Options, Until};
pub use run::{Summary, simulate};
