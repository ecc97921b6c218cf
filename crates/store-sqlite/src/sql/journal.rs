//! Entries, disclosures, tile hashes and the head.

use ledger::hash::Hash;
use ledger::seal::{Disclosure, DisclosureClass};
use ledger::tile::{HashReader, TilePath, encode_bundle};
use ledger::tree::Frontier;
use rusqlite::{Connection, params};
use store::{Entry, PlacedEntry, StoreError, Stream};

use crate::error::damaged;
use crate::row::{self, Cells, int};

const INSERT_ENTRY: &str =
    "INSERT INTO entries (idx, stream, version, leaf, leaf_hash) VALUES (?1, ?2, ?3, ?4, ?5)";
const INSERT_DISCLOSURE: &str =
    "INSERT INTO disclosures (idx, path, class, salt, value) VALUES (?1, ?2, ?3, ?4, ?5)";
const INSERT_TILE_HASH: &str = "INSERT INTO tile_hashes (level, n, hash) VALUES (?1, ?2, ?3)";

const FIND_HEAD: &str =
    "SELECT one, size, frontier, checkpoint, last_change_number FROM head WHERE one = 1";
const INSERT_HEAD: &str = "
    INSERT INTO head (one, size, frontier, checkpoint, last_change_number) VALUES (1, 0, ?1, ?2, ?3)";
const UPDATE_HEAD: &str = "UPDATE head SET size = ?1, frontier = ?2, checkpoint = ?3 WHERE one = 1";
const COUNT_ENTRIES: &str = "SELECT coalesce(max(idx) + 1, 0) FROM entries";

pub(crate) const FIND_VERSION: &str =
    "SELECT version + 1 FROM entries WHERE stream = ?1 ORDER BY version DESC LIMIT 1";
pub(crate) const LIST_ENTRIES: &str = "
    SELECT idx, stream, version, leaf FROM entries WHERE idx >= ?1 ORDER BY idx LIMIT ?2";
pub(crate) const LIST_ENTRIES_BEFORE: &str = "
    SELECT idx, stream, version, leaf FROM entries WHERE idx < ?1 ORDER BY idx DESC LIMIT ?2";
pub(crate) const LIST_STREAM: &str = "
    SELECT idx, stream, version, leaf FROM entries
    WHERE stream = ?1 AND version >= ?2 ORDER BY version LIMIT ?3";
pub(crate) const LIST_STREAM_BEFORE: &str = "
    SELECT idx, stream, version, leaf FROM entries
    WHERE stream = ?1 AND idx < ?2 ORDER BY version DESC LIMIT ?3";
pub(crate) const LIST_DISCLOSURES: &str = "
    SELECT idx, path, class, salt, value FROM disclosures WHERE idx = ?1 ORDER BY path";
pub(crate) const LIST_LEAF_HASHES: &str =
    "SELECT idx, leaf_hash FROM entries WHERE idx >= ?1 ORDER BY idx LIMIT ?2";
pub(crate) const LIST_TILE_HASHES: &str =
    "SELECT n, hash FROM tile_hashes WHERE level = ?1 AND n >= ?2 ORDER BY n LIMIT ?3";

pub(crate) const LIST_LEAVES: &str =
    "SELECT idx, leaf FROM entries WHERE idx >= ?1 ORDER BY idx LIMIT ?2";

/// The first change is `CHG-1001`.
pub(crate) const LAST_CHANGE_NUMBER_AT_START: u64 = 1000;

/// The row of `head`.
pub(crate) struct HeadRow {
    pub(crate) size: u64,
    pub(crate) frontier: Vec<u8>,
    pub(crate) checkpoint: String,
    pub(crate) last_change_number: u64,
}

