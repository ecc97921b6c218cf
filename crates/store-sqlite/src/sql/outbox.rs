//! Messages that wait for their channel, in lanes.

use jiff::Timestamp;
use rusqlite::{Connection, params};
use store::{
    Claim, ClaimedLane, DeadLetter, OutboxMessage, OutboxStatus, OutboxWrite, Settlement,
    StoreError,
};

use super::notifications;
use crate::error::unavailable;
use crate::row::{self, Cells};

const INSERT: &str = "
    INSERT INTO outbox (id, lane, created_at_ms, due_at_ms, data) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (id) DO NOTHING";
const OPEN_LANE: &str = "
    INSERT INTO outbox_lanes (lane, due_at_ms, not_before_ms, attempts, lease, leased_until_ms)
    VALUES (?1, ?2, 0, 0, '', 0)
    ON CONFLICT (lane) DO UPDATE SET
        due_at_ms = min(due_at_ms, excluded.due_at_ms),
        not_before_ms = CASE WHEN attempts = 0 THEN min(not_before_ms, ?3) ELSE not_before_ms END";
pub(crate) const LIST_DUE: &str = "
    SELECT lane, attempts FROM outbox_lanes
    WHERE due_at_ms <= ?1 AND not_before_ms <= ?1 AND leased_until_ms <= ?1
    ORDER BY due_at_ms LIMIT ?2";
const LEASE: &str = "UPDATE outbox_lanes SET lease = ?2, leased_until_ms = ?3 WHERE lane = ?1";
pub(crate) const LIST_WAITING: &str = "
    SELECT id, lane, created_at_ms, due_at_ms, data FROM outbox
    WHERE lane = ?1 AND died_at_ms IS NULL ORDER BY seq LIMIT ?2";
const HOLDS_LEASE: &str = "SELECT 1 FROM outbox_lanes WHERE lane = ?1 AND lease = ?2";
const DELETE: &str = "DELETE FROM outbox WHERE id = ?1 AND lane = ?2";
const BURY: &str = "UPDATE outbox SET died_at_ms = ?3, error = ?4 WHERE id = ?1 AND lane = ?2";
const RELEASE: &str = "
    UPDATE outbox_lanes SET
        lease = '', leased_until_ms = 0, attempts = ?2, not_before_ms = ?3, error = ?4,
        due_at_ms = coalesce(
            (SELECT min(due_at_ms) FROM outbox WHERE lane = ?1 AND died_at_ms IS NULL),
            9223372036854775807)
    WHERE lane = ?1";
const CLOSE_LANES: &str = "
    DELETE FROM outbox_lanes WHERE due_at_ms = 9223372036854775807 AND not_before_ms <= ?1";
const DIG_UP: &str = "
    UPDATE outbox SET died_at_ms = NULL, error = NULL, due_at_ms = ?2
    WHERE id = ?1 AND died_at_ms IS NOT NULL RETURNING lane";
pub(crate) const LIST_DEAD: &str = "
    SELECT id, lane, created_at_ms, due_at_ms, data, died_at_ms, error FROM outbox
    WHERE died_at_ms IS NOT NULL ORDER BY died_at_ms DESC LIMIT ?1";
const STATUS: &str = "
    SELECT count(*) FILTER (WHERE died_at_ms IS NULL), count(*) FILTER (WHERE died_at_ms IS NOT NULL),
        min(created_at_ms) FILTER (WHERE died_at_ms IS NULL AND due_at_ms <= ?1) FROM outbox";

/// Applies one write.
pub(crate) fn apply(connection: &Connection, write: &OutboxWrite) -> Result<(), rusqlite::Error> {
    match write {
        OutboxWrite::Notification(row) => notifications::insert(connection, row),
        OutboxWrite::Message(message) => insert(connection, message),
        OutboxWrite::Read { person, ids, at } => {
            notifications::mark_read(connection, person, ids.as_deref(), *at)
        }
        OutboxWrite::Settle(settlement) => settle(connection, settlement),
        OutboxWrite::Replay { ids, at } => replay(connection, ids, *at),
        OutboxWrite::Forget { before } => {
            row::run(connection, CLOSE_LANES, [before.as_millisecond()])?;
            notifications::delete_old(connection, *before)
        }
    }
}

