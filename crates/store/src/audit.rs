//! Checks everything a store keeps of the log against everything else.
//!
//! A store streams its rows through an [`Audit`] and gets a line for each contradiction. The read
//! models are not looked at: only a rebuild from the journal can tell whether they are right.

use std::collections::{BTreeMap, HashMap};

use ledger::hash::{Hash, leaf_hash};
use ledger::note::VerifierKey;
use ledger::seal::{Disclosure, commitment, commitments};
use ledger::tile::TILE_WIDTH;
use ledger::tree::Frontier;
use serde_json::Value;

use crate::{Entry, StoreError};

/// After this many lines the rest is not listed.
const LINES_MAX: usize = 1_000;

/// An audit under way.
#[derive(Debug, Default)]
pub struct Audit {
    tree: Frontier,
    /// The tree over the hashes of the current, unfinished tile of each level.
    tiles: Vec<Frontier>,
    expected_tile_hashes: BTreeMap<(u8, u64), Hash>,
    versions: HashMap<String, u64>,
    lines: Vec<String>,
}

impl Audit {
    /// An audit of an empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn note(&mut self, line: String) {
        if self.lines.len() < LINES_MAX {
            self.lines.push(line);
        }
    }

    /// Notes a row that can't be read.
    pub fn note_error(&mut self, error: &StoreError) {
        self.note(match error {
            StoreError::Damaged { reason } => reason.clone(),
            other => other.to_string(),
        });
    }

    /// The next entries in order of index, each with its stored leaf hash, and all disclosures
    /// that are stored between the last page and the end of this one.
    pub fn page(
        &mut self,
        entries: impl IntoIterator<Item = Result<(Entry, Hash), StoreError>>,
        disclosures: impl IntoIterator<Item = Result<(u64, Disclosure), StoreError>>,
    ) {
        let mut of_entry: BTreeMap<u64, Vec<Disclosure>> = BTreeMap::new();
        for found in disclosures {
            match found {
                Ok((index, disclosure)) => of_entry.entry(index).or_default().push(disclosure),
                Err(error) => self.note_error(&error),
            }
        }
        for found in entries {
            match found {
                Ok((mut entry, hash)) => {
                    entry.disclosures = of_entry.remove(&entry.index).unwrap_or_default();
                    self.entry(&entry, &hash);
                }
                Err(error) => self.note_error(&error),
            }
        }
        for index in of_entry.into_keys() {
            self.note(format!("table disclosures, entry {index}: there is no such entry"));
        }
    }

    fn entry(&mut self, entry: &Entry, stored_hash: &Hash) {
        let expected = self.tree.size();
        let index = entry.index;
        if index != expected {
            self.note(format!("table entries: entry {expected} is missing, entry {index} follows"));
        }
        let hash = leaf_hash(&entry.leaf);
        if hash != *stored_hash {
            self.note(format!("table entries, entry {index}: leaf and leaf_hash differ"));
        }
        let version = self.versions.entry(entry.stream.as_str().to_owned()).or_default();
        let expected_version = *version;
        *version = entry.version + 1;
        if entry.version != expected_version {
            self.note(format!(
                "table entries, entry {index}: version {} of stream `{}` where {expected_version} \
                 was expected",
                entry.version, entry.stream
            ));
        }
        self.grow(hash);
        self.leaf(entry);
    }

    fn leaf(&mut self, entry: &Entry) {
        let index = entry.index;
        let Ok(leaf) = serde_json::from_slice::<Value>(&entry.leaf) else {
            self.note(format!("table entries, entry {index}: the leaf is not JSON"));
            return;
        };
        if leaf.get("stream").and_then(Value::as_str) != Some(entry.stream.as_str()) {
            let stream = &entry.stream;
            self.note(format!(
                "table entries, entry {index}: the leaf is not of stream `{stream}`"
            ));
        }
        let committed: HashMap<String, Hash> = match commitments(&leaf) {
            Ok(committed) => committed.into_iter().collect(),
            Err(error) => {
                self.note(format!("table entries, entry {index}: {error}"));
                return;
            }
        };
        for disclosure in &entry.disclosures {
            self.disclosure(index, &committed, disclosure);
        }
    }

    fn disclosure(&mut self, index: u64, committed: &HashMap<String, Hash>, found: &Disclosure) {
        let path = &found.path;
        match (committed.get(path), commitment(&found.salt, &found.value)) {
            (Some(expected), Ok(actual)) if *expected == actual => {}
            (None, _) => self.note(format!(
                "table disclosures, entry {index}: the leaf has no commitment at `{path}`"
            )),
            _ => self.note(format!(
                "table disclosures, entry {index}: salt or value at `{path}` are not what was committed to"
            )),
        }
    }

    /// Adds a leaf hash to the tree and to the tiles above it.
    fn grow(&mut self, leaf_hash: Hash) {
        self.tree.push(leaf_hash);
        let mut hash = leaf_hash;
        let mut hashes_below = self.tree.size();
        for level in 0_u8.. {
            let position = usize::from(level);
            if self.tiles.len() == position {
                self.tiles.push(Frontier::new());
            }
            let Some(tile) = self.tiles.get_mut(position) else { return };
            tile.push(hash);
            if tile.size() < TILE_WIDTH {
                return;
            }
            hash = tile.root();
            *tile = Frontier::new();
            hashes_below /= TILE_WIDTH;
            self.expected_tile_hashes.insert((level + 1, hashes_below - 1), hash);
        }
    }

    /// A stored tile hash, in any order.
    pub fn tile_hash(&mut self, level: u8, n: u64, stored: &Hash) {
        match self.expected_tile_hashes.remove(&(level, n)) {
            Some(expected) if expected == *stored => {}
            Some(_) => self.note(format!(
                "table tile_hashes, level {level}, hash {n}: it is not the root of the hashes below"
            )),
            None => self
                .note(format!("table tile_hashes, level {level}, hash {n}: it should not exist")),
        }
    }

    /// Ends the audit with the row of the head; gives a line for each contradiction.
    #[must_use]
    pub fn finish(
        mut self,
        size: u64,
        frontier: &[u8],
        checkpoint: &str,
        keys: &[VerifierKey],
    ) -> Vec<String> {
        let entries = self.tree.size();
        if size != entries {
            self.note(format!("table head: size is {size} and there are {entries} entries"));
        }
        for (level, n) in std::mem::take(&mut self.expected_tile_hashes).into_keys() {
            self.note(format!("table tile_hashes, level {level}, hash {n}: it is missing"));
        }
        if Frontier::decode(frontier).ok().as_ref() != Some(&self.tree) {
            self.note("table head: the frontier is not the one of the entries".to_owned());
        }
        if let Err(reason) =
            crate::head::verify_checkpoint(checkpoint, entries, self.tree.root(), keys)
        {
            self.note(format!("table head: {reason}"));
        }
        self.lines
    }
}
