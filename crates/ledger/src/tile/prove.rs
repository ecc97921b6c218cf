//! Proofs from stored tiles: at most one tile per level and side.
//!
//! Reading is behind [`HashReader`]. A store that can only be read asynchronously asks for the
//! tiles first ([`tiles_for_inclusion`], [`tiles_for_consistency`]), loads them into a [`TileSet`]
//! and proves from that.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use super::{TILE_HEIGHT, TILE_WIDTH, TileId};
use crate::hash::{Hash, parent_hashes};
use crate::tree::fold_right;
use crate::tree::path::{Node, Step, audit_path, consistency_path, edge_parts};

/// Gives stored hashes of a level of tiles.
pub trait HashReader {
    /// What reading can fail with.
    type Error: std::error::Error + 'static;

    /// Exactly `count` hashes of `level`, from position `start` within that level.
    ///
    /// Level 0 are the leaf hashes; level `n` the roots of full tiles of level `n - 1`.
    fn hashes(&self, level: u8, start: u64, count: usize) -> Result<Vec<Hash>, Self::Error>;
}

/// Why no proof could be made.
#[derive(Debug, thiserror::Error)]
pub enum ProveError<E: std::error::Error + 'static> {
    /// The store failed.
    #[error("read stored hashes")]
    Read(#[source] E),
    /// The store gave fewer or more hashes than asked for.
    #[error("read {} hashes of `{}`: got {actual}", .tile.width, .tile.path())]
    Incomplete {
        /// What was asked for.
        tile: TileId,
        /// Hashes given.
        actual: usize,
    },
    /// The leaf, or the older tree, lies outside the tree.
    #[error("prove `{asked}` in a tree of {size} leaves")]
    OutOfRange {
        /// Leaf index, or size of the older tree.
        asked: u64,
        /// Leaves in the tree.
        size: u64,
    },
}

/// Tiles in memory, read before proving.
#[derive(Debug, Clone, Default)]
pub struct TileSet {
    tiles: BTreeMap<(u8, u64), Vec<Hash>>,
}

impl TileSet {
    /// Adds the hashes of a tile.
    pub fn insert(&mut self, tile: TileId, hashes: Vec<Hash>) {
        self.tiles.insert((tile.level, tile.index), hashes);
    }
}

impl HashReader for TileSet {
    type Error = Infallible;

    fn hashes(&self, level: u8, start: u64, count: usize) -> Result<Vec<Hash>, Infallible> {
        let tile = self.tiles.get(&(level, start / TILE_WIDTH)).map(Vec::as_slice);
        // Within a tile, so the remainder is below 256. Missing hashes show as `Incomplete`.
        let skip = (start % TILE_WIDTH) as usize;
        Ok(tile.unwrap_or_default().iter().skip(skip).take(count).copied().collect())
    }
}

/// The tiles [`prove_inclusion`] reads, each once.
pub fn tiles_for_inclusion(index: u64, size: u64) -> Vec<TileId> {
    if index >= size {
        return Vec::new();
    }
    tiles_of(&audit_path(Node { level: 0, index }, size), size)
}

/// The tiles [`prove_consistency`] reads, each once.
pub fn tiles_for_consistency(old: u64, new: u64) -> Vec<TileId> {
    if old == 0 || old >= new {
        return Vec::new();
    }
    tiles_of(&consistency_path(old, new), new)
}

