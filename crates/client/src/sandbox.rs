//! Sandboxes: what one is a copy of, and its clock.

use api_types::Time;
use api_types::sandbox::{ClockMove, ClockMoved, Sandbox};

use crate::{Client, ClientError};

impl Client {
    /// What this sandbox is.
    ///
    /// # Errors
    /// See [`ClientError`]; a server that is none answers with 404.
    pub fn get_sandbox(&self) -> Result<Sandbox, ClientError> {
        self.json(&self.get(&["v1", "sandbox"], &[]))
    }

    /// Moves its clock forward.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn move_sandbox_clock(&self, to: Time) -> Result<ClockMoved, ClientError> {
        self.json(&self.post(&["v1", "sandbox", "clock"], &ClockMove { to })?)
    }
}
