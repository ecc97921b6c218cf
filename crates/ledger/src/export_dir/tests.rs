//! What the verification of an export promises: every byte counts, and the right entry is named.

mod signed;
mod witnessed;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::checkpoint::Checkpoint;
use crate::note::SigningKey;
use crate::seal::{Disclosure, DisclosureClass, Sealed, seal};
use crate::tile::{Entries, TilePath};
use crate::tree::Frontier;

const ORIGIN: &str = "example.com/log";

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(ORIGIN, &[seed; 32]).unwrap()
}

fn stamp() -> ExportStamp {
    ExportStamp {
        exported_at: "2026-11-22T12:00:00.000Z".to_owned(),
        tool: "countersign 0.1.0".to_owned(),
    }
}

fn event(number: u64) -> Value {
    let minute = number / 60 % 60;
    json!({
        "v": 1, "time": format!("2026-11-22T{:02}:{minute:02}:{:02}.000Z", number / 3600, number % 60),
        "stream": format!("change/chg_{}", number / 3), "actor": {"person": format!("prs_{number}")},
        "kind": if number.is_multiple_of(3) { "vote_recorded" } else { "change_submitted" },
        "data": {
            "comment": {"$private": format!("comment \"{number}\"")},
            "a/b~\"c\"": {"$private": [number, null]},
            "password": {"$secret": "hash"},
            "number": number,
        },
    })
}

/// Sealed events; every second one keeps its private values.
fn entries(count: u64) -> Vec<Sealed> {
    let mut salt = 0_u128;
    let mut salts = || {
        salt += 1;
        salt.to_be_bytes()
    };
    (0..count)
        .map(|number| {
            let mut sealed = seal(&event(number), &mut salts).unwrap();
            if number % 2 == 1 {
                sealed.disclosures.clear();
            }
            sealed
        })
        .collect()
}

fn export(entries: &[Sealed], signer: &SigningKey, first_key: &SigningKey) -> TempDir {
    let dir = TempDir::new().unwrap();
    let mut writer = ExportWriter::create(dir.path()).unwrap();
    let mut frontier = Frontier::new();
    for entry in entries {
        writer.push(&entry.leaf, &entry.disclosures).unwrap();
        frontier.push(crate::leaf_hash(&entry.leaf));
    }
    let note = checkpoint_of(&frontier).sign(signer).unwrap();
    writer.finish(&note, &first_key.verifier(), &stamp()).unwrap();
    dir
}

fn checkpoint_of(frontier: &Frontier) -> Checkpoint {
    Checkpoint { origin: ORIGIN.to_owned(), size: frontier.size(), root: frontier.root() }
}

fn frontier_of(entries: &[Sealed]) -> Frontier {
    let mut frontier = Frontier::new();
    entries.iter().for_each(|entry| frontier.push(crate::leaf_hash(&entry.leaf)));
    frontier
}

fn verify(dir: &Path) -> Result<VerifyReport, Box<Failure>> {
    let pinned = key(1).verifier();
    verify_dir(dir, &VerifyOptions { key: Some(&pinned), threads: 1, ..VerifyOptions::default() })
}

fn problems(dir: &Path) -> Vec<Problem> {
    verify(dir).unwrap_err().problems
}

fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for item in fs::read_dir(dir).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() { found.extend(files_below(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// The entries that a byte of a file belongs to, computed apart from the verifier.
fn owner(file: &str, bytes: &[u8], offset: usize) -> Option<EntryRange> {
    if file.starts_with("disclosures/") {
        let start = bytes[..offset].iter().filter(|byte| **byte == b'\n').count();
        let line = bytes.split(|byte| *byte == b'\n').nth(start).unwrap();
        let line: Value = serde_json::from_slice(line).unwrap();
        return Some(EntryRange::one(line["index"].as_str().unwrap().parse().unwrap()));
    }
    match TilePath::parse(file).ok()? {
        TilePath::Entries(tile) => {
            let mut end = 0;
            for (index, entry) in (tile.first_hash()..).zip(Entries::new(bytes)) {
                end += 2 + entry.unwrap().len();
                if offset < end {
                    return Some(EntryRange::one(index));
                }
            }
            None
        }
        TilePath::Hashes(tile) => {
            let span = 256_u64.pow(u32::from(tile.level));
            let first = (tile.first_hash() + offset as u64 / 32) * span;
            Some(EntryRange { first, last: first + span - 1 })
        }
    }
}

fn assert_flip_is_named(dir: &Path, file: &Path, offset: usize, bit: u8) {
    let good = fs::read(file).unwrap();
    let mut bad = good.clone();
    bad[offset] ^= 1 << bit;
    fs::write(file, &bad).unwrap();
    let name = file.strip_prefix(dir).unwrap().to_str().unwrap();
    let place = format!("bit {bit} of byte {offset} of {name}");
    let found = verify(dir).expect_err(&place).problems;
    let listing: Vec<String> = found.iter().map(ToString::to_string).collect();
    match owner(name, &good, offset) {
        Some(entries) => {
            assert_eq!(found[0].entries, Some(entries), "{place}: {listing:#?}");
            assert_eq!(found.len(), 1, "{place}: {listing:#?}");
        }
        None => assert!(found.iter().any(|problem| problem.file == name), "{place}: {listing:#?}"),
    }
    fs::write(file, &good).unwrap();
}

#[test]
fn an_intact_export_verifies_and_says_what_it_holds() {
    let dir = export(&entries(600), &key(1), &key(1));
    let report = verify(dir.path()).unwrap();
    assert_eq!((report.entries, report.checkpoint.as_ref().unwrap().size), (600, 600));
    assert_eq!((report.disclosed, report.withheld), (600, 1200));
    assert_eq!(report.kinds["vote_recorded"], 200);
    assert_eq!(report.kinds["change_submitted"], 400);
    assert_eq!(report.first_time.as_deref(), Some("2026-11-22T00:00:00.000Z"));
    assert_eq!(report.last_time.as_deref(), Some("2026-11-22T00:09:59.000Z"));
    assert_eq!(report.key_source, Some(KeySource::Pinned));
    assert!(report.warnings.is_empty());
    let pinned = key(1).verifier();
    let full =
        VerifyOptions { key: Some(&pinned), threads: 3, full: true, ..VerifyOptions::default() };
    assert!(verify_dir(dir.path(), &full).unwrap().full);
}

#[test]
fn exports_of_every_edge_size_verify() {
    for count in [0, 1, 2, 255, 256, 257, 512, 513] {
        let dir = export(&entries(count), &key(1), &key(1));
        assert_eq!(verify(dir.path()).unwrap().entries, count, "{count}");
    }
}

#[test]
fn h01_every_single_byte_of_a_small_export_counts() {
    let dir = export(&entries(3), &key(1), &key(1));
    for file in files_below(dir.path()) {
        for offset in 0..fs::read(&file).unwrap().len() {
            assert_flip_is_named(dir.path(), &file, offset, (offset % 8) as u8);
        }
    }
    verify(dir.path()).unwrap();
}

#[test]
fn h01_flips_anywhere_in_a_larger_export_name_their_entry() {
    let dir = export(&entries(700), &key(1), &key(1));
    let files = files_below(dir.path());
    let mut state = 7_u64;
    let mut next = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for round in 0..400 {
        let file = &files[round % files.len()];
        let offset = next(fs::metadata(file).unwrap().len() as usize);
        assert_flip_is_named(dir.path(), file, offset, next(8) as u8);
    }
}

#[test]
fn h01_several_damages_at_once_are_each_named() {
    let dir = export(&entries(600), &key(1), &key(1));
    let change = |file: &str, offset: usize| {
        let path = dir.path().join(file);
        let mut bytes = fs::read(&path).unwrap();
        bytes[offset] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    change("tile/entries/000", 40);
    change("tile/0/001", 32 * 9);
    change("tile/1/000.p/2", 0);
    let found: Vec<String> = problems(dir.path()).iter().map(ToString::to_string).collect();
    assert!(found.iter().any(|line| line.starts_with("entry 0 (")), "{found:#?}");
    assert!(found.iter().any(|line| line.starts_with("entry 265")), "{found:#?}");
    assert!(found.iter().any(|line| line.contains("[tile/1/000.p/2]")), "{found:#?}");
}

#[test]
fn h02_missing_tails_and_files_are_named() {
    let all = entries(600);
    let dir = export(&all, &key(1), &key(1));
    let bundle = dir.path().join("tile/entries/002.p/88");
    let bytes = fs::read(&bundle).unwrap();
    let last = all.last().unwrap().leaf.len() + 2;
    fs::write(&bundle, &bytes[..bytes.len() - last]).unwrap();
    let found = problems(dir.path());
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].entries, &found[0].fault),
        (Some(EntryRange::one(599)), &Fault::EntryMissing)
    );
    fs::write(&bundle, [&bytes[..], b"\0\0"].concat()).unwrap();
    assert_eq!(problems(dir.path())[0].fault, Fault::BundleTooLong(2));
    fs::remove_file(&bundle).unwrap();
    let range = EntryRange { first: 512, last: 599 };
    let found = problems(dir.path());
    assert_eq!((found[0].entries, &found[0].fault), (Some(range), &Fault::FileMissing));
    fs::write(&bundle, bytes).unwrap();
    for file in files_below(dir.path()) {
        let good = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        let name = file.strip_prefix(dir.path()).unwrap().to_str().unwrap();
        assert!(problems(dir.path()).iter().any(|problem| problem.file == name), "{name}");
        fs::write(&file, good).unwrap();
    }
    verify(dir.path()).unwrap();
}

#[test]
fn h02_an_export_behind_a_kept_checkpoint_names_the_missing_entries() {
    let all = entries(600);
    let dir = export(&all[..590], &key(1), &key(1));
    let pinned = key(1).verifier();
    let with = |notes: Vec<String>| {
        let options =
            VerifyOptions { key: Some(&pinned), known: &notes, ..VerifyOptions::default() };
        verify_dir(dir.path(), &options)
    };
    let note = |entries: &[Sealed]| checkpoint_of(&frontier_of(entries)).sign(&key(1)).unwrap();
    let earlier = [0, 1, 255, 256, 300, 512, 590].map(|size| note(&all[..size]));
    assert_eq!(with(earlier.to_vec()).unwrap().known_continued, 7);
    let failure = with(vec![note(&all)]).unwrap_err();
    assert_eq!(failure.problems[0].entries, Some(EntryRange { first: 590, last: 599 }));
    // H04: the right key, other entries.
    let failure = with(vec![note(&all[1..300])]).unwrap_err();
    assert!(failure.problems[0].to_string().contains("first 299 entries"), "{failure:?}");
}

#[test]
fn h04_h06_a_rebuilt_export_fails_against_the_pinned_key() {
    let mut all = entries(300);
    all[17] =
        seal(&json!({"v": 1, "time": "t", "stream": "s", "kind": "k"}), &mut || [0; 16]).unwrap();
    let dir = export(&all, &key(9), &key(9));
    let listing =
        problems(dir.path()).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(listing.contains("log.vkey: the export names the key"), "{listing}");
    assert!(listing.contains("checkpoint: open the checkpoint's note"), "{listing}");
    let trusting = verify_dir(dir.path(), &VerifyOptions::default()).unwrap();
    assert_eq!(trusting.key_source, Some(KeySource::Export));
}

#[test]
fn h12_the_first_key_verifies_a_log_that_changed_its_key() {
    let mut all = entries(300);
    let statement = crate::rotation::statement(&key(1), &key(2)).unwrap();
    let rotation = json!({
        "v": 1, "time": "2026-11-22T00:05:00.000Z", "stream": "ledger", "actor": {},
        "kind": "ledger_key_rotated", "data": {"statement": statement},
    });
    all.push(seal(&rotation, &mut || [0; 16]).unwrap());
    all.extend(entries(20));
    let dir = export(&all, &key(2), &key(1));
    assert_eq!(verify(dir.path()).unwrap().rotations, 1);
    let later = key(2).verifier();
    let options = VerifyOptions { key: Some(&later), ..VerifyOptions::default() };
    assert!(verify_dir(dir.path(), &options).is_ok());
    // The old key, stolen, signs the same log again.
    let stolen = export(&all, &key(1), &key(1));
    assert!(
        problems(stolen.path())[0].to_string().contains("did not sign for the log at that size")
    );
}

#[test]
fn h18_an_export_made_again_has_the_same_bytes() {
    let (a, b) = (export(&entries(300), &key(1), &key(1)), export(&entries(300), &key(1), &key(1)));
    for file in files_below(a.path()) {
        let name = file.strip_prefix(a.path()).unwrap();
        assert_eq!(fs::read(&file).unwrap(), fs::read(b.path().join(name)).unwrap());
    }
}

#[test]
fn unknown_files_and_links_are_named() {
    let dir = export(&entries(300), &key(1), &key(1));
    for name in
        ["extra", "tile/0/002", "tile/0/001.p/43", "tile/notes.txt", "disclosures/001.jsonl"]
    {
        fs::create_dir_all(dir.path().join(name).parent().unwrap()).unwrap();
        fs::write(dir.path().join(name), b"x").unwrap();
        let found = problems(dir.path());
        assert_eq!((found[0].file.as_str(), &found[0].fault), (name, &Fault::FileUnknown));
        assert_eq!(found.len(), 1);
        fs::remove_file(dir.path().join(name)).unwrap();
    }
    #[cfg(unix)]
    {
        let whole = dir.path().join("tile/0/000");
        fs::rename(&whole, dir.path().join("moved")).unwrap();
        std::os::unix::fs::symlink(dir.path().join("moved"), &whole).unwrap();
        assert!(problems(dir.path()).iter().any(|p| p.file == "tile/0/000"));
    }
}

#[test]
fn secrets_are_never_exported() {
    let all = entries(4);
    assert!(all[0].disclosures.iter().any(|d| d.class == DisclosureClass::Secret));
    let dir = export(&all, &key(1), &key(1));
    let text = fs::read_to_string(dir.path().join("disclosures/000.jsonl")).unwrap();
    assert!(text.contains("private") && !text.contains("secret") && !text.contains("password"));
}

#[test]
fn a_signed_entry_that_is_no_event_and_time_that_steps_back_are_told() {
    let mut all = entries(4);
    all.swap(1, 2);
    let dir = export(&all, &key(1), &key(1));
    let report = verify(dir.path()).unwrap();
    assert!(report.warnings[0].contains("the first is entry 2"), "{:?}", report.warnings);
    all.push(Sealed { leaf: b"{\"v\": 1}".to_vec(), disclosures: Vec::<Disclosure>::new() });
    let dir = export(&all, &key(1), &key(1));
    let found = problems(dir.path());
    assert_eq!(found[0].entries, Some(EntryRange::one(4)));
    assert!(matches!(&found[0].fault, Fault::NotAnEvent(why) if why == "not canonical JSON"));
}

#[test]
fn entries_that_are_not_those_of_the_checkpoint_cannot_be_exported() {
    let dir = TempDir::new().unwrap();
    let mut writer = ExportWriter::create(dir.path()).unwrap();
    writer.push(b"one", &[]).unwrap();
    let note = checkpoint_of(&Frontier::new()).sign(&key(1)).unwrap();
    let error = writer.finish(&note, &key(1).verifier(), &stamp()).unwrap_err();
    assert!(matches!(error, ExportError::OtherTree { size: 1, .. }));
    fs::write(dir.path().join("x"), b"").unwrap();
    assert!(matches!(ExportWriter::create(dir.path()), Err(ExportError::NotEmpty(_))));
}

#[test]
fn i11_an_empty_or_missing_folder_is_a_failure_that_names_the_files() {
    let dir = TempDir::new().unwrap();
    for path in [dir.path().to_owned(), dir.path().join("nowhere")] {
        let found = problems(&path);
        for file in [CHECKPOINT_FILE, KEY_FILE, MANIFEST_FILE] {
            assert!(found.iter().any(|problem| problem.file == file), "{file}");
        }
    }
}
