//! Reading files of an export, whatever somebody put there.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use super::problem::{Fault, Problem};
use super::{CHECKPOINT_FILE, KEY_FILE, MANIFEST_FILE, Manifest};
use crate::hash::Hash;
use crate::seal::MAX_LEAF_BYTES;
use crate::tile::{TILE_WIDTH, TileId, TilePath};

/// Files outside the tree are small; a manifest of this length lists a hundred billion entries.
const MAX_SMALL_FILE: usize = 256 << 20;

/// The longest bundle: 256 entries of the longest kind with their lengths.
const MAX_BUNDLE: usize = TILE_WIDTH as usize * (MAX_LEAF_BYTES + 2);

/// Folders deeper than any export has.
const MAX_DEPTH: usize = 12;

/// A buffer that is reused from file to file.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
}

impl Buffer {
    /// Reads a whole file; more than `limit` bytes are refused.
    fn read(&mut self, path: &Path, expected: usize, limit: usize) -> Result<&[u8], Fault> {
        let mut file = File::open(path).map_err(|error| fault(&error))?;
        // One byte of room beyond the expected length shows in the same read that there is no more.
        if self.bytes.len() <= expected {
            self.bytes.resize(expected + 1, 0);
        }
        let mut filled = 0;
        loop {
            let Some(room) = self.bytes.get_mut(filled..).filter(|room| !room.is_empty()) else {
                if filled > limit {
                    let actual = fs::metadata(path).map_or(filled as u64, |data| data.len());
                    return Err(Fault::FileLength { expected: limit as u64, actual });
                }
                self.bytes.resize((filled * 2).clamp(64 << 10, limit + 1), 0);
                continue;
            };
            match file.read(room) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(fault(&error)),
            }
        }
        Ok(self.bytes.get(..filled).unwrap_or_default())
    }

    /// The entry bundle of a tile.
    pub(super) fn bundle(&mut self, dir: &Path, tile: TileId) -> Result<&[u8], Fault> {
        self.read(&dir.join(tile.entries_path()), 128 << 10, MAX_BUNDLE)
    }

    /// The hashes of a tile.
    pub(super) fn tile(&mut self, dir: &Path, tile: TileId) -> Result<&[[u8; 32]], Fault> {
        let expected = usize::from(tile.width) * 32;
        let bytes = self.read(&dir.join(tile.path()), expected, MAX_BUNDLE)?;
        if bytes.len() != expected {
            let (expected, actual) = (expected as u64, bytes.len() as u64);
            return Err(Fault::FileLength { expected, actual });
        }
        Ok(bytes.as_chunks::<32>().0)
    }
}

/// Reads a file outside the tree.
pub(super) fn read_small(dir: &Path, path: &str) -> Result<Vec<u8>, Fault> {
    let mut buffer = Buffer::default();
    buffer.read(&dir.join(path), 16 << 10, MAX_SMALL_FILE).map(<[u8]>::to_vec)
}

/// Reads the hashes of a tile.
pub(super) fn read_tile(dir: &Path, tile: TileId) -> Result<Vec<Hash>, Fault> {
    let mut buffer = Buffer::default();
    buffer.tile(dir, tile).map(|hashes| hashes.iter().copied().map(Hash).collect())
}

pub(super) fn fault(error: &std::io::Error) -> Fault {
    match error.kind() {
        ErrorKind::NotFound => Fault::FileMissing,
        _ => Fault::FileUnreadable(error.to_string()),
    }
}

/// Names every file that no export of this size and manifest has.
pub(super) fn unknown_files(dir: &Path, size: u64, manifest: Option<&Manifest>) -> Vec<Problem> {
    let mut known: BTreeSet<&str> = [CHECKPOINT_FILE, KEY_FILE, MANIFEST_FILE].into();
    known.extend(manifest.iter().flat_map(|list| list.files.iter().map(|file| file.path.as_str())));
    let mut problems = Vec::new();
    walk(dir, "", 0, &mut |path, regular| {
        let expected = match TilePath::parse(path) {
            Ok(named) => {
                let tile = named.tile();
                TileId::in_tree(tile.level, tile.index, size) == Some(tile)
            }
            // Without a manifest nobody can say which disclosures belong here.
            Err(_) => known.contains(path) || manifest.is_none() && is_disclosure(path),
        };
        if !expected || !regular {
            problems.push(Problem::in_file(path, Fault::FileUnknown));
        }
    })
    .unwrap_or_else(|error| problems.push(Problem::in_file(".", fault(&error))));
    problems
}

/// The disclosure files that lie in an export.
pub(super) fn disclosure_files(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    // A folder that cannot be read shows when the files in it are.
    let _ = walk(&dir.join("disclosures"), "disclosures/", 0, &mut |path, _| {
        found.push(path.to_owned());
    });
    found.sort();
    found
}

pub(super) fn is_disclosure(path: &str) -> bool {
    path.starts_with("disclosures/") && path.ends_with(".jsonl")
}

/// Visits every file below a folder with its path and whether it is a regular one.
fn walk(
    folder: &Path,
    prefix: &str,
    depth: usize,
    visit: &mut dyn FnMut(&str, bool),
) -> std::io::Result<()> {
    for item in fs::read_dir(folder)? {
        let item = item?;
        let path = format!("{prefix}{}", item.file_name().to_string_lossy());
        let kind = item.file_type()?;
        if kind.is_dir() && depth < MAX_DEPTH {
            walk(&item.path(), &format!("{path}/"), depth + 1, visit)?;
        } else {
            visit(&path, kind.is_file());
        }
    }
    Ok(())
}
