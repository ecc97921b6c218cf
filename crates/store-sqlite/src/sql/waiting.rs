//! What waits for whom.

use domain::ids::ChangeId;
use jiff::Timestamp;
use rusqlite::{Connection, params};
use store::{StoreError, WaitingRow, waiting_key_line, waiting_line};

use crate::row::{self, Cells};

const DELETE: &str = "DELETE FROM waiting WHERE change_id = ?1";
const DELETE_KEYS: &str = "DELETE FROM waiting_keys WHERE change_id = ?1";
const INSERT: &str = "
    INSERT INTO waiting (change_id, requirement, keys, due_at_ms, risk_score)
    VALUES (?1, ?2, ?3, ?4, ?5)";
const INSERT_KEY: &str = "
    INSERT OR IGNORE INTO waiting_keys (key, due_at_ms, risk_score, change_id, requirement)
    VALUES (?1, ?2, ?3, ?4, ?5)";
pub(crate) const LIST_FOR_KEY: &str = "
    SELECT w.change_id, w.requirement, w.keys, w.due_at_ms, w.risk_score
    FROM waiting_keys k
    CROSS JOIN waiting w ON w.change_id = k.change_id AND w.requirement = k.requirement
    WHERE k.key = ?1
    ORDER BY k.due_at_ms, k.risk_score DESC, k.change_id, k.requirement LIMIT ?2";
pub(crate) const LIST_PLACES: &str = "SELECT 1 FROM waiting_keys WHERE key = ?1 LIMIT ?2";
const LIST_ALL: &str = "SELECT change_id, requirement, keys, due_at_ms, risk_score FROM waiting";
const LIST_ALL_KEYS: &str = "SELECT change_id, requirement, key FROM waiting_keys";
const DELETE_ALL: &str = "DELETE FROM waiting; DELETE FROM waiting_keys;";

/// Replaces all rows of a change.
pub(crate) fn replace(
    connection: &Connection,
    change: &ChangeId,
    rows: &[WaitingRow],
) -> Result<(), rusqlite::Error> {
    row::run(connection, DELETE, [change.as_str()])?;
    row::run(connection, DELETE_KEYS, [change.as_str()])?;
    for row in rows {
        let due_at_ms = row.due_at.map(Timestamp::as_millisecond);
        let keys = serde_json::Value::from(row.keys.clone()).to_string();
        let params = params![change.as_str(), row.requirement, keys, due_at_ms, row.risk_score];
        row::run(connection, INSERT, params)?;
        for key in &row.keys {
            let due_at_ms = due_at_ms.unwrap_or(i64::MAX);
            let params = params![key, due_at_ms, row.risk_score, change.as_str(), row.requirement];
            row::run(connection, INSERT_KEY, params)?;
        }
    }
    Ok(())
}

/// What waits for holders of any of `keys`, most urgent first.
///
/// One ordered index run a key, merged here: a row among the first of all is among the first of
/// each of its keys.
pub(crate) fn list(
    connection: &Connection,
    keys: &[String],
    limit: usize,
) -> Result<Vec<WaitingRow>, StoreError> {
    let mut found = Vec::new();
    for key in keys {
        let params = params![key, row::limit(limit)];
        found.extend(row::list(connection, "waiting", LIST_FOR_KEY, params, read)?);
    }
    found.sort_by(WaitingRow::by_urgency);
    found.dedup_by(|a, b| a.change == b.change && a.requirement == b.requirement);
    found.truncate(limit);
    Ok(found)
}

/// How many rows wait for each of `keys`, at most `most` of each.
pub(crate) fn counts(
    connection: &Connection,
    keys: &[String],
    most: usize,
) -> Result<Vec<u32>, StoreError> {
    let count = |key: &String| {
        let (mut count, params) = (0_u32, params![key, row::limit(most)]);
        row::each(connection, "waiting_keys", LIST_PLACES, params, |_| {
            count = count.saturating_add(1);
            Ok(())
        })?;
        Ok(count)
    };
    keys.iter().map(count).collect()
}

fn read(cells: &Cells<'_>) -> Result<WaitingRow, StoreError> {
    Ok(WaitingRow {
        change: cells.parsed(0)?,
        requirement: cells.text(1)?,
        keys: cells.json(2)?,
        due_at: cells.optional_time(3)?,
        risk_score: cells.signed(4)?,
    })
}

/// Every row of these tables as canonical text.
pub(crate) fn dump(connection: &Connection, lines: &mut Vec<String>) -> Result<(), StoreError> {
    row::each(connection, "waiting", LIST_ALL, [], |cells| {
        lines.push(waiting_line(&read(cells)?));
        Ok(())
    })?;
    row::each(connection, "waiting_keys", LIST_ALL_KEYS, [], |cells| {
        lines.push(waiting_key_line(&cells.text(2)?, &cells.text(0)?, &cells.text(1)?));
        Ok(())
    })
}

pub(crate) fn delete_all(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.execute_batch(DELETE_ALL)
}
