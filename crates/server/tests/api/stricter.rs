//! Policy that gets stricter has people asked for what it adds, also for changes that wait already.

use serde_json::{Value, json};
use testkit::TestServer;

use crate::asking::{activate, files};

on_both_stores!(
    m3_2_what_a_stricter_policy_adds_is_asked_for_within_a_tick_and_stays_for_the_revision,
    m3_2_an_approval_that_a_stricter_policy_takes_back_has_the_others_asked_at_once,
    m3_2_the_gate_names_who_is_asked_for_what_a_stricter_policy_adds,
);

const PLAN: &str = "
plans:
  - { id: quick, title: Quick, within: 30m, after_hours: true }
";

/// Security too, for staging.
const STRICT: &str = r#"
rules:
  - id: strict
    title: Security sees staging
    when: environment.name == "staging"
    needs: [{ role: security, count: 1, due: 1h, why: Security sees staging }]
"#;

/// The policy of the tests with a response plan, and with more rules.
async fn live(server: &TestServer, rules: Option<&str>) {
    let mut all = files();
    all.push(json!({"path": "response.yaml", "text": PLAN}));
    all.extend(rules.map(|text| json!({"path": "rules/strict.yaml", "text": text})));
    activate(server, all).await;
}

async fn record(server: &TestServer, id: &str) -> Value {
    server.get(&server.who.auditor, &format!("/v1/changes/{id}")).await.expect(200).json()
}

/// Kinds of the last entries, oldest first.
async fn last(server: &TestServer, id: &str, count: usize) -> Vec<Value> {
    let path = format!("/v1/changes/{id}/timeline");
    let timeline = server.get(&server.who.auditor, &path).await.expect(200).json();
    let items = timeline["items"].as_array().unwrap();
    items[items.len() - count..].iter().map(|item| item["kind"].clone()).collect()
}

/// The requirement for security as the record has it.
fn security(record: &Value) -> &Value {
    let mut missing = record["missing"].as_array().unwrap().iter();
    missing.find(|m| m["roles"] == json!(["security"])).unwrap()
}

async fn m3_2_what_a_stricter_policy_adds_is_asked_for_within_a_tick_and_stays_for_the_revision(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    live(&server, None).await;
    let id = server.change("staging").await;
    let _ = server.app.advance_due().await.unwrap();
    live(&server, Some(STRICT)).await;
    assert_eq!(server.app.reroute().await.unwrap(), 1);
    assert_eq!(last(&server, &id, 2).await, ["requirements_added", "approvers_asked"]);
    let found = record(&server, &id).await;
    assert_eq!(found["added"][0]["requirements"].as_array().unwrap().len(), 2);
    assert_eq!(security(&found)["asked"][0]["id"], json!(who.security.person()), "{found}");
    let inbox = server.get(&who.security, "/v1/inbox").await.expect(200).json();
    assert_eq!(inbox["waiting_for_you"][0]["role"], "security", "{inbox}");
    let told = server.get(&who.security, "/v1/notifications").await.expect(200).json();
    assert_eq!(told["items"].as_array().unwrap().len(), 1, "{told}");

    // Weaker is for later revisions.
    live(&server, None).await;
    let _ = server.app.reroute().await.unwrap();
    let _ = server.vote(&who.approver, &id, "approve").await.expect(201);
    assert_eq!(record(&server, &id).await["state"], "awaiting_approval");
    let verdict = server.ask(&who.pipeline, Some(&id), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "pending");
    let voted = server.vote(&who.security, &id, "approve").await.expect(201);
    assert_eq!(voted.text("/change/state"), "approved");
    assert_eq!(voted.json()["vote"]["counts_for"], json!(["strict/security"]));
    let verdict = server.ask(&who.pipeline, Some(&id), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "allow");
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

async fn m3_2_an_approval_that_a_stricter_policy_takes_back_has_the_others_asked_at_once(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    live(&server, None).await;
    let id = server.approved("staging").await;
    live(&server, Some(STRICT)).await;
    let other = server.another_node().await;
    let (one, two) = tokio::join!(server.app.reroute(), other.reroute());
    assert!(one.unwrap() + two.unwrap() >= 1);
    let found = record(&server, &id).await;
    assert_eq!(found["state"], "awaiting_approval", "{found}");
    assert_eq!(
        last(&server, &id, 3).await,
        ["requirements_added", "approval_lapsed", "approvers_asked"],
        "once, though two nodes looked"
    );
    let voted = server.vote(&who.security, &id, "approve").await.expect(201);
    assert_eq!(voted.text("/change/state"), "approved", "the owner's vote counts still");
    server
}

async fn m3_2_the_gate_names_who_is_asked_for_what_a_stricter_policy_adds(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    live(&server, None).await;
    let id = server.approved("staging").await;
    live(&server, Some(STRICT)).await;
    let verdict = server.ask(&who.pipeline, Some(&id), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "pending");
    let verdict = verdict.json();
    let asked = &verdict["missing"][0]["asked"][0]["id"];
    assert_eq!(*asked, json!(who.security.person()), "{verdict}");
    assert_eq!(
        last(&server, &id, 4).await,
        ["requirements_added", "approval_lapsed", "approvers_asked", "gate_answered"]
    );
    let again = server.ask(&who.pipeline, Some(&id), "staging").await.expect(200);
    assert_eq!(again.text("/answer"), "pending");
    assert_eq!(last(&server, &id, 2).await, ["gate_answered"; 2], "nobody is asked twice");
    server
}
