//! Opening, closing, watching, and commits that fail half way.

use std::collections::BTreeSet;

use ledger::Checkpoint;

use super::{Subject, another_key, at, change_row, fill, guarded, signer, unguarded};
use crate::{Fault, Signer, StoreError, Stream, Write};

pub async fn everything_is_there_after_reopening(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    fill(&*store, 300).await;
    store.write(vec![Write::Change(Box::new(change_row(1)))]).await.unwrap();
    let head = store.head().await.unwrap();
    let entries = store.entries(0, 1000).await.unwrap();
    let rows = store.dump_read_models().await.unwrap();
    store.close().await.unwrap();
    drop(store);
    let store = subject.open().await.unwrap();
    assert_eq!(store.head().await.unwrap(), head);
    assert_eq!(store.entries(0, 1000).await.unwrap(), entries);
    assert_eq!(store.dump_read_models().await.unwrap(), rows);
    let commit = store.append(guarded(&Stream::named("change/0"), 43)).await.unwrap();
    let leaf = store.entry(300).await.unwrap().unwrap().leaf;
    commit.receipt(0).unwrap().verify(&leaf, &signer().verifier()).unwrap();
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
}

pub async fn change_numbers_rise_across_reopening(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let first = store.next_change_number().await.unwrap();
    assert_eq!(first.0, 1001);
    let mut row = change_row(0);
    row.summary.number = store.next_change_number().await.unwrap();
    assert!(row.summary.number > first);
    store.write(vec![Write::Change(Box::new(row.clone()))]).await.unwrap();
    store.close().await.unwrap();
    drop(store);
    let store = subject.open().await.unwrap();
    assert!(store.next_change_number().await.unwrap() > row.summary.number);
}

pub async fn h12_a_key_that_takes_over_believes_the_old_head_and_signs_the_next(
    subject: &dyn Subject,
) {
    let store = subject.open().await.unwrap();
    fill(&*store, 5).await;
    store.close().await.unwrap();
    drop(store);
    let (old, new) = (signer().verifier(), another_key().verifier());
    let store = subject.open_with(Signer::succeeding(another_key(), old.clone())).await.unwrap();
    let before = store.head().await.unwrap().checkpoint;
    assert_eq!(Checkpoint::open(&before, std::slice::from_ref(&old)).unwrap().size, 5);
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
    let commit = store.append(unguarded(&Stream::ledger(), 1)).await.unwrap();
    assert_eq!(Checkpoint::open(&commit.checkpoint, &[new]).unwrap().size, 6);
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
    store.close().await.unwrap();
    drop(store);
    // From here on the new key is enough, and the old one is not.
    assert!(subject.open().await.is_err());
    let store = subject.open_with(another_key().into()).await.unwrap();
    assert_eq!(store.head().await.unwrap().size, 6);
}

pub async fn watchers_hear_of_every_commit_in_order(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let mut watch = store.watch();
    for n in 0..5 {
        store.append(unguarded(&Stream::named(&format!("change/{n}")), 2)).await.unwrap();
    }
    let (mut size, mut streams) = (0, BTreeSet::new());
    while size < 10 {
        let notice = watch.recv().await.unwrap();
        assert!(notice.size > size);
        size = notice.size;
        streams.extend(notice.streams.iter().map(ToString::to_string));
    }
    assert_eq!(streams.len(), 5);
}

pub async fn a_closed_store_refuses_everything(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    store.append(unguarded(&Stream::policy(), 1)).await.unwrap();
    store.close().await.unwrap();
    let stopped = |error| matches!(error, StoreError::Stopped { .. });
    assert!(stopped(store.append(unguarded(&Stream::policy(), 1)).await.unwrap_err()));
    assert!(stopped(store.head().await.unwrap_err()));
    assert!(stopped(store.entries(0, 1).await.unwrap_err()));
    assert!(stopped(store.check().await.unwrap_err()));
    assert!(stopped(store.write(Vec::new()).await.unwrap_err()));
    assert!(stopped(store.close().await.unwrap_err()));
}

pub async fn another_key_is_refused(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    fill(&*store, 2).await;
    store.close().await.unwrap();
    drop(store);
    let error = subject.open_with(another_key().into()).await.err().unwrap();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
}

/// "Failed and lost": the caller hears of an error, and the entry is not there.
pub async fn c12_a_commit_that_was_lost_is_not_there(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    fill(&*store, 3).await;
    subject.fail_next_commit(Fault::CommitLost);
    let timer = Write::Timer { stream: Stream::policy(), due_at: Some(at(1)) };
    let mut append = guarded(&Stream::policy(), 0);
    append.writes.push(timer);
    let error = store.append(append).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Stopped { .. } | StoreError::Unavailable { .. }),
        "{error}"
    );
    drop(store);
    let store = subject.open().await.unwrap();
    assert_eq!(store.head().await.unwrap().size, 3);
    assert_eq!(store.entry(3).await.unwrap(), None);
    assert_eq!(store.due_timers(at(9), 9).await.unwrap(), []);
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
    store.append(guarded(&Stream::policy(), 0)).await.unwrap();
}

/// "Failed but stored": whatever the caller heard, the entry is there, once, with its writes.
pub async fn i12_a_commit_whose_answer_was_lost_is_found(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    fill(&*store, 3).await;
    subject.fail_next_commit(Fault::AnswerLost);
    let timer = Write::Timer { stream: Stream::policy(), due_at: Some(at(1)) };
    let mut append = guarded(&Stream::policy(), 0);
    append.writes.push(timer);
    let leaf = append.entries[0].leaf.clone();
    match store.append(append).await {
        Ok(commit) => {
            commit.receipt(0).unwrap().verify(&leaf, &signer().verifier()).unwrap();
        }
        Err(error) => assert!(matches!(error, StoreError::Stopped { .. }), "{error}"),
    }
    drop(store);
    let store = subject.open().await.unwrap();
    assert_eq!(store.head().await.unwrap().size, 4);
    assert_eq!(store.entry(3).await.unwrap().unwrap().leaf, leaf);
    assert_eq!(store.due_timers(at(9), 9).await.unwrap().len(), 1);
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
    let again = store.append(guarded(&Stream::policy(), 0)).await;
    assert!(matches!(again, Err(StoreError::Conflict { found: 1, .. })));
}
