//! What people are told.

use domain::ids::PersonId;
use jiff::Timestamp;
use rusqlite::{Connection, params};
use store::{NotificationRow, StoreError};

use crate::row::{self, Cells};

const INSERT: &str = "
    INSERT INTO notifications (id, person, change_id, at_ms, data, read_at_ms, arrived_at_ms)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO NOTHING";
pub(crate) const LIST: &str = "
    SELECT id, person, change_id, at_ms, data, read_at_ms, arrived_at_ms FROM notifications
    WHERE person = ?1 AND (at_ms, id) < (?2, ?3) ORDER BY at_ms DESC, id DESC LIMIT ?4";
pub(crate) const COUNT_UNREAD: &str = "
    SELECT count(*) FROM (
        SELECT 1 FROM notifications WHERE person = ?1 AND read_at_ms IS NULL LIMIT ?2)";
const READ_ALL: &str = "
    UPDATE notifications SET read_at_ms = ?2 WHERE person = ?1 AND read_at_ms IS NULL";
const READ_ONE: &str = "
    UPDATE notifications SET read_at_ms = ?2 WHERE person = ?1 AND id = ?3 AND read_at_ms IS NULL";
const MARK_ARRIVED: &str = "
    UPDATE notifications SET arrived_at_ms = ?2 WHERE id = ?1 AND arrived_at_ms IS NULL";
const DELETE_OLD: &str = "DELETE FROM notifications WHERE at_ms < ?1";

pub(crate) fn insert(
    connection: &Connection,
    row: &NotificationRow,
) -> Result<(), rusqlite::Error> {
    let params = params![
        row.id,
        row.person.as_str(),
        row.change.as_ref().map(domain::ids::ChangeId::as_str),
        row.at.as_millisecond(),
        row.data,
        row.read_at.map(Timestamp::as_millisecond),
        row.arrived_at.map(Timestamp::as_millisecond),
    ];
    row::run(connection, INSERT, params).map(drop)
}

pub(crate) fn mark_read(
    connection: &Connection,
    person: &PersonId,
    ids: Option<&[String]>,
    at: Timestamp,
) -> Result<(), rusqlite::Error> {
    let at_ms = at.as_millisecond();
    let Some(ids) = ids else {
        return row::run(connection, READ_ALL, params![person.as_str(), at_ms]).map(drop);
    };
    ids.iter().try_for_each(|id| {
        row::run(connection, READ_ONE, params![person.as_str(), at_ms, id]).map(drop)
    })
}

pub(crate) fn mark_arrived(
    connection: &Connection,
    ids: &[String],
    at: Timestamp,
) -> Result<(), rusqlite::Error> {
    ids.iter().try_for_each(|id| {
        row::run(connection, MARK_ARRIVED, params![id, at.as_millisecond()]).map(drop)
    })
}

pub(crate) fn delete_old(
    connection: &Connection,
    before: Timestamp,
) -> Result<(), rusqlite::Error> {
    row::run(connection, DELETE_OLD, [before.as_millisecond()]).map(drop)
}

pub(crate) fn list(
    connection: &Connection,
    person: &PersonId,
    before: Option<(Timestamp, &str)>,
    limit: usize,
) -> Result<Vec<NotificationRow>, StoreError> {
    let (at_ms, id) = before.map_or((i64::MAX, ""), |(at, id)| (at.as_millisecond(), id));
    let params = params![person.as_str(), at_ms, id, row::limit(limit)];
    row::list(connection, "notifications", LIST, params, read)
}

pub(crate) fn count_unread(
    connection: &Connection,
    person: &PersonId,
    limit: usize,
) -> Result<usize, StoreError> {
    let params = params![person.as_str(), row::limit(limit)];
    let count = row::first(connection, "notifications", COUNT_UNREAD, params, |c| c.number(0))?;
    Ok(count.unwrap_or(0))
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
