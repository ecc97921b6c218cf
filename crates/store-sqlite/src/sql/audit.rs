//! Shows the whole log to an audit; a row that can't be read is noted in place of being shown.

use ledger::seal::Disclosure;
use rusqlite::Connection;
use store::{Audit, StoreError};

use super::journal::{disclosure, entry};
use crate::error::unavailable;
use crate::row::{self, Cells};

const LIST_ENTRIES: &str = "SELECT idx, stream, version, leaf, leaf_hash FROM entries ORDER BY idx";
const LIST_DISCLOSURES: &str =
    "SELECT idx, path, class, salt, value FROM disclosures ORDER BY idx, path";
const LIST_TILE_HASHES: &str = "SELECT n, level, hash FROM tile_hashes ORDER BY level, n";

/// Entries with their disclosures, side by side in order of index.
pub(crate) fn entries(connection: &Connection, audit: &mut Audit) -> Result<(), StoreError> {
    let mut statement = connection.prepare(LIST_DISCLOSURES).map_err(unavailable)?;
    let mut rows = statement.query([]).map_err(unavailable)?;
    let mut next = || -> Result<Option<Result<(u64, Disclosure), StoreError>>, StoreError> {
        let row = rows.next().map_err(unavailable)?;
        Ok(row.map(|row| {
            let cells = Cells::new("disclosures", row);
            Ok((cells.number(0)?, disclosure(&cells)?))
        }))
    };
    let mut waiting: Option<(u64, Disclosure)> = None;
    row::each(connection, "entries", LIST_ENTRIES, [], |cells| {
        let found = entry(cells).and_then(|entry| Ok((entry, cells.hash(4)?)));
        let (mut entry, hash) = match found {
            Ok(found) => found,
            Err(error) => {
                audit.note_error(&error);
                return Ok(());
            }
        };
        loop {
            match waiting.take() {
                Some((index, disclosure)) if index == entry.index => {
                    entry.disclosures.push(disclosure)
                }
                Some((index, _)) if index < entry.index => audit.note_stray_disclosure(index),
                Some(later) => {
                    waiting = Some(later);
                    break;
                }
                None => {}
            }
            match next()? {
                Some(Ok(found)) => waiting = Some(found),
                Some(Err(error)) => audit.note_error(&error),
                None => break,
            }
        }
        audit.entry(&entry, &hash);
        Ok(())
    })?;
    if let Some((index, _)) = waiting {
        audit.note_stray_disclosure(index);
    }
    while let Some(rest) = next()? {
        match rest {
            Ok((index, _)) => audit.note_stray_disclosure(index),
            Err(error) => audit.note_error(&error),
        }
    }
    Ok(())
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
