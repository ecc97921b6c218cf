//! One process owns a database (H10).
//!
//! The lock is the operating system's, on a file of its own: it ends with the process, however
//! that ends, and a stale file locks nobody out.

use std::fs::{File, TryLockError};
use std::path::Path;

use store::StoreError;

/// Held as long as the store is open.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "the open file is the lock")] File);

impl Lock {
    /// Takes the lock of a data folder, or says who has it.
    pub(crate) fn take(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join("countersign.lock");
        let shown = path.display();
        let file = File::create(&path).map_err(|error| StoreError::Unavailable {
            reason: format!("can't create `{shown}`: {error}"),
        })?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => {
                Err(StoreError::InUse { reason: format!("`{shown}` is locked") })
            }
            Err(TryLockError::Error(error)) => {
                Err(StoreError::Unavailable { reason: format!("can't lock `{shown}`: {error}") })
            }
        }
    }
}
