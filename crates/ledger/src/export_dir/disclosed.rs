//! Checking disclosed values against the commitments in their entries.
//!
//! A line is canonical JSON, so its value's bytes are what the commitment was made over: they are
//! hashed as they stand, and a changed byte cannot hide behind a second spelling.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use sha2::Digest as _;

use super::files::{Buffer, fault};
use super::glance::describe;
use super::manifest::FileDigest;
use super::pointer::commitment_at;
use super::problem::{EntryRange, Fault, Problem};
use super::{DISCLOSURE_SPAN, disclosure_file};
use crate::hash::{Hash, decode_exact};
use crate::proof::parse_decimal;
use crate::seal::{SALT_BYTES, commitment_of_bytes};
use crate::tile::{Entries, TILE_WIDTH, TileId};

/// A longer line is not ours.
const MAX_LINE: u64 = 64 << 20;

const LINE_START: &[u8] = br#"{"class":"private","index":""#;
const PATH_START: &[u8] = br#"","path":""#;
const PATH_MARK: &[u8] = br#"path":""#;
const SALT_START: &[u8] = br#"","salt":""#;
const VALUE_START: &[u8] = br#"","value":"#;

/// The disclosure files of an export.
pub(super) struct Disclosed<'a> {
    pub dir: &'a Path,
    pub size: u64,
    /// Paths, with what the manifest says of them if it can be read.
    pub files: Vec<(String, Option<FileDigest>)>,
}

/// What the files hold.
#[derive(Debug, Default)]
pub(super) struct DisclosedFindings {
    pub checked: u64,
    pub problems: Vec<Problem>,
}

/// A line taken apart.
struct Line<'a> {
    index: &'a [u8],
    claim: Claim<'a>,
}

/// What a line says of its entry.
struct Claim<'a> {
    path: String,
    salt: [u8; SALT_BYTES],
    value: &'a [u8],
}

impl Disclosed<'_> {
    pub(super) fn run(&self, threads: usize) -> DisclosedFindings {
        let next = AtomicUsize::new(0);
        let work = || {
            let mut found = DisclosedFindings::default();
            while let Some((path, listed)) = self.files.get(next.fetch_add(1, Ordering::Relaxed)) {
                Checker::new(self.dir, self.size, path).file(listed.as_ref(), &mut found);
            }
            found
        };
        std::thread::scope(|scope| {
            let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mut found = work();
            for helper in helpers {
                match helper.join() {
                    Ok(other) => {
                        found.checked += other.checked;
                        found.problems.extend(other.problems);
                    }
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            found
        })
    }
}

/// The check of one file.
struct Checker<'a> {
    dir: &'a Path,
    size: u64,
    path: &'a str,
    bundle: Buffer,
    loaded: Option<Loaded>,
    /// The entry at hand and the paths whose values were seen.
    current: Option<(u64, Vec<String>)>,
}

/// A bundle in memory with the places of its entries.
struct Loaded {
    tile: TileId,
    bytes: Vec<u8>,
    entries: Vec<Range<usize>>,
}

impl<'a> Checker<'a> {
    fn new(dir: &'a Path, size: u64, path: &'a str) -> Self {
        Self { dir, size, path, bundle: Buffer::default(), loaded: None, current: None }
    }

    fn file(&mut self, listed: Option<&FileDigest>, found: &mut DisclosedFindings) {
        let before = found.problems.len();
        match self.lines(found) {
            Err(fault) => found.problems.push(Problem::in_file(self.path, fault)),
            Ok((bytes, digest)) => {
                let as_listed =
                    listed.is_none_or(|file| file.bytes == bytes && file.sha256 == digest);
                // A line that was found wrong explains the digest.
                if !as_listed && found.problems.len() == before {
                    found.problems.push(Problem::in_file(self.path, Fault::FileChanged));
                }
            }
        }
    }

