//! Notifications and the outbox: told once, sent in order, by one node at a time.

use std::sync::Arc;

use domain::ids::PersonId;
use jiff::Timestamp;

use super::{Subject, at, change_id, unguarded};
use crate::{
    Append, Claim, ClaimedLane, Fault, NotificationRow, OutboxMessage, OutboxStatus, OutboxWrite,
    Settlement, Store, Stream, Write,
};

fn person(n: u8) -> PersonId {
    PersonId::new(at(0), [n; 10])
}

fn told(id: &str, who: u8, seconds: i64) -> NotificationRow {
    NotificationRow {
        id: id.to_owned(),
        person: person(who),
        change: (!id.starts_with('p')).then(|| change_id(1)),
        at: at(seconds),
        data: format!("{{\"kind\":\"{id}\"}}"),
        read_at: None,
        arrived_at: None,
    }
}

fn message(id: &str, lane: &str, due: i64) -> OutboxMessage {
    OutboxMessage {
        id: id.to_owned(),
        lane: lane.to_owned(),
        created_at: at(due),
        due_at: at(due),
        pause_ends_by: None,
        data: format!("{{\"id\":\"{id}\"}}"),
    }
}

fn settlement(lane: &str, lease: &str, seconds: i64) -> Settlement {
    Settlement {
        lane: lane.to_owned(),
        lease: lease.to_owned(),
        at: at(seconds),
        delivered: Vec::new(),
        arrived: Vec::new(),
        dead: Vec::new(),
        error: None,
        attempts: 0,
        not_before: at(seconds),
    }
}

async fn write(store: &dyn Store, write: OutboxWrite) {
    store.write(vec![Write::Outbox(Box::new(write))]).await.unwrap();
}

async fn put(store: &dyn Store, messages: &[OutboxMessage]) {
    let writes = messages.iter().cloned().map(OutboxWrite::Message).map(Box::new);
    store.write(writes.map(Write::Outbox).collect()).await.unwrap();
}

async fn claim(store: &dyn Store, lease: &str, seconds: i64) -> Vec<ClaimedLane> {
    let (now, leased_until) = (at(seconds), at(seconds + 60));
    let claim = Claim { now, lease, leased_until, lanes: 10, messages: 10 };
    let mut lanes = store.claim_outbox(claim).await.unwrap();
    lanes.sort_by(|a, b| a.lane.cmp(&b.lane));
    lanes
}

fn ids(lanes: &[ClaimedLane]) -> Vec<Vec<&str>> {
    lanes.iter().map(|l| l.messages.iter().map(|m| m.id.as_str()).collect()).collect()
}

pub async fn notifications_are_told_once_and_read_once(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let rows = [told("c", 1, 3), told("b", 1, 2), told("pa", 1, 1)];
    for row in rows.iter().chain(&rows).chain([&told("d", 2, 9)]) {
        write(&*store, OutboxWrite::Notification(row.clone())).await;
    }
    let list = async |before: Option<(Timestamp, &str)>, limit| {
        store.notifications(&person(1), before, limit).await.unwrap()
    };
    assert_eq!(list(None, 9).await, rows);
    assert_eq!(list(None, 2).await, rows[..2]);
    assert_eq!(list(Some((at(2), "b")), 9).await, rows[2..]);
    assert_eq!(store.unread_notifications(&person(1), 9).await.unwrap(), 3);
    assert_eq!(store.unread_notifications(&person(1), 2).await.unwrap(), 2);
    let read = |ids: Option<&[&str]>, seconds| OutboxWrite::Read {
        person: person(1),
        ids: ids.map(|ids| ids.iter().map(|id| (*id).to_owned()).collect()),
        at: at(seconds),
    };
    write(&*store, read(Some(&["b", "d"]), 10)).await;
    assert_eq!(store.unread_notifications(&person(1), 9).await.unwrap(), 2);
    assert_eq!(store.unread_notifications(&person(2), 9).await.unwrap(), 1, "not theirs to read");
    write(&*store, read(None, 20)).await;
    let read_at: Vec<_> = list(None, 9).await.into_iter().map(|row| row.read_at).collect();
    assert_eq!(read_at, [Some(at(20)), Some(at(10)), Some(at(20))]);
    write(&*store, OutboxWrite::Forget { before: at(3) }).await;
    assert_eq!(list(None, 9).await.len(), 1);
}

