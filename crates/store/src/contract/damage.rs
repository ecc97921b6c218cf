//! What somebody with access to the database can change, and where it shows.
//!
//! The log is checked against itself by `check`. It can't know what the read models should hold:
//! comparing them with a rebuild from the journal shows that. Rows of sessions and idempotency
//! records are in no proof at all; losing them harms nobody, and a session is found only by the
//! hash of its token.

use domain::ids::GrantId;
use ledger::checkpoint::{Checkpoint, ExtendsError, extends};

use super::{Subject, at, change_id, change_row, deployment_row, fill, signer};
use crate::{StoreError, Stream, WaitingRow, Write};

/// Entries `0..=LAST`: one full tile and a part of the next. Even, so that a flipped index is free.
const LAST: u64 = 300;

pub async fn a_sound_store_has_no_findings(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
    fill(&*store, LAST + 1).await;
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
}

pub async fn h01_a_flipped_byte_is_named_by_table_and_entry(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    fill(&*store, LAST + 1).await;
    // Column, row before, row after, and what the finding must name.
    let flips = [
        ("entries", "idx", "idx = 300", "idx = 301", "300"),
        ("entries", "stream", "idx = 5", "idx = 5", "5"),
        ("entries", "version", "idx = 300", "idx = 300", "300"),
        ("entries", "leaf", "idx = 17", "idx = 17", "17"),
        ("entries", "leaf_hash", "idx = 17", "idx = 17", "17"),
        ("disclosures", "idx", "idx = 300 AND path = '/data/hash'", "idx = 301", "301"),
        (
            "disclosures",
            "path",
            "idx = 9 AND path = '/data/hash'",
            "idx = 9 AND path <> '/actor/address'",
            "9",
        ),
        (
            "disclosures",
            "class",
            "idx = 9 AND path = '/data/hash'",
            "idx = 9 AND path = '/data/hash'",
            "9",
        ),
        (
            "disclosures",
            "salt",
            "idx = 9 AND path = '/data/hash'",
            "idx = 9 AND path = '/data/hash'",
            "9",
        ),
        (
            "disclosures",
            "value",
            "idx = 9 AND path = '/actor/address'",
            "idx = 9 AND path = '/actor/address'",
            "9",
        ),
        ("tile_hashes", "level", "level = 1", "level = 0", "hash 0"),
        ("tile_hashes", "n", "n = 0", "n = 1", "hash 1"),
        ("tile_hashes", "hash", "level = 1 AND n = 0", "level = 1 AND n = 0", "hash 0"),
        ("head", "size", "one = 1", "one = 1", "size"),
        ("head", "frontier", "one = 1", "one = 1", "frontier"),
        ("head", "checkpoint", "one = 1", "one = 1", "checkpoint"),
    ];
    for (table, column, before, after, place) in flips {
        subject.flip_byte(table, column, before).await;
        let lines = store.check().await.unwrap();
        let named =
            |line: &String| line.contains(&format!("table {table}")) && line.contains(place);
        assert!(lines.iter().any(named), "{table}.{column}: {lines:#?}");
        subject.flip_byte(table, column, after).await;
        assert_eq!(store.check().await.unwrap(), Vec::<String>::new(), "{table}.{column}");
    }
}

pub async fn h01_a_deleted_or_invented_row_is_named(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    fill(&*store, LAST + 1).await;
    subject.tamper("DELETE FROM entries WHERE idx = 40").await;
    let lines = store.check().await.unwrap();
    assert!(lines.iter().any(|l| l.contains("table entries: entry 40 is missing")), "{lines:#?}");
    assert!(lines.iter().any(|l| l.contains("table disclosures, entry 40")), "{lines:#?}");
    // H13: an entry put into the database is in no signed tree.
    subject
        .tamper(
            "INSERT INTO entries (idx, stream, version, leaf, leaf_hash)
             SELECT 301, 'change/forged', 0, leaf, leaf_hash FROM entries WHERE idx = 3",
        )
        .await;
    let lines = store.check().await.unwrap();
    assert!(lines.iter().any(|l| l.contains("entry 301") && l.contains("forged")), "{lines:#?}");
    subject.tamper("DELETE FROM tile_hashes").await;
    let lines = store.check().await.unwrap();
    assert!(lines.iter().any(|l| l.contains("level 1, hash 0: it is missing")), "{lines:#?}");
}

