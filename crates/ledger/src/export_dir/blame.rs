//! Which of two differing things is the damaged one: decided by what leads to the signed root.

use std::path::Path;

use super::files::read_tile;
use super::problem::{EntryRange, Fault, Problem};
use super::scan::{TileFacts, full_tiles};
use crate::hash::Hash;
use crate::tile::{TILE_WIDTH, TileId, hashes_at_level, perfect_root};
use crate::tree::{Frontier, fold_right};

/// The tree as the export has it, and the root it should have.
pub(super) struct Tree<'a> {
    pub dir: &'a Path,
    pub size: u64,
    /// From the checkpoint or the manifest; `None` if neither can be read.
    pub expected: Option<Hash>,
    pub tiles: &'a [TileFacts],
}

/// The stored hashes of the levels from 1 up; `None` where they cannot be read.
type Stored = Vec<Vec<Option<Hash>>>;

impl Tree<'_> {
    /// Names everything in the tree that is not as it was signed.
    pub(super) fn judge(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let stored = self.read_upper(&mut problems);
        let proven = self
            .candidates(&stored)
            .into_iter()
            .find(|choice| self.expected.is_some() && self.root_over(choice) == self.expected);
        let believed = proven.clone().unwrap_or_else(|| self.entries());
        for (facts, hash) in self.tiles.iter().zip(&believed) {
            let slot_damaged = proven.is_some() && *hash == facts.from_entries;
            for (entries, described, fault) in &facts.differing {
                let (file, fault) = match fault {
                    Fault::EntryChanged if slot_damaged => (facts.tile.path(), Fault::SlotChanged),
                    Fault::EntryChanged if proven.is_none() => {
                        (facts.tile.entries_path(), Fault::Disputed)
                    }
                    other => (facts.tile.entries_path(), other.clone()),
                };
                problems.push(Problem::at(*entries, file, fault).describe(described.clone()));
            }
        }
        self.judge_upper(&stored, &believed, proven.is_some(), &mut problems);
        if let (None, Some(signed), Some(computed)) =
            (&proven, self.expected, self.root_over(&self.entries()))
        {
            let fault = Fault::OtherRoot { computed, signed };
            problems.push(Problem::in_file(super::CHECKPOINT_FILE, fault));
        }
        problems
    }

    fn entries(&self) -> Vec<Option<Hash>> {
        self.tiles.iter().map(|facts| facts.from_entries).collect()
    }

    /// Ways to take each tile's root, the likeliest first.
    fn candidates(&self, stored: &Stored) -> [Vec<Option<Hash>>; 4] {
        let slots: Vec<_> = self.tiles.iter().map(|facts| facts.from_slots).collect();
        // Damage in both: the level above knows which of the two is right, except at the edge.
        let above = stored.first().map(Vec::as_slice).unwrap_or_default();
        let mixed = |edge: &dyn Fn(&TileFacts) -> Option<Hash>| {
            let pick = |(position, facts): (usize, &TileFacts)| match above.get(position) {
                Some(Some(parent)) if facts.from_entries == Some(*parent) => Some(*parent),
                Some(Some(parent)) if facts.from_slots == Some(*parent) => Some(*parent),
                _ => edge(facts),
            };
            self.tiles.iter().enumerate().map(pick).collect()
        };
        let mixed_entries = mixed(&|facts| facts.from_entries);
        let mixed_slots = mixed(&|facts| facts.from_slots);
        [self.entries(), slots, mixed_entries, mixed_slots]
    }

    /// The root of the whole tree over the roots of its level 0 tiles.
    pub(super) fn root_over(&self, tiles: &[Option<Hash>]) -> Option<Hash> {
        root_of_tiles(self.size, tiles)
    }

    fn read_upper(&self, problems: &mut Vec<Problem>) -> Stored {
        let mut levels = Vec::new();
        for level in 1.. {
            let count = hashes_at_level(level, self.size);
            if count == 0 {
                break;
            }
            let mut hashes = Vec::new();
            for index in 0..count.div_ceil(TILE_WIDTH) {
                let Some(tile) = TileId::in_tree(level, index, self.size) else { break };
                match read_tile(self.dir, tile) {
                    Ok(found) => hashes.extend(found.into_iter().map(Some)),
                    Err(fault) => {
                        let width = usize::from(tile.width);
                        hashes.extend(std::iter::repeat_n(None, width));
                        problems.push(Problem::in_file(tile.path(), fault));
                    }
                }
            }
            levels.push(hashes);
        }
        levels
    }

    /// Compares the stored hashes of the upper levels with those computed from below.
    fn judge_upper(
        &self,
        stored: &Stored,
        tiles: &[Option<Hash>],
        proven: bool,
        problems: &mut Vec<Problem>,
    ) {
        let full = usize::try_from(full_tiles(self.size)).unwrap_or(usize::MAX);
        let mut computed: Vec<Option<Hash>> = tiles.iter().take(full).copied().collect();
        for (level, stored) in (1_u8..).zip(stored) {
            for (index, (stored, computed)) in (0_u64..).zip(stored.iter().zip(&computed)) {
                let (Some(stored), Some(computed)) = (stored, computed) else { continue };
                if stored == computed {
                    continue;
                }
                let span = TILE_WIDTH.pow(u32::from(level));
                let entries = EntryRange { first: index * span, last: index * span + span - 1 };
                let tile = TileId::in_tree(level, index / TILE_WIDTH, self.size);
                let file = tile.map(TileId::path).unwrap_or_default();
                let fault = if proven { Fault::SlotChanged } else { Fault::Disputed };
                problems.push(Problem::at(entries, file, fault));
            }
            let (full, _) = computed.as_chunks::<256>();
            computed = full
                .iter()
                .map(|tile| {
                    let hashes: Option<Vec<Hash>> = tile.iter().copied().collect();
                    perfect_root(&hashes?)
                })
                .collect();
        }
    }
}

/// The root of a tree of `size` leaves over the roots of its level 0 tiles.
pub(super) fn root_of_tiles(size: u64, tiles: &[Option<Hash>]) -> Option<Hash> {
    let full = usize::try_from(full_tiles(size)).ok()?;
    let mut above = Frontier::new();
    for tile in tiles.get(..full)? {
        above.push((*tile)?);
    }
    let mut parts = above.hashes().to_vec();
    if !size.is_multiple_of(TILE_WIDTH) {
        parts.push((*tiles.get(full)?)?);
    }
    Some(fold_right(&parts).unwrap_or_else(crate::hash::empty_root))
}
