//! The tree as files: tiles and entry bundles (C2SP tlog-tiles).
//!
//! A tile is 256 neighbouring hashes of every eighth level; with the entry bundles beside them the
//! whole log is a set of immutable files. Must not know where they are kept.

mod bundle;
mod prove;

pub use bundle::{BundleError, Entries, encode_bundle, push_entry};
pub(crate) use prove::perfect_root;
pub use prove::{
    HashReader, ProveError, TileSet, prove_consistency, prove_inclusion, tiles_for_consistency,
    tiles_for_inclusion,
};

use std::fmt::Write as _;

use crate::hash::excerpt;
use crate::proof::parse_decimal;

/// Hashes in a full tile, entries in a full bundle.
pub const TILE_WIDTH: u64 = 256;

/// Levels of the tree that one level of tiles spans.
pub const TILE_HEIGHT: usize = 8;

/// The highest level a path can name.
const MAX_LEVEL: u8 = 63;

/// A tile, or the entry bundle below a tile of level 0, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// 0 for leaf hashes; level `n` holds the roots of full tiles of level `n - 1`.
    pub level: u8,
    /// Position from the left within the level.
    pub index: u64,
    /// Hashes in it: 256, or 1 to 255 for the partial tile at the right edge.
    pub width: u16,
}

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TilePath {
    /// Hashes, 32 bytes each.
    Hashes(TileId),
    /// The entries below a tile of level 0.
    Entries(TileId),
}

/// Why a path names no tile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("find a tile at `{path}`: the path is not of the form `tile/<level>/<index>[.p/<width>]`")]
pub struct TilePathError {
    path: String,
}

impl TileId {
    /// The tile of a tree of `size` leaves at this place, full or partial; `None` outside it.
    pub fn in_tree(level: u8, index: u64, size: u64) -> Option<Self> {
        let start = index.checked_mul(TILE_WIDTH)?;
        let hashes = hashes_at_level(level, size).checked_sub(start).filter(|count| *count > 0)?;
        let width = u16::try_from(hashes.min(TILE_WIDTH)).ok()?;
        Some(Self { level, index, width })
    }

    /// Every tile of a tree of `size` leaves, level by level, from left to right.
    pub fn all(size: u64) -> impl Iterator<Item = Self> {
        (0..8_u8).flat_map(move |level| {
            let tiles = hashes_at_level(level, size).div_ceil(TILE_WIDTH);
            (0..tiles).filter_map(move |index| Self::in_tree(level, index, size))
        })
    }

    /// Whether no later leaf can change it.
    pub fn is_full(self) -> bool {
        u64::from(self.width) == TILE_WIDTH
    }

    /// Position, within its level, of its first hash.
    pub fn first_hash(self) -> u64 {
        self.index * TILE_WIDTH
    }

    /// The path of its hashes: `tile/0/x001/234.p/5`.
    pub fn path(self) -> String {
        self.path_under(&self.level.to_string())
    }

    /// The path of the entry bundle below it: `tile/entries/x001/234.p/5`.
    pub fn entries_path(self) -> String {
        self.path_under("entries")
    }

    fn path_under(self, kind: &str) -> String {
        let mut groups = vec![self.index % 1000];
        let mut rest = self.index / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        let mut path = format!("tile/{kind}");
        for (position, group) in groups.iter().enumerate().rev() {
            let mark = if position == 0 { "" } else { "x" };
            // Writing to a string cannot fail, here and below.
            let _ = write!(path, "/{mark}{group:03}");
        }
        if !self.is_full() {
            let _ = write!(path, ".p/{}", self.width);
        }
        path
    }
}

impl TilePath {
    /// Reads a path; only the one spelling that [`TileId::path`] writes is accepted.
    pub fn parse(path: &str) -> Result<Self, TilePathError> {
        parse_path(path).ok_or_else(|| TilePathError { path: excerpt(path) })
    }

    /// The path.
    pub fn path(self) -> String {
        match self {
            Self::Hashes(tile) => tile.path(),
            Self::Entries(tile) => tile.entries_path(),
        }
    }

    /// The place it names.
    pub fn tile(self) -> TileId {
        match self {
            Self::Hashes(tile) | Self::Entries(tile) => tile,
        }
    }
}

