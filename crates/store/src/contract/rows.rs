//! Read models: what is written is read back, in the promised order.

use domain::ids::{ChangeSetId, GrantId};
use domain::service_history::ServiceRecord;

use super::{Subject, at, change_id, change_row, deployment_row, unguarded};
use crate::{
    Append, ChangeSetFilter, CosignatureRow, DeploymentRow, IdempotencyRow, KeptAnswer,
    KeyedOutcome, KeyedRequest, Page, SessionRow, Store, StoreError, StoredChange, Stream,
    TimerRow, WaitingRow, Write,
};

async fn put_changes(store: &dyn Store, count: u64) {
    let writes = (0..count).map(|n| Write::Change(Box::new(change_row(n)))).collect();
    store.write(writes).await.unwrap();
}

pub async fn changes_read_back_and_are_replaced(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    put_changes(&*store, 3).await;
    let mut row = change_row(1);
    let found = store.change(&row.id).await.unwrap();
    let stored = |row: &crate::ChangeRow| StoredChange {
        id: row.id.clone(),
        version: row.version,
        snapshot: row.snapshot.clone(),
    };
    assert_eq!(found, Some(stored(&row)));
    assert_eq!(store.change_by_number(row.summary.number).await.unwrap(), Some(row.id.clone()));
    row.version = 40;
    row.snapshot = b"{}".to_vec();
    row.summary.state = "closed".to_owned();
    row.search = "altogether different".to_owned();
    row.artifacts = vec!["sha256:ff".to_owned()];
    store.write(vec![Write::Change(Box::new(row.clone()))]).await.unwrap();
    assert_eq!(store.change(&row.id).await.unwrap(), Some(stored(&row)));
    assert_eq!(store.change(&change_id(99)).await.unwrap(), None);
    let some = [change_id(2), change_id(99), row.id.clone()];
    let mut found = store.snapshots(&some).await.unwrap();
    found.sort_by_key(|stored| stored.version);
    assert_eq!(found, [stored(&change_row(2)), stored(&row)]);
    let list = |text: &str| crate::ChangeFilter {
        text: Some(text.to_owned()),
        limit: 10,
        ..crate::ChangeFilter::default()
    };
    assert_eq!(store.changes(&list("altogether")).await.unwrap().items, [row.summary.clone()]);
    assert_eq!(store.changes(&list("1002")).await.unwrap().items, []);
    let artifacts = async |digest: &str| {
        let s = &row.summary;
        store.changes_for_artifact(&s.service, &s.environment, digest, 10).await.unwrap()
    };
    assert_eq!(artifacts("sha256:ff").await, [row.id.clone()]);
    assert_eq!(artifacts(&format!("sha256:{:064x}", 1)).await, []);
}

pub async fn change_sets_are_listed_newest_first_each_once(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let set = |n: u64| ChangeSetId::of(&change_id(n));
    let item = |n: u64, first: u64, state: &str| {
        let mut row = change_row(n);
        row.set = Some(set(first));
        row.summary.state = state.to_owned();
        Write::Change(Box::new(row))
    };
    let alone = Write::Change(Box::new(change_row(0)));
    let sets = [
        item(1, 1, "closed"),
        item(2, 1, "closed"),
        item(3, 3, "approved"),
        item(4, 3, "draft"),
        item(5, 5, "closed"),
        item(6, 5, "draft"),
    ];
    store.write(sets.into_iter().chain([alone]).collect()).await.unwrap();
    let list = async |states: &[&str], before: Option<u64>, limit: usize| {
        let states = states.iter().map(|state| (*state).to_owned()).collect();
        let filter = ChangeSetFilter { states, before: before.map(set), limit };
        store.change_sets(&filter).await.unwrap()
    };
    let page = |first: &[u64], more: bool| Page {
        items: first.iter().map(|n| set(*n)).collect::<Vec<_>>(),
        more,
    };
    assert_eq!(list(&[], None, 10).await, page(&[5, 3, 1], false));
    assert_eq!(list(&[], None, 2).await, page(&[5, 3], true));
    assert_eq!(list(&[], Some(3), 2).await, page(&[1], false));
    assert_eq!(list(&["draft", "approved"], None, 10).await, page(&[5, 3], false));
    assert_eq!(list(&["draft", "approved"], None, 1).await, page(&[5], true));
    store.write(vec![item(6, 5, "closed")]).await.unwrap();
    assert_eq!(list(&["draft", "approved"], None, 10).await, page(&[3], false));
    let dumped = store.dump_read_models().await.unwrap().join("\n");
    assert!(dumped.contains(&format!("\"set\":\"{}\"", set(3))), "{dumped}");
}

