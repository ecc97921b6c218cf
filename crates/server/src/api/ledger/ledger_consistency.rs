//! `GET /v1/ledger/consistency`

use api_types::ledger::{Consistency, ConsistencyQuery};
use axum::Json;
use axum::extract::State;
use ledger::hash::{Hash, empty_root, node_hash};
use ledger::tile::{TILE_WIDTH, TileId, TilePath};
use store::{Store, StoreError};

use crate::api::answer::Problems;
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::ledger::hash;

/// Proof that the log only grew between two sizes.
#[utoipa::path(
    get, path = "/v1/ledger/consistency", operation_id = "ledger_consistency", tag = "ledger",
    params(ConsistencyQuery),
    responses((status = 200, description = "The proof", body = Consistency), Problems)
)]
pub(crate) async fn ledger_consistency(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<ConsistencyQuery>,
) -> Result<Json<Consistency>, ApiError> {
    caller.may_read("read the ledger")?;
    let store = state.app.store();
    let head = store.head().await?;
    let (old, new) = (query.old, query.new.unwrap_or(head.size));
    if new > head.size {
        return Err(ApiError::field("new", &format!("the log has {} entries", head.size)));
    }
    if old > new {
        return Err(ApiError::field("old", &format!("it must be at most {new}")));
    }
    let proof = store.consistency(old, new).await?;
    Ok(Json(Consistency {
        old,
        new,
        proof: proof.iter().map(hash).collect(),
        old_root: hash(&root_at(store, old).await?),
        new_root: hash(&if new == head.size { head.root } else { root_at(store, new).await? }),
        checkpoint: head.checkpoint,
    }))
}

/// The root the log had at a size, from its tiles (RFC 6962 section 2.1).
async fn root_at(store: &dyn Store, size: u64) -> Result<Hash, ApiError> {
    let mut right = None;
    let mut rest = size;
    for level in 0_u8.. {
        if rest == 0 {
            break;
        }
        let width = u16::try_from(rest % TILE_WIDTH).unwrap_or(0);
        let index = rest / TILE_WIDTH;
        if width > 0 {
            let tile = TilePath::Hashes(TileId { level, index, width });
            let reason =
                || StoreError::Damaged { reason: format!("tile {} is missing", tile.path()) };
            let bytes = store.tile(tile).await?.ok_or_else(reason)?;
            let mut hashes: Vec<Hash> = bytes.chunks(32).filter_map(Hash::from_slice).collect();
            hashes.extend(right);
            right = Some(root_of(&hashes));
        }
        rest = index;
    }
    Ok(right.unwrap_or_else(empty_root))
}

/// The root over subtrees of one size, of which the last may be smaller.
fn root_of(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => empty_root(),
        [one] => *one,
        many => {
            let left = many.len().div_ceil(2).next_power_of_two();
            let (left, right) = many.split_at(left.min(many.len() - 1));
            node_hash(&root_of(left), &root_of(right))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::Frontier;
    use ledger::leaf_hash;

    #[test]
    fn the_root_over_hashes_is_the_tree_s() {
        let leaves: Vec<Hash> = (0..70_u8).map(|n| leaf_hash(&[n])).collect();
        for size in 1..leaves.len() {
            let mut tree = Frontier::new();
            leaves[..size].iter().for_each(|leaf| tree.push(*leaf));
            assert_eq!(root_of(&leaves[..size]), tree.root(), "{size}");
        }
    }
}
