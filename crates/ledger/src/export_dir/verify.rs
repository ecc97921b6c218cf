//! Verification of an export, from the signature down to every byte.

use std::path::Path;

use serde_json::Value;

use super::blame::{Tree, root_of_tiles};
use super::disclosed::Disclosed;
use super::files::{Buffer, disclosure_files, is_disclosure, read_small, read_tile, unknown_files};
use super::manifest::Manifest;
use super::problem::{EntryRange, Fault, Problem};
use super::report::{Failure, KeySource, VerifyOptions, VerifyReport};
use super::scan::{Findings, Scan};
use super::witnessed::{CosignedLine, Sightings};
use super::{CHECKPOINT_FILE, COSIGNED_FILE, KEY_FILE, MANIFEST_FILE};
use crate::checkpoint::Checkpoint;
use crate::cosignature::{rfc3339, seen_by};
use crate::hash::{Hash, sha256};
use crate::note::VerifierKey;
use crate::rotation::{KeyHistory, RotationError};
use crate::tile::{Entries, TILE_WIDTH, TileId};
use crate::tree::{Frontier, fold_right};

/// Problems listed one by one; a ruined export has one for each entry.
const MAX_LISTED: usize = 1000;

/// Verifies the export in `dir`.
///
/// `Ok` means: every entry, tile and disclosed value leads to a checkpoint signed by the key that
/// is in force, and the folder holds nothing else. Where that key came from is in
/// [`VerifyReport::key_source`], and an auditor must look at it.
pub fn verify_dir(dir: &Path, options: &VerifyOptions<'_>) -> Result<VerifyReport, Box<Failure>> {
    let mut check = Check { dir, options, report: VerifyReport::default(), problems: Vec::new() };
    check.run();
    let Check { report, mut problems, .. } = check;
    if problems.is_empty() {
        return Ok(report);
    }
    problems.sort_by(|a, b| order(a).cmp(&order(b)));
    let unlisted = problems.len().saturating_sub(MAX_LISTED) as u64;
    problems.truncate(MAX_LISTED);
    Err(Box::new(Failure { problems, unlisted, report }))
}

/// Entries in log order, then files.
fn order(problem: &Problem) -> (bool, Option<EntryRange>, &str) {
    (problem.entries.is_none(), problem.entries, &problem.file)
}

