//! Where each grant is in the journal.

use domain::ids::GrantId;
use rusqlite::{Connection, params};
use store::{StoreError, grant_line};

use crate::row::{self, int};

const PUT: &str = "
    INSERT INTO grants (grant_id, idx) VALUES (?1, ?2)
    ON CONFLICT (grant_id) DO UPDATE SET idx = ?2";
pub(crate) const FIND_INDEX: &str = "SELECT grant_id, idx FROM grants WHERE grant_id = ?1";
const LIST_ALL: &str = "SELECT grant_id, idx FROM grants";
const DELETE_ALL: &str = "DELETE FROM grants";

pub(crate) fn put(
    connection: &Connection,
    grant: &GrantId,
    index: u64,
) -> Result<(), rusqlite::Error> {
    row::run(connection, PUT, params![grant.as_str(), int(index)]).map(drop)
}

/// The index of the entry that is this grant.
pub(crate) fn find_index(
    connection: &Connection,
    grant: &GrantId,
) -> Result<Option<u64>, StoreError> {
    row::first(connection, "grants", FIND_INDEX, [grant.as_str()], |cells| cells.number(1))
}

/// Every row as canonical text.
pub(crate) fn dump(connection: &Connection, lines: &mut Vec<String>) -> Result<(), StoreError> {
    row::each(connection, "grants", LIST_ALL, [], |cells| {
        lines.push(grant_line(&cells.text(0)?, cells.number(1)?));
        Ok(())
    })
}

pub(crate) fn delete_all(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.execute_batch(DELETE_ALL)
}
