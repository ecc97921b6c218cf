//! What the tasks of a node and its callers both see: why it stopped, and who watches.

use std::sync::OnceLock;

use store::{Notice, StoreError};
use tokio::sync::broadcast;

/// Notices kept for a watcher that is behind.
const NOTICES_KEPT: usize = 4096;

pub(crate) struct Shared {
    stopped: OnceLock<String>,
    pub(crate) notices: broadcast::Sender<Notice>,
    #[cfg(feature = "faults")]
    pub(crate) fault: std::sync::Mutex<Option<store::Fault>>,
}

impl Shared {
    pub(crate) fn new() -> Self {
        Self {
            stopped: OnceLock::new(),
            notices: broadcast::Sender::new(NOTICES_KEPT),
            #[cfg(feature = "faults")]
            fault: std::sync::Mutex::new(None),
        }
    }

    /// The first reason counts.
    pub(crate) fn stop(&self, reason: &str) {
        let _ = self.stopped.set(reason.to_owned());
    }

    pub(crate) fn stopped(&self) -> Result<(), StoreError> {
        match self.stopped.get() {
            Some(reason) => Err(StoreError::Stopped { reason: reason.clone() }),
            None => Ok(()),
        }
    }
}
