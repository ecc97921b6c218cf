//! Delivery over HTTP: the API under `/v1`, the public log under `/ledger`, the console and the
//! operator's endpoints, on one port.
//!
//! Ring 4. Handlers translate: from the wire into a call of a use case, and back. They hold no
//! rules; this crate never sees a database driver.

pub mod api;
pub mod body;
pub mod csrf;
pub mod envelope;
pub mod error;
mod feeds;
mod idempotency;
pub mod jobs;
pub mod limits;
pub mod openapi;
pub mod ops;
mod router;
pub mod sandbox;
mod scim;
pub mod serve;
pub mod session;
pub mod state;
mod tlog;
pub mod ui;
pub mod wire;

pub use error::ApiError;
pub use openapi::openapi;
pub use router::router;
pub use sandbox::Sandbox;
pub use serve::{Server, serve};
pub use session::{Caller, SignedIn};
pub use state::{AppState, Settings};