fn parse_path(path: &str) -> Option<TilePath> {
    let (kind, place) = path.strip_prefix("tile/")?.split_once('/')?;
    let (place, width) = match place.split_once(".p/") {
        Some((place, width)) => (place, parse_decimal(width)?),
        None => (place, TILE_WIDTH),
    };
    let mut index = 0_u64;
    let mut groups = place.split('/').peekable();
    while let Some(group) = groups.next() {
        let digits = if groups.peek().is_some() { group.strip_prefix('x')? } else { group };
        if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    let width = u16::try_from(width).ok().filter(|width| (1..=256).contains(width))?;
    let parsed = if kind == "entries" {
        TilePath::Entries(TileId { level: 0, index, width })
    } else {
        let level = u8::try_from(parse_decimal(kind)?).ok().filter(|level| *level <= MAX_LEVEL)?;
        TilePath::Hashes(TileId { level, index, width })
    };
    // One place, one path: this also refuses leading zero groups and `.p/256`.
    (parsed.path() == path).then_some(parsed)
}

/// Complete hashes a tree of `size` leaves has at a level of tiles.
pub(crate) fn hashes_at_level(level: u8, size: u64) -> u64 {
    size.checked_shr(8 * u32::from(level)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        for (index, width, path) in [
            (0, 256, "tile/3/000"),
            (1_234_067, 256, "tile/3/x001/x234/067"),
            (1_234, 5, "tile/3/x001/234.p/5"),
            (999, 255, "tile/3/999.p/255"),
            (1_000, 1, "tile/3/x001/000.p/1"),
        ] {
            let tile = TileId { level: 3, index, width };
            assert_eq!(tile.path(), path);
            assert_eq!(TilePath::parse(path), Ok(TilePath::Hashes(tile)));
            let entries = path.replace("tile/3", "tile/entries");
            let bundle = TileId { level: 0, index, width };
            assert_eq!(bundle.entries_path(), entries);
            assert_eq!(TilePath::parse(&entries), Ok(TilePath::Entries(bundle)));
        }
    }

    #[test]
    fn i11_other_spellings_and_escapes_from_the_folder_are_refused() {
        for path in [
            "",
            "tile",
            "tile/",
            "tile/0",
            "tile/0/",
            "tile/0/0",
            "tile/0/00",
            "tile/0/0000",
            "tile/0/x000/000",
            "tile/0/x001",
            "tile/0/001/002",
            "tile/0/x001/x002",
            "/tile/0/000",
            "tile/00/000",
            "tile/64/000",
            "tile/-1/000",
            "tile/+1/000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/",
            "tile/0/000.p",
            "tile/0/000/",
            "tile/0/../000",
            "tile/0/x001/../../000",
            "tile/entries/00a",
            "tile/Entries/000",
            "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
            "tile/0/٠٠٠",
            "tile/0/000.p/1.p/2",
        ] {
            assert!(TilePath::parse(path).is_err(), "{path}");
        }
    }

    #[test]
    fn a_tree_has_the_tiles_the_specification_counts() {
        let tiles: Vec<TileId> = TileId::all(70_000).collect();
        let count = |level, full| {
            tiles.iter().filter(|tile| tile.level == level && tile.is_full() == full).count()
        };
        assert_eq!((count(0, true), count(1, true), count(2, true)), (273, 1, 0));
        let partial: Vec<_> = tiles.iter().filter(|tile| !tile.is_full()).copied().collect();
        assert_eq!(
            partial,
            [
                TileId { level: 0, index: 273, width: 112 },
                TileId { level: 1, index: 1, width: 17 },
                TileId { level: 2, index: 0, width: 1 },
            ]
        );
        let whole: Vec<_> = TileId::all(256).collect();
        assert_eq!(
            whole,
            [TileId { level: 0, index: 0, width: 256 }, TileId { level: 1, index: 0, width: 1 }]
        );
        assert_eq!(TileId::all(0).count(), 0);
        assert_eq!(TileId::in_tree(0, 1, 256), None);
        assert_eq!(TileId::in_tree(9, 0, u64::MAX), None);
        assert_eq!(TileId::in_tree(0, u64::MAX, u64::MAX), None);
    }

    proptest! {
        #[test]
        fn paths_round_trip(level in 0_u8..64, index: u64, width in 1_u16..=256) {
            let tile = TileId { level, index, width };
            prop_assert_eq!(TilePath::parse(&tile.path()), Ok(TilePath::Hashes(tile)));
        }

        #[test]
        fn i11_any_text_is_refused_or_the_only_spelling(path in "(tile/)?[0-9xe.p/a-z-]{0,30}") {
            if let Ok(parsed) = TilePath::parse(&path) {
                prop_assert_eq!(parsed.path(), path);
            }
        }
    }
}