pub async fn m5_5_what_is_planned_in_a_time_is_found_by_its_window(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let planned = |n: u64, window: Option<(i64, i64)>| {
        let window = window.map(|(from, until)| (at(from), at(until)));
        Write::Change(Box::new(crate::ChangeRow { window, ..change_row(n) }))
    };
    let rows = [(1, Some((10, 20))), (2, Some((15, 40))), (3, None), (4, Some((12, 20)))];
    store.write(rows.map(|(n, window)| planned(n, window)).to_vec()).await.unwrap();
    let list =
        async |from, until, limit| store.planned_changes(at(from), at(until), limit).await.unwrap();
    let ids = |some: &[u64]| some.iter().map(|n| change_id(*n)).collect::<Vec<_>>();
    assert_eq!(list(0, 99, 9).await, ids(&[1, 4, 2]));
    assert_eq!(list(0, 99, 2).await, ids(&[1, 4]));
    // A window that closes when the time begins, or opens when it ends, does not reach into it.
    assert_eq!(list(20, 99, 9).await, ids(&[2]));
    assert_eq!(list(0, 12, 9).await, ids(&[1]));
    // One that is over has none any more.
    store.write(vec![planned(1, None), planned(2, Some((50, 60)))]).await.unwrap();
    assert_eq!(list(0, 30, 9).await, ids(&[4]));
    assert_eq!(list(50, 51, 9).await, ids(&[2]));
    let dumped = store.dump_read_models().await.unwrap().join("\n");
    assert!(dumped.contains(&format!("[{},{}]", at(50).as_millisecond(), at(60).as_millisecond())));
}

fn waiting(n: u64, requirement: &str, keys: &[&str], due: Option<i64>, risk: i64) -> WaitingRow {
    WaitingRow {
        change: change_id(n),
        requirement: requirement.to_owned(),
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        due_at: due.map(at),
        risk_score: risk,
    }
}

pub async fn waiting_is_in_order_of_urgency(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let rows = [
        waiting(4, "owner", &["owner@checkout"], Some(10), 1),
        waiting(2, "owner", &["owner@checkout", "cab@payments"], Some(20), 90),
        waiting(3, "cab", &["cab@payments"], Some(20), 50),
        waiting(1, "owner", &["owner@checkout"], None, 99),
        waiting(5, "owner", &["owner@checkout"], None, 3),
        waiting(6, "owner", &["owner@checkout"], None, 3),
    ];
    for row in rows.iter().rev() {
        let (change, rows) = (row.change.clone(), vec![row.clone()]);
        store.write(vec![Write::Waiting { change, rows }]).await.unwrap();
    }
    let keys = ["cab@payments".to_owned(), "owner@checkout".to_owned(), "none@x".to_owned()];
    assert_eq!(store.waiting(&keys, 100).await.unwrap(), rows);
    assert_eq!(store.waiting(&keys, 3).await.unwrap(), rows[..3]);
    assert_eq!(store.waiting(&keys[..1], 9).await.unwrap(), rows[1..3]);
    assert_eq!(store.waiting(&[], 9).await.unwrap(), []);
    assert_eq!(store.waiting_counts(&keys, 100).await.unwrap(), [2, 5, 0]);
    assert_eq!(store.waiting_counts(&keys, 3).await.unwrap(), [2, 3, 0]);
    assert!(store.waiting_counts(&[], 9).await.unwrap().is_empty());
}

