//! Brings the schema up to date, one numbered file after another; one node at a time.
//!
//! A file is never edited once released: its digest is stored when it runs and compared at every
//! start. A schema newer than this program is refused.

use deadpool_postgres::{Client, Transaction};
use ledger::hash::sha256;
use store::StoreError;

use crate::error::{damaged, unavailable};

const FILES: &[(&str, &str)] = &[
    ("0001_journal_and_read_models", include_str!("migrations/0001_journal_and_read_models.sql")),
    ("0002_how_sessions_began", include_str!("migrations/0002_how_sessions_began.sql")),
    ("0003_keys_taken_with_entries", include_str!("migrations/0003_keys_taken_with_entries.sql")),
    ("0004_hot_rows_uncompressed", include_str!("migrations/0004_hot_rows_uncompressed.sql")),
    ("0005_outbox", include_str!("migrations/0005_outbox.sql")),
    ("0006_where_notices_arrived", include_str!("migrations/0006_where_notices_arrived.sql")),
    ("0007_deployments", include_str!("migrations/0007_deployments.sql")),
    ("0008_change_sets", include_str!("migrations/0008_change_sets.sql")),
    ("0009_cosignatures", include_str!("migrations/0009_cosignatures.sql")),
    ("0010_planned_windows", include_str!("migrations/0010_planned_windows.sql")),
];

/// The stored format this program reads and writes.
const STORED_FORMAT: &str = "1";

/// Held to the end of the transaction; the number only has to be nobody else's.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7238419007)";
const CREATE_BOOKKEEPING: &str = "
    CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, digest BYTEA NOT NULL);";
const LIST_APPLIED: &str = "SELECT name, digest FROM migrations ORDER BY name";
const INSERT_APPLIED: &str = "INSERT INTO migrations (name, digest) VALUES ($1, $2)";
const FIND_STORED_FORMAT: &str = "SELECT value FROM meta WHERE key = 'stored_format'";

/// Runs every file that has not run yet; all of them or none. Gives the open transaction, which
/// still keeps other nodes out.
pub(crate) async fn run(client: &mut Client) -> Result<Transaction<'_>, StoreError> {
    let transaction = client.transaction().await.map_err(unavailable)?;
    transaction.batch_execute(LOCK).await.map_err(unavailable)?;
    transaction.batch_execute(CREATE_BOOKKEEPING).await.map_err(unavailable)?;
    let applied = transaction.query(LIST_APPLIED, &[]).await.map_err(unavailable)?;
    for (position, row) in applied.iter().enumerate() {
        let name: String = row.try_get(0).map_err(unavailable)?;
        let digest: Vec<u8> = row.try_get(1).map_err(unavailable)?;
        let Some((_, sql)) = FILES.get(position).filter(|(known, _)| *known == name) else {
            return Err(newer(&format!("migration `{name}`")));
        };
        if sha256(sql.as_bytes()).as_bytes() != digest.as_slice() {
            return Err(damaged(format!("table migrations: `{name}` was applied with other text")));
        }
    }
    for (name, sql) in FILES.iter().skip(applied.len()) {
        transaction.batch_execute(sql).await.map_err(unavailable)?;
        let digest = sha256(sql.as_bytes());
        let params: crate::row::Params<'_> = &[name, &digest.as_bytes().as_slice()];
        transaction.execute(INSERT_APPLIED, params).await.map_err(unavailable)?;
    }
    let format = transaction.query_opt(FIND_STORED_FORMAT, &[]).await.map_err(unavailable)?;
    let format: Option<String> =
        format.map(|row| row.try_get(0)).transpose().map_err(unavailable)?;
    match format.as_deref() {
        Some(STORED_FORMAT) => Ok(transaction),
        Some(other) => Err(newer(&format!("stored format `{other}`"))),
        None => Err(damaged("table meta: `stored_format` is missing".to_owned())),
    }
}

fn newer(what: &str) -> StoreError {
    StoreError::Invalid {
        reason: format!("the database has {what}: it was written by a newer countersign"),
    }
}
