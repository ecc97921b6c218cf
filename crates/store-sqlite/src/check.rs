//! Long reads over whole tables: the check of everything stored, and the dump of the read models.

use ledger::note::VerifierKey;
use rusqlite::Connection;
use store::{Audit, StoreError};

use crate::error::unavailable;
use crate::sql::{audit, changes, deployments, grants, journal, timers, waiting};

/// Checks the log in one consistent view of the database; gives a line for each damage.
pub(crate) fn check(
    connection: &Connection,
    keys: &[VerifierKey],
) -> Result<Vec<String>, StoreError> {
    in_one_view(connection, || {
        let mut found = Audit::new();
        let Some(head) = journal::find_head(connection)? else {
            return Ok(vec!["table head: the row is missing".to_owned()]);
        };
        audit::entries(connection, &mut found)?;
        audit::tile_hashes(connection, &mut found)?;
        Ok(found.finish(head.size, &head.frontier, &head.checkpoint, keys))
    })
}

/// All rows of the rebuildable read models, sorted.
pub(crate) fn dump(connection: &Connection) -> Result<Vec<String>, StoreError> {
    in_one_view(connection, || {
        let mut lines = Vec::new();
        changes::dump(connection, &mut lines)?;
        waiting::dump(connection, &mut lines)?;
        grants::dump(connection, &mut lines)?;
        timers::dump(connection, &mut lines)?;
        deployments::dump(connection, &mut lines)?;
        lines.sort_unstable();
        Ok(lines)
    })
}

/// Runs several reads so that all of them see the same commits.
fn in_one_view<T>(
    connection: &Connection,
    read: impl FnOnce() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    connection.execute_batch("BEGIN").map_err(unavailable)?;
    let result = read();
    connection.execute_batch("COMMIT").map_err(unavailable)?;
    result
}
