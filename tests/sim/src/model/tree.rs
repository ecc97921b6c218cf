//! RFC 6962 hashing, the plain way: a stack of perfect subtrees.

use sha2::{Digest as _, Sha256};

/// A SHA-256.
pub type Hash = [u8; 32];

/// A tree that only grows.
#[derive(Debug, Default)]
pub struct Tree {
    /// Hash of every leaf.
    pub leaves: Vec<Hash>,
    /// Perfect subtrees from left to right: number of leaves and hash.
    subtrees: Vec<(usize, Hash)>,
}

impl Tree {
    /// Adds a leaf.
    pub fn push(&mut self, leaf: &[u8]) {
        let hash = leaf_hash(leaf);
        self.leaves.push(hash);
        self.subtrees.push((1, hash));
        while let [.., (a, left), (b, right)] = self.subtrees.as_slice()
            && a == b
        {
            let joined = (a + b, node_hash(left, right));
            self.subtrees.truncate(self.subtrees.len() - 2);
            self.subtrees.push(joined);
        }
    }

    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        u64::try_from(self.leaves.len()).unwrap_or(u64::MAX)
    }

    /// The root over all leaves.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut right_to_left = self.subtrees.iter().rev().map(|(_, hash)| *hash);
        let Some(last) = right_to_left.next() else { return Sha256::digest([]).into() };
        right_to_left.fold(last, |right, left| node_hash(&left, &right))
    }
}

/// The hash of a leaf.
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(leaf).finalize().into()
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}
