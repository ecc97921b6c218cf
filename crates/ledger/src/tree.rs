//! The growing Merkle tree (RFC 6962) as a compact range, and the batches appended to it.
//!
//! A [`Frontier`] is all that must be remembered of a tree to append to it: at most one hash for
//! each bit of its size. A [`Batch`] is one append, and proves its leaves from memory alone.
//! Must not touch a store: what has to be stored is handed out.

mod batch;
pub(crate) mod path;

pub use batch::Batch;

use crate::hash::{HASH_BYTES, Hash, empty_root, leaf_hash, node_hash};

/// The most leaves a tree may have: 2^53 - 1, which every language counts exactly.
pub const MAX_TREE_SIZE: u64 = (1 << 53) - 1;

/// The compact range of a tree: the roots of its perfect subtrees, from left to right.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    // INVARIANT: one hash for each set bit of `size`, the largest subtree first.
    hashes: Vec<Hash>,
}

/// Why bytes are not a frontier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrontierError {
    /// Too short for the size, or too long for the hashes it announces.
    #[error("read a frontier of {actual} bytes: a tree of {size} leaves needs {expected}")]
    Length {
        /// Leaves announced.
        size: u64,
        /// Bytes that size needs.
        expected: usize,
        /// Bytes found.
        actual: usize,
    },
    /// No size at all.
    #[error("read a frontier shorter than its size field")]
    NoSize,
    /// A size beyond [`MAX_TREE_SIZE`].
    #[error("read a frontier of {0} leaves: beyond 2^53 - 1")]
    TooLarge(u64),
}

impl Frontier {
    /// The frontier of the tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// Leaves in the tree.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the perfect subtrees, from left to right.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        fold_right(&self.hashes).unwrap_or_else(empty_root)
    }

    /// Appends leaf hashes; the batch holds this frontier, the new nodes and the new frontier.
    pub fn extend(&self, leaf_hashes: Vec<Hash>) -> Batch {
        Batch::new(self.clone(), leaf_hashes)
    }

    /// Appends one leaf hash in place; for whole-log replays that need no proofs.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.hashes.pop() {
                node = node_hash(&left, &node);
            }
        }
        self.hashes.push(node);
        self.size += 1;
    }

    /// The root after appending whole leaves, computed apart from [`Batch`].
    ///
    /// Other code, other memory, other hashing path: a signer compares this with
    /// [`Batch::root`] before it signs, so that a bit flipped in memory is never signed for.
    pub fn recompute_root<'a>(&self, leaves: impl IntoIterator<Item = &'a [u8]>) -> Hash {
        let mut replay = self.clone();
        for leaf in leaves {
            replay.push(leaf_hash(leaf));
        }
        replay.root()
    }

    /// The stored form: the size as 8 bytes, big-endian, then the hashes from left to right.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + self.hashes.len() * HASH_BYTES);
        bytes.extend_from_slice(&self.size.to_be_bytes());
        for hash in &self.hashes {
            bytes.extend_from_slice(&hash.0);
        }
        bytes
    }

    /// Reads the stored form; the number of hashes must be exactly the one the size needs.
    pub fn decode(bytes: &[u8]) -> Result<Self, FrontierError> {
        let (size, rest) = bytes.split_first_chunk::<8>().ok_or(FrontierError::NoSize)?;
        let size = u64::from_be_bytes(*size);
        if size > MAX_TREE_SIZE {
            return Err(FrontierError::TooLarge(size));
        }
        let count = size.count_ones() as usize;
        let (hashes, extra) = rest.as_chunks::<HASH_BYTES>();
        if hashes.len() != count || !extra.is_empty() {
            let expected = 8 + count * HASH_BYTES;
            return Err(FrontierError::Length { size, expected, actual: bytes.len() });
        }
        Ok(Self { size, hashes: hashes.iter().copied().map(Hash).collect() })
    }
}

/// The root over perfect subtrees given from left to right.
pub(crate) fn fold_right(hashes: &[Hash]) -> Option<Hash> {
    let (last, rest) = hashes.split_last()?;
    Some(rest.iter().rev().fold(*last, |right, left| node_hash(left, &right)))
}

#[cfg(test)]
pub(crate) mod tests;
