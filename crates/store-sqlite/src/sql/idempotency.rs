//! Answers kept for requests that are sent again.

use jiff::Timestamp;
use rusqlite::{Connection, params};
use store::{IDEMPOTENCY_KEPT, IdempotencyRow, StoreError};

use crate::row;

const PUT: &str = "
    INSERT OR REPLACE INTO idempotency (principal, key, request_hash, status, body, stored_at_ms)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
// A few each time: the table stays as large as one day's answers and no commit pays for many.
const DELETE_SOME_OLD: &str = "
    DELETE FROM idempotency WHERE (principal, key) IN (
        SELECT principal, key FROM idempotency INDEXED BY idempotency_by_age
        WHERE stored_at_ms < ?1 ORDER BY stored_at_ms LIMIT 4)";
pub(crate) const FIND: &str = "
    SELECT principal, key, request_hash, status, body, stored_at_ms FROM idempotency
    WHERE principal = ?1 AND key = ?2";
const FIND_TIME: &str =
    "SELECT principal, stored_at_ms FROM idempotency WHERE principal = ?1 AND key = ?2";

/// Stores an answer. Whether the key is free was decided by the plan.
pub(crate) fn put(connection: &Connection, row: &IdempotencyRow) -> Result<(), rusqlite::Error> {
    let stored_at_ms = row.stored_at.as_millisecond();
    let kept_ms = i64::try_from(IDEMPOTENCY_KEPT.as_millis()).unwrap_or(i64::MAX);
    row::run(connection, DELETE_SOME_OLD, [stored_at_ms.saturating_sub(kept_ms)])?;
    let params =
        params![row.principal, row.key, row.request_hash, row.status, row.body, stored_at_ms];
    row::run(connection, PUT, params).map(drop)
}

pub(crate) fn find(
    connection: &Connection,
    principal: &str,
    key: &str,
) -> Result<Option<IdempotencyRow>, StoreError> {
    row::first(connection, "idempotency", FIND, [principal, key], |cells| {
        Ok(IdempotencyRow {
            principal: cells.text(0)?,
            key: cells.text(1)?,
            request_hash: cells.text(2)?,
            status: cells.number(3)?,
            body: cells.text(4)?,
            stored_at: cells.time(5)?,
        })
    })
}

/// When the record of a key was stored.
pub(crate) fn find_time(
    connection: &Connection,
    principal: &str,
    key: &str,
) -> Result<Option<Timestamp>, StoreError> {
    row::first(connection, "idempotency", FIND_TIME, [principal, key], |cells| cells.time(1))
}
