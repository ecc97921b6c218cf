//! Timers: one a stream.

use jiff::Timestamp;
use rusqlite::{Connection, params};
use store::{StoreError, Stream, TimerRow, timer_line};

use crate::row::{self, Cells};

const PUT: &str = "
    INSERT INTO timers (stream, due_at_ms) VALUES (?1, ?2)
    ON CONFLICT (stream) DO UPDATE SET due_at_ms = ?2";
const DELETE: &str = "DELETE FROM timers WHERE stream = ?1";
pub(crate) const LIST_DUE: &str = "
    SELECT stream, due_at_ms FROM timers WHERE due_at_ms <= ?1 ORDER BY due_at_ms, stream LIMIT ?2";
const LIST_ALL: &str = "SELECT stream, due_at_ms FROM timers";
const DELETE_ALL: &str = "DELETE FROM timers";

pub(crate) fn put(
    connection: &Connection,
    stream: &Stream,
    due_at: Timestamp,
) -> Result<(), rusqlite::Error> {
    row::run(connection, PUT, params![stream.as_str(), due_at.as_millisecond()]).map(drop)
}

pub(crate) fn delete(connection: &Connection, stream: &Stream) -> Result<(), rusqlite::Error> {
    row::run(connection, DELETE, [stream.as_str()]).map(drop)
}

pub(crate) fn list_due(
    connection: &Connection,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<TimerRow>, StoreError> {
    let params = params![now.as_millisecond(), row::limit(limit)];
    row::list(connection, "timers", LIST_DUE, params, read)
}

fn read(cells: &Cells<'_>) -> Result<TimerRow, StoreError> {
    Ok(TimerRow { stream: Stream::named(&cells.text(0)?), due_at: cells.time(1)? })
}

/// Every timer as canonical text.
pub(crate) fn dump(connection: &Connection, lines: &mut Vec<String>) -> Result<(), StoreError> {
    row::each(connection, "timers", LIST_ALL, [], |cells| {
        lines.push(timer_line(&read(cells)?));
        Ok(())
    })
}

pub(crate) fn delete_all(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.execute_batch(DELETE_ALL)
}