    fn lines(&mut self, found: &mut DisclosedFindings) -> Result<(u64, Hash), Fault> {
        let file = File::open(self.dir.join(self.path)).map_err(|error| fault(&error))?;
        let mut reader = BufReader::with_capacity(256 << 10, file);
        let (mut digest, mut bytes) = (sha2::Sha256::new(), 0_u64);
        let mut buffer = Vec::new();
        for number in 1.. {
            buffer.clear();
            let count = reader
                .by_ref()
                .take(MAX_LINE)
                .read_until(b'\n', &mut buffer)
                .map_err(|error| fault(&error))?;
            if count == 0 {
                break;
            }
            digest.update(&buffer);
            bytes += count as u64;
            match self.line(&buffer, number) {
                Ok(()) => found.checked += 1,
                Err(problem) => found.problems.push(*problem),
            }
        }
        Ok((bytes, Hash(digest.finalize().into())))
    }

    fn line(&mut self, bytes: &[u8], number: u64) -> Result<(), Box<Problem>> {
        let Some(line) = parse(bytes) else {
            return Err(self.damaged(bytes, number, "it is not a disclosure in canonical form"));
        };
        let index = std::str::from_utf8(line.index).ok().and_then(parse_decimal);
        let before = self.current.as_ref().map_or(0, |(index, _)| *index);
        let in_order = |index: &u64| *index >= before && disclosure_file(*index) == self.path;
        let Some(index) = index.filter(in_order) else {
            return Err(self.damaged(bytes, number, "its entry number is out of order"));
        };
        let hash = commitment_of_bytes(&line.claim.salt, line.claim.value);
        let path = line.claim.path;
        let fault = match self.leaf(index).and_then(|leaf| commitment_at(leaf, &path)) {
            Some(expected) if expected == hash => return self.believe(index, path, number),
            Some(_) => Fault::DisclosureMismatch(path),
            None => Fault::DisclosureStray(path),
        };
        Err(self.elsewhere(hash, index, number, fault))
    }

    /// Only a line that opens its commitment moves the place in the log.
    fn believe(&mut self, index: u64, path: String, line: u64) -> Result<(), Box<Problem>> {
        match &mut self.current {
            Some((current, seen)) if *current == index => {
                if seen.contains(&path) {
                    let why = "the same value is disclosed twice";
                    let fault = Fault::DisclosureLine { line, why };
                    return Err(self.problem(EntryRange::one(index), fault));
                }
                seen.push(path);
            }
            other => *other = Some((index, vec![path])),
        }
        Ok(())
    }

    /// Names a damaged line by what is left of it.
    fn damaged(&mut self, bytes: &[u8], number: u64, why: &'static str) -> Box<Problem> {
        let fault = Fault::DisclosureLine { line: number, why };
        // The rest of the line may still open the commitment of the entry it belongs to.
        let claim = bytes
            .windows(PATH_MARK.len())
            .position(|window| window == PATH_MARK)
            .and_then(|at| parse_claim(bytes.get(at + PATH_MARK.len()..)?));
        if let Some(index) =
            claim.and_then(|claim| self.find(commitment_of_bytes(&claim.salt, claim.value)))
        {
            return self.problem(EntryRange::one(index), fault);
        }
        // Canonical lines have the number at a fixed place.
        let rest = bytes.get(LINE_START.len()..).unwrap_or_default();
        let digits: Vec<u8> = rest.iter().copied().take_while(u8::is_ascii_digit).collect();
        let index = std::str::from_utf8(&digits).ok().and_then(parse_decimal);
        match index.filter(|index| disclosure_file(*index) == self.path) {
            Some(index) => self.problem(EntryRange::one(index), fault),
            None => Box::new(Problem::in_file(self.path, fault)),
        }
    }

    /// Looks whether the value belongs to another entry of this file.
    fn elsewhere(&mut self, hash: Hash, index: u64, line: u64, fault: Fault) -> Box<Problem> {
        match self.find(hash) {
            Some(other) if other != index => {
                let why = "its entry number was changed";
                self.problem(EntryRange::one(other), Fault::DisclosureLine { line, why })
            }
            _ => self.problem(EntryRange::one(index), fault),
        }
    }

