//! Guards, deadlines, idempotency keys, and what happens to appends that share a batch.

use futures::future::join_all;

use super::{Subject, at, entry, guarded, unguarded};
use crate::{
    Append, Guard, IdempotencyRow, KeptAnswer, KeyedOutcome, KeyedRequest, StoreError, Stream,
    Write,
};

fn request(principal: &str, key: &str, second: i64) -> KeyedRequest {
    KeyedRequest {
        principal: principal.to_owned(),
        key: key.to_owned(),
        request_hash: "aa".repeat(32),
        stored_at: at(second),
    }
}

fn answer(body: &str) -> KeptAnswer {
    KeptAnswer { status: 201, body: body.to_owned() }
}

fn take(request: KeyedRequest) -> Write {
    Write::TakeKey { request: Box::new(request), answer: None }
}

fn take_answered(request: KeyedRequest, body: &str) -> Write {
    Write::TakeKey { request: Box::new(request), answer: Some(answer(body)) }
}

fn recorded(stream: &Stream, request: KeyedRequest) -> Append {
    Append { writes: vec![take(request)], ..unguarded(stream, 1) }
}

pub async fn an_append_whose_guard_fails_changes_nothing(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let stream = Stream::organisation();
    store.append(guarded(&stream, 0)).await.unwrap();
    let before = store.head().await.unwrap();
    for wrong in [0, 2, 7] {
        match store.append(guarded(&stream, wrong)).await.unwrap_err() {
            StoreError::Conflict { stream: found_stream, expected, found } => {
                assert_eq!((found_stream, expected, found), (stream.clone(), wrong, 1));
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!(store.head().await.unwrap(), before);
    store.append(guarded(&stream, 1)).await.unwrap();
    assert_eq!(store.versions(&[stream, Stream::policy()]).await.unwrap(), [2, 0]);
}

pub async fn a_guard_may_name_a_stream_that_is_only_read(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let (read, written) = (Stream::policy(), Stream::access());
    store.append(unguarded(&read, 3)).await.unwrap();
    let guard = |version| Guard { stream: read.clone(), version };
    let on = |version| Append { guards: vec![guard(version)], ..unguarded(&written, 1) };
    assert_eq!(store.append(on(3)).await.unwrap().first_index, 3);
    assert!(matches!(store.append(on(2)).await, Err(StoreError::Conflict { .. })));
    assert_eq!(store.versions(&[read, written]).await.unwrap(), [3, 1]);
}

pub async fn a_conflict_fails_only_its_own_append(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let contested = Stream::policy();
    let free = |n: usize| Stream::named(&format!("change/{n}"));
    let appends =
        (0..60).map(|n| if n % 3 == 0 { guarded(&contested, 0) } else { guarded(&free(n), 0) });
    let results = join_all(appends.map(|append| store.append(append))).await;
    let failed = results.iter().filter(|result| result.is_err()).count();
    assert_eq!(failed, 19, "of 20 on one stream one wins, and nobody else is disturbed");
    assert_eq!(store.head().await.unwrap().size, 41);
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
}

pub async fn c01_a_hundred_concurrent_appends_have_one_winner_per_version(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let stream = Stream::organisation();
    for version in 0..3 {
        let tasks = (0..100).map(|_| {
            let (store, append) = (store.clone(), guarded(&stream, version));
            tokio::spawn(async move { store.append(append).await })
        });
        let results = join_all(tasks).await;
        let winners = results.iter().filter(|result| result.as_ref().unwrap().is_ok()).count();
        assert_eq!(winners, 1);
        assert_eq!(store.versions(std::slice::from_ref(&stream)).await.unwrap(), [version + 1]);
    }
    assert_eq!(store.head().await.unwrap().size, 3);
}

pub async fn c10_a_deadline_that_has_passed_refuses_the_append(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let stream = Stream::access();
    let until = |second| Append { not_after: Some(at(second)), ..unguarded(&stream, 1) };
    subject.clock().set(100);
    store.append(until(100)).await.unwrap();
    subject.clock().set(101);
    assert!(matches!(store.append(until(100)).await, Err(StoreError::Late)));
    let results = join_all([store.append(until(100)), store.append(until(101))]).await;
    assert!(results[0].is_err() && results[1].is_ok());
    assert_eq!(store.head().await.unwrap().size, 2);
}

pub async fn c04_an_idempotency_key_is_stored_once(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let stream = Stream::access();
    let appends = (0..20).map(|_| store.append(recorded(&stream, request("prs_a", "k1", 0))));
    let results = join_all(appends).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(
        results
            .iter()
            .flat_map(|r| r.as_ref().err())
            .all(|e| matches!(e, StoreError::DuplicateKey))
    );
    assert_eq!(store.head().await.unwrap().size, 1);
    // C06: another principal's keys are other keys.
    store.append(recorded(&stream, request("prs_b", "k1", 0))).await.unwrap();
    let twice = vec![take_answered(request("prs_a", "k2", 0), ""); 2];
    assert!(matches!(store.write(twice).await, Err(StoreError::DuplicateKey)));
    assert_eq!(store.idempotency("prs_a", "k2").await.unwrap(), None);
}

pub async fn c07_an_idempotency_key_is_free_after_a_day(subject: &dyn Subject) {
    const DAY: i64 = 24 * 3600;
    let store = subject.open().await.unwrap();
    let put = async |key: &str, second| {
        store.write(vec![take_answered(request("prs_a", key, second), "1")]).await
    };
    put("k", 0).await.unwrap();
    assert!(matches!(put("k", DAY - 1).await, Err(StoreError::DuplicateKey)));
    put("k", DAY).await.unwrap();
    let found = store.idempotency("prs_a", "k").await.unwrap();
    let outcome = KeyedOutcome::Answered(answer("1"));
    assert_eq!(found, Some(IdempotencyRow { request: request("prs_a", "k", DAY), outcome }));
}

pub async fn c04_a_key_points_to_what_was_done_until_its_answer_is_kept(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let stream = Stream::access();
    store.append(unguarded(&stream, 3)).await.unwrap();
    store.append(recorded(&stream, request("prs_a", "k", 0))).await.unwrap();
    let found = async || store.idempotency("prs_a", "k").await.unwrap().unwrap();
    assert_eq!(found().await.outcome, KeyedOutcome::Recorded { first_index: 3 });
    let keep = async |request: KeyedRequest, body: &str| {
        let request = Box::new(request);
        store.write(vec![Write::KeepAnswer { request, answer: answer(body) }]).await.unwrap();
    };
    let other = KeyedRequest { request_hash: "bb".repeat(32), ..request("prs_a", "k", 0) };
    keep(other, "of another request").await;
    keep(request("prs_b", "k", 0), "of another principal").await;
    assert_eq!(found().await.outcome, KeyedOutcome::Recorded { first_index: 3 });
    assert_eq!(store.idempotency("prs_b", "k").await.unwrap(), None);
    keep(request("prs_a", "k", 0), "first").await;
    keep(request("prs_a", "k", 0), "second").await;
    assert_eq!(found().await.outcome, KeyedOutcome::Answered(answer("first")));
    let nowhere = store.write(vec![take(request("prs_a", "k2", 0))]).await;
    assert!(matches!(nowhere, Err(StoreError::Invalid { .. })));
}

pub async fn h09_a_leaf_that_changed_in_memory_is_never_signed(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let stream = Stream::access();
    store.append(unguarded(&stream, 1)).await.unwrap();
    let mut changed = entry(&stream, 1);
    changed.leaf[20] ^= 1;
    let append = Append { entries: vec![changed], ..Append::default() };
    assert!(matches!(store.append(append).await, Err(StoreError::Stopped { .. })));
    assert!(matches!(store.append(unguarded(&stream, 1)).await, Err(StoreError::Stopped { .. })));
    drop(store);
    let store = subject.open().await.unwrap();
    assert_eq!(store.head().await.unwrap().size, 1);
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
}

pub async fn a_leaf_too_long_for_a_bundle_is_refused(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let stream = Stream::access();
    let mut append = unguarded(&stream, 1);
    append.entries[0].leaf = vec![b' '; 65_536];
    let results = join_all([store.append(append), store.append(unguarded(&stream, 1))]).await;
    assert!(matches!(&results[0], Err(StoreError::Invalid { .. })), "{results:?}");
    assert!(results[1].is_ok());
}

pub async fn entries_and_writes_are_stored_together_or_not_at_all(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let stream = Stream::access();
    let writes = |second| {
        vec![
            Write::Timer { stream: stream.clone(), due_at: Some(at(second)) },
            take(request("prs_a", "k", 0)),
        ]
    };
    let timed = |second| Append { writes: writes(second), ..unguarded(&stream, 2) };
    store.append(timed(5)).await.unwrap();
    assert!(matches!(store.append(timed(9)).await, Err(StoreError::DuplicateKey)));
    assert_eq!(store.head().await.unwrap().size, 2);
    assert_eq!(store.due_timers(at(100), 10).await.unwrap()[0].due_at, at(5));
}

pub async fn appends_without_entries_leave_the_log_alone(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    store.append(unguarded(&Stream::access(), 1)).await.unwrap();
    let before = store.head().await.unwrap();
    let timer = Write::Timer { stream: Stream::access(), due_at: Some(at(1)) };
    store.write(vec![timer]).await.unwrap();
    store.write(Vec::new()).await.unwrap();
    let guards = vec![Guard { stream: Stream::access(), version: 0 }];
    let failing = Append { guards, ..Append::default() };
    assert!(matches!(store.append(failing).await, Err(StoreError::Conflict { .. })));
    assert_eq!(store.head().await.unwrap(), before);
    assert_eq!(store.due_timers(at(1), 10).await.unwrap().len(), 1);
}
