//! The binary as an auditor uses it: real processes on real folders.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ledger::export_dir::{ExportStamp, ExportWriter};
use ledger::tile::{Entries, TilePath};
use ledger::{Checkpoint, Frontier, Receipt, Sealed, SigningKey, leaf_hash, seal};
use serde_json::{Value, json};
use tempfile::TempDir;

const ORIGIN: &str = "example.com/log";
const KINDS: [&str; 3] = ["change_submitted", "vote_recorded", "grant_issued"];

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(ORIGIN, &[seed; 32]).unwrap()
}

fn kind_of(index: u64) -> &'static str {
    KINDS[(index % 3) as usize]
}

fn entries(count: u64) -> Vec<Sealed> {
    let mut salt = 0_u128;
    let mut fresh = || {
        salt += 1;
        salt.to_be_bytes()
    };
    (0..count)
        .map(|index| {
            let event = json!({
                "v": 1, "time": format!("2026-11-22T10:{:02}:{:02}.000Z", index / 60, index % 60),
                "stream": format!("change/chg_{index:04}"), "actor": {"person": "prs_1"},
                "kind": kind_of(index), "data": {"why": {"$private": format!("reason {index}")}},
            });
            seal(&event, &mut fresh).unwrap()
        })
        .collect()
}

fn frontier(entries: &[Sealed]) -> Frontier {
    let mut frontier = Frontier::new();
    entries.iter().for_each(|entry| frontier.push(leaf_hash(&entry.leaf)));
    frontier
}

fn signed(frontier: &Frontier, key: &SigningKey) -> String {
    let (size, root) = (frontier.size(), frontier.root());
    Checkpoint { origin: ORIGIN.to_owned(), size, root }.sign(key).unwrap()
}

fn export(entries: &[Sealed]) -> TempDir {
    let dir = TempDir::new().unwrap();
    let mut writer = ExportWriter::create(dir.path()).unwrap();
    for entry in entries {
        writer.push(&entry.leaf, &entry.disclosures).unwrap();
    }
    let stamp = ExportStamp {
        exported_at: "2026-11-22T12:00:00.000Z".to_owned(),
        tool: "countersign 0.1.0".to_owned(),
    };
    let note = signed(&frontier(entries), &key(1));
    writer.finish(&note, &key(1).verifier(), &stamp).unwrap();
    dir
}

fn run<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_countersign-verify")).args(arguments).output().unwrap()
}

