//! Policy after it was proposed: what may ask for less waits and can be stopped, what asks for no less is
//! live at once, and the bundle before is one step away.

use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::TestServer;
use testkit::server::Answer;

on_both_stores!(
    d06_what_asks_for_less_waits_and_goes_live_by_the_clock_once,
    d06_nothing_waits_before_anybody_asked_for_a_change,
    d06_whoever_governs_policy_stops_what_waits,
    d06_another_bundle_that_goes_live_voids_what_waits,
    d06_who_lost_the_right_meanwhile_makes_nothing_live,
    m7_6_one_step_back_is_proposed_and_governed_as_anything_else,
    d06_weaken_deploy_restore_is_listed_with_what_would_have_met_more,
);

const ONE_FEWER: (&str, &str) = ("role: service-owner\n        count: 2", "role: service-owner");

/// The policy of the tests, in which what asks for less waits four hours, with one text replaced.
pub(super) fn bundle((from, to): (&str, &str)) -> Value {
    let files = testkit::organisation::policy().into_iter().map(|file| {
        let text = file.text.replace("weaker_after: none", "weaker_after: 4h");
        let text = text.replace(
            "role: service-owner\n        count: 1",
            "role: service-owner\n        count: 2",
        );
        json!({"path": file.path, "text": text.replace(from, to)})
    });
    files.collect()
}

pub(super) async fn propose(server: &TestServer, files: Value) -> Answer {
    let body = json!({"files": files, "reason": "because"});
    server.post(&server.who.policy_author, "/v1/policy/proposals", body).await.expect(201)
}

pub(super) async fn activate(server: &TestServer, digest: &str) -> Answer {
    let path = format!("/v1/policy/proposals/{digest}/activation");
    server.post(&server.who.second_author, &path, json!({"reason": "read it"})).await
}

/// Two owners have to approve, and what asks for less waits.
pub(super) async fn with_delay(server: &TestServer) -> String {
    let _ = server.change("dev").await;
    let digest = propose(server, bundle(("", ""))).await.text("/digest");
    assert_eq!(activate(server, &digest).await.expect(200).text("/state"), "live");
    digest
}

/// One owner is enough, after four hours.
pub(super) async fn weakened(server: &TestServer) -> String {
    let proposed = propose(server, bundle(ONE_FEWER)).await;
    assert_eq!(proposed.text("/state"), "open");
    assert_eq!(
        proposed.json()["weaker"],
        json!(["rule `owner` asks for 1 of service-owner instead of 2"])
    );
    let digest = proposed.text("/digest");
    let waits = activate(server, &digest).await.expect(200);
    assert_eq!(waits.text("/state"), "waiting");
    assert_eq!(waits.text("/live_at"), server.in_hours(4).replace("00Z", "00.000Z"));
    digest
}

pub(super) async fn live(server: &TestServer) -> String {
    server.get(&server.who.auditor, "/v1/policy").await.expect(200).text("/digest")
}

/// Two nodes look at once: what is recorded is recorded by one.
pub(super) async fn hours_later(server: &TestServer, hours: i64) {
    server.clock.advance(SignedDuration::from_hours(hours));
    let other = server.another_node().await;
    let (one, two) = tokio::join!(server.app.advance_due(), other.advance_due());
    let _ = (one.unwrap(), two.unwrap());
    server.app.refresh().await.unwrap();
}

