//! Idempotency keys that are taken, and the answers kept for requests that are sent again.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use store::{IDEMPOTENCY_KEPT, IdempotencyRow, KeptAnswer, KeyedOutcome, KeyedRequest, StoreError};
use tokio_postgres::Row;

use crate::row::{self, Cells, int};
use crate::step::Step;

const PUT: &str = "
    INSERT INTO idempotency (principal, key, request_hash, entry, status, body, stored_at_ms)
    SELECT * FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::bigint[], $5::int[], $6::text[], $7::bigint[])
    ON CONFLICT (principal, key) DO UPDATE SET
        request_hash = excluded.request_hash, entry = excluded.entry, status = excluded.status,
        body = excluded.body, stored_at_ms = excluded.stored_at_ms";
const ANSWER: &str = "
    UPDATE idempotency i SET status = kept.status, body = kept.body
    FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[])
        kept (principal, key, request_hash, status, body)
    WHERE i.principal = kept.principal AND i.key = kept.key
      AND i.request_hash = kept.request_hash AND i.status IS NULL";
// A few for each new one: the table stays as large as one day's answers.
const DELETE_SOME_OLD: &str = "
    DELETE FROM idempotency WHERE ctid = ANY (ARRAY (
        SELECT ctid FROM idempotency WHERE stored_at_ms < $1 ORDER BY stored_at_ms LIMIT $2))";
const FIND: &str = "
    SELECT principal, key, request_hash, entry, status, body, stored_at_ms FROM idempotency
    WHERE principal = $1 AND key = $2";
/// For a plan: when each taken key was taken.
pub(crate) const LIST_TIMES: &str = "
    SELECT i.principal, i.key, i.stored_at_ms
    FROM unnest($1::text[], $2::text[]) asked (principal, key)
    JOIN idempotency i ON i.principal = asked.principal AND i.key = asked.key";

/// A key to be taken: with the entry its request recorded first, or with its answer.
#[derive(Clone, Copy)]
pub(crate) struct Taken<'a> {
    pub(crate) request: &'a KeyedRequest,
    pub(crate) first_index: u64,
    pub(crate) answer: Option<&'a KeptAnswer>,
}

/// Takes keys. Whether they are free was decided by the plan.
pub(crate) fn put<'a>(rows: &[Taken<'a>]) -> Vec<Step<'a>> {
    let Some(newest) = rows.iter().map(|row| row.request.stored_at.as_millisecond()).max() else {
        return Vec::new();
    };
    let kept_ms = i64::try_from(IDEMPOTENCY_KEPT.as_millis()).unwrap_or(i64::MAX);
    let delete = Step::new(DELETE_SOME_OLD)
        .with(newest.saturating_sub(kept_ms))
        .with(row::limit(4 * rows.len()));
    let entry = |row: &Taken<'a>| row.answer.is_none().then(|| int(row.first_index));
    let put = Step::new(PUT)
        .with(rows.iter().map(|row| row.request.principal.as_str()).collect::<Vec<_>>())
        .with(rows.iter().map(|row| row.request.key.as_str()).collect::<Vec<_>>())
        .with(rows.iter().map(|row| row.request.request_hash.as_str()).collect::<Vec<_>>())
        .with(rows.iter().map(entry).collect::<Vec<_>>())
        .with(rows.iter().map(|row| row.answer.map(|a| i32::from(a.status))).collect::<Vec<_>>())
        .with(rows.iter().map(|row| row.answer.map(|a| a.body.as_str())).collect::<Vec<_>>())
        .with(rows.iter().map(|row| row.request.stored_at.as_millisecond()).collect::<Vec<_>>());
    vec![delete, put]
}

/// Keeps answers to the requests that have their keys, unless one is kept.
pub(crate) fn answer<'a>(rows: &[(&'a KeyedRequest, &'a KeptAnswer)]) -> Option<Step<'a>> {
    if rows.is_empty() {
        return None;
    }
    let step = Step::new(ANSWER)
        .with(rows.iter().map(|(request, _)| request.principal.as_str()).collect::<Vec<_>>())
        .with(rows.iter().map(|(request, _)| request.key.as_str()).collect::<Vec<_>>())
        .with(rows.iter().map(|(request, _)| request.request_hash.as_str()).collect::<Vec<_>>())
        .with(rows.iter().map(|(_, answer)| i32::from(answer.status)).collect::<Vec<_>>())
        .with(rows.iter().map(|(_, answer)| answer.body.as_str()).collect::<Vec<_>>());
    Some(step)
}

/// Reads what [`LIST_TIMES`] fetched.
pub(crate) fn read_times(rows: &[Row]) -> Result<Vec<(String, String, Timestamp)>, StoreError> {
    row::read("idempotency", rows, |cells| Ok((cells.text(0)?, cells.text(1)?, cells.time(2)?)))
}

pub(crate) async fn find(
    client: &impl GenericClient,
    principal: &str,
    key: &str,
) -> Result<Option<IdempotencyRow>, StoreError> {
    let read = |cells: &Cells<'_>| {
        let outcome = match cells.optional_text(5)? {
            Some(body) => {
                KeyedOutcome::Answered(KeptAnswer { status: cells.medium_number(4)?, body })
            }
            None => KeyedOutcome::Recorded { first_index: cells.number(3)? },
        };
        let request = KeyedRequest {
            principal: cells.text(0)?,
            key: cells.text(1)?,
            request_hash: cells.text(2)?,
            stored_at: cells.time(6)?,
        };
        Ok(IdempotencyRow { request, outcome })
    };
    row::first(client, "idempotency", FIND, &[&principal, &key], read).await
}
