//! What a server of a sandbox knows of itself: what it is a copy of, and the clock people move.

use std::fmt;
use std::sync::Arc;

use app::sandbox::TestClock;
use axum::http::{HeaderName, HeaderValue};
use domain::event::SandboxOf;
use jiff::Timestamp;

/// Header of every answer of a sandbox, with the name of the log it is a copy of.
pub const SANDBOX: HeaderName = HeaderName::from_static("countersign-sandbox");

/// A sandbox that is served.
#[derive(Clone)]
pub struct Sandbox {
    /// What it is a copy of.
    pub of: SandboxOf,
    /// Its clock.
    pub clock: Arc<dyn TestClock>,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("of", &self.of).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// The line above every page.
    #[must_use]
    pub fn banner(&self, now: Timestamp) -> String {
        let SandboxOf { origin, size } = &self.of;
        let now = now.strftime("%Y-%m-%d %H:%M");
        format!(
            "Sandbox: a copy of {origin} ({size} entries). Nothing here is real or reaches anybody. \
             Its clock stands at {now} UTC"
        )
    }

    /// The value of its header.
    #[must_use]
    pub fn header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.of.origin).unwrap_or(HeaderValue::from_static("unknown"))
    }
}