/// Proves that leaf `index` is in the tree of `size` leaves.
pub fn prove_inclusion<R: HashReader>(
    reader: &R,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, ProveError<R::Error>> {
    if index >= size {
        return Err(ProveError::OutOfRange { asked: index, size });
    }
    resolve(reader, &audit_path(Node { level: 0, index }, size), size)
}

/// Proves that the tree of `new` leaves starts with the one of `old`; empty where none is needed.
pub fn prove_consistency<R: HashReader>(
    reader: &R,
    old: u64,
    new: u64,
) -> Result<Vec<Hash>, ProveError<R::Error>> {
    if old > new {
        return Err(ProveError::OutOfRange { asked: old, size: new });
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    resolve(reader, &consistency_path(old, new), new)
}

/// The complete nodes a step is made of, from left to right.
fn parts(step: Step, size: u64) -> Vec<Node> {
    match step {
        Step::Complete(node) => vec![node],
        Step::Edge(node) => edge_parts(node, size),
    }
}

/// The tile that has the hashes below a node, and which of its slots.
fn locate(node: Node, size: u64) -> Option<(TileId, usize, usize)> {
    let height = TILE_HEIGHT as u32;
    let level = u8::try_from(node.level / height).ok()?;
    let spread = node.level % height;
    let first = node.index << spread;
    let tile = TileId::in_tree(level, first / TILE_WIDTH, size)?;
    Some((tile, (first % TILE_WIDTH) as usize, 1 << spread))
}

fn tiles_of(steps: &[Step], size: u64) -> Vec<TileId> {
    let nodes = steps.iter().flat_map(|step| parts(*step, size));
    let tiles: BTreeSet<TileId> = nodes.filter_map(|node| Some(locate(node, size)?.0)).collect();
    tiles.into_iter().collect()
}

fn resolve<R: HashReader>(
    reader: &R,
    steps: &[Step],
    size: u64,
) -> Result<Vec<Hash>, ProveError<R::Error>> {
    let mut loaded: BTreeMap<TileId, Vec<Hash>> = BTreeMap::new();
    for tile in tiles_of(steps, size) {
        let width = usize::from(tile.width);
        let hashes =
            reader.hashes(tile.level, tile.first_hash(), width).map_err(ProveError::Read)?;
        if hashes.len() != width {
            return Err(ProveError::Incomplete { tile, actual: hashes.len() });
        }
        loaded.insert(tile, hashes);
    }
    let node = |node: Node| {
        let (tile, slot, count) = locate(node, size)?;
        perfect_root(loaded.get(&tile)?.get(slot..slot + count)?)
    };
    let hashes: Option<Vec<Hash>> = steps
        .iter()
        .map(|step| {
            let parts: Option<Vec<Hash>> = parts(*step, size).into_iter().map(node).collect();
            fold_right(&parts?)
        })
        .collect();
    hashes.ok_or(ProveError::OutOfRange { asked: size, size })
}

/// The root over 2^n hashes.
pub(crate) fn perfect_root(hashes: &[Hash]) -> Option<Hash> {
    if let [] | [_] = hashes {
        return hashes.first().copied();
    }
    let mut level = parent_hashes(hashes);
    while level.len() > 1 {
        level = parent_hashes(&level);
    }
    level.first().copied()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::proof::{verify_consistency, verify_inclusion};
    use crate::tree::Frontier;
    use crate::tree::tests::{
        numbered_leaves, reference_consistency, reference_path, reference_root,
    };

    /// What a store keeps: leaf hashes and what the batches handed out.
    struct Stored {
        levels: Vec<Vec<Hash>>,
        reads: RefCell<usize>,
    }

    impl Stored {
        fn with(leaves: &[Hash], step: usize) -> Self {
            let mut levels = vec![Vec::new(); 4];
            let mut frontier = Frontier::new();
            for chunk in leaves.chunks(step) {
                let batch = frontier.extend(chunk.to_vec());
                levels[0].extend_from_slice(batch.leaf_hashes());
                for (level, index, hash) in batch.tile_hashes() {
                    let level: &mut Vec<Hash> = &mut levels[usize::from(level)];
                    assert_eq!(level.len() as u64, index);
                    level.push(hash);
                }
                frontier = batch.into_frontier();
            }
            Self { levels, reads: RefCell::new(0) }
        }
    }

    impl HashReader for Stored {
        type Error = Infallible;

        fn hashes(&self, level: u8, start: u64, count: usize) -> Result<Vec<Hash>, Infallible> {
            *self.reads.borrow_mut() += 1;
            let start = usize::try_from(start).unwrap();
            Ok(self.levels[usize::from(level)][start..start + count].to_vec())
        }
    }

    #[test]
    fn proofs_from_stored_tiles_are_the_reference_proofs() {
        let leaves = numbered_leaves(1300);
        let stored = Stored::with(&leaves, 97);
        for new in [1, 2, 3, 255, 256, 257, 511, 512, 513, 768, 1000, 1299, 1300_usize] {
            for old in [1, 2, 5, 128, 255, 256, 257, 300, 512, 767, 999, 1300_usize] {
                if old > new {
                    continue;
                }
                let size = new as u64;
                let path = prove_inclusion(&stored, old as u64 - 1, size).unwrap();
                assert_eq!(path, reference_path(old - 1, &leaves[..new]), "{old} in {new}");
                let proof = prove_consistency(&stored, old as u64, size).unwrap();
                assert_eq!(proof, reference_consistency(old, &leaves[..new]), "{old} to {new}");
            }
        }
    }

    #[test]
    fn a_large_tree_needs_a_handful_of_reads() {
        let leaves = numbered_leaves(70_123);
        let stored = Stored::with(&leaves, 9_001);
        let root = reference_root(&leaves);
        for index in [0, 255, 256, 65_535, 65_536, 70_000, 70_122_usize] {
            *stored.reads.borrow_mut() = 0;
            let proof = prove_inclusion(&stored, index as u64, 70_123).unwrap();
            verify_inclusion(&leaves[index], index as u64, 70_123, &root, &proof).unwrap();
            let old_root = reference_root(&leaves[..index]);
            assert!(*stored.reads.borrow() <= 6, "{} reads", stored.reads.borrow());
            let proof = prove_consistency(&stored, index as u64, 70_123).unwrap();
            verify_consistency(index as u64, &old_root, 70_123, &root, &proof).unwrap();
        }
    }

    #[test]
    fn tiles_read_ahead_give_the_same_proofs() {
        let leaves = numbered_leaves(1300);
        let stored = Stored::with(&leaves, 1300);
        let mut set = TileSet::default();
        let wanted = [tiles_for_inclusion(700, 1300), tiles_for_consistency(513, 1300)].concat();
        for tile in wanted {
            let width = usize::from(tile.width);
            set.insert(tile, stored.hashes(tile.level, tile.first_hash(), width).unwrap());
        }
        assert_eq!(
            prove_inclusion(&set, 700, 1300).unwrap(),
            prove_inclusion(&stored, 700, 1300).unwrap()
        );
        assert_eq!(
            prove_consistency(&set, 513, 1300).unwrap(),
            prove_consistency(&stored, 513, 1300).unwrap()
        );
        assert!(matches!(
            prove_inclusion(&TileSet::default(), 700, 1300),
            Err(ProveError::Incomplete { actual: 0, .. })
        ));
    }

    #[test]
    fn what_lies_outside_the_tree_is_refused() {
        let stored = Stored::with(&numbered_leaves(3), 3);
        assert!(matches!(prove_inclusion(&stored, 3, 3), Err(ProveError::OutOfRange { .. })));
        assert!(matches!(prove_inclusion(&stored, 0, 0), Err(ProveError::OutOfRange { .. })));
        assert!(matches!(prove_consistency(&stored, 4, 3), Err(ProveError::OutOfRange { .. })));
        assert_eq!(prove_consistency(&stored, 0, 3).unwrap(), []);
        assert_eq!(prove_consistency(&stored, 3, 3).unwrap(), []);
    }
}
