//! One append: the nodes it completed, and proofs for its leaves from memory.
//!
//! The left part of the tree is known by the old frontier only. That is enough: a proof for a new
//! leaf needs, on the left, only roots of perfect subtrees that ended exactly at the old size.

use super::path::{Node, Step, audit_path, consistency_path, edge_parts};
use super::{Frontier, fold_right};
use crate::hash::{Hash, node_hash, parent_hashes};
use crate::tile::TILE_HEIGHT;

/// Leaves appended together, with every node they completed.
#[derive(Debug, Clone)]
pub struct Batch {
    old: Frontier,
    new: Frontier,
    // INVARIANT: `levels[l]` holds the nodes `old.size >> l .. new.size >> l` of level `l`.
    levels: Vec<Vec<Hash>>,
}

impl Batch {
    pub(super) fn new(old: Frontier, leaf_hashes: Vec<Hash>) -> Self {
        let size = old.size + leaf_hashes.len() as u64;
        let mut batch = Self { old, new: Frontier::default(), levels: Vec::with_capacity(12) };
        let mut below = leaf_hashes;
        let mut level = 0;
        while !below.is_empty() {
            let above = batch.parents(level, &below);
            batch.levels.push(below);
            below = above;
            level += 1;
        }
        batch.new.size = size;
        batch.new.hashes = edge_parts(Node { level: 63, index: 0 }, size)
            .into_iter()
            .filter_map(|node| batch.complete(node))
            .collect();
        batch
    }

    /// The completed parents of a level's new nodes.
    fn parents(&self, level: u32, nodes: &[Hash]) -> Vec<Hash> {
        // When the first new node is a right child, its left sibling ends the old tree.
        let (first, rest) = match (self.old_edge(level), nodes.split_first()) {
            (Some(left), Some((right, rest))) => (Some(node_hash(&left, right)), rest),
            _ => (None, nodes),
        };
        first.into_iter().chain(parent_hashes(rest)).collect()
    }

    /// The old frontier's subtree of this level, if there is one.
    fn old_edge(&self, level: u32) -> Option<Hash> {
        if self.old.size >> level & 1 == 0 {
            return None;
        }
        let larger = (self.old.size >> level >> 1).count_ones() as usize;
        self.old.hashes.get(larger).copied()
    }

    /// A complete node that is new, or ends the old tree.
    fn complete(&self, node: Node) -> Option<Hash> {
        let first_new = self.old.size >> node.level;
        match node.index.checked_sub(first_new) {
            Some(position) => {
                let nodes = self.levels.get(node.level as usize)?;
                nodes.get(usize::try_from(position).ok()?).copied()
            }
            None if node.index + 1 == first_new => self.old_edge(node.level),
            None => None,
        }
    }

    /// The node at the right edge of the new tree.
    fn edge(&self, node: Node) -> Option<Hash> {
        let parts = (self.new.size - (node.index << node.level)).count_ones() as usize;
        let start = self.new.hashes.len().checked_sub(parts)?;
        fold_right(self.new.hashes.get(start..)?)
    }

    fn resolve(&self, path: Vec<Step>) -> Option<Vec<Hash>> {
        path.into_iter()
            .map(|step| match step {
                Step::Complete(node) => self.complete(node),
                Step::Edge(node) => self.edge(node),
            })
            .collect()
    }

    /// Index of the first leaf of the batch.
    pub fn first_index(&self) -> u64 {
        self.old.size
    }

    /// Leaves of the batch.
    pub fn leaf_hashes(&self) -> &[Hash] {
        self.levels.first().map(Vec::as_slice).unwrap_or_default()
    }

    /// Number of leaves in the batch.
    pub fn len(&self) -> usize {
        self.leaf_hashes().len()
    }

    /// Whether the batch appends nothing.
    pub fn is_empty(&self) -> bool {
        self.leaf_hashes().is_empty()
    }

    /// Leaves in the tree after the batch.
    pub fn size(&self) -> u64 {
        self.new.size
    }

    /// The root of the tree after the batch.
    pub fn root(&self) -> Hash {
        self.new.root()
    }

    /// The tree before the batch.
    pub fn old_frontier(&self) -> &Frontier {
        &self.old
    }

    /// The tree after the batch.
    pub fn frontier(&self) -> &Frontier {
        &self.new
    }

    /// The tree after the batch, by value.
    pub fn into_frontier(self) -> Frontier {
        self.new
    }

    /// The proof that a leaf of this batch is in the tree after the batch.
    ///
    /// `index` counts from the first leaf of the log. `None` for a leaf that is not of this batch.
    pub fn inclusion_proof(&self, index: u64) -> Option<Vec<Hash>> {
        if index < self.old.size || index >= self.new.size {
            return None;
        }
        self.resolve(audit_path(Node { level: 0, index }, self.new.size))
    }

    /// The proof that the tree after the batch contains the one before it.
    ///
    /// Empty where none is needed: nothing was appended, or the tree was empty.
    pub fn consistency_proof(&self) -> Vec<Hash> {
        if self.old.size == 0 || self.is_empty() {
            return Vec::new();
        }
        self.resolve(consistency_path(self.old.size, self.new.size)).unwrap_or_default()
    }

    /// The hashes to store above the leaves: `(tile level, index, hash)`, levels from 1.
    ///
    /// Each is the root of a tile of the level below that this batch completed (C2SP tlog-tiles);
    /// the index counts hashes of that level, so tile `index / 256`, slot `index % 256`.
    /// Level 0 is [`Batch::leaf_hashes`] from [`Batch::first_index`].
    pub fn tile_hashes(&self) -> Vec<(u8, u64, Hash)> {
        let mut found = Vec::new();
        for (tile_level, nodes) in (0_u8..).zip(self.levels.iter().step_by(TILE_HEIGHT)).skip(1) {
            let first = self.old.size >> (TILE_HEIGHT * usize::from(tile_level));
            found.extend((first..).zip(nodes).map(|(index, hash)| (tile_level, index, *hash)));
        }
        found
    }
}
