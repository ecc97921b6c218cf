//! The one error of every store.

use std::convert::Infallible;

use crate::Stream;

/// Why a store could not do what it was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// A guarded stream has moved on: load again and decide again.
    #[error("`{stream}` has {found} entries where {expected} were expected")]
    Conflict {
        /// The stream that moved.
        stream: Stream,
        /// What the guard said.
        expected: u64,
        /// What the store has.
        found: u64,
    },
    /// The commit would have come after the append's deadline.
    #[error("the deadline passed before the entry was stored")]
    Late,
    /// The same idempotency key was stored by a request that ran at the same time.
    #[error("another request with the same idempotency key was stored first")]
    DuplicateKey,
    /// The database can't be reached or answered with an error; trying again may help.
    #[error("the database did not answer: {reason}")]
    Unavailable {
        /// What the driver said.
        reason: String,
    },
    /// Stored data contradicts itself.
    #[error("stored data is damaged: {reason}")]
    Damaged {
        /// What is wrong and where.
        reason: String,
    },
    /// Another process owns this database (H10).
    #[error("another process has this database open: {reason}")]
    InUse {
        /// Which lock is taken.
        reason: String,
    },
    /// The store was closed, or stopped itself after a failed sync (I02).
    #[error("the store has stopped: {reason}")]
    Stopped {
        /// Why.
        reason: String,
    },
    /// A caller's mistake that the types don't prevent.
    #[error("the request makes no sense: {reason}")]
    Invalid {
        /// What is wrong.
        reason: String,
    },
}

/// What reading from memory fails with: nothing.
impl From<Infallible> for StoreError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