pub async fn c12_a_message_is_there_if_and_only_if_its_entry_is(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let with = |id: &str| Append {
        writes: vec![Write::Outbox(Box::new(OutboxWrite::Message(message(id, "l", 1))))],
        ..unguarded(&Stream::access(), 1)
    };
    store.append(with("stored")).await.unwrap();
    subject.fail_next_commit(Fault::CommitLost);
    assert!(store.append(with("lost")).await.is_err());
    drop(store);
    let store = subject.open().await.unwrap();
    assert_eq!(store.head().await.unwrap().size, 1);
    assert_eq!(ids(&claim(&*store, "a", 9).await), [["stored"]]);
}

pub async fn m4_3_what_arrived_is_kept_with_its_notification(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    write(&*store, OutboxWrite::Notification(told("n", 1, 1))).await;
    put(&*store, &[message("1", "x", 2)]).await;
    let lanes = claim(&*store, "a", 5).await;
    assert_eq!(ids(&lanes), [["1"]]);
    let settled = |lease: &str, seconds| Settlement {
        delivered: vec!["1".to_owned()],
        arrived: vec!["n".to_owned(), "unheard-of".to_owned()],
        ..settlement("x", lease, seconds)
    };
    let arrived = async || {
        let rows = store.notifications(&person(1), None, 9).await.unwrap();
        rows.into_iter().map(|row| row.arrived_at).collect::<Vec<_>>()
    };
    write(&*store, OutboxWrite::Settle(settled("b", 6))).await;
    assert_eq!(arrived().await, [None], "whoever has no lease knows nothing");
    write(&*store, OutboxWrite::Settle(settled("a", 7))).await;
    assert_eq!(arrived().await, [Some(at(7))]);
}

pub async fn a_lane_is_claimed_in_order_once_it_is_due(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    put(&*store, &[message("1", "x", 20), message("2", "x", 10), message("3", "y", 30)]).await;
    put(&*store, &[message("2", "x", 5)]).await;
    assert!(claim(&*store, "a", 4).await.is_empty());
    let lanes = claim(&*store, "a", 25).await;
    assert_eq!(ids(&lanes), [["1", "2"]], "in the order they came, whichever is due");
    assert_eq!(lanes[0].messages[0], message("1", "x", 20));
    let settled =
        Settlement { delivered: vec!["1".to_owned(), "3".to_owned()], ..settlement("x", "a", 26) };
    write(&*store, OutboxWrite::Settle(settled)).await;
    assert_eq!(ids(&claim(&*store, "b", 99).await), [["2"], ["3"]], "another lane is not touched");
}

pub async fn c12_a_lane_is_under_one_lease_until_it_ends(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let other: Arc<dyn Store> = match store.kind() {
        "PostgreSQL" => subject.open().await.unwrap(),
        _ => Arc::clone(&store),
    };
    let all: Vec<_> = (0..20).map(|n| message(&format!("m{n}"), &format!("l{n}"), 1)).collect();
    put(&*store, &all).await;
    let round = async |seconds| {
        let claims = (0..4).map(async |n| {
            let node = if n % 2 == 0 { &store } else { &other };
            claim(&**node, &format!("lease{n}-{seconds}"), seconds).await
        });
        let lanes: Vec<ClaimedLane> =
            futures::future::join_all(claims).await.into_iter().flatten().collect();
        let mut names: Vec<String> = lanes.into_iter().map(|lane| lane.lane).collect();
        names.sort();
        let claimed = names.len();
        names.dedup();
        assert_eq!(names.len(), claimed, "a lane was claimed twice");
        claimed
    };
    let mut claimed = 0;
    while claimed < 20 {
        let now = round(2).await;
        assert!(now > 0 || claimed == 20, "{claimed} of 20 lanes could be claimed");
        claimed += now;
    }
    assert_eq!(round(3).await, 0);
    assert!(round(2 + 60).await > 0, "after a crash the lease ends and the lane is sent again");
}

