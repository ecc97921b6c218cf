//! Shows the whole log to an audit, page by page.

use rusqlite::{Connection, params};
use store::{Audit, StoreError};

use super::journal::{disclosure, entry};
use crate::row;

const PAGE: i64 = 1_000;

const LIST_ENTRIES: &str = "
    SELECT idx, stream, version, leaf, leaf_hash FROM entries
    WHERE idx >= ?1 ORDER BY idx LIMIT ?2";
const LIST_DISCLOSURES: &str = "
    SELECT idx, path, class, salt, value FROM disclosures
    WHERE idx >= ?1 AND idx < ?2 ORDER BY idx, path";
const LIST_TILE_HASHES: &str = "SELECT n, level, hash FROM tile_hashes ORDER BY level, n";

/// Entries with their disclosures; a row that can't be read is part of the finding.
pub(crate) fn entries(connection: &Connection, audit: &mut Audit) -> Result<(), StoreError> {
    let mut from = i64::MIN;
    loop {
        let mut next = None;
        let mut found = Vec::new();
        row::each(connection, "entries", LIST_ENTRIES, params![from, PAGE], |cells| {
            next = cells.signed(0)?.checked_add(1);
            found.push(entry(cells).and_then(|entry| Ok((entry, cells.hash(4)?))));
            Ok(())
        })?;
        let params = params![from, next.unwrap_or(i64::MAX)];
        let disclosures =
            row::list(connection, "disclosures", LIST_DISCLOSURES, params, |cells| {
                Ok(disclosure(cells).and_then(|disclosure| Ok((cells.number(0)?, disclosure))))
            })?;
        audit.page(found, disclosures);
        match next {
            Some(next) => from = next,
            None => return Ok(()),
        }
    }
}

/// The hashes above the leaves.
pub(crate) fn tile_hashes(connection: &Connection, audit: &mut Audit) -> Result<(), StoreError> {
    row::each(connection, "tile_hashes", LIST_TILE_HASHES, [], |cells| {
        match cells.number(1).and_then(|level| Ok((level, cells.number(0)?, cells.hash(2)?))) {
            Ok((level, n, hash)) => audit.tile_hash(level, n, &hash),
            Err(error) => audit.note_error(&error),
        }
        Ok(())
    })
}
