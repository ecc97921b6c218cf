//! Entries, disclosures and tile hashes.

use deadpool_postgres::GenericClient;
use ledger::hash::Hash;
use ledger::seal::{Disclosure, DisclosureClass};
use ledger::tile::{TileId, TilePath, encode_bundle};
use store::{Entry, PlacedEntry, StoreError, Stream};
use tokio_postgres::Row;

use crate::error::damaged;
use crate::row::{self, Cells, int};
use crate::step::Step;

const INSERT_ENTRIES: &str = "
    INSERT INTO entries (idx, stream, version, leaf, leaf_hash)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bytea[], $5::bytea[])";
const INSERT_DISCLOSURES: &str = "
    INSERT INTO disclosures (idx, path, class, salt, value)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bytea[], $5::text[])";
const INSERT_TILE_HASHES: &str = "
    INSERT INTO tile_hashes (level, n, hash)
    SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])";

/// For a plan: one row a stream that has entries.
pub(crate) const LIST_VERSIONS: &str = "
    SELECT asked.stream, (SELECT version + 1 FROM entries e WHERE e.stream = asked.stream
                          ORDER BY version DESC LIMIT 1)
    FROM unnest($1::text[]) asked (stream)";
const LIST_ENTRIES: &str = "
    SELECT idx, stream, version, leaf FROM entries WHERE idx >= $1 ORDER BY idx LIMIT $2";
const LIST_ENTRIES_BEFORE: &str = "
    SELECT idx, stream, version, leaf FROM entries WHERE idx < $1 ORDER BY idx DESC LIMIT $2";
const LIST_STREAM: &str = "
    SELECT idx, stream, version, leaf FROM entries
    WHERE stream = $1 AND version >= $2 ORDER BY version LIMIT $3";
const LIST_STREAM_BEFORE: &str = "
    SELECT idx, stream, version, leaf FROM entries
    WHERE stream = $1 AND idx < $2 ORDER BY version DESC LIMIT $3";
const LIST_DISCLOSURES: &str = "
    SELECT idx, path, class, salt, value FROM disclosures
    WHERE idx = ANY ($1::bigint[]) ORDER BY idx, path";
const LIST_LEAF_HASHES: &str =
    "SELECT idx, leaf_hash FROM entries WHERE idx >= $1 ORDER BY idx LIMIT $2";
const LIST_TILE_HASHES: &str =
    "SELECT n, hash FROM tile_hashes WHERE level = $1 AND n >= $2 ORDER BY n LIMIT $3";
const LIST_LEAVES: &str = "SELECT idx, leaf FROM entries WHERE idx >= $1 ORDER BY idx LIMIT $2";
const LIST_STREAMS_SINCE: &str = "SELECT DISTINCT stream FROM entries WHERE idx >= $1 AND idx < $2";