fn insert(connection: &Connection, message: &OutboxMessage) -> Result<(), rusqlite::Error> {
    let (created, due) = (message.created_at.as_millisecond(), message.due_at.as_millisecond());
    let params = params![message.id, message.lane, created, due, message.data];
    row::run(connection, INSERT, params)?;
    let pause_ends_ms = message.pause_ends_by.map_or(i64::MAX, Timestamp::as_millisecond);
    row::run(connection, OPEN_LANE, params![message.lane, due, pause_ends_ms]).map(drop)
}

fn settle(connection: &Connection, settled: &Settlement) -> Result<(), rusqlite::Error> {
    let held = params![settled.lane, settled.lease];
    if !connection.prepare_cached(HOLDS_LEASE)?.exists(held)? {
        return Ok(());
    }
    for id in &settled.delivered {
        row::run(connection, DELETE, params![id, settled.lane])?;
    }
    notifications::mark_arrived(connection, &settled.arrived, settled.at)?;
    let at_ms = settled.at.as_millisecond();
    for id in &settled.dead {
        let error = settled.error.as_deref().unwrap_or_default();
        row::run(connection, BURY, params![id, settled.lane, at_ms, error])?;
    }
    let not_before_ms = settled.not_before.as_millisecond();
    let params = params![settled.lane, settled.attempts, not_before_ms, settled.error];
    row::run(connection, RELEASE, params)?;
    row::run(connection, CLOSE_LANES, [at_ms]).map(drop)
}

fn replay(connection: &Connection, ids: &[String], at: Timestamp) -> Result<(), rusqlite::Error> {
    let at_ms = at.as_millisecond();
    for id in ids {
        let mut statement = connection.prepare_cached(DIG_UP)?;
        let mut lanes = statement.query(params![id, at_ms])?;
        let lane: Option<String> = lanes.next()?.map(|row| row.get(0)).transpose()?;
        drop(lanes);
        if let Some(lane) = lane {
            row::run(connection, OPEN_LANE, params![lane, at_ms, i64::MAX])?;
        }
    }
    Ok(())
}

/// Whether a lane is due: asked before the writer is bothered.
pub(crate) fn is_due(connection: &Connection, now: Timestamp) -> Result<bool, StoreError> {
    let params = params![now.as_millisecond(), 1];
    row::first(connection, "outbox_lanes", LIST_DUE, params, |_| Ok(())).map(|due| due.is_some())
}

/// Leases lanes that are due. Runs in a transaction of the writer.
pub(crate) fn claim(
    connection: &Connection,
    claim: &Claim<'_>,
) -> Result<Vec<ClaimedLane>, StoreError> {
    let params = params![claim.now.as_millisecond(), row::limit(claim.lanes)];
    let read = |cells: &Cells<'_>| Ok((cells.text(0)?, cells.number(1)?));
    let due: Vec<(String, u32)> = row::list(connection, "outbox_lanes", LIST_DUE, params, read)?;
    let mut claimed = Vec::new();
    for (lane, attempts) in due {
        let params = params![lane, claim.lease, claim.leased_until.as_millisecond()];
        row::run(connection, LEASE, params).map_err(unavailable)?;
        let params = params![lane, row::limit(claim.messages)];
        let messages = row::list(connection, "outbox", LIST_WAITING, params, read_message)?;
        claimed.push(ClaimedLane { lane, attempts, messages });
    }
    Ok(claimed)
}

pub(crate) fn list_dead(
    connection: &Connection,
    limit: usize,
) -> Result<Vec<DeadLetter>, StoreError> {
    row::list(connection, "outbox", LIST_DEAD, [row::limit(limit)], |cells| {
        let (died_at, error) = (cells.time(5)?, cells.text(6)?);
        Ok(DeadLetter { message: read_message(cells)?, died_at, error })
    })
}

pub(crate) fn status(connection: &Connection, now: Timestamp) -> Result<OutboxStatus, StoreError> {
    let read = |cells: &Cells<'_>| {
        let (waiting, dead) = (cells.number(0)?, cells.number(1)?);
        Ok(OutboxStatus { waiting, dead, oldest_due: cells.optional_time(2)? })
    };
    let found = row::first(connection, "outbox", STATUS, [now.as_millisecond()], read)?;
    Ok(found.unwrap_or_default())
}

fn read_message(cells: &Cells<'_>) -> Result<OutboxMessage, StoreError> {
    Ok(OutboxMessage {
        id: cells.text(0)?,
        lane: cells.text(1)?,
        created_at: cells.time(2)?,
        due_at: cells.time(3)?,
        pause_ends_by: None,
        data: cells.text(4)?,
    })
}