pub async fn h01_a_damaged_read_model_differs_from_a_rebuilt_one(subject: &dyn Subject) {
    const COLUMNS: &[(&str, &str, &str)] = &[
        (
            "changes",
            "snapshot id version title service domain environment tier kind state held risk_score \
             risk_level requester missing created_at_ms updated_at_ms due_at_ms search artifacts",
            "number > 0",
        ),
        ("change_artifacts", "service environment digest change_id", "digest LIKE '%abc'"),
        ("waiting", "change_id requirement keys due_at_ms risk_score", "1 = 1"),
        ("waiting_keys", "key change_id requirement", "1 = 1"),
        ("grants", "grant_id idx", "1 = 1"),
        ("timers", "stream due_at_ms", "1 = 1"),
        (
            "deployments",
            "deployment_id change_id service environment failed ended_at_ms version",
            "1 = 1",
        ),
    ];
    let store = subject.open().await.unwrap();
    let waiting = WaitingRow {
        change: change_id(0),
        requirement: "owner".to_owned(),
        keys: vec!["owner@checkout".to_owned()],
        due_at: Some(at(1)),
        risk_score: 4,
    };
    let rebuild = vec![
        Write::Change(Box::new(change_row(0))),
        Write::Waiting { change: change_id(0), rows: vec![waiting] },
        Write::GrantAt { grant: GrantId::new(at(0), [1; 10]), index: 0 },
        Write::Timer { stream: Stream::policy(), due_at: Some(at(2)) },
        Write::Deployed(Box::new(deployment_row(1, 0, false, Some("1.0.0")))),
    ];
    for (table, columns, row) in COLUMNS {
        for column in columns.split_whitespace() {
            store.clear_read_models().await.unwrap();
            store.write(rebuild.clone()).await.unwrap();
            let sound = store.dump_read_models().await.unwrap();
            subject.flip_byte(table, column, row).await;
            match store.dump_read_models().await {
                Ok(damaged) => assert_ne!(damaged, sound, "{table}.{column}"),
                Err(StoreError::Damaged { reason }) => {
                    assert!(reason.contains(table) && reason.contains(column), "{reason}");
                }
                Err(other) => panic!("{table}.{column}: {other}"),
            }
        }
    }
}

pub async fn h02_a_truncated_log_is_behind_its_last_checkpoint(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    fill(&*store, 290).await;
    // Yesterday's head row, kept by whoever truncates.
    subject.tamper("CREATE TABLE kept AS SELECT * FROM head").await;
    fill(&*store, LAST + 1).await;
    let key = signer().verifier();
    let outside = store.head().await.unwrap().checkpoint;
    let outside = Checkpoint::open(&outside, std::slice::from_ref(&key)).unwrap();
    store.close().await.unwrap();
    drop(store);
    for sql in [
        "DELETE FROM entries WHERE idx >= 290",
        "DELETE FROM disclosures WHERE idx >= 290",
        "DELETE FROM head",
        "INSERT INTO head SELECT * FROM kept",
    ] {
        subject.tamper(sql).await;
    }
    // Nothing inside contradicts itself: only the checkpoint outside tells.
    let store = subject.open().await.unwrap();
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
    let head = store.head().await.unwrap().checkpoint;
    let head = Checkpoint::open(&head, &[key]).unwrap();
    assert_eq!(
        extends(&outside, &head, &[]),
        Err(ExtendsError::Truncated { known: 301, head: 290 })
    );
}

pub async fn h02_entries_cut_off_without_their_head_are_refused_at_start(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    fill(&*store, 20).await;
    store.close().await.unwrap();
    drop(store);
    subject.tamper("DELETE FROM entries WHERE idx >= 15").await;
    let error = subject.open().await.err().unwrap();
    assert!(matches!(&error, StoreError::Damaged { reason } if reason.contains("15")), "{error}");
}

pub async fn h01_a_damaged_head_is_refused_at_start(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    fill(&*store, 20).await;
    store.close().await.unwrap();
    drop(store);
    for column in ["size", "frontier", "checkpoint"] {
        subject.flip_byte("head", column, "one = 1").await;
        let error = subject.open().await.err().unwrap();
        assert!(matches!(error, StoreError::Damaged { .. }), "{column}: {error}");
        subject.flip_byte("head", column, "one = 1").await;
    }
    let store = subject.open().await.unwrap();
    assert_eq!(store.head().await.unwrap().size, 20);
}