async fn d06_what_asks_for_less_waits_and_goes_live_by_the_clock_once(
    server: TestServer,
) -> TestServer {
    let strict = with_delay(&server).await;
    let weak = weakened(&server).await;
    assert_eq!(live(&server).await, strict);
    let again = activate(&server, &weak).await.expect(409);
    assert_eq!(again.code(), "activation_waits");
    // Everybody who can stop it is told.
    for who in [&server.who.admin, &server.who.policy_author] {
        let told = server.get(who, "/v1/notifications").await.expect(200).json();
        let all = told["items"].as_array().unwrap();
        let waits = all.iter().find(|one| one["headline"].to_string().contains("ask for less"));
        assert_eq!(waits.map(|one| &one["urgent"]), Some(&json!(true)), "{told}");
    }
    hours_later(&server, 3).await;
    assert_eq!(live(&server).await, strict);
    hours_later(&server, 1).await;
    assert_eq!(live(&server).await, weak);
    let decided = server.get(&server.who.auditor, "/v1/policy/proposals?state=decided").await;
    assert_eq!(decided.text("/items/0/decided_by/name"), "Test second-author");
    assert_eq!(decided.text("/items/0/decision_reason"), "read it");
    let size = server.store().head().await.unwrap().size;
    hours_later(&server, 4).await;
    assert_eq!(server.store().head().await.unwrap().size, size, "it goes live once");
    server
}

async fn d06_nothing_waits_before_anybody_asked_for_a_change(server: TestServer) -> TestServer {
    let digest = propose(&server, bundle(("", ""))).await.text("/digest");
    let _ = activate(&server, &digest).await.expect(200);
    let weaker = propose(&server, bundle(ONE_FEWER)).await;
    assert!(!weaker.json()["weaker"].as_array().unwrap().is_empty());
    assert_eq!(activate(&server, &weaker.text("/digest")).await.expect(200).text("/state"), "live");
    server
}

async fn d06_whoever_governs_policy_stops_what_waits(server: TestServer) -> TestServer {
    let strict = with_delay(&server).await;
    let weak = weakened(&server).await;
    let path = format!("/v1/policy/proposals/{weak}/decline");
    let reason = json!({"reason": "two owners saved us last week"});
    let _ = server.post(&server.who.requester, &path, reason.clone()).await.expect(403);
    let stopped = server.post(&server.who.admin, &path, reason).await.expect(200);
    assert_eq!(stopped.text("/state"), "declined");
    hours_later(&server, 5).await;
    assert_eq!(live(&server).await, strict);
    server
}

async fn d06_another_bundle_that_goes_live_voids_what_waits(server: TestServer) -> TestServer {
    let _ = with_delay(&server).await;
    let weak = weakened(&server).await;
    let three = propose(&server, bundle(("count: 2", "count: 3"))).await.text("/digest");
    assert_eq!(activate(&server, &three).await.expect(200).text("/state"), "live");
    hours_later(&server, 5).await;
    assert_eq!(live(&server).await, three);
    let open = server.get(&server.who.auditor, "/v1/policy/proposals").await.expect(200).json();
    assert_eq!(open["items"][0]["digest"], json!(weak));
    assert_eq!(open["items"][0]["state"], "open");
    assert!(open["items"][0]["lapsed_at"].is_string(), "{open}");
    server
}

async fn d06_who_lost_the_right_meanwhile_makes_nothing_live(server: TestServer) -> TestServer {
    let strict = with_delay(&server).await;
    let weak = weakened(&server).await;
    let path = format!("/v1/people/{}/status", server.who.second_author.person());
    let _ = server.post(&server.who.admin, &path, json!({"status": "inactive"})).await.expect(200);
    hours_later(&server, 5).await;
    assert_eq!(live(&server).await, strict);
    // Somebody else makes it live, and its time begins again.
    let path = format!("/v1/policy/proposals/{weak}/activation");
    let waits = server.post(&server.who.admin, &path, json!({"reason": "read"})).await.expect(200);
    assert_eq!(waits.text("/state"), "waiting");
    hours_later(&server, 4).await;
    assert_eq!(live(&server).await, weak);
    server
}