pub(crate) fn insert_entry(
    connection: &Connection,
    placed: &PlacedEntry<'_>,
) -> Result<(), rusqlite::Error> {
    let index = int(placed.index);
    let entry = placed.entry;
    row::run(
        connection,
        INSERT_ENTRY,
        params![
            index,
            entry.stream.as_str(),
            int(placed.version),
            entry.leaf,
            entry.leaf_hash.as_bytes()
        ],
    )?;
    for disclosure in &entry.disclosures {
        let class = class_name(disclosure.class);
        let value = disclosure.value.to_string();
        row::run(
            connection,
            INSERT_DISCLOSURE,
            params![index, disclosure.path, class, disclosure.salt, value],
        )?;
    }
    Ok(())
}

pub(crate) fn insert_tile_hash(
    connection: &Connection,
    level: u8,
    n: u64,
    hash: &Hash,
) -> Result<(), rusqlite::Error> {
    row::run(connection, INSERT_TILE_HASH, params![level, int(n), hash.as_bytes()]).map(drop)
}

/// Writes the head of an empty log.
pub(crate) fn insert_head(
    connection: &Connection,
    frontier: &Frontier,
    checkpoint: &str,
) -> Result<(), rusqlite::Error> {
    let params = params![frontier.encode(), checkpoint, int(LAST_CHANGE_NUMBER_AT_START)];
    row::run(connection, INSERT_HEAD, params).map(drop)
}

pub(crate) fn update_head(
    connection: &Connection,
    frontier: &Frontier,
    checkpoint: &str,
) -> Result<(), rusqlite::Error> {
    let params = params![int(frontier.size()), frontier.encode(), checkpoint];
    row::run(connection, UPDATE_HEAD, params).map(drop)
}

pub(crate) fn find_head(connection: &Connection) -> Result<Option<HeadRow>, StoreError> {
    row::first(connection, "head", FIND_HEAD, [], |cells| {
        Ok(HeadRow {
            size: cells.number(1)?,
            frontier: cells.bytes(2)?,
            checkpoint: cells.text(3)?,
            last_change_number: cells.number(4)?,
        })
    })
}

/// One more than the largest stored index.
pub(crate) fn count_entries(connection: &Connection) -> Result<u64, StoreError> {
    let count = row::first(connection, "entries", COUNT_ENTRIES, [], |cells| cells.number(0))?;
    Ok(count.unwrap_or(0))
}

/// The number of entries of a stream.
pub(crate) fn find_version(connection: &Connection, stream: &Stream) -> Result<u64, StoreError> {
    let read = |cells: &Cells<'_>| cells.number(0);
    let found = row::first(connection, "entries", FIND_VERSION, [stream.as_str()], read)?;
    Ok(found.unwrap_or(0))
}

pub(crate) fn list_entries(
    connection: &Connection,
    from: u64,
    limit: usize,
) -> Result<Vec<Entry>, StoreError> {
    let params = params![int(from), row::limit(limit)];
    with_disclosures(connection, row::list(connection, "entries", LIST_ENTRIES, params, entry)?)
}

pub(crate) fn list_entries_before(
    connection: &Connection,
    before: u64,
    limit: usize,
) -> Result<Vec<Entry>, StoreError> {
    let params = params![int(before), row::limit(limit)];
    let entries = row::list(connection, "entries", LIST_ENTRIES_BEFORE, params, entry)?;
    with_disclosures(connection, entries)
}

pub(crate) fn list_stream(
    connection: &Connection,
    stream: &Stream,
    from: u64,
    limit: usize,
) -> Result<Vec<Entry>, StoreError> {
    let params = params![stream.as_str(), int(from), row::limit(limit)];
    with_disclosures(connection, row::list(connection, "entries", LIST_STREAM, params, entry)?)
}

pub(crate) fn list_stream_before(
    connection: &Connection,
    stream: &Stream,
    before: u64,
    limit: usize,
) -> Result<Vec<Entry>, StoreError> {
    let params = params![stream.as_str(), int(before), row::limit(limit)];
    let entries = row::list(connection, "entries", LIST_STREAM_BEFORE, params, entry)?;
    with_disclosures(connection, entries)
}

