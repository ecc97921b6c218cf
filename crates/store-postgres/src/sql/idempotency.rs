//! Answers kept for requests that are sent again.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use store::{IDEMPOTENCY_KEPT, IdempotencyRow, StoreError};
use tokio_postgres::Row;

use crate::row::{self, Cells};
use crate::step::Step;

const PUT: &str = "
    INSERT INTO idempotency (principal, key, request_hash, status, body, stored_at_ms)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::bigint[])
    ON CONFLICT (principal, key) DO UPDATE SET
        request_hash = excluded.request_hash, status = excluded.status, body = excluded.body,
        stored_at_ms = excluded.stored_at_ms";
// A few for each new one: the table stays as large as one day's answers.
const DELETE_SOME_OLD: &str = "
    DELETE FROM idempotency WHERE ctid = ANY (ARRAY (
        SELECT ctid FROM idempotency WHERE stored_at_ms < $1 ORDER BY stored_at_ms LIMIT $2))";
const FIND: &str = "
    SELECT principal, key, request_hash, status, body, stored_at_ms FROM idempotency
    WHERE principal = $1 AND key = $2";
/// For a plan: when the record of each taken key was stored.
pub(crate) const LIST_TIMES: &str = "
    SELECT i.principal, i.key, i.stored_at_ms
    FROM unnest($1::text[], $2::text[]) asked (principal, key)
    JOIN idempotency i ON i.principal = asked.principal AND i.key = asked.key";

/// Stores answers. Whether the keys are free was decided by the plan.
pub(crate) fn put<'a>(rows: &[&'a IdempotencyRow]) -> Vec<Step<'a>> {
    let Some(newest) = rows.iter().map(|row| row.stored_at.as_millisecond()).max() else {
        return Vec::new();
    };
    let kept_ms = i64::try_from(IDEMPOTENCY_KEPT.as_millis()).unwrap_or(i64::MAX);
    let delete = Step::new(DELETE_SOME_OLD)
        .with(newest.saturating_sub(kept_ms))
        .with(row::limit(4 * rows.len()));
    let put = Step::new(PUT)
        .with(rows.iter().map(|row| row.principal.as_str()).collect::<Vec<_>>())
        .with(rows.iter().map(|row| row.key.as_str()).collect::<Vec<_>>())
        .with(rows.iter().map(|row| row.request_hash.as_str()).collect::<Vec<_>>())
        .with(rows.iter().map(|row| i32::from(row.status)).collect::<Vec<_>>())
        .with(rows.iter().map(|row| row.body.as_str()).collect::<Vec<_>>())
        .with(rows.iter().map(|row| row.stored_at.as_millisecond()).collect::<Vec<_>>());
    vec![delete, put]
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
        Ok(IdempotencyRow {
            principal: cells.text(0)?,
            key: cells.text(1)?,
            request_hash: cells.text(2)?,
            status: cells.medium_number(3)?,
            body: cells.text(4)?,
            stored_at: cells.time(5)?,
        })
    };
    row::first(client, "idempotency", FIND, &[&principal, &key], read).await
}
