//! Brings the schema up to date, one numbered file after another.
//!
//! A file is never edited once released: its digest is stored when it runs and compared at every
//! start. A schema newer than this program is refused.

use ledger::hash::leaf_hash;
use rusqlite::{Connection, OptionalExtension, params};
use store::StoreError;

use crate::error::{damaged, unavailable};

const FILES: &[(&str, &str)] = &[
    ("0001_journal_and_read_models", include_str!("migrations/0001_journal_and_read_models.sql")),
    ("0002_how_sessions_began", include_str!("migrations/0002_how_sessions_began.sql")),
    ("0003_keys_taken_with_entries", include_str!("migrations/0003_keys_taken_with_entries.sql")),
    ("0004_outbox", include_str!("migrations/0004_outbox.sql")),
    ("0005_where_notices_arrived", include_str!("migrations/0005_where_notices_arrived.sql")),
    ("0006_artifacts_by_key_only", include_str!("migrations/0006_artifacts_by_key_only.sql")),
    ("0007_deployments", include_str!("migrations/0007_deployments.sql")),
    ("0008_change_sets", include_str!("migrations/0008_change_sets.sql")),
    ("0009_cosignatures", include_str!("migrations/0009_cosignatures.sql")),
    ("0010_planned_windows", include_str!("migrations/0010_planned_windows.sql")),
];

/// The stored format this program reads and writes.
const STORED_FORMAT: &str = "1";

const CREATE_BOOKKEEPING: &str = "
    CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, digest BLOB NOT NULL) STRICT, WITHOUT ROWID;";
const LIST_APPLIED: &str = "SELECT name, digest FROM migrations ORDER BY name";
const INSERT_APPLIED: &str = "INSERT INTO migrations (name, digest) VALUES (?1, ?2)";
const FIND_STORED_FORMAT: &str = "SELECT value FROM meta WHERE key = 'stored_format'";

/// Runs every file that has not run yet, each in its own transaction.
pub(crate) fn run(connection: &mut Connection) -> Result<(), StoreError> {
    connection.execute_batch(CREATE_BOOKKEEPING).map_err(unavailable)?;
    let applied = applied(connection)?;
    for (position, (name, digest)) in applied.iter().enumerate() {
        let Some((known, sql)) = FILES.get(position) else {
            return Err(newer(&format!("migration `{name}`")));
        };
        if known != name {
            return Err(newer(&format!("migration `{name}` where `{known}` was expected")));
        }
        if leaf_hash(sql.as_bytes()).as_bytes() != digest.as_slice() {
            return Err(damaged(format!("table migrations: `{name}` was applied with other text")));
        }
    }
    for (name, sql) in FILES.iter().skip(applied.len()) {
        let transaction = connection.transaction().map_err(unavailable)?;
        transaction.execute_batch(sql).map_err(unavailable)?;
        let digest = leaf_hash(sql.as_bytes());
        transaction
            .execute(INSERT_APPLIED, params![name, digest.as_bytes()])
            .map_err(unavailable)?;
        transaction.commit().map_err(unavailable)?;
    }
    let format: Option<String> = connection
        .query_row(FIND_STORED_FORMAT, [], |row| row.get(0))
        .optional()
        .map_err(unavailable)?;
    match format.as_deref() {
        Some(STORED_FORMAT) => Ok(()),
        Some(other) => Err(newer(&format!("stored format `{other}`"))),
        None => Err(damaged("table meta: `stored_format` is missing".to_owned())),
    }
}

fn applied(connection: &Connection) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    let mut statement = connection.prepare(LIST_APPLIED).map_err(unavailable)?;
    let rows =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(unavailable)?;
    rows.collect::<Result<_, _>>().map_err(unavailable)
}

fn newer(what: &str) -> StoreError {
    StoreError::Invalid {
        reason: format!("the database has {what}: it was written by a newer countersign"),
    }
}
