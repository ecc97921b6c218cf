//! I3: the log only grows. Its head is the root over exactly the entries there are, every earlier
//! entry is what it was, and proofs between sizes hold.

use anyhow::Result;
use ledger::checkpoint::Checkpoint;
use ledger::note::VerifierKey;
use store::Store;

use super::Found;
use crate::chance::Chance;
use crate::model::Model;
use crate::model::tree::leaf_hash;

/// Compares the head with the model's own tree, and looks at one earlier entry.
///
/// # Errors
/// The store does not answer.
pub async fn check(
    store: &dyn Store,
    key: &VerifierKey,
    model: &Model,
    chance: &mut Chance,
) -> Result<Found> {
    let head = store.head().await?;
    let (size, root) = (model.tree.size(), model.tree.root());
    if head.size != size || head.root.0 != root {
        let (found, expected) = (head.size, size);
        return Ok(Err(format!("I3: the head is of {found} entries, the log of {expected}")));
    }
    match Checkpoint::open(&head.checkpoint, std::slice::from_ref(key)) {
        Ok(signed) if signed.size == size && signed.root.0 == root => {}
        other => return Ok(Err(format!("I3: the checkpoint is not of this head: {other:?}"))),
    }
    let at = chance.below(model.tree.leaves.len());
    let entry = store.entry(u64::try_from(at)?).await?;
    let hash = entry.map(|entry| leaf_hash(&entry.leaf));
    if hash.as_ref() != model.tree.leaves.get(at) {
        return Ok(Err(format!("I3: entry {at} is not what it was")));
    }
    Ok(Ok(()))
}
