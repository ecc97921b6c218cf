//! Idempotency keys that are taken, and the answers kept for requests that are sent again.

use jiff::Timestamp;
use rusqlite::{Connection, params};
use store::{IDEMPOTENCY_KEPT, IdempotencyRow, KeptAnswer, KeyedOutcome, KeyedRequest, StoreError};

use crate::row::{self, int};

const PUT: &str = "
    INSERT OR REPLACE INTO idempotency (
        principal, key, request_hash, entry, status, body, stored_at_ms)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const ANSWER: &str = "
    UPDATE idempotency SET status = ?4, body = ?5
    WHERE principal = ?1 AND key = ?2 AND request_hash = ?3 AND status IS NULL";
// A few each time: the table stays as large as one day's answers and no commit pays for many.
const DELETE_SOME_OLD: &str = "
    DELETE FROM idempotency WHERE (principal, key) IN (
        SELECT principal, key FROM idempotency INDEXED BY idempotency_by_age
        WHERE stored_at_ms < ?1 ORDER BY stored_at_ms LIMIT 4)";
pub(crate) const FIND: &str = "
    SELECT principal, key, request_hash, entry, status, body, stored_at_ms FROM idempotency
    WHERE principal = ?1 AND key = ?2";
const FIND_TIME: &str =
    "SELECT principal, stored_at_ms FROM idempotency WHERE principal = ?1 AND key = ?2";

/// Takes a key with the entry that its request recorded first. Whether the key is free was decided
/// by the plan.
pub(crate) fn put_recorded(
    connection: &Connection,
    request: &KeyedRequest,
    first_index: u64,
) -> Result<(), rusqlite::Error> {
    put(connection, request, Some(int(first_index)), None)
}

/// Takes a key with the answer to its request.
pub(crate) fn put_answered(
    connection: &Connection,
    request: &KeyedRequest,
    answer: &KeptAnswer,
) -> Result<(), rusqlite::Error> {
    put(connection, request, None, Some(answer))
}

fn put(
    connection: &Connection,
    request: &KeyedRequest,
    entry: Option<i64>,
    answer: Option<&KeptAnswer>,
) -> Result<(), rusqlite::Error> {
    let stored_at_ms = request.stored_at.as_millisecond();
    let kept_ms = i64::try_from(IDEMPOTENCY_KEPT.as_millis()).unwrap_or(i64::MAX);
    row::run(connection, DELETE_SOME_OLD, [stored_at_ms.saturating_sub(kept_ms)])?;
    let (status, body) = (answer.map(|a| a.status), answer.map(|a| a.body.as_str()));
    let KeyedRequest { principal, key, request_hash, .. } = request;
    let params = params![principal, key, request_hash, entry, status, body, stored_at_ms];
    row::run(connection, PUT, params).map(drop)
}

/// Keeps the answer to the request that has the key, unless one is kept.
pub(crate) fn answer(
    connection: &Connection,
    request: &KeyedRequest,
    answer: &KeptAnswer,
) -> Result<(), rusqlite::Error> {
    let KeyedRequest { principal, key, request_hash, .. } = request;
    let params = params![principal, key, request_hash, answer.status, answer.body];
    row::run(connection, ANSWER, params).map(drop)
}

pub(crate) fn find(
    connection: &Connection,
    principal: &str,
    key: &str,
) -> Result<Option<IdempotencyRow>, StoreError> {
    row::first(connection, "idempotency", FIND, [principal, key], |cells| {
        let outcome = match cells.optional_text(5)? {
            Some(body) => KeyedOutcome::Answered(KeptAnswer { status: cells.number(4)?, body }),
            None => KeyedOutcome::Recorded { first_index: cells.number(3)? },
        };
        let request = KeyedRequest {
            principal: cells.text(0)?,
            key: cells.text(1)?,
            request_hash: cells.text(2)?,
            stored_at: cells.time(6)?,
        };
        Ok(IdempotencyRow { request, outcome })
    })
}

/// When a key was taken.
pub(crate) fn find_time(
    connection: &Connection,
    principal: &str,
    key: &str,
) -> Result<Option<Timestamp>, StoreError> {
    row::first(connection, "idempotency", FIND_TIME, [principal, key], |cells| cells.time(1))
}
