//! Shows the whole log to an audit, page by page.

use deadpool_postgres::GenericClient;
use store::{Audit, StoreError};

use super::journal::{disclosure, entry};
use crate::row;

const PAGE: i64 = 1_000;

const LIST_ENTRIES: &str = "
    SELECT idx, stream, version, leaf, leaf_hash FROM entries
    WHERE idx >= $1 ORDER BY idx LIMIT $2";
const LIST_DISCLOSURES: &str = "
    SELECT idx, path, class, salt, value FROM disclosures
    WHERE idx >= $1 AND idx < $2 ORDER BY idx, path";
const LIST_TILE_HASHES: &str = "SELECT n, level, hash FROM tile_hashes ORDER BY level, n";

/// Entries with their disclosures; a row that can't be read is part of the finding.
pub(crate) async fn entries(
    client: &impl GenericClient,
    audit: &mut Audit,
) -> Result<(), StoreError> {
    let mut from = i64::MIN;
    loop {
        let params: row::Params<'_> = &[&from, &PAGE];
        let page = row::list(client, "entries", LIST_ENTRIES, params, |cells| {
            let found = entry(cells).and_then(|entry| Ok((entry, cells.hash(4)?)));
            Ok((cells.signed(0)?, found))
        });
        let page = page.await?;
        let next = page.last().and_then(|(index, _)| index.checked_add(1));
        let to = next.unwrap_or(i64::MAX);
        let params: row::Params<'_> = &[&from, &to];
        let found = row::list(client, "disclosures", LIST_DISCLOSURES, params, |cells| {
            Ok(disclosure(cells).and_then(|disclosure| Ok((cells.number(0)?, disclosure))))
        });
        audit.page(page.into_iter().map(|(_, entry)| entry), found.await?);
        match next {
            Some(next) => from = next,
            None => return Ok(()),
        }
    }
}

/// The hashes above the leaves.
pub(crate) async fn tile_hashes(
    client: &impl GenericClient,
    audit: &mut Audit,
) -> Result<(), StoreError> {
    let found = row::list(client, "tile_hashes", LIST_TILE_HASHES, &[], |cells| {
        let level = cells.small_number(1);
        Ok(level.and_then(|level| Ok((level, cells.number(0)?, cells.hash(2)?))))
    });
    for hash in found.await? {
        match hash {
            Ok((level, n, hash)) => audit.tile_hash(level, n, &hash),
            Err(error) => audit.note_error(&error),
        }
    }
    Ok(())
}