async fn m7_6_one_step_back_is_proposed_and_governed_as_anything_else(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let nothing = json!({"reason": "back"});
    let refused = server.post(&who.policy_author, "/v1/policy/revert", nothing).await.expect(409);
    assert_eq!(refused.code(), "no_earlier_bundle");
    let strict = with_delay(&server).await;
    let weak = weakened(&server).await;
    hours_later(&server, 4).await;
    assert_eq!(live(&server).await, weak);
    // Back to what is stricter: live at once, by the word of a second person.
    let reason = json!({"reason": "it was not a good idea"});
    let _ = server.post(&who.requester, "/v1/policy/revert", reason.clone()).await.expect(403);
    let path = "/v1/policy/revert";
    let back = server.post_keyed(&who.policy_author, path, "r1", reason.clone()).await.expect(201);
    assert_eq!((back.text("/digest"), back.text("/state")), (strict.clone(), "open".to_owned()));
    let again = server.post_keyed(&who.policy_author, path, "r1", reason.clone()).await.expect(201);
    assert_eq!(again.json(), back.json());
    assert_eq!(activate(&server, &strict).await.expect(200).text("/state"), "live");
    // Back to what is weaker: it waits.
    let weaker = server.post(&who.policy_author, path, reason).await.expect(201);
    assert_eq!(weaker.text("/digest"), weak);
    assert_eq!(activate(&server, &weak).await.expect(200).text("/state"), "waiting");
    assert_eq!(live(&server).await, strict);
    // By digest, to an older one; what never was live is no way back.
    let founding = json!({"reason": "the first", "digest": "sha256:0"});
    let refused = server.post(&who.policy_author, path, founding).await.expect(409);
    assert_eq!(refused.code(), "no_earlier_bundle");
    server
}

async fn d06_weaken_deploy_restore_is_listed_with_what_would_have_met_more(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let strict = with_delay(&server).await;
    let weak = weakened(&server).await;
    hours_later(&server, 4).await;
    // Weaken, deploy, …
    let change = server.approved("staging").await;
    let verdict = server.ask(&who.pipeline, Some(&change), "staging").await.expect(200);
    let path = format!("/v1/gate/grants/{}/redemption", verdict.text("/grant/grant/id"));
    let _ = server.post(&who.pipeline, &path, json!({})).await.expect(201);
    server.clock.advance(SignedDuration::from_secs(60));
    // … restore.
    let reason = json!({"reason": "as it was"});
    let _ = server.post(&who.policy_author, "/v1/policy/revert", reason).await.expect(201);
    assert_eq!(activate(&server, &strict).await.expect(200).text("/state"), "live");

    let found = server.get(&who.auditor, "/v1/policy/windows").await.expect(200).json();
    let window = &found["items"][0];
    assert_eq!((&window["digest"], &window["replaced_by"]), (&json!(weak), &json!(strict)));
    let fewer = json!(["rule `owner` asks for 1 of service-owner instead of 2"]);
    assert_eq!((&window["weaker_than_before"], &window["weaker_than_after"]), (&fewer, &fewer));
    assert_eq!(window["lasted_seconds"], 60);
    assert_eq!(window["proposed_by"]["name"], "Test policy-author");
    assert_eq!(window["activated_by"]["name"], "Test second-author");
    // The policy before, with one owner and no delay, was weaker than the one after it.
    assert_eq!(found["items"][1]["number"], 1);
    assert_eq!(found["items"][1]["weaker_than_before"], json!([]));
    assert_eq!(found["items"].as_array().unwrap().len(), 2, "{found}");

    let path = format!("/v1/policy/windows/{}/changes", window["number"]);
    let slice = server.get(&who.auditor, &path).await.expect(200).json();
    assert_eq!((&slice["approved"], &slice["next_cursor"]), (&json!(1), &Value::Null));
    let easier = &slice["changes"][0];
    assert_eq!(easier["than"], "before");
    assert_eq!(easier["differences"], json!(["approvals_added"]));
    assert_eq!(easier["added"], json!([{"roles": "service-owner", "people": 1}]));
    assert!(easier["deployed_at"].is_string(), "{slice}");
    let _ = server.get(&who.auditor, "/v1/policy/windows/2/changes").await.expect(404);
    let _ = server.get(&who.gate_only, "/v1/policy/windows").await.expect(403);
    server
}
