//! What only this store promises.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use store::contract::{Subject, TestClock, at, fill, guarded, signer, unguarded};
use store::{Append, Fault, Now, Store, StoreError, Stream};
use store_sqlite::SqliteStore;

use crate::subject::subject;

#[tokio::test]
async fn h10_a_second_opening_of_the_same_folder_is_refused() {
    let folder = subject().await;
    let store = folder.open().await.unwrap();
    let again = SqliteStore::open(&folder.path(), signer(), TestClock::default().now());
    assert!(matches!(again, Err(StoreError::InUse { .. })));
    store.close().await.unwrap();
    drop(store);
    folder.open().await.unwrap();
}

#[tokio::test]
async fn c10_a_deadline_that_passes_while_the_batch_is_written_is_noticed_before_the_commit() {
    let folder = subject().await;
    // Each look at this clock takes a second: the plan is in time, the commit would not be.
    let looks = Arc::new(AtomicI64::new(0));
    let counted = Arc::clone(&looks);
    let now: Now = Arc::new(move || at(counted.fetch_add(1, Ordering::SeqCst)));
    let store = SqliteStore::open(&folder.path(), signer(), now).unwrap();
    let append = Append { not_after: Some(at(0)), ..unguarded(&Stream::access(), 1) };
    assert!(matches!(store.append(append).await, Err(StoreError::Late)));
    assert_eq!(looks.load(Ordering::SeqCst), 3, "planned, looked again, planned without it");
    assert_eq!(store.entry(0).await.unwrap(), None);
    let append = Append { not_after: Some(at(99)), ..unguarded(&Stream::access(), 1) };
    assert_eq!(store.append(append).await.unwrap().first_index, 0);
}

#[tokio::test]
async fn i02_after_a_failed_sync_nothing_succeeds_until_opened_again() {
    let folder = subject().await;
    let store = folder.open().await.unwrap();
    fill(&*store, 2).await;
    folder.fail_next_commit(Fault::CommitLost);
    let stopped = |error| matches!(error, StoreError::Stopped { .. });
    assert!(stopped(store.append(guarded(&Stream::policy(), 0)).await.unwrap_err()));
    assert!(stopped(store.append(guarded(&Stream::policy(), 0)).await.unwrap_err()));
    assert!(stopped(store.write(Vec::new()).await.unwrap_err()));
    assert!(stopped(store.head().await.unwrap_err()));
    assert!(stopped(store.entry(0).await.unwrap_err()));
    drop(store);
    let store = folder.open().await.unwrap();
    store.append(guarded(&Stream::policy(), 0)).await.unwrap();
}

#[tokio::test]
async fn a_database_of_a_newer_countersign_is_refused() {
    for sql in [
        "UPDATE meta SET value = '2' WHERE key = 'stored_format'",
        "INSERT INTO migrations (name, digest) VALUES ('9999_later', x'00')",
    ] {
        let folder = subject().await;
        drop(folder.open().await.unwrap());
        folder.tamper(sql).await;
        let error = folder.open().await.err().unwrap();
        assert!(
            matches!(&error, StoreError::Invalid { reason } if reason.contains("newer")),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_migration_that_ran_with_other_text_is_refused() {
    let folder = subject().await;
    drop(folder.open().await.unwrap());
    folder.flip_byte("migrations", "digest", "name LIKE '0001%'").await;
    let error = folder.open().await.err().unwrap();
    assert!(
        matches!(&error, StoreError::Damaged { reason } if reason.contains("migrations")),
        "{error}"
    );
}