pub async fn waiting_rows_are_replaced(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let put = async |rows: Vec<WaitingRow>| {
        store.write(vec![Write::Waiting { change: change_id(1), rows }]).await.unwrap();
    };
    let two = vec![waiting(1, "a", &["r@x"], None, 1), waiting(1, "b", &["r@x", "r@y"], None, 1)];
    put(two.clone()).await;
    assert_eq!(store.waiting(&["r@x".to_owned()], 9).await.unwrap(), two);
    put(vec![waiting(1, "b", &["r@y"], Some(5), 7)]).await;
    assert_eq!(store.waiting(&["r@x".to_owned()], 9).await.unwrap(), []);
    assert_eq!(store.waiting(&["r@y".to_owned()], 9).await.unwrap().len(), 1);
    put(Vec::new()).await;
    assert_eq!(store.waiting(&["r@y".to_owned()], 9).await.unwrap(), []);
    assert_eq!(store.dump_read_models().await.unwrap(), Vec::<String>::new());
}

pub async fn timers_fall_due_in_order(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let stream = |n: i64| Stream::named(&format!("change/{n}"));
    let set = |n, due: Option<i64>| Write::Timer { stream: stream(n), due_at: due.map(at) };
    store.write(vec![set(1, Some(30)), set(2, Some(10)), set(3, Some(20))]).await.unwrap();
    let row = |n, due| TimerRow { stream: stream(n), due_at: at(due) };
    assert_eq!(store.due_timers(at(9), 9).await.unwrap(), []);
    assert_eq!(store.due_timers(at(20), 9).await.unwrap(), [row(2, 10), row(3, 20)]);
    store.write(vec![set(2, None), set(3, Some(40))]).await.unwrap();
    assert_eq!(store.due_timers(at(99), 9).await.unwrap(), [row(1, 30), row(3, 40)]);
    assert_eq!(store.due_timers(at(99), 1).await.unwrap(), [row(1, 30)]);
}

/// The store adds up what the fold of the same deployments comes to.
pub async fn m4_1_a_service_has_the_history_of_its_deployments(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let now = |day: i64| at(day * 86_400);
    let history = async |environment: &str, day: i64| {
        store.service_history("checkout", environment, now(day)).await.unwrap()
    };
    assert_eq!(history("production", 0).await, None);
    let ended = [
        deployment_row(1, 0, true, Some("1.0.0")),
        deployment_row(2, 10, false, Some("1.0.1")),
        deployment_row(3, 20, false, Some("1.1.0")),
        deployment_row(4, 25, true, Some("2.0.0")),
    ];
    let mut record = ServiceRecord::default();
    for row in &ended {
        record.ended(row.ended_at, row.failed, row.version.as_deref());
        store.write(vec![Write::Deployed(Box::new(row.clone()))]).await.unwrap();
        // The same row again changes nothing.
        store.write(vec![Write::Deployed(Box::new(row.clone()))]).await.unwrap();
    }
    let elsewhere = DeploymentRow {
        environment: "staging".to_owned(),
        version: None,
        ..deployment_row(5, 26, false, None)
    };
    store.write(vec![Write::Deployed(Box::new(elsewhere))]).await.unwrap();
    for day in [25, 30, 31, 45, 99] {
        assert_eq!(history("production", day).await, record.history(now(day)), "day {day}");
    }
    let found = history("production", 30).await.unwrap();
    assert_eq!((found.deployments, found.failures), (4, 2));
    assert_eq!((found.last_failure, found.version.as_deref()), (Some(now(25)), Some("1.1.0")));
    let staging = history("staging", 30).await.unwrap();
    assert_eq!((staging.deployments, staging.failures, staging.version), (1, 0, None));
    let replaced = DeploymentRow { failed: false, ..ended[3].clone() };
    store.write(vec![Write::Deployed(Box::new(replaced))]).await.unwrap();
    assert_eq!(history("production", 30).await.unwrap().version.as_deref(), Some("2.0.0"));
}

