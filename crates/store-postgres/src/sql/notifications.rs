//! What people are told.

use deadpool_postgres::GenericClient;
use domain::ids::{ChangeId, PersonId};
use jiff::Timestamp;
use store::{NotificationRow, Settlement, StoreError};

use crate::row::{self, Cells};
use crate::step::Step;

const INSERT: &str = "
    INSERT INTO notifications (id, person, change_id, at_ms, data, read_at_ms, arrived_at_ms)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[],
        $7::bigint[])
    ON CONFLICT (id) DO NOTHING";
const LIST: &str = "
    SELECT id, person, change_id, at_ms, data, read_at_ms, arrived_at_ms FROM notifications
    WHERE person = $1 AND (at_ms, id) < ($2, $3) ORDER BY at_ms DESC, id DESC LIMIT $4";
const COUNT_UNREAD: &str = "
    SELECT count(*) FROM (
        SELECT 1 FROM notifications WHERE person = $1 AND read_at_ms IS NULL LIMIT $2) unread";
const READ_ALL: &str = "
    UPDATE notifications SET read_at_ms = $2 WHERE person = $1 AND read_at_ms IS NULL";
const READ_SOME: &str = "
    UPDATE notifications SET read_at_ms = $2
    WHERE person = $1 AND id = ANY ($3::text[]) AND read_at_ms IS NULL";
const MARK_ARRIVED: &str = "
    UPDATE notifications SET arrived_at_ms = $2
    WHERE id = ANY ($1::text[]) AND arrived_at_ms IS NULL
        AND EXISTS (SELECT 1 FROM outbox_lanes WHERE lane = $3 AND lease = $4)";
const DELETE_OLD: &str = "DELETE FROM notifications WHERE at_ms < $1";

pub(crate) fn insert<'a>(rows: &[&'a NotificationRow]) -> Option<Step<'a>> {
    if rows.is_empty() {
        return None;
    }
    let read_at = |row: &&NotificationRow| row.read_at.map(Timestamp::as_millisecond);
    let arrived_at = |row: &&NotificationRow| row.arrived_at.map(Timestamp::as_millisecond);
    Some(
        Step::new(INSERT)
            .with(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>())
            .with(rows.iter().map(|row| row.person.as_str()).collect::<Vec<_>>())
            .with(rows.iter().map(|r| r.change.as_ref().map(ChangeId::as_str)).collect::<Vec<_>>())
            .with(rows.iter().map(|row| row.at.as_millisecond()).collect::<Vec<_>>())
            .with(rows.iter().map(|row| row.data.as_str()).collect::<Vec<_>>())
            .with(rows.iter().map(read_at).collect::<Vec<_>>())
            .with(rows.iter().map(arrived_at).collect::<Vec<_>>()),
    )
}

pub(crate) fn mark_read<'a>(
    person: &'a PersonId,
    ids: Option<&'a [String]>,
    at: Timestamp,
) -> Step<'a> {
    let at_ms = at.as_millisecond();
    match ids {
        None => Step::new(READ_ALL).with(person.as_str()).with(at_ms),
        Some(ids) => Step::new(READ_SOME).with(person.as_str()).with(at_ms).with(ids),
    }
}

/// Notes where notifications arrived, if the lane is still under the lease of a settlement.
pub(crate) fn mark_arrived<'a>(settled: &'a Settlement) -> Step<'a> {
    let step = Step::new(MARK_ARRIVED).with(settled.arrived.as_slice());
    let step = step.with(settled.at.as_millisecond()).with(settled.lane.as_str());
    step.with(settled.lease.as_str())
}

pub(crate) fn delete_old<'a>(before: Timestamp) -> Step<'a> {
    Step::new(DELETE_OLD).with(before.as_millisecond())
}

pub(crate) async fn list(
    client: &impl GenericClient,
    person: &PersonId,
    before: Option<(Timestamp, &str)>,
    limit: usize,
) -> Result<Vec<NotificationRow>, StoreError> {
    let (at_ms, id) = before.map_or((i64::MAX, ""), |(at, id)| (at.as_millisecond(), id));
    let params: row::Params<'_> = &[&person.as_str(), &at_ms, &id, &row::limit(limit)];
    row::list(client, "notifications", LIST, params, read).await
}

pub(crate) async fn count_unread(
    client: &impl GenericClient,
    person: &PersonId,
    limit: usize,
) -> Result<usize, StoreError> {
    let params: row::Params<'_> = &[&person.as_str(), &row::limit(limit)];
    let count = row::first(client, "notifications", COUNT_UNREAD, params, |c| c.number(0));
    Ok(count.await?.unwrap_or(0))
}

fn read(cells: &Cells<'_>) -> Result<NotificationRow, StoreError> {
    Ok(NotificationRow {
        id: cells.text(0)?,
        person: cells.parsed(1)?,
        change: cells.optional_text(2)?.map(|_| cells.parsed(2)).transpose()?,
        at: cells.time(3)?,
        data: cells.text(4)?,
        read_at: cells.optional_time(5)?,
        arrived_at: cells.optional_time(6)?,
    })
}