    fn problem(&mut self, entries: EntryRange, fault: Fault) -> Box<Problem> {
        let described = self.leaf(entries.first).map(describe).unwrap_or_default();
        Box::new(Problem::at(entries, self.path, fault).describe(described))
    }

    /// The entry of this file's span that holds a commitment; slow, for damage only.
    fn find(&mut self, hash: Hash) -> Option<u64> {
        let mark = format!(r#"{{"$commitment":"{hash}"}}"#);
        let span = parse_span(self.path)?;
        let mut tile_index = span / TILE_WIDTH;
        while tile_index * TILE_WIDTH < span + DISCLOSURE_SPAN {
            let tile = TileId::in_tree(0, tile_index, self.size)?;
            let bundle = self.bundle.bundle(self.dir, tile).unwrap_or_default();
            let holds = |entry: &[u8]| entry.windows(mark.len()).any(|w| w == mark.as_bytes());
            let entries = (tile.first_hash()..).zip(Entries::new(bundle).map_while(Result::ok));
            let mut matching = entries.filter(|(_, entry)| holds(entry));
            if let Some((index, _)) = matching.next() {
                return Some(index);
            }
            tile_index += 1;
        }
        None
    }

    fn leaf(&mut self, index: u64) -> Option<&[u8]> {
        let tile = TileId::in_tree(0, index / TILE_WIDTH, self.size)?;
        if self.loaded.as_ref().is_none_or(|loaded| loaded.tile != tile) {
            let bytes = self.bundle.bundle(self.dir, tile).unwrap_or_default().to_vec();
            let mut end = 0;
            let entries = Entries::new(&bytes).map_while(Result::ok).map(|entry| {
                let start = end + 2;
                end = start + entry.len();
                start..end
            });
            let entries = entries.collect();
            self.loaded = Some(Loaded { tile, bytes, entries });
        }
        let loaded = self.loaded.as_ref()?;
        let slot = usize::try_from(index % TILE_WIDTH).ok()?;
        loaded.bytes.get(loaded.entries.get(slot)?.clone())
    }
}

/// The first entry a file can speak of, from its name.
fn parse_span(path: &str) -> Option<u64> {
    let number: u64 = path.strip_prefix("disclosures/")?.strip_suffix(".jsonl")?.parse().ok()?;
    number.checked_mul(DISCLOSURE_SPAN)
}

fn parse(line: &[u8]) -> Option<Line<'_>> {
    let rest = line.strip_prefix(LINE_START)?;
    let digits = rest.iter().position(|byte| *byte == b'"')?;
    let (index, rest) = rest.split_at_checked(digits)?;
    Some(Line { index, claim: parse_claim(rest.strip_prefix(PATH_START)?)? })
}

/// Reads a line from its path on: `…","salt":"…","value":…}` and the newline.
fn parse_claim(rest: &[u8]) -> Option<Claim<'_>> {
    let (path, rest) = parse_string(rest)?;
    let rest = rest.strip_prefix(SALT_START)?;
    let (salt, rest) = rest.split_at_checked(24)?;
    let salt = decode_exact(std::str::from_utf8(salt).ok()?)?;
    let value = rest.strip_prefix(VALUE_START)?.strip_suffix(b"}\n")?;
    Some(Claim { path, salt, value })
}

/// Reads a canonical JSON string up to its closing quote, which stays.
fn parse_string(rest: &[u8]) -> Option<(String, &[u8])> {
    let mut end = 0;
    loop {
        match rest.get(end)? {
            b'"' => break,
            b'\\' => end += 2,
            _ => end += 1,
        }
    }
    let (raw, after) = rest.split_at_checked(end)?;
    let text = std::str::from_utf8(raw).ok()?;
    if !raw.contains(&b'\\') {
        return Some((text.to_owned(), after));
    }
    let quoted = format!("\"{text}\"");
    let parsed: String = serde_json::from_str(&quoted).ok()?;
    let canonical = canonical::to_canonical_bytes(&parsed).ok()?;
    (canonical == quoted.as_bytes()).then_some((parsed, after))
}
