//! Maps what SQLite says to the one error of every store.

use rusqlite::{Error, ErrorCode};
use store::StoreError;

/// A failure of the database itself.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
pub(crate) fn unavailable(error: Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => damaged(error.to_string()),
        _ => StoreError::Unavailable { reason: error.to_string() },
    }
}

/// Stored data that contradicts itself.
pub(crate) fn damaged(reason: String) -> StoreError {
    StoreError::Damaged { reason }
}

/// Whether the disk itself failed, so that nothing this connection says can be relied on.
pub(crate) fn is_disk_failure(error: &Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    )
}
