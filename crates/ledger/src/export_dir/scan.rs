//! The pass over all entries: hash each, compare it with its slot, and look at what it says.
//!
//! Bundles are independent, so threads take them in small runs from a common counter. Judging
//! what a difference means is left to [`super::blame`], which sees the whole tree.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::files::Buffer;
use super::glance::{CommitmentCounter, check_event, describe, glance};
use super::problem::{Described, EntryRange, Fault, Problem};
use super::report::Progress;
use super::signed::SignatureMark;
use crate::hash::{Hash, leaf_hashes};
use crate::rotation::ROTATION_KIND;
use crate::tile::{Entries, TILE_WIDTH, TileId, perfect_root};
use crate::tree::Frontier;

/// Bundles a thread takes at a time.
const RUN: u64 = 16;

/// What is to be scanned.
pub(super) struct Scan<'a> {
    pub dir: &'a Path,
    pub size: u64,
    pub full: bool,
    pub progress: Option<&'a (dyn Fn(Progress) + Sync)>,
}

/// What the bundle and the level 0 tile of one place say.
#[derive(Debug)]
pub(super) struct TileFacts {
    pub tile: TileId,
    /// Root over the entries, if all are there.
    pub from_entries: Option<Hash>,
    /// Root over the stored hashes, if all are there.
    pub from_slots: Option<Hash>,
    /// Entries that differ from their stored hash.
    pub differing: Vec<(EntryRange, Described, Fault)>,
    first_time: Option<Vec<u8>>,
    last_time: Option<Vec<u8>>,
}

/// What all bundles say.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// By place, without gaps.
    pub tiles: Vec<TileFacts>,
    pub entries: u64,
    pub entry_bytes: u64,
    pub commitments: u64,
    kinds_seen: HashMap<Vec<u8>, u64>,
    /// Key changes in the log: index and leaf.
    pub rotations: Vec<(u64, Vec<u8>)>,
    pub problems: Vec<Problem>,
    /// Whether anybody signs votes, or has to.
    pub signs: bool,
    /// Entries older than the one before them.
    pub time_steps_back: Vec<u64>,
}

impl Findings {
    pub(super) fn kinds(&self) -> BTreeMap<String, u64> {
        let mut kinds = BTreeMap::new();
        for (kind, count) in &self.kinds_seen {
            *kinds.entry(String::from_utf8_lossy(kind).into_owned()).or_default() += count;
        }
        kinds
    }

    pub(super) fn first_time(&self) -> Option<String> {
        self.tiles.iter().find_map(|tile| tile.first_time.as_deref()).map(text)
    }

    pub(super) fn last_time(&self) -> Option<String> {
        self.tiles.iter().rev().find_map(|tile| tile.last_time.as_deref()).map(text)
    }

    fn merge(&mut self, other: Self) {
        self.tiles.extend(other.tiles);
        self.entries += other.entries;
        self.entry_bytes += other.entry_bytes;
        self.commitments += other.commitments;
        for (kind, count) in other.kinds_seen {
            *self.kinds_seen.entry(kind).or_default() += count;
        }
        self.rotations.extend(other.rotations);
        self.problems.extend(other.problems);
        self.signs |= other.signs;
        self.time_steps_back.extend(other.time_steps_back);
    }

