//! What the writer thread and the callers both see: the head, the last number, why it stopped.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::ids::ChangeNumber;
use ledger::tree::Frontier;
use parking_lot::RwLock;
use rusqlite::Connection;
use store::{Head, Notice, StoreError};
use tokio::sync::broadcast;

use crate::row;

/// Notices kept for a watcher that is behind.
const NOTICES_KEPT: usize = 4096;

pub(crate) struct Shared {
    head: RwLock<Head>,
    last_number: AtomicU64,
    stopped: OnceLock<String>,
    pub(crate) notices: broadcast::Sender<Notice>,
    #[cfg(feature = "faults")]
    pub(crate) fault: parking_lot::Mutex<Option<store::Fault>>,
}

impl Shared {
    pub(crate) fn new(head: Head, last_number: u64) -> Self {
        Self {
            head: RwLock::new(head),
            last_number: AtomicU64::new(last_number),
            stopped: OnceLock::new(),
            notices: broadcast::Sender::new(NOTICES_KEPT),
            #[cfg(feature = "faults")]
            fault: parking_lot::Mutex::new(None),
        }
    }

    pub(crate) fn head(&self) -> Head {
        self.head.read().clone()
    }

    pub(crate) fn size(&self) -> u64 {
        self.head.read().size
    }

    pub(crate) fn set_head(&self, frontier: &Frontier, checkpoint: &str) {
        let head = Head {
            size: frontier.size(),
            root: frontier.root(),
            checkpoint: checkpoint.to_owned(),
        };
        *self.head.write() = head;
    }

    pub(crate) fn next_number(&self) -> ChangeNumber {
        ChangeNumber(self.last_number.fetch_add(1, Ordering::Relaxed) + 1)
    }

    pub(crate) fn raise_last_number(&self, number: ChangeNumber) {
        self.last_number.fetch_max(number.0, Ordering::Relaxed);
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

    /// Returns when the transaction is on disk.
    #[cfg(not(feature = "faults"))]
    pub(crate) fn commit(&self, connection: &Connection) -> Result<(), rusqlite::Error> {
        row::run(connection, "COMMIT", []).map(drop)
    }

    /// Returns when the transaction is on disk, unless a test asked for a failing disk.
    #[cfg(feature = "faults")]
    pub(crate) fn commit(&self, connection: &Connection) -> Result<(), rusqlite::Error> {
        let fault = self.fault.lock().take();
        match fault {
            None => row::run(connection, "COMMIT", []).map(drop),
            Some(store::Fault::CommitLost) => {
                row::run(connection, "ROLLBACK", [])?;
                Err(disk_failure())
            }
            Some(store::Fault::AnswerLost) => {
                row::run(connection, "COMMIT", [])?;
                Err(disk_failure())
            }
        }
    }
}

/// What SQLite says when fsync fails.
#[cfg(feature = "faults")]
fn disk_failure() -> rusqlite::Error {
    const SQLITE_IOERR_FSYNC: i32 = 1034;
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(SQLITE_IOERR_FSYNC), None)
}