pub async fn grants_are_found_by_their_id(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let grant = |n| GrantId::new(at(0), [n; 10]);
    store.append(unguarded(&Stream::policy(), 5)).await.unwrap();
    let writes = vec![Write::Grant { grant: grant(1), entry: 1 }];
    let append = Append { writes, ..unguarded(&Stream::access(), 2) };
    store.append(append).await.unwrap();
    assert_eq!(store.grant(&grant(1)).await.unwrap().unwrap().index, 6);
    assert_eq!(store.grant(&grant(2)).await.unwrap(), None);
    store.write(vec![Write::GrantAt { grant: grant(2), index: 3 }]).await.unwrap();
    assert_eq!(store.grant(&grant(2)).await.unwrap().unwrap().index, 3);
    let outside = vec![Write::Grant { grant: grant(3), entry: 0 }];
    assert!(matches!(store.write(outside).await, Err(StoreError::Invalid { .. })));
}

pub async fn sessions_start_and_end(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let session = |token: &str, account: &str| SessionRow {
        token_hash: token.to_owned(),
        account: account.to_owned(),
        csrf: "c".repeat(43),
        signed_in_at: at(0),
        expires_at: at(3600),
        authentication: (account == "acc_a").then(|| "{}".to_owned()),
        provider_session: (account == "acc_b").then(|| format!("https://idp.example {token}")),
    };
    let mut rows = [session("t1", "acc_a"), session("t2", "acc_a"), session("t3", "acc_b")];
    rows[1].authentication = None;
    let writes = rows.iter().map(|row| Write::Session(Box::new(row.clone()))).collect();
    store.write(writes).await.unwrap();
    assert_eq!(store.session("t1").await.unwrap().as_ref(), Some(&rows[0]));
    store.write(vec![Write::EndSession { token_hash: "t1".to_owned() }]).await.unwrap();
    assert_eq!(store.session("t1").await.unwrap(), None);
    assert!(store.session("t2").await.unwrap().is_some());
    store.write(vec![Write::EndSessions { account: "acc_a".to_owned() }]).await.unwrap();
    assert_eq!(store.session("t2").await.unwrap(), None);
    assert_eq!(store.session("t3").await.unwrap().as_ref(), Some(&rows[2]));
    let end = |session: &str| Write::EndProviderSession { provider_session: session.to_owned() };
    store.write(vec![end("https://idp.example t4")]).await.unwrap();
    assert!(store.session("t3").await.unwrap().is_some());
    store.write(vec![end("https://idp.example t3")]).await.unwrap();
    assert_eq!(store.session("t3").await.unwrap(), None);
}

pub async fn f07_the_first_cosignature_over_a_size_stays(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let row = |size: u64, witness: &str, seconds: i64| CosignatureRow {
        size,
        witness: witness.to_owned(),
        seen_at: at(seconds),
        checkpoint: format!("log\n{size}\nroot\n\n— log sig\n"),
        line: format!("— {witness} {seconds}\n"),
    };
    let keep = async |rows: &[CosignatureRow]| {
        let writes = rows.iter().map(|row| Write::Cosignature(Box::new(row.clone()))).collect();
        store.write(writes).await.unwrap();
    };
    assert_eq!(store.newest_cosignature("a").await.unwrap(), None);
    assert_eq!(store.cosignatures(0, 10).await.unwrap(), []);
    let first = [row(5, "b", 2), row(5, "a", 1), row(9, "a", 3)];
    keep(&first).await;
    keep(&[row(5, "a", 7), row(5, "a", 8), row(4, "a", 9)]).await;
    assert_eq!(store.newest_cosignature("a").await.unwrap().as_ref(), Some(&first[2]));
    assert_eq!(store.newest_cosignature("b").await.unwrap().as_ref(), Some(&first[0]));
    let by_size = [row(4, "a", 9), first[1].clone(), first[0].clone(), first[2].clone()];
    assert_eq!(store.cosignatures(0, 10).await.unwrap(), by_size);
    assert_eq!(store.cosignatures(5, 2).await.unwrap(), by_size[1..3]);
    assert_eq!(store.cosignatures(10, 2).await.unwrap(), []);
    store.clear_read_models().await.unwrap();
    store.close().await.unwrap();
    drop(store);
    let store = subject.open().await.unwrap();
    assert_eq!(store.cosignatures(0, 10).await.unwrap(), by_size, "no rebuild touches them");
}