    /// Puts what the threads found into log order.
    fn settle(&mut self) {
        self.tiles.sort_by_key(|facts| facts.tile.index);
        self.rotations.sort();
        for pair in self.tiles.windows(2) {
            if let [before, after] = pair
                && after.first_time < before.last_time
                && after.first_time.is_some()
            {
                self.time_steps_back.push(after.tile.first_hash());
            }
        }
        self.time_steps_back.sort_unstable();
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Scan<'_> {
    /// Reads every bundle and level 0 tile once.
    pub(super) fn run(&self, threads: usize) -> Findings {
        let (next, done) = (AtomicU64::new(0), AtomicU64::new(0));
        let work = || self.work(&next, &done);
        let mut findings = std::thread::scope(|scope| {
            let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mut findings = work();
            for helper in helpers {
                match helper.join() {
                    Ok(found) => findings.merge(found),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            findings
        });
        findings.settle();
        findings
    }

    fn work(&self, next: &AtomicU64, done: &AtomicU64) -> Findings {
        let mut worker = Worker {
            scan: self,
            found: Findings::default(),
            commitments: CommitmentCounter::new(),
            signatures: SignatureMark::new(),
        };
        let (mut bundle, mut slots) = (Buffer::default(), Buffer::default());
        loop {
            let first = next.fetch_add(RUN, Ordering::Relaxed);
            let run = (first..first + RUN).map_while(|index| TileId::in_tree(0, index, self.size));
            let mut entries = 0;
            for tile in run {
                worker.tile(tile, bundle.bundle(self.dir, tile), slots.tile(self.dir, tile));
                entries += u64::from(tile.width);
            }
            if entries == 0 {
                return worker.found;
            }
            let done = done.fetch_add(entries, Ordering::Relaxed) + entries;
            if let Some(report) = self.progress {
                report(Progress { done, total: self.size });
            }
        }
    }
}

struct Worker<'a> {
    scan: &'a Scan<'a>,
    found: Findings,
    commitments: CommitmentCounter,
    signatures: SignatureMark,
}

impl Worker<'_> {
    fn tile(
        &mut self,
        tile: TileId,
        bundle: Result<&[u8], Fault>,
        slots: Result<&[[u8; 32]], Fault>,
    ) {
        let slots = slots.map_err(|fault| {
            self.found.problems.push(Problem::in_file(tile.path(), fault));
        });
        let mut facts = TileFacts {
            tile,
            from_entries: None,
            from_slots: None,
            differing: Vec::new(),
            first_time: None,
            last_time: None,
        };
        match bundle {
            Ok(bundle) => {
                self.found.commitments += self.commitments.count(bundle);
                self.entries(&mut facts, bundle, slots.ok());
            }
            Err(fault) => {
                let all = EntryRange {
                    first: tile.first_hash(),
                    last: tile.first_hash() + u64::from(tile.width) - 1,
                };
                self.found.problems.push(Problem::at(all, tile.entries_path(), fault));
            }
        }
        facts.from_slots = match slots {
            Ok(_) if facts.differing.is_empty() && facts.from_entries.is_some() => {
                facts.from_entries
            }
            Ok(slots) => {
                let hashes: Vec<Hash> = slots.iter().copied().map(Hash).collect();
                Some(subtree_root(&hashes))
            }
            Err(()) => None,
        };
        self.found.tiles.push(facts);
    }

    /// Hashes the entries of a bundle against their slots.
    fn entries(&mut self, facts: &mut TileFacts, bundle: &[u8], slots: Option<&[[u8; 32]]>) {
        let tile = facts.tile;
        let width = usize::from(tile.width);
        let entries: Vec<&[u8]> = Entries::new(bundle).map_while(Result::ok).take(width).collect();
        let hashes = leaf_hashes(&entries);
        let mut slots = slots.unwrap_or_default().iter();
        for (index, (entry, hash)) in (tile.first_hash()..).zip(entries.iter().zip(&hashes)) {
            if slots.next().is_some_and(|slot| *slot != hash.0) {
                let one = EntryRange::one(index);
                facts.differing.push((one, describe(entry), Fault::EntryChanged));
            } else {
                self.entry(facts, index, entry);
            }
        }
        let bytes: usize = entries.iter().map(|entry| entry.len()).sum();
        self.found.entry_bytes += bytes as u64;
        self.found.entries += entries.len() as u64;
        let consumed = bytes + 2 * entries.len();
        if entries.len() == width && consumed == bundle.len() {
            facts.from_entries = Some(subtree_root(&hashes));
            return;
        }
        broken(facts, bundle, entries.len() as u64, consumed);
    }

    /// Looks at an entry that is as its slot says.
    #[inline]
    fn entry(&mut self, facts: &mut TileFacts, index: u64, entry: &[u8]) {
        let seen = glance(entry);
        if (self.scan.full || seen.is_none())
            && let Err(why) = check_event(entry)
        {
            let file = facts.tile.entries_path();
            let problem = Problem::at(EntryRange::one(index), file, Fault::NotAnEvent(why));
            self.found.problems.push(problem.describe(describe(entry)));
            return;
        }
        let Some(seen) = seen else { return };
        match self.found.kinds_seen.get_mut(seen.kind) {
            Some(count) => *count += 1,
            None => {
                self.found.kinds_seen.insert(seen.kind.to_vec(), 1);
            }
        }
        self.found.signs = self.found.signs || self.signatures.is_in(seen.kind, entry);
        if seen.kind == ROTATION_KIND.as_bytes() {
            self.found.rotations.push((index, entry.to_vec()));
        }
        if facts.first_time.is_none() {
            facts.first_time = Some(seen.time.to_vec());
        }
        match &mut facts.last_time {
            Some(last) => {
                if seen.time < last.as_slice() {
                    self.found.time_steps_back.push(index);
                }
                last.clear();
                last.extend_from_slice(seen.time);
            }
            none => *none = Some(seen.time.to_vec()),
        }
    }
}

/// A bundle whose entries do not end where it ends: names the first that is wrong.
/// `read` entries of `consumed` bytes could be read.
fn broken(facts: &mut TileFacts, bundle: &[u8], read: u64, consumed: usize) {
    let tile = facts.tile;
    let rest = bundle.get(consumed..).unwrap_or_default();
    if let Some((first, _, fault)) = facts.differing.first_mut() {
        // From a changed length on, every later entry is read from the wrong place.
        if first.first + 1 < tile.first_hash() + read || read < u64::from(tile.width) {
            *fault = Fault::EntryCutOff;
        }
        facts.differing.truncate(1);
    } else if read < u64::from(tile.width) {
        let first = tile.first_hash() + read;
        if rest.is_empty() {
            let last = tile.first_hash() + u64::from(tile.width) - 1;
            let missing = EntryRange { first, last };
            facts.differing.push((missing, Described::default(), Fault::EntryMissing));
        } else {
            let described = describe(rest.get(..rest.len().min(4096)).unwrap_or_default());
            facts.differing.push((EntryRange::one(first), described, Fault::EntryCutOff));
        }
    } else {
        let last = EntryRange::one(tile.first_hash() + read - 1);
        let fault = Fault::BundleTooLong(rest.len() as u64);
        facts.differing.push((last, Described::default(), fault));
    }
}

/// The root over the hashes of a full or partial tile.
fn subtree_root(hashes: &[Hash]) -> Hash {
    if hashes.len().is_power_of_two()
        && let Some(root) = perfect_root(hashes)
    {
        return root;
    }
    let mut frontier = Frontier::new();
    hashes.iter().for_each(|hash| frontier.push(*hash));
    frontier.root()
}

/// Leaves in full tiles: those that have a parent in the level above.
pub(super) fn full_tiles(size: u64) -> u64 {
    size / TILE_WIDTH
}