struct Check<'a> {
    dir: &'a Path,
    options: &'a VerifyOptions<'a>,
    report: VerifyReport,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn run(&mut self) {
        let manifest = self.manifest();
        let note = self.listed_text(CHECKPOINT_FILE, manifest.as_ref());
        let key_text = self.listed_text(KEY_FILE, manifest.as_ref());
        let claimed = Checkpoint::parse_unverified(&note).ok();
        // An intact manifest is the better guide through the files when the checkpoint is damaged.
        // It decides nothing: without a believed checkpoint of the same tree nothing verifies.
        let (size, root) = match (&manifest, &claimed) {
            (Some(manifest), _) => (manifest.size, Some(manifest.root)),
            (None, Some(checkpoint)) => (checkpoint.size, Some(checkpoint.root)),
            (None, None) => return,
        };
        let progress = self.options.progress;
        let scan = Scan { dir: self.dir, size, full: self.options.full, progress };
        let mut findings = scan.run(self.options.threads);
        self.problems.append(&mut findings.problems);
        let tree = Tree { dir: self.dir, size, expected: root, tiles: &findings.tiles };
        self.problems.extend(tree.judge());
        self.disclosures(size, manifest.as_ref(), findings.commitments);
        if findings.signs {
            self.signatures(size);
        }
        self.problems.extend(unknown_files(self.dir, size, manifest.as_ref()));
        self.fill_report(&findings);
        if let Some(history) = self.keys(&key_text, &findings) {
            self.checkpoint(&note, &history, size, root, manifest.as_ref());
            self.known(&history, size, &findings);
            if !self.options.witnesses.is_empty() {
                self.witnesses(&history, size, &findings, manifest.as_ref());
            }
        }
        self.report.checkpoint_note = note;
    }

    fn manifest(&mut self) -> Option<Manifest> {
        let parsed = read_small(self.dir, MANIFEST_FILE).and_then(|bytes| {
            Manifest::parse(&bytes).map_err(|error| Fault::Head(error.to_string()))
        });
        match parsed {
            Ok(manifest) => {
                self.report.exported_at = Some(manifest.exported_at.clone());
                self.report.tool = Some(manifest.tool.clone());
                Some(manifest)
            }
            Err(fault) => {
                self.problems.push(Problem::in_file(MANIFEST_FILE, fault));
                None
            }
        }
    }

    /// Reads a small text file and compares it with its digest.
    fn listed_text(&mut self, path: &str, manifest: Option<&Manifest>) -> String {
        let bytes = match read_small(self.dir, path) {
            Ok(bytes) => bytes,
            Err(fault) => {
                self.problems.push(Problem::in_file(path, fault));
                return String::new();
            }
        };
        let listed = manifest.map(|manifest| manifest.files.iter().find(|file| file.path == path));
        let as_listed = listed.is_none_or(|file| {
            file.is_some_and(|file| {
                file.bytes == bytes.len() as u64 && file.sha256 == sha256(&bytes)
            })
        });
        if !as_listed {
            self.problems.push(Problem::in_file(path, Fault::FileChanged));
        }
        String::from_utf8(bytes).unwrap_or_default()
    }

    fn disclosures(&mut self, size: u64, manifest: Option<&Manifest>, commitments: u64) {
        let files = match manifest {
            Some(manifest) => {
                let listed = manifest.files.iter().filter(|file| is_disclosure(&file.path));
                listed.map(|file| (file.path.clone(), Some(file.clone()))).collect()
            }
            None => disclosure_files(self.dir).into_iter().map(|path| (path, None)).collect(),
        };
        let found = Disclosed { dir: self.dir, size, files }.run(self.options.threads);
        self.report.disclosed = found.checked;
        self.report.withheld = commitments.saturating_sub(found.checked);
        self.add_unless_damaged(found.problems);
    }

    fn signatures(&mut self, size: u64) {
        let found = super::signed::check(self.dir, size);
        self.report.signed_votes = found.votes;
        self.add_unless_damaged(found.problems);
    }

    /// An entry that is damaged itself is reported once.
    fn add_unless_damaged(&mut self, found: Vec<Problem>) {
        let damaged: Vec<EntryRange> = self.problems.iter().filter_map(Problem::unusable).collect();
        let covered = |problem: &Problem| {
            let entry = problem.entries.map(|entries| entries.first);
            damaged.iter().any(|range| Some(range.first) <= entry && entry <= Some(range.last))
        };
        self.problems.extend(found.into_iter().filter(|problem| !covered(problem)));
    }

    fn fill_report(&mut self, findings: &Findings) {
        let report = &mut self.report;
        report.entries = findings.entries;
        report.entry_bytes = findings.entry_bytes;
        report.kinds = findings.kinds();
        report.first_time = findings.first_time();
        report.last_time = findings.last_time();
        report.full = self.options.full;
        if let Some(first) = findings.time_steps_back.first() {
            let count = findings.time_steps_back.len();
            report.warnings.push(format!(
                "{count} entries are older than the one before them, the first is entry {first}"
            ));
        }
    }

    /// The keys of the log, starting from the pinned one.
    fn keys(&mut self, key_text: &str, findings: &Findings) -> Option<KeyHistory> {
        let exported = match VerifierKey::parse(key_text.strip_suffix('\n').unwrap_or(key_text)) {
            Ok(key) => Some(key),
            Err(error) => {
                self.head_problem(KEY_FILE, error.to_string());
                None
            }
        };
        let (start, source) = match self.options.key {
            Some(pinned) => (pinned.clone(), KeySource::Pinned),
            None => (exported.clone()?, KeySource::Export),
        };
        let history = self.follow(KeyHistory::pinned(start.clone()), findings);
        self.report.rotations = history.rotations();
        self.report.key = Some(start.clone());
        self.report.key_source = Some(source);
        if let Some(exported) = exported.filter(|exported| *exported != start) {
            // The pinned key may be a later one of the same log; the log itself can show that.
            let from_first = self.follow_silently(&exported, findings);
            if !from_first.is_some_and(|keys| keys.keys().any(|key| *key == start)) {
                self.head_problem(
                    KEY_FILE,
                    format!("the export names the key {exported}, but {start} is pinned"),
                );
            }
        }
        Some(history)
    }

    fn follow(&mut self, mut history: KeyHistory, findings: &Findings) -> KeyHistory {
        for (index, leaf) in &findings.rotations {
            let statement = rotation_statement(leaf).unwrap_or_default();
            match history.follow(*index, &statement) {
                Ok(()) => {}
                // Changes before the pinned key came into force.
                Err(RotationError::NotCurrent { .. }) if history.rotations() == 0 => {}
                Err(error) => {
                    let fault = Fault::Head(error.to_string());
                    let entries = EntryRange::one(*index);
                    self.problems.push(Problem::at(entries, "tile/entries", fault));
                }
            }
        }
        history
    }

    fn follow_silently(&self, first: &VerifierKey, findings: &Findings) -> Option<KeyHistory> {
        let mut history = KeyHistory::pinned(first.clone());
        for (index, leaf) in &findings.rotations {
            history.follow(*index, &rotation_statement(leaf)?).ok()?;
        }
        Some(history)
    }

    /// Checks the signature, and that it is for the tree that was read.
    fn checkpoint(
        &mut self,
        note: &str,
        history: &KeyHistory,
        size: u64,
        root: Option<Hash>,
        manifest: Option<&Manifest>,
    ) {
        let checkpoint = match history.open_checkpoint(note) {
            Ok(checkpoint) => checkpoint,
            Err(error) => return self.head_problem(CHECKPOINT_FILE, with_sources(&error)),
        };
        if checkpoint.size != size || Some(checkpoint.root) != root {
            self.head_problem(
                CHECKPOINT_FILE,
                format!("it is for {} entries, the export has {size} or others", checkpoint.size),
            );
        }
        if manifest.is_some_and(|manifest| manifest.origin != checkpoint.origin) {
            self.head_problem(MANIFEST_FILE, "it names another log than the checkpoint".to_owned());
        }
        self.report.checkpoint = Some(checkpoint);
    }

    /// Checks that the log continues every checkpoint kept from before.
    fn known(&mut self, history: &KeyHistory, size: u64, findings: &Findings) {
        for note in self.options.known {
            let known = match history.open_checkpoint(note) {
                Ok(known) => known,
                Err(error) => {
                    self.head_problem("the kept checkpoint", with_sources(&error));
                    continue;
                }
            };
            if known.size > size {
                let missing = EntryRange { first: size, last: known.size - 1 };
                let problem = Problem::at(missing, CHECKPOINT_FILE, Fault::EntryMissing);
                self.problems.push(problem);
            } else if self.root_at(known.size, findings) == Some(known.root) {
                self.report.known_continued += 1;
            } else {
                self.head_problem(
                    CHECKPOINT_FILE,
                    format!(
                        "the first {} entries are not those of the kept checkpoint",
                        known.size
                    ),
                );
            }
        }
    }

    /// Checks what witnesses saw against the log, and the times of entries against what they saw.
    fn witnesses(
        &mut self,
        history: &KeyHistory,
        size: u64,
        findings: &Findings,
        manifest: Option<&Manifest>,
    ) {
        let options = self.options;
        let mut sightings = Sightings::new(options.witnesses, options.quorum);
        for (file, note) in self.cosigned_notes(manifest) {
            self.sighting(&file, &note, (history, size, findings), &mut sightings);
        }
        self.report.bound = sightings.newest();
        if self.report.bound.is_none() && size > 0 {
            let (needed, known) = (sightings.quorum(), options.witnesses.len());
            let why = format!(
                "no entry was seen by {needed} of the {known} witnesses given: without them whoever \
                 holds the key can rewrite the log and its times"
            );
            self.problems.push(Problem::in_file(COSIGNED_FILE, Fault::QuorumMissed(why)));
        }
        let problems = self.forged_times(size, &sightings);
        self.add_unless_damaged(problems);
    }

    /// Notes that may hold cosignatures, with where they come from.
    fn cosigned_notes(&mut self, manifest: Option<&Manifest>) -> Vec<(String, String)> {
        let mut notes = Vec::new();
        let listed = manifest.is_none_or(|m| m.files.iter().any(|f| f.path == COSIGNED_FILE));
        if listed && self.dir.join(COSIGNED_FILE).exists() {
            for line in self.listed_text(COSIGNED_FILE, manifest).lines() {
                match serde_json::from_str::<CosignedLine>(line) {
                    Ok(line) => notes.push((COSIGNED_FILE.to_owned(), line.checkpoint)),
                    Err(error) => self.head_problem(COSIGNED_FILE, error.to_string()),
                }
            }
        } else if listed && manifest.is_some() {
            self.problems.push(Problem::in_file(COSIGNED_FILE, Fault::FileMissing));
        }
        let head = read_small(self.dir, CHECKPOINT_FILE).unwrap_or_default();
        notes.push((CHECKPOINT_FILE.to_owned(), String::from_utf8(head).unwrap_or_default()));
        let kept = self.options.known.iter();
        notes.extend(kept.map(|note| ("the kept checkpoint".to_owned(), note.clone())));
        notes
    }

    /// Takes a note with cosignatures into account, if it is a head of this log.
    fn sighting(
        &mut self,
        file: &str,
        note: &str,
        (history, size, findings): (&KeyHistory, u64, &Findings),
        sightings: &mut Sightings<'_>,
    ) {
        let (seen, witnesses) = match seen_by(note, self.options.witnesses) {
            Ok((_, witnesses)) if witnesses.is_empty() => return,
            Ok(seen) => seen,
            // A head that can't be read is reported where it is opened.
            Err(_) if file == CHECKPOINT_FILE => return,
            Err(error) => return self.head_problem(file, with_sources(&error)),
        };
        if let Err(error) = history.open_checkpoint(note) {
            return self.head_problem(file, with_sources(&error));
        }
        let agrees = seen.size <= size && self.root_at(seen.size, findings) == Some(seen.root);
        for (witness, time) in witnesses {
            if agrees {
                sightings.add(witness, seen.size, time);
                continue;
            }
            let (who, at) = (witness.name(), rfc3339(time));
            let why = if seen.size > size {
                format!("{who} saw {} entries at {at}, and this log has {size}", seen.size)
            } else {
                format!(
                    "the first {} entries are not those that {who} saw at {at}: the log was \
                     rewritten after that",
                    seen.size
                )
            };
            self.problems.push(Problem::in_file(file, Fault::OtherHistory(why)));
        }
    }

    /// Entries whose recorded time contradicts what witnesses saw.
    fn forged_times(&self, size: u64, sightings: &Sightings<'_>) -> Vec<Problem> {
        let mut problems = Vec::new();
        let spans = sightings.spans(size);
        let mut spans = spans.iter().peekable();
        let mut buffer = Buffer::default();
        for tile in (0..).map_while(|index| TileId::in_tree(0, index, size)) {
            // A bundle that can't be read is reported by the scan.
            let Ok(bundle) = buffer.bundle(self.dir, tile) else { continue };
            let file = tile.entries_path();
            let entries = Entries::new(bundle).map_while(Result::ok).take(tile.width.into());
            for (index, leaf) in (tile.first_hash()..).zip(entries) {
                while spans.next_if(|span| span.end <= index).is_some() {}
                let found = spans.peek().and_then(|span| span.check(index, leaf, &file));
                problems.extend(found);
            }
        }
        problems
    }

    /// The root the tree had at an earlier size.
    fn root_at(&self, size: u64, findings: &Findings) -> Option<Hash> {
        let full = usize::try_from(size / TILE_WIDTH).ok()?;
        let mut tiles: Vec<Option<Hash>> =
            findings.tiles.iter().take(full).map(|facts| facts.from_entries).collect();
        let edge = usize::try_from(size % TILE_WIDTH).ok()?;
        if edge > 0 {
            let facts = findings.tiles.get(full)?;
            let tile: TileId = facts.tile;
            // Level 0 hashes equal those of the entries here, or there is a problem already.
            let hashes = read_tile(self.dir, tile).ok()?;
            let mut frontier = Frontier::new();
            hashes.iter().take(edge).for_each(|hash| frontier.push(*hash));
            tiles.push(fold_right(frontier.hashes()));
        }
        root_of_tiles(size, &tiles)
    }

    fn head_problem(&mut self, file: &str, what: String) {
        self.problems.push(Problem::in_file(file, Fault::Head(what)));
    }
}

/// The statement in a rotation entry.
fn rotation_statement(leaf: &[u8]) -> Option<String> {
    let leaf: Value = serde_json::from_slice(leaf).ok()?;
    leaf.pointer("/data/statement")?.as_str().map(str::to_owned)
}

/// An error with the reasons below it, in one line.
fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut below = error.source();
    while let Some(source) = below {
        text.push_str(": ");
        text.push_str(&source.to_string());
        below = source.source();
    }
    text
}