/// Up to `limit` hashes of a tile level from hash `from`, in order and without gaps.
pub(crate) fn list_hashes(
    connection: &Connection,
    level: u8,
    from: u64,
    limit: usize,
) -> Result<Vec<Hash>, StoreError> {
    let (table, rows) = if level == 0 {
        let params = params![int(from), row::limit(limit)];
        ("entries", row::list(connection, "entries", LIST_LEAF_HASHES, params, numbered_hash)?)
    } else {
        let params = params![level, int(from), row::limit(limit)];
        (
            "tile_hashes",
            row::list(connection, "tile_hashes", LIST_TILE_HASHES, params, numbered_hash)?,
        )
    };
    let mut hashes = Vec::with_capacity(rows.len());
    for (expected, (n, hash)) in (from..).zip(rows) {
        if n != expected {
            let reason = format!("table {table}: hash {expected} of tile level {level} is missing");
            return Err(StoreError::Damaged { reason });
        }
        hashes.push(hash);
    }
    Ok(hashes)
}

/// Stored hashes, for proofs.
pub(crate) struct Hashes<'c>(pub(crate) &'c Connection);

impl HashReader for Hashes<'_> {
    type Error = StoreError;

    fn hashes(&self, level: u8, start: u64, count: usize) -> Result<Vec<Hash>, StoreError> {
        list_hashes(self.0, level, start, count)
    }
}

/// The bytes of a tile or entry bundle of a log of `size` entries.
pub(crate) fn find_tile(
    connection: &Connection,
    path: TilePath,
    size: u64,
) -> Result<Option<Vec<u8>>, StoreError> {
    let tile = path.tile();
    if !store::tile_exists(tile, size) {
        return Ok(None);
    }
    let (from, count) = (tile.first_hash(), usize::from(tile.width));
    match path {
        TilePath::Hashes(_) => {
            let hashes = list_hashes(connection, tile.level, from, count)?;
            Ok(Some(hashes.iter().flat_map(|hash| hash.0).collect()))
        }
        TilePath::Entries(_) => {
            let params = params![int(from), row::limit(count)];
            let leaves =
                row::list(connection, "entries", LIST_LEAVES, params, |cells| cells.bytes(1))?;
            let bundle = encode_bundle(leaves.iter().map(Vec::as_slice));
            bundle.map(Some).map_err(|error| damaged(format!("table entries: {error}")))
        }
    }
}

pub(crate) fn entry(cells: &Cells<'_>) -> Result<Entry, StoreError> {
    Ok(Entry {
        index: cells.number(0)?,
        stream: Stream::named(&cells.text(1)?),
        version: cells.number(2)?,
        leaf: cells.bytes(3)?,
        disclosures: Vec::new(),
    })
}

fn with_disclosures(
    connection: &Connection,
    mut entries: Vec<Entry>,
) -> Result<Vec<Entry>, StoreError> {
    for entry in &mut entries {
        let params = [int(entry.index)];
        entry.disclosures =
            row::list(connection, "disclosures", LIST_DISCLOSURES, params, disclosure)?;
    }
    Ok(entries)
}

pub(crate) fn disclosure(cells: &Cells<'_>) -> Result<Disclosure, StoreError> {
    let class = match cells.text(2)?.as_str() {
        "private" => DisclosureClass::Private,
        "secret" => DisclosureClass::Secret,
        _ => return Err(cells.refuse(2, "it is neither `private` nor `secret`")),
    };
    let salt = cells.bytes(3)?;
    let salt = salt.try_into().map_err(|_| cells.refuse(3, "it is not 16 bytes"))?;
    Ok(Disclosure { path: cells.text(1)?, class, salt, value: cells.json(4)? })
}

fn class_name(class: DisclosureClass) -> &'static str {
    match class {
        DisclosureClass::Private => "private",
        DisclosureClass::Secret => "secret",
    }
}

fn numbered_hash(cells: &Cells<'_>) -> Result<(u64, Hash), StoreError> {
    Ok((cells.number(0)?, cells.hash(1)?))
}
