//! What witnesses saw of the log.

use rusqlite::{Connection, params};
use store::{CosignatureRow, StoreError};

use crate::row::{self, Cells};

const PUT: &str = "
    INSERT INTO cosignatures (size, witness, seen_at_ms, checkpoint, line)
    VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (size, witness) DO NOTHING";
pub(crate) const FIND_NEWEST: &str = "
    SELECT size, witness, seen_at_ms, checkpoint, line FROM cosignatures
    WHERE witness = ?1 ORDER BY size DESC LIMIT 1";
pub(crate) const LIST: &str = "
    SELECT size, witness, seen_at_ms, checkpoint, line FROM cosignatures
    WHERE size >= ?1 ORDER BY size, witness LIMIT ?2";

pub(crate) fn put(connection: &Connection, row: &CosignatureRow) -> Result<(), rusqlite::Error> {
    let (size, seen_at_ms) = (row::int(row.size), row.seen_at.as_millisecond());
    let params = params![size, row.witness, seen_at_ms, row.checkpoint, row.line];
    row::run(connection, PUT, params).map(drop)
}

pub(crate) fn find_newest(
    connection: &Connection,
    witness: &str,
) -> Result<Option<CosignatureRow>, StoreError> {
    row::first(connection, "cosignatures", FIND_NEWEST, [witness], read)
}

pub(crate) fn list(
    connection: &Connection,
    from: u64,
    limit: usize,
) -> Result<Vec<CosignatureRow>, StoreError> {
    let params = params![row::int(from), row::limit(limit)];
    row::list(connection, "cosignatures", LIST, params, read)
}

fn read(cells: &Cells<'_>) -> Result<CosignatureRow, StoreError> {
    Ok(CosignatureRow {
        size: cells.number(0)?,
        witness: cells.text(1)?,
        seen_at: cells.time(2)?,
        checkpoint: cells.text(3)?,
        line: cells.text(4)?,
    })
}
