//! What witnesses add to the verification of an export (F07, H04).

use std::path::Path;

use super::*;
use crate::cosignature::{WitnessKey, WitnessSigningKey};
use crate::hash::leaf_hash;
use crate::tree::Frontier;

/// 2026-11-22T10:00:00Z
const START: u64 = 1_795_341_600;

fn witness(seed: u8) -> WitnessSigningKey {
    WitnessSigningKey::from_seed(&format!("witness-{seed}.example"), &[seed; 32]).unwrap()
}

fn log_key() -> SigningKey {
    SigningKey::from_seed("example.com/log", &[3; 32]).unwrap()
}

/// An entry recorded so many seconds after the start.
fn entry(number: u64, seconds: u64) -> Vec<u8> {
    let time = crate::cosignature::rfc3339(START + seconds).replace('Z', ".500Z");
    let event = serde_json::json!({
        "data": {"n": number}, "kind": "noted", "stream": "access", "time": time, "v": 1,
    });
    canonical::to_canonical_bytes(&event).unwrap()
}

fn head(leaves: &[Vec<u8>]) -> String {
    let mut frontier = Frontier::new();
    leaves.iter().for_each(|leaf| frontier.push(leaf_hash(leaf)));
    let (size, root) = (frontier.size(), frontier.root());
    let origin = log_key().name().to_owned();
    Checkpoint { origin, size, root }.sign(&log_key()).unwrap()
}

fn cosigned(leaves: &[Vec<u8>], by: &[(u8, u64)]) -> String {
    let note = head(leaves);
    let text = crate::note::unverified_text(&note).unwrap();
    let lines = by.iter().map(|(seed, at)| witness(*seed).cosign(text, START + at));
    format!("{note}{}", lines.collect::<String>())
}

fn export(dir: &Path, leaves: &[Vec<u8>], cosigned: &[String]) {
    let mut writer = ExportWriter::create(dir).unwrap();
    leaves.iter().for_each(|leaf| writer.push(leaf, &[]).unwrap());
    cosigned.iter().for_each(|note| writer.push_cosigned(note).unwrap());
    let stamp = ExportStamp { exported_at: "t".to_owned(), tool: "test".to_owned() };
    writer.finish(&head(leaves), &log_key().verifier(), &stamp).unwrap();
}

fn verify(
    leaves: &[Vec<u8>],
    cosigned: &[String],
    (seeds, quorum): (&[u8], usize),
    known: &[String],
) -> Result<VerifyReport, Vec<(&'static str, String)>> {
    let dir = tempfile::tempdir().unwrap();
    export(dir.path(), leaves, cosigned);
    let witnesses: Vec<WitnessKey> = seeds.iter().map(|seed| witness(*seed).verifier()).collect();
    let key = log_key().verifier();
    let options = VerifyOptions {
        key: Some(&key),
        witnesses: &witnesses,
        quorum,
        known,
        full: true,
        ..VerifyOptions::default()
    };
    verify_dir(dir.path(), &options).map_err(|failure| {
        failure.problems.iter().map(|p| (p.fault.code(), p.to_string())).collect()
    })
}

/// 300 entries, one each ten seconds.
fn log() -> Vec<Vec<u8>> {
    (0..300).map(|n| entry(n, n * 10)).collect()
}

#[test]
fn f07_the_bound_is_what_enough_witnesses_saw() {
    let leaves = log();
    let notes = [
        cosigned(&leaves[..100], &[(1, 1000), (2, 1003)]),
        cosigned(&leaves[..257], &[(1, 2575)]),
        cosigned(&leaves[..290], &[(2, 2910)]),
    ];
    let bound = |seeds: &[u8], quorum| {
        let bound = verify(&leaves, &notes, (seeds, quorum), &[]).unwrap().bound.unwrap();
        (bound.size, bound.time - START, bound.witnesses.len())
    };
    assert_eq!(bound(&[1], 1), (257, 2575, 1));
    assert_eq!(bound(&[2], 0), (290, 2910, 1));
    assert_eq!(bound(&[1, 2], 1), (290, 2910, 1));
    // Entry 256 was seen by the one in 2575 and by the other, with later entries, in 2910.
    assert_eq!(bound(&[1, 2], 2), (257, 2910, 2));
    assert!(verify(&leaves, &notes, (&[], 0), &[]).unwrap().bound.is_none());
}

