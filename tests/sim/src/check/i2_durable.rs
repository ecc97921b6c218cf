//! I2: what was acknowledged is an entry, also after the process died; and nothing else is.

use anyhow::Result;
use store::Store;

use super::Found;

/// An entry that a caller was told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    /// Its index.
    pub index: u64,
    /// Its leaf.
    pub leaf: Vec<u8>,
}

/// Looks every acknowledged entry up.
///
/// # Errors
/// The store does not answer.
pub async fn check(store: &dyn Store, acknowledged: &[Acknowledged]) -> Result<Found> {
    for told in acknowledged {
        let stored = store.entry(told.index).await?;
        if stored.as_ref().map(|entry| &entry.leaf) != Some(&told.leaf) {
            let leaf = String::from_utf8_lossy(&told.leaf);
            return Ok(Err(format!(
                "I2: entry {} was acknowledged and is lost: {leaf}",
                told.index
            )));
        }
    }
    Ok(Ok(()))
}
