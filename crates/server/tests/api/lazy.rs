//! Lazy consensus over HTTP: a review that was heard of, and what ends it.

use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::TestServer;
use testkit::sinks::SmtpSink;

on_both_stores!(
    m4_3_what_nobody_objects_to_is_approved_once_after_the_window,
    m4_3_one_objection_sends_it_to_people,
    m4_3_an_objection_takes_back_what_was_approved_and_granted,
    m4_3_no_time_runs_while_notices_reach_nobody_of_a_role,
    m4_3_a_hold_pauses_the_review_and_a_stop_ends_it,
);

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// A change that the rule `quiet` approves after a review of four working hours. It is Monday, 9:00.
async fn quiet(server: &TestServer) -> String {
    let id = server.touching("quiet").await;
    assert_eq!(change(server, &id).await["state"], "awaiting_approval");
    id
}

async fn change(server: &TestServer, id: &str) -> Value {
    let found = server.get(&server.who.auditor, &format!("/v1/changes/{id}")).await.expect(200);
    found.json().clone()
}

async fn later(server: &TestServer, minutes: i64) {
    server.clock.advance(SignedDuration::from_mins(minutes));
    // A step may make the next one due.
    for _ in 0..3 {
        let _ = server.app.advance_due().await.unwrap();
    }
}

async fn object(server: &TestServer, who: &testkit::organisation::Actor, id: &str) -> u16 {
    let path = format!("/v1/changes/{id}/objections");
    server.post(who, &path, json!({"reason": "the bank is not told"})).await.status
}

async fn m4_3_what_nobody_objects_to_is_approved_once_after_the_window(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let id = quiet(&server).await;
    let begun = change(&server, &id).await;
    assert!(begun["reviews"][0]["stands_because"].as_str().unwrap().contains("on their way"));
    later(&server, 0).await;
    let runs = change(&server, &id).await;
    let review = &runs["reviews"][0];
    assert_eq!(review["ends_at"], "2026-01-05T13:00:00.000Z", "{review:#}");
    assert_eq!(review["rule"]["id"], "quiet");
    let tree = runs["explanation"].to_string();
    assert!(tree.contains("if nobody objects") && tree.contains("can object or hold it"), "{tree}");
    assert_eq!(server.ask(&who.pipeline, Some(&id), "staging").await.text("/answer"), "pending");
    later(&server, 180).await;
    later(&server, 59).await;
    assert_eq!(change(&server, &id).await["state"], "awaiting_approval");
    let node = server.another_node().await;
    server.clock.advance(MINUTE);
    let (one, other) = tokio::join!(server.app.advance_due(), node.advance_due());
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.settled + other.settled, 1, "one node approves");
    let approved = change(&server, &id).await;
    assert_eq!((&approved["state"], &approved["votes"]), (&json!("approved"), &json!([])));
    let held = &approved["automatic_approvals"][0]["review"];
    assert_eq!(held["terms"]["window_minutes"], 240);
    let told = held["told"].as_array().unwrap();
    let roles: Vec<_> = told.iter().map(|t| t["role"].as_str().unwrap()).collect();
    assert!(roles.contains(&"security") && roles.contains(&"service-owner"), "{told:#?}");
    assert!(told.iter().all(|t| !t["arrived_at"].is_null()), "{told:#?}");
    let heard = server.app.notifications(&who.security.principal, None).await.unwrap();
    let heard: Vec<_> = heard.items.iter().map(|item| item.words.headline.clone()).collect();
    for words in ["after a review, unless", "at 2026-01-05 13:00 UTC unless", "Nobody objected"] {
        assert_eq!(heard.iter().filter(|h| h.contains(words)).count(), 1, "{words}: {heard:#?}");
    }
    let path = format!("/v1/changes/{id}/timeline");
    let timeline = server.get(&who.auditor, &path).await.expect(200).json().to_string();
    assert!(timeline.contains("lazily_approved") && timeline.contains("after its review"));
    assert_eq!(server.ask(&who.pipeline, Some(&id), "staging").await.text("/answer"), "allow");
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