/// Inserts entries with their disclosures.
pub(crate) fn insert_entries<'a>(entries: &[PlacedEntry<'a>]) -> Vec<Step<'a>> {
    let column = |of: fn(&PlacedEntry<'a>) -> i64| entries.iter().map(of).collect::<Vec<_>>();
    let streams: Vec<&'a str> = entries.iter().map(|placed| placed.entry.stream.as_str()).collect();
    let leaves: Vec<&'a [u8]> = entries.iter().map(|placed| placed.entry.leaf.as_slice()).collect();
    let hashes: Vec<&'a [u8]> =
        entries.iter().map(|placed| placed.entry.leaf_hash.0.as_slice()).collect();
    let insert = Step::new(INSERT_ENTRIES)
        .with(column(|placed| int(placed.index)))
        .with(streams)
        .with(column(|placed| int(placed.version)))
        .with(leaves)
        .with(hashes);
    let disclosures: Vec<(i64, &'a Disclosure)> = entries
        .iter()
        .flat_map(|p| p.entry.disclosures.iter().map(|disclosure| (int(p.index), disclosure)))
        .collect();
    if disclosures.is_empty() {
        return vec![insert];
    }
    let disclose = Step::new(INSERT_DISCLOSURES)
        .with(disclosures.iter().map(|(index, _)| *index).collect::<Vec<_>>())
        .with(disclosures.iter().map(|(_, d)| d.path.as_str()).collect::<Vec<_>>())
        .with(disclosures.iter().map(|(_, d)| class_name(d.class)).collect::<Vec<_>>())
        .with(disclosures.iter().map(|(_, d)| d.salt.as_slice()).collect::<Vec<_>>())
        .with(disclosures.iter().map(|(_, d)| d.value.to_string()).collect::<Vec<_>>());
    vec![insert, disclose]
}

/// Inserts the hashes above the leaves, if there are new ones.
pub(crate) fn insert_tile_hashes<'a>(hashes: &[(u8, u64, Hash)]) -> Option<Step<'a>> {
    if hashes.is_empty() {
        return None;
    }
    let step = Step::new(INSERT_TILE_HASHES)
        .with(hashes.iter().map(|(level, ..)| i16::from(*level)).collect::<Vec<_>>())
        .with(hashes.iter().map(|(_, n, _)| int(*n)).collect::<Vec<_>>())
        .with(hashes.iter().map(|(.., hash)| hash.0.to_vec()).collect::<Vec<_>>());
    Some(step)
}

/// Reads what [`LIST_VERSIONS`] fetched: the number of entries of each stream asked for.
pub(crate) fn read_versions(rows: &[Row]) -> Result<Vec<(String, u64)>, StoreError> {
    row::read("entries", rows, |cells| {
        let version = cells.optional_signed(1)?.unwrap_or(0);
        let version = u64::try_from(version).map_err(|_| cells.refuse(1, "it is negative"))?;
        Ok((cells.text(0)?, version))
    })
}

/// The number of entries of each stream, in the order asked.
pub(crate) async fn list_versions(
    client: &impl GenericClient,
    streams: &[Stream],
) -> Result<Vec<u64>, StoreError> {
    let names: Vec<&str> = streams.iter().map(Stream::as_str).collect();
    let statement =
        client.prepare_cached(LIST_VERSIONS).await.map_err(crate::error::unavailable)?;
    let rows = client.query(&statement, &[&names]).await.map_err(crate::error::unavailable)?;
    let found: std::collections::HashMap<String, u64> = read_versions(&rows)?.into_iter().collect();
    Ok(names.iter().map(|name| found.get(*name).copied().unwrap_or(0)).collect())
}

pub(crate) async fn list_entries(
    client: &impl GenericClient,
    from: u64,
    limit: usize,
) -> Result<Vec<Entry>, StoreError> {
    entries(client, LIST_ENTRIES, &[&int(from), &row::limit(limit)]).await
}

pub(crate) async fn list_entries_before(
    client: &impl GenericClient,
    before: u64,
    limit: usize,
) -> Result<Vec<Entry>, StoreError> {
    entries(client, LIST_ENTRIES_BEFORE, &[&int(before), &row::limit(limit)]).await
}

pub(crate) async fn list_stream(
    client: &impl GenericClient,
    stream: &Stream,
    from: u64,
    limit: usize,
) -> Result<Vec<Entry>, StoreError> {
    let params: row::Params<'_> = &[&stream.as_str(), &int(from), &row::limit(limit)];
    entries(client, LIST_STREAM, params).await
}

pub(crate) async fn list_stream_before(
    client: &impl GenericClient,
    stream: &Stream,
    before: u64,
    limit: usize,
) -> Result<Vec<Entry>, StoreError> {
    let params: row::Params<'_> = &[&stream.as_str(), &int(before), &row::limit(limit)];
    entries(client, LIST_STREAM_BEFORE, params).await
}

async fn entries(
    client: &impl GenericClient,
    sql: &str,
    params: row::Params<'_>,
) -> Result<Vec<Entry>, StoreError> {
    let mut entries = row::list(client, "entries", sql, params, entry).await?;
    if entries.is_empty() {
        return Ok(entries);
    }
    let indices: Vec<i64> = entries.iter().map(|entry| int(entry.index)).collect();
    let params: row::Params<'_> = &[&indices];
    let found = row::list(client, "disclosures", LIST_DISCLOSURES, params, |cells| {
        Ok((cells.number::<u64>(0)?, disclosure(cells)?))
    });
    for (index, disclosure) in found.await? {
        let of = entries.iter_mut().find(|entry| entry.index == index);
        of.into_iter().for_each(|entry| entry.disclosures.push(disclosure.clone()));
    }
    Ok(entries)
}

/// Up to `limit` hashes of a tile level from hash `from`, in order and without gaps.
pub(crate) async fn list_hashes(
    client: &impl GenericClient,
    level: u8,
    from: u64,
    limit: usize,
) -> Result<Vec<Hash>, StoreError> {
    let (table, rows) = if level == 0 {
        let params: row::Params<'_> = &[&int(from), &row::limit(limit)];
        ("entries", row::list(client, "entries", LIST_LEAF_HASHES, params, numbered_hash).await?)
    } else {
        let params: row::Params<'_> = &[&i16::from(level), &int(from), &row::limit(limit)];
        let table = "tile_hashes";
        (table, row::list(client, table, LIST_TILE_HASHES, params, numbered_hash).await?)
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

/// The hashes of a tile.
pub(crate) async fn tile_hashes(
    client: &impl GenericClient,
    tile: TileId,
) -> Result<Vec<Hash>, StoreError> {
    list_hashes(client, tile.level, tile.first_hash(), usize::from(tile.width)).await
}

/// The bytes of a tile or entry bundle of a log of `size` entries.
pub(crate) async fn find_tile(
    client: &impl GenericClient,
    path: TilePath,
    size: u64,
) -> Result<Option<Vec<u8>>, StoreError> {
    let tile = path.tile();
    if !store::tile_exists(tile, size) {
        return Ok(None);
    }
    match path {
        TilePath::Hashes(_) => {
            let hashes = tile_hashes(client, tile).await?;
            Ok(Some(hashes.iter().flat_map(|hash| hash.0).collect()))
        }
        TilePath::Entries(_) => {
            let params: row::Params<'_> = &[&int(tile.first_hash()), &i64::from(tile.width)];
            let read = |cells: &Cells<'_>| cells.bytes(1);
            let leaves = row::list(client, "entries", LIST_LEAVES, params, read).await?;
            let bundle = encode_bundle(leaves.iter().map(Vec::as_slice));
            bundle.map(Some).map_err(|error| damaged(format!("table entries: {error}")))
        }
    }
}

/// The streams of the entries `from..to`.
pub(crate) async fn list_streams_since(
    client: &impl GenericClient,
    from: u64,
    to: u64,
) -> Result<Vec<Stream>, StoreError> {
    let params: row::Params<'_> = &[&int(from), &int(to)];
    let read = |cells: &Cells<'_>| Ok(Stream::named(&cells.text(0)?));
    row::list(client, "entries", LIST_STREAMS_SINCE, params, read).await
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
