//! Proofs about stored entries, made from stored hashes alike in both databases.

use ledger::hash::Hash;
use ledger::receipt::Receipt;
use ledger::tile::{HashReader, ProveError, TileId, prove_consistency, prove_inclusion};

use crate::{Head, StoreError};

/// The receipt of entry `index` against `head`; `None` if the log is not that long.
///
/// # Errors
/// What reading fails with, or [`StoreError::Damaged`] where hashes are missing.
pub fn receipt<R>(reader: &R, index: u64, head: Head) -> Result<Option<Receipt>, StoreError>
where
    R: HashReader,
    StoreError: From<R::Error>,
{
    if index >= head.size {
        return Ok(None);
    }
    let leaf_hash = reader.hashes(0, index, 1)?.first().copied();
    let proof = prove_inclusion(reader, index, head.size).map_err(prove_error)?;
    Ok(Some(Receipt { index, leaf_hash, proof, checkpoint: head.checkpoint }))
}

/// The consistency proof between two sizes, both at most `size`.
///
/// # Errors
/// [`StoreError::Invalid`] for sizes the log never had in that order, else as [`receipt`].
pub fn consistency<R>(reader: &R, old: u64, new: u64, size: u64) -> Result<Vec<Hash>, StoreError>
where
    R: HashReader,
    StoreError: From<R::Error>,
{
    if old > new || new > size {
        let reason = format!("there is no proof from size {old} to {new} of {size} entries");
        return Err(StoreError::Invalid { reason });
    }
    prove_consistency(reader, old, new).map_err(prove_error)
}

/// Whether a log of `size` entries has every hash of a tile.
#[must_use]
pub fn tile_exists(tile: TileId, size: u64) -> bool {
    let width = TileId::in_tree(tile.level, tile.index, size).map_or(0, |largest| largest.width);
    tile.width > 0 && tile.width <= width
}

fn prove_error<E>(error: ProveError<E>) -> StoreError
where
    E: std::error::Error + 'static,
    StoreError: From<E>,
{
    match error {
        ProveError::Read(error) => error.into(),
        other => StoreError::Damaged { reason: other.to_string() },
    }
}