fn verify(dir: &Path) -> Output {
    run(&[dir.to_str().unwrap(), "--key", &key(1).verifier().to_string()])
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
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

/// What the output must say of a byte: its entry, or else its file.
fn owner(file: &str, bytes: &[u8], offset: usize) -> String {
    if file.starts_with("disclosures/") {
        let line = bytes[..offset].iter().filter(|byte| **byte == b'\n').count();
        let line = bytes.split(|byte| *byte == b'\n').nth(line).unwrap();
        let index =
            serde_json::from_slice::<Value>(line).unwrap()["index"].as_str().unwrap().to_owned();
        return format!("entry {index} (");
    }
    match TilePath::parse(file) {
        Ok(TilePath::Entries(tile)) => {
            let mut end = 0;
            let position = Entries::new(bytes).position(|entry| {
                end += 2 + entry.unwrap().len();
                offset < end
            });
            format!("entry {}", tile.first_hash() + position.unwrap() as u64)
        }
        Ok(TilePath::Hashes(tile)) if tile.level == 0 => {
            format!("entry {}", tile.first_hash() + offset as u64 / 32)
        }
        Ok(TilePath::Hashes(tile)) => {
            let first = (tile.first_hash() + offset as u64 / 32) * 256;
            format!("entries {first} to {}", first + 255)
        }
        Err(_) => file.to_owned(),
    }
}

#[test]
fn an_intact_export_verifies_with_exit_code_0() {
    let dir = export(&entries(300));
    let output = verify(dir.path());
    let shown = text(&output);
    assert_eq!(output.status.code(), Some(0), "{shown}");
    for expected in [
        "✓ all 300 entries are those that were signed for",
        "✓ 300 disclosed values are those the entries commit to; 0 are withheld or erased",
        "vote_recorded",
        "entries from 2026-11-22T10:00:00.000Z to 2026-11-22T10:04:59.000Z",
    ] {
        assert!(shown.contains(expected), "{expected}\n{shown}");
    }
    assert!(shown.ends_with("VERIFIED\n") && !shown.contains("!!"), "{shown}");
}

#[test]
fn h01_a_byte_flipped_anywhere_fails_and_names_its_entry() {
    let dir = export(&entries(300));
    let files = files_below(dir.path());
    let mut state = 11_u64;
    let mut next = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for round in 0..120 {
        let file = &files[round % files.len()];
        let name = file.strip_prefix(dir.path()).unwrap().to_str().unwrap();
        let good = fs::read(file).unwrap();
        let (offset, bit) = (next(good.len()), next(8));
        let mut bad = good.clone();
        bad[offset] ^= 1 << bit;
        fs::write(file, bad).unwrap();
        let output = verify(dir.path());
        let shown = text(&output);
        assert_eq!(output.status.code(), Some(1), "bit {bit} of byte {offset} of {name}\n{shown}");
        let expected = owner(name, &good, offset);
        assert!(
            shown.contains(&format!("✗ {expected}")),
            "{expected}: byte {offset} of {name}\n{shown}"
        );
        assert!(
            shown.contains("NOT VERIFIED: 1 problem\n") || !expected.starts_with("entr"),
            "{shown}"
        );
        fs::write(file, good).unwrap();
    }
    assert_eq!(verify(dir.path()).status.code(), Some(0));
}

#[test]
fn h01_a_damaged_entry_is_named_with_kind_stream_and_time_and_what_to_do() {
    let dir = export(&entries(300));
    let bundle = dir.path().join("tile/entries/001.p/44");
    let mut bytes = fs::read(&bundle).unwrap();
    bytes[20] ^= 1;
    fs::write(&bundle, bytes).unwrap();
    let shown = text(&verify(dir.path()));
    assert!(
        shown.contains(
            "✗ entry 256 (vote_recorded in change/chg_0256 at 2026-11-22T10:04:16.000Z): its bytes are \
             not those that were signed for [tile/entries/001.p/44]"
        ),
        "{shown}"
    );
    assert!(shown.contains("What to do next"), "{shown}");
}

#[test]
fn h06_without_a_pinned_key_the_output_says_so_loudly() {
    let dir = export(&entries(3));
    let output = run(&[dir.path()]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output).contains("THE KEY WAS TAKEN FROM THE EXPORT ITSELF"));
    let wrong = run(&[dir.path().to_str().unwrap(), "--key", &key(2).verifier().to_string()]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(text(&wrong).contains("✗ checkpoint:"), "{}", text(&wrong));
}

#[test]
fn h02_a_kept_checkpoint_shows_a_log_that_was_cut_short_or_rewritten() {
    let all = entries(300);
    let dir = export(&all[..290]);
    let kept = TempDir::new().unwrap();
    let check = |name: &str, note: String| {
        let path = kept.path().join(name);
        fs::write(&path, note).unwrap();
        run(&[
            dir.path().to_str().unwrap(),
            "--key",
            &key(1).verifier().to_string(),
            "--checkpoint",
            path.to_str().unwrap(),
        ])
    };
    let earlier = check("earlier", signed(&frontier(&all[..100]), &key(1)));
    assert_eq!(earlier.status.code(), Some(0), "{}", text(&earlier));
    let later = check("later", signed(&frontier(&all), &key(1)));
    assert_eq!(later.status.code(), Some(1));
    assert!(text(&later).contains("✗ entries 290 to 299: missing"), "{}", text(&later));
    let other = check("other", signed(&frontier(&all[1..]), &key(1)));
    assert_eq!(other.status.code(), Some(1));
}

#[test]
fn json_output_is_for_programs() {
    let dir = export(&entries(300));
    let run_json = || run(&[dir.path().to_str().unwrap(), "--json", "--full", "--threads=2"]);
    let good: Value = serde_json::from_slice(&run_json().stdout).unwrap();
    assert_eq!((&good["verified"], &good["entries"]), (&json!(true), &json!(300)));
    assert_eq!(
        (&good["key_source"], &good["parsed_every_entry"]),
        (&json!("export"), &json!(true))
    );
    let tile = dir.path().join("tile/0/000");
    let mut bytes = fs::read(&tile).unwrap();
    bytes[32 * 7] ^= 1;
    fs::write(&tile, bytes).unwrap();
    let output = run_json();
    assert_eq!(output.status.code(), Some(1));
    let bad: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(bad["verified"], json!(false));
    assert_eq!(bad["problems"][0]["code"], json!("slot_changed"));
    assert_eq!(bad["problems"][0]["first_entry"], json!(7));
    assert_eq!(bad["problems"][0]["kind"], json!(kind_of(7)));
}

/// A laptop that has the folder, the key and the program, and nothing else: no settings, no home, no name of
/// a server. The folder may be read only.
#[test]
fn k13_an_export_verifies_with_the_program_and_a_key_and_nothing_else() {
    let dir = export(&entries(300));
    for file in files_below(dir.path()) {
        let mut permissions = fs::metadata(&file).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&file, permissions).unwrap();
    }
    let nowhere = TempDir::new().unwrap();
    let alone = |key: &SigningKey| {
        Command::new(env!("CARGO_BIN_EXE_countersign-verify"))
            .arg(dir.path())
            .args(["--key", &key.verifier().to_string()])
            .env_clear()
            .current_dir(nowhere.path())
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap()
    };
    let output = alone(&key(1));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(alone(&key(2)).status.code(), Some(1), "another key is no proof");
    assert_eq!(fs::read_dir(nowhere.path()).unwrap().count(), 0, "it leaves nothing behind");
}

