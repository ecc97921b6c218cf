//! Opens connections: one that writes, several that only read.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use store::StoreError;

use crate::error::unavailable;

/// Earlier versions can lose commits when a checkpoint runs beside a write (WAL-reset bug).
const VERSION_MIN: i32 = 3_051_003;

const STATEMENTS_KEPT: usize = 96;

/// `synchronous = FULL` makes COMMIT return after the log is on disk. Moving the log into the
/// database is the work of `checkpoint`, not of a commit.
const WRITER_SETTINGS: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA cache_size = -16000;
    PRAGMA temp_store = MEMORY;
    PRAGMA trusted_schema = OFF;";
const READER_SETTINGS: &str = "
    PRAGMA query_only = ON;
    PRAGMA cache_size = -2000;
    PRAGMA temp_store = MEMORY;
    PRAGMA trusted_schema = OFF;";

pub(crate) fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    refuse_old_sqlite(rusqlite::version_number())?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    open(path, flags, WRITER_SETTINGS)
}

pub(crate) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    open(path, flags, READER_SETTINGS)
}

fn open(path: &Path, flags: OpenFlags, settings: &str) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags).map_err(unavailable)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    connection.busy_timeout(Duration::from_secs(10)).map_err(unavailable)?;
    connection.execute_batch(settings).map_err(unavailable)?;
    // A statement is planned once. Without this guarantee every new value that is bound to one may
    // make SQLite prepare it again, which costs more than running it.
    let guarantee = DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG;
    connection.set_db_config(guarantee, true).map_err(unavailable)?;
    Ok(connection)
}

fn refuse_old_sqlite(version: i32) -> Result<(), StoreError> {
    if version >= VERSION_MIN {
        return Ok(());
    }
    let reason = format!("SQLite {version} can lose commits; 3.51.3 or newer is needed");
    Err(StoreError::Invalid { reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_of_the_writer_are_synced() {
        let dir = tempfile::tempdir().unwrap();
        let writer = open_writer(&dir.path().join("a.db")).unwrap();
        let ask = |sql: &str| writer.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
        assert_eq!(ask("SELECT journal_mode FROM pragma_journal_mode"), "wal");
        assert_eq!(ask("SELECT CAST(synchronous AS TEXT) FROM pragma_synchronous"), "2");
    }

    #[test]
    fn sqlite_with_the_wal_reset_bug_is_refused() {
        assert!(refuse_old_sqlite(3_051_002).is_err());
        assert!(refuse_old_sqlite(rusqlite::version_number()).is_ok());
    }
}
