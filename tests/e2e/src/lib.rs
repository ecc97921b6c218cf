//! End-to-end tests: real processes, real databases, a real browser.
//!
//! The product is only ever reached as a user reaches it: through its binaries, its addresses and
//! its pages. This package must never see a crate of ours but the test server's, so a test can't
//! pass by knowing what a user doesn't.
#![deny(missing_docs)]

mod api;
pub mod browser;
mod chance;
mod command;
mod databases;
mod paths;
mod process;
pub mod provider;
pub mod relay;
pub mod site;
mod wait;

pub use api::{Answer, Api};
pub use chance::Chance;
pub use command::{Finished, countersign, countersign_verify, run};
pub use databases::{Engine, Home};
pub use paths::{binary, target};
pub use process::Server;
pub use site::Site;
pub use wait::until;