#[test]
fn h07_a_receipt_is_checked_in_both_its_forms() {
    let all = entries(300);
    let batch = frontier(&all[..200])
        .extend(all[200..].iter().map(|entry| leaf_hash(&entry.leaf)).collect());
    let receipt = Receipt {
        index: 250,
        leaf_hash: Some(leaf_hash(&all[250].leaf)),
        proof: batch.inclusion_proof(250).unwrap(),
        checkpoint: signed(batch.frontier(), &key(1)),
    };
    let dir = TempDir::new().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("leaf"), &all[250].leaf).unwrap();
    fs::write(path("other"), &all[251].leaf).unwrap();
    fs::write(path("json"), serde_json::to_string(&receipt).unwrap()).unwrap();
    fs::write(path("x.tlog-proof"), receipt.to_tlog_proof()).unwrap();
    fs::write(path("key"), format!("{}\n", key(1).verifier())).unwrap();
    let check = |receipt: &str, leaf: &str, key: &str| {
        run(&["--receipt", &path(receipt), "--leaf", &path(leaf), "--key", key])
    };
    for form in ["json", "x.tlog-proof"] {
        let output = check(form, "leaf", &path("key"));
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        assert!(text(&output).contains("✓ the entry is number 250 of the log example.com/log"));
        assert_eq!(check(form, "other", &path("key")).status.code(), Some(1));
        let wrong = key(2).verifier().to_string();
        assert_eq!(check(form, "leaf", &wrong).status.code(), Some(1));
    }
}

#[test]
fn wrong_usage_is_exit_code_2_and_help_teaches() {
    for arguments in [&["--nope"][..], &[], &["a", "b"], &["--receipt", "x", "--leaf", "y"]] {
        assert_eq!(run(arguments).status.code(), Some(2), "{arguments:?}");
    }
    let help = run(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    for word in ["USAGE", "WHAT IT PROVES", "EXIT CODES", "EXAMPLE"] {
        assert!(text(&help).contains(word));
    }
    assert_eq!(run(&["/nowhere/at/all"]).status.code(), Some(1));
    assert_eq!(run(&["/nowhere/at/all", "--key", "no-such-file"]).status.code(), Some(1));
}