#[test]
fn f07_a_missed_quorum_is_a_problem_that_says_so() {
    let leaves = log();
    let notes = [cosigned(&leaves[..100], &[(1, 1000)])];
    for (seeds, quorum) in [(&[1, 2][..], 2), (&[1, 2], 0), (&[2], 1)] {
        let problems = verify(&leaves, &notes, (seeds, quorum), &[]).unwrap_err();
        assert_eq!(problems[0].0, "quorum_missed", "{problems:?}");
    }
    assert!(verify(&leaves, &[], (&[1], 1), &[]).is_err());
    assert!(verify(&leaves, &notes, (&[1, 2], 1), &[]).is_ok());
}

#[test]
fn f07_a_time_later_than_the_cosignature_that_covers_the_entry_is_named() {
    let mut leaves = log();
    leaves[70] = entry(70, 5000);
    let notes = [cosigned(&leaves[..100], &[(1, 1000)])];
    let problems = verify(&leaves, &notes, (&[1], 1), &[]).unwrap_err();
    assert_eq!(problems.len(), 1);
    let (code, text) = &problems[0];
    assert_eq!(*code, "forged_time");
    assert!(text.starts_with("entry 70 (noted in access at 2026-11-22T11:23:20.500Z)"), "{text}");
    assert!(text.contains("existed before 2026-11-22T10:16:40Z, as witness-1.example saw"));
}

#[test]
fn f07_a_time_before_a_log_that_was_shown_without_the_entry_is_named() {
    let mut leaves = log();
    leaves[150] = entry(150, 3);
    let notes = [cosigned(&leaves[..100], &[(1, 1000)])];
    let problems = verify(&leaves, &notes, (&[1], 1), &[]).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].1.starts_with("entry 150 ") && problems[0].1.contains("was without it"));
}

#[test]
fn f07_clocks_may_be_a_minute_apart_and_no_more() {
    for (late, fine) in [(1000 + 59, true), (1000 + 61, false)] {
        let mut leaves = log();
        leaves[99] = entry(99, late);
        let notes = [cosigned(&leaves[..100], &[(1, 1000)])];
        assert_eq!(verify(&leaves, &notes, (&[1], 1), &[]).is_ok(), fine, "{late}");
    }
}

#[test]
fn f07_one_witness_with_a_wrong_clock_is_outvoted() {
    let leaves = log();
    // Witness 3 says it saw entries long before they were recorded.
    let notes = [cosigned(&leaves[..100], &[(1, 1000), (2, 1001), (3, 0)])];
    assert!(verify(&leaves, &notes, (&[1, 2, 3], 2), &[]).is_ok());
    assert!(verify(&leaves, &notes, (&[3], 1), &[]).is_err());
}

#[test]
fn h04_a_log_rewritten_with_the_signing_key_is_not_the_one_witnesses_saw() {
    let before = log();
    let seen = cosigned(&before[..100], &[(1, 1000)]);
    let mut rewritten = before.clone();
    rewritten[40] = entry(4_040, 400);
    // The operator leaves the contradicting cosignature out: there is none for the new history.
    let problems = verify(&rewritten, &[], (&[1], 1), &[]).unwrap_err();
    assert_eq!(problems[0].0, "quorum_missed");
    // It is in the export, or the auditor has it from the witness.
    for (exported, known) in [(vec![seen.clone()], vec![]), (vec![], vec![seen.clone()])] {
        let problems = verify(&rewritten, &exported, (&[1], 1), &known).unwrap_err();
        let (_, text) = problems.iter().find(|(code, _)| *code == "other_history").unwrap();
        assert!(text.contains("the first 100 entries are not those that witness-1.example saw"));
        let kept = verify(&before, &exported, (&[1], 1), &known).unwrap();
        assert_eq!(kept.bound.unwrap().size, 100);
    }
    let problems = verify(&before[..60], &[seen], (&[1], 1), &[]).unwrap_err();
    assert!(problems.iter().any(|(_, t)| t.contains("saw 100 entries") && t.contains("has 60")));
}

#[test]
fn f07_a_cosignature_over_another_logs_checkpoint_or_a_forged_one_is_a_problem() {
    let leaves = log();
    let good = cosigned(&leaves[..100], &[(1, 1000)]);
    let stranger = SigningKey::from_seed("example.com/log", &[9; 32]).unwrap();
    let claimed = Checkpoint::parse_unverified(&good).unwrap();
    let unsigned = claimed.sign(&stranger).unwrap();
    let line = witness(1).cosign(&claimed.encode(), START);
    let forged = good.replacen("\n100\n", "\n101\n", 1);
    for note in [format!("{unsigned}{line}"), forged, "nothing".to_owned()] {
        assert!(verify(&leaves, &[good.clone(), note], (&[1], 1), &[]).is_err());
    }
}