pub async fn idempotency_records_belong_to_their_principal(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let request = |principal: &str| KeyedRequest {
        principal: principal.to_owned(),
        key: "k".to_owned(),
        request_hash: "00".repeat(32),
        stored_at: at(1),
    };
    let answer = |body: &str| KeptAnswer { status: 409, body: body.to_owned() };
    let record = |principal: &str, body: &str| IdempotencyRow {
        request: request(principal),
        outcome: KeyedOutcome::Answered(answer(body)),
    };
    for (principal, body) in [("a", "1"), ("b", "2")] {
        let request = Box::new(request(principal));
        store.write(vec![Write::TakeKey { request, answer: Some(answer(body)) }]).await.unwrap();
    }
    assert_eq!(store.idempotency("a", "k").await.unwrap(), Some(record("a", "1")));
    assert_eq!(store.idempotency("b", "k").await.unwrap(), Some(record("b", "2")));
    assert_eq!(store.idempotency("c", "k").await.unwrap(), None);
}

pub async fn artifacts_find_their_newest_changes(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    put_changes(&*store, 60).await;
    let s = change_row(4).summary;
    let shared = format!("sha256:{:064x}", 0xabc);
    let found = store.changes_for_artifact(&s.service, &s.environment, &shared, 3).await.unwrap();
    assert_eq!(found, [change_id(49), change_id(34), change_id(19)]);
    let none = store.changes_for_artifact(&s.service, "elsewhere", &shared, 3).await.unwrap();
    assert_eq!(none, []);
}

pub async fn cleared_read_models_rebuild_to_the_same_rows(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let rebuild = async || {
        put_changes(&*store, 20).await;
        let rows = vec![waiting(3, "a", &["r@x", "r@y"], Some(5), 7)];
        let grant = Write::GrantAt { grant: GrantId::new(at(0), [1; 10]), index: 0 };
        let timer = Write::Timer { stream: Stream::policy(), due_at: Some(at(9)) };
        let waiting = Write::Waiting { change: change_id(3), rows };
        let deployed = Write::Deployed(Box::new(deployment_row(1, 0, false, None)));
        store.write(vec![waiting, grant, timer, deployed]).await.unwrap();
    };
    store.append(unguarded(&Stream::policy(), 1)).await.unwrap();
    rebuild().await;
    let session = SessionRow {
        token_hash: "t".to_owned(),
        account: "acc_a".to_owned(),
        csrf: "c".to_owned(),
        signed_in_at: at(0),
        expires_at: at(3600),
        authentication: None,
        provider_session: None,
    };
    store.write(vec![Write::Session(Box::new(session))]).await.unwrap();
    let before = store.dump_read_models().await.unwrap();
    assert_eq!(before.len(), 20 + 40 + 1 + 2 + 1 + 1 + 1);
    assert!(before.is_sorted());
    store.clear_read_models().await.unwrap();
    assert_eq!(store.dump_read_models().await.unwrap(), Vec::<String>::new());
    assert_eq!(store.change(&change_id(3)).await.unwrap(), None);
    assert!(store.session("t").await.unwrap().is_some(), "sessions are not rebuilt, so they stay");
    assert!(store.next_change_number().await.unwrap().0 > 1020);
    rebuild().await;
    assert_eq!(store.dump_read_models().await.unwrap(), before);
}