async fn m4_3_one_objection_sends_it_to_people(server: TestServer) -> TestServer {
    let who = &server.who;
    let id = quiet(&server).await;
    later(&server, 0).await;
    for refused in [&who.outsider, &who.auditor, &who.pipeline, &who.reader] {
        assert_eq!(object(&server, refused, &id).await, 403);
    }
    let sight = server.get(&who.security, &format!("/v1/changes/{id}")).await.expect(200);
    assert_eq!(sight.json()["you"]["may_object"], true);
    assert_eq!(object(&server, &who.security, &id).await, 200);
    let objected = change(&server, &id).await;
    assert_eq!(objected["reviews"], json!([]));
    assert_eq!(objected["objections"][0]["reason"], "the bank is not told");
    let tree = objected["explanation"].to_string();
    assert!(tree.contains("automation_objected") && tree.contains("Test security objected"));
    later(&server, 3 * 24 * 60).await;
    assert_eq!(change(&server, &id).await["state"], "awaiting_approval");
    let _ = server.vote(&who.approver, &id, "approve").await.expect(201);
    assert_eq!(change(&server, &id).await["state"], "approved", "people decide");
    let plain = server.change("staging").await;
    let path = format!("/v1/changes/{plain}/objections");
    let nothing = server.post(&who.security, &path, json!({})).await;
    assert_eq!(nothing.code(), "nothing_automatic");
    let unknown = server.post(&who.security, &path, json!({"because": "x"})).await;
    assert!(!testkit::server::is_success(&unknown));
    server
}

async fn m4_3_an_objection_takes_back_what_was_approved_and_granted(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let id = quiet(&server).await;
    for minutes in [0, 180, 60] {
        later(&server, minutes).await;
    }
    let verdict = server.ask(&who.pipeline, Some(&id), "staging").await.expect(200);
    let grant = verdict.text("/grant/grant/id");
    assert_eq!(object(&server, &who.owner, &id).await, 200);
    let redemption = format!("/v1/gate/grants/{grant}/redemption");
    let _ = server.post(&who.pipeline, &redemption, json!({})).await.expect(409);
    assert_eq!(change(&server, &id).await["state"], "awaiting_approval");
    later(&server, 24 * 60).await;
    assert_eq!(server.ask(&who.pipeline, Some(&id), "staging").await.text("/answer"), "pending");
    server
}

async fn m4_3_no_time_runs_while_notices_reach_nobody_of_a_role(server: TestServer) -> TestServer {
    let who = &server.who;
    let sink = SmtpSink::start().await;
    let channels = server.channels_to(&sink);
    sink.refuse(Some("550 nobody here"));
    let id = quiet(&server).await;
    later(&server, 1).await;
    let _ = server.app.deliver_due(&channels).await.unwrap();
    assert!(!server.app.store().dead_letters(9).await.unwrap().is_empty());
    later(&server, 300).await;
    let stands = change(&server, &id).await;
    assert_eq!(stands["state"], "awaiting_approval");
    let why = stands["reviews"][0]["stands_because"].as_str().unwrap().to_owned();
    assert!(why.contains("reached nobody"), "{why}");
    assert!(stands["explanation"].to_string().contains(&why), "the tree says it too");
    // Whoever reads it in the product has got it as well. The other role still has not.
    let _ = server.post(&who.security, "/v1/notifications/reads", json!({})).await;
    later(&server, 120).await;
    let why = change(&server, &id).await["reviews"][0]["stands_because"].to_string();
    assert!(why.contains("service-owner"), "{why}");
    // The relay is back, and what was given up is sent again: time runs from its arrival.
    sink.refuse(None);
    server.clock.advance(SignedDuration::from_hours(17));
    let _ = server.app.replay_dead_letters(&who.admin.principal, None).await.unwrap();
    let _ = server.app.deliver_due(&channels).await.unwrap();
    let runs = change(&server, &id).await;
    assert!(runs["reviews"][0]["ends_at"].is_string(), "{}", runs["reviews"]);
    assert!(runs["reviews"][0]["told"].to_string().contains("arrived_at"));
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

async fn m4_3_a_hold_pauses_the_review_and_a_stop_ends_it(server: TestServer) -> TestServer {
    let who = &server.who;
    let id = quiet(&server).await;
    later(&server, 0).await;
    later(&server, 60).await;
    let holds = format!("/v1/changes/{id}/holds");
    let held = server.post(&who.requester, &holds, json!({"reason": "wait"})).await.expect(200);
    let why = held.json()["reviews"][0]["stands_because"].to_string();
    assert!(why.contains("holds the change"), "{why}");
    assert_eq!(held.json()["reviews"][0]["left_seconds"], 3 * 3600);
    later(&server, 60).await;
    let release = format!("{holds}/{}/release", held.text("/holds/0/id"));
    let _ = server.post(&who.requester, &release, json!({"reason": "go on"})).await.expect(200);
    later(&server, 0).await;
    assert_eq!(change(&server, &id).await["reviews"][0]["ends_at"], "2026-01-05T14:00:00.000Z");
    let stop = json!({"scope": "rule:quiet", "reason": "not today"});
    let _ = server.post(&who.approver, "/v1/automation/stops", stop).await.expect(201);
    let _ = server.app.reroute().await.unwrap();
    later(&server, 600).await;
    let stopped = change(&server, &id).await;
    assert_eq!((&stopped["reviews"], &stopped["state"]), (&json!([]), &json!("awaiting_approval")));
    server
}
