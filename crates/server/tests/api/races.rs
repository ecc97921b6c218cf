//! Many at once: one vote a person, and every vote counted.

use std::sync::Arc;

use serde_json::Value;
use testkit::TestServer;

on_both_stores!(
    c01_a_hundred_parallel_votes_by_one_person_are_one,
    c02_two_people_at_the_last_place_are_both_recorded,
    a09_ten_parallel_redemptions_are_one,
);

async fn c01_a_hundred_parallel_votes_by_one_person_are_one(server: TestServer) -> TestServer {
    let id = server.change("production").await;
    let server = Arc::new(server);
    let votes: Vec<_> = (0..100)
        .map(|_| {
            let (server, id) = (server.clone(), id.clone());
            tokio::spawn(async move { server.vote(&server.who.approver, &id, "approve").await })
        })
        .collect();
    for vote in votes {
        let _ = vote.await.unwrap().expect(201);
    }
    let record = server.get(&server.who.auditor, &format!("/v1/changes/{id}")).await.expect(200);
    assert_eq!(record.json()["votes"].as_array().unwrap().len(), 1);
    let stream = store::Stream::change(&id.parse().unwrap());
    let entries = server.store().stream(&stream, 0, 1000).await.unwrap();
    let recorded = |e: &&store::Entry| String::from_utf8_lossy(&e.leaf).contains("vote_recorded");
    assert_eq!(entries.iter().filter(recorded).count(), 1);
    Arc::into_inner(server).unwrap()
}

async fn c02_two_people_at_the_last_place_are_both_recorded(server: TestServer) -> TestServer {
    let id = server.change("staging").await;
    let (one, two) = tokio::join!(
        server.vote(&server.who.approver, &id, "approve"),
        server.vote(&server.who.owner, &id, "approve"),
    );
    let _ = (one.expect(201), two.expect(201));
    let record =
        server.get(&server.who.auditor, &format!("/v1/changes/{id}")).await.expect(200).json();
    assert_eq!(record["state"], "approved");
    let votes = record["votes"].as_array().unwrap();
    assert_eq!(votes.len(), 2);
    let counting = votes.iter().filter(|v| v["counts"] == true).count();
    assert_eq!(counting, 1, "one place, one vote: {votes:?}");
    let missing = record["missing"].as_array().unwrap();
    assert_eq!(missing, &Vec::<Value>::new());
    server
}

async fn a09_ten_parallel_redemptions_are_one(server: TestServer) -> TestServer {
    let _ = server.approved("staging").await;
    let verdict = server.ask(&server.who.pipeline, None, "staging").await.expect(200);
    let path = format!("/v1/gate/grants/{}/redemption", verdict.text("/grant/grant/id"));
    let server = Arc::new(server);
    let tries: Vec<_> = (0..10)
        .map(|_| {
            let (server, path) = (server.clone(), path.clone());
            tokio::spawn(async move {
                server.post(&server.who.pipeline, &path, serde_json::json!({})).await.status
            })
        })
        .collect();
    let mut began = 0;
    for one in tries {
        began += usize::from(one.await.unwrap() == 201);
    }
    assert_eq!(began, 1);
    Arc::into_inner(server).unwrap()
}
