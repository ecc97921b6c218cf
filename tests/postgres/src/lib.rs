//! A real PostgreSQL server for tests: found, started, shared between test processes, stopped.
//!
//! Dev-only, and below everything: it must never see another crate of ours, so that a store, the
//! server and the end-to-end tests can all use it without building each other. It talks to the
//! server through `psql`, which keeps a database driver out of it.
#![deny(missing_docs)]

mod cluster;
mod database;
mod error;
mod shared;
mod tools;

pub use cluster::Cluster;
pub use database::TestDatabase;
pub use error::ClusterError;
pub use shared::{URL_VARIABLE, admin_url, stop_shared};
pub use tools::Tools;