pub async fn a_settlement_without_the_lease_changes_nothing(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    put(&*store, &[message("1", "x", 1)]).await;
    claim(&*store, "slow", 2).await;
    claim(&*store, "new", 100).await;
    let late = |lease| Settlement {
        delivered: vec!["1".to_owned()],
        dead: vec!["1".to_owned()],
        ..settlement("x", lease, 101)
    };
    write(&*store, OutboxWrite::Settle(late("slow"))).await;
    write(&*store, OutboxWrite::Settle(late(""))).await;
    let status = store.outbox_status(at(101)).await.unwrap();
    assert_eq!((status.waiting, status.dead), (1, 0));
    assert!(claim(&*store, "third", 102).await.is_empty(), "the lease of `new` still stands");
    write(&*store, OutboxWrite::Settle(Settlement { dead: vec![], ..late("new") })).await;
    assert_eq!(store.outbox_status(at(101)).await.unwrap(), OutboxStatus::default());
}

pub async fn a_lane_that_failed_waits_and_one_that_pauses_can_be_hurried(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    put(&*store, &[message("1", "failed", 1), message("2", "paused", 1)]).await;
    claim(&*store, "a", 2).await;
    let failed = Settlement {
        error: Some("no route".to_owned()),
        attempts: 3,
        not_before: at(50),
        ..settlement("failed", "a", 3)
    };
    let paused = Settlement {
        delivered: vec!["2".to_owned()],
        not_before: at(50),
        ..settlement("paused", "a", 3)
    };
    for settled in [failed, paused] {
        write(&*store, OutboxWrite::Settle(settled)).await;
    }
    put(&*store, &[message("3", "failed", 5), message("4", "paused", 5)]).await;
    assert!(claim(&*store, "b", 49).await.is_empty());
    let hurry = |id, lane| OutboxMessage { pause_ends_by: Some(at(20)), ..message(id, lane, 6) };
    put(&*store, &[hurry("5", "failed"), hurry("6", "paused")]).await;
    assert!(claim(&*store, "b", 19).await.is_empty());
    assert_eq!(ids(&claim(&*store, "b", 20).await), [["4", "6"]]);
    let lanes = claim(&*store, "c", 50).await;
    assert_eq!((ids(&lanes), lanes[0].attempts), (vec![vec!["1", "3", "5"]], 3));
}

pub async fn dead_letters_are_kept_and_replayed(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    put(&*store, &[message("1", "x", 1), message("2", "x", 2)]).await;
    claim(&*store, "a", 3).await;
    let buried = Settlement {
        dead: vec!["1".to_owned()],
        error: Some("410 Gone".to_owned()),
        ..settlement("x", "a", 4)
    };
    write(&*store, OutboxWrite::Settle(buried)).await;
    let status = store.outbox_status(at(9)).await.unwrap();
    assert_eq!(status, OutboxStatus { waiting: 1, dead: 1, oldest_due: Some(at(2)) });
    assert_eq!(store.outbox_status(at(1)).await.unwrap().oldest_due, None);
    assert_eq!(ids(&claim(&*store, "b", 5).await), [["2"]], "the lane goes on without it");
    let sent = Settlement { delivered: vec!["2".to_owned()], ..settlement("x", "b", 6) };
    write(&*store, OutboxWrite::Settle(sent)).await;
    let dead = store.dead_letters(9).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].message, message("1", "x", 1));
    assert_eq!((dead[0].died_at, dead[0].error.as_str()), (at(4), "410 Gone"));
    let ids_to_replay = vec!["1".to_owned(), "2".to_owned(), "never".to_owned()];
    write(&*store, OutboxWrite::Replay { ids: ids_to_replay, at: at(10) }).await;
    assert_eq!(store.dead_letters(9).await.unwrap(), []);
    assert_eq!(ids(&claim(&*store, "c", 10).await), [["1"]]);
}

pub async fn i9_a_rebuild_leaves_the_outbox_alone(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    put(&*store, &[message("1", "x", 1)]).await;
    write(&*store, OutboxWrite::Notification(told("n", 1, 1))).await;
    assert_eq!(store.dump_read_models().await.unwrap(), Vec::<String>::new());
    store.clear_read_models().await.unwrap();
    assert_eq!(store.notifications(&person(1), None, 9).await.unwrap().len(), 1);
    assert_eq!(ids(&claim(&*store, "a", 2).await), [["1"]]);
}
