//! Going back to what people approved and ran here before passes by a rule, on the record.

use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::TestServer;
use testkit::server::change_request;

use super::asking::activate;
use super::facts::{asked, deployed};

on_both_stores!(
    j05_a_rollback_to_what_people_approved_here_passes_by_itself_and_on_the_record,
    j05_a_rollback_to_anything_else_waits_for_a_person,
    j05_a_failure_a_hold_and_time_end_it,
);

const RULE: &str = r#"
  - id: back-to-what-worked
    title: Going back to what people approved and ran here.
    tiers: [T1]
    kinds: [normal]
    answers: [owner]
    when:
      - getOr(change.attributes, "intent", "") == "rollback"
    evidence:
      - kind: approved_before
        max_age: 30d
        why: people approved exactly this for here before
"#;

/// The policy of the tests with the rule.
async fn with_rule(server: &TestServer) {
    let file = |file: domain::event::PolicyFile| {
        let more = if file.path == "automation.yaml" { RULE } else { "" };
        json!({"path": file.path, "text": format!("{}{more}", file.text)})
    };
    activate(server, testkit::organisation::policy().into_iter().map(file).collect()).await;
}

fn rollback() -> Value {
    let mut request = change_request("checkout", "staging");
    request["attributes"] = json!({"intent": "rollback"});
    request
}

/// Lets people approve what is gone back to later, and deploys it.
async fn before(server: &TestServer) -> Value {
    with_rule(server).await;
    let first = asked(server, change_request("checkout", "staging")).await;
    assert_eq!(first["state"], "awaiting_approval");
    deployed(server, &first, "successful").await;
    first
}

async fn j05_a_rollback_to_what_people_approved_here_passes_by_itself_and_on_the_record(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    with_rule(&server).await;
    let never = asked(&server, rollback()).await;
    assert_eq!(never["state"], "awaiting_approval", "nothing like it was here before");
    assert!(never.to_string().contains("people have not approved exactly this"), "{never:#}");
    let withdrawal = format!("/v1/changes/{}/withdrawal", never["id"].as_str().unwrap());
    let _ = server.post(&who.requester, &withdrawal, json!({"reason": "later"})).await.expect(200);
    let first = asked(&server, change_request("checkout", "staging")).await;
    deployed(&server, &first, "successful").await;

    let back = asked(&server, rollback()).await;
    assert_eq!((&back["state"], &back["votes"]), (&json!("approved"), &json!([])), "{back:#}");
    assert_eq!(back["automatic_approvals"][0]["rule"]["id"], "back-to-what-worked");
    let id = back["id"].as_str().unwrap();
    let verdict = server.ask(&who.pipeline, Some(id), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "allow");
    let timeline = server.get(&who.auditor, &format!("/v1/changes/{id}/timeline")).await;
    let timeline = timeline.expect(200).json().to_string();
    assert!(timeline.contains("the rule back-to-what-worked approved revision 1"), "{timeline}");
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

async fn j05_a_rollback_to_anything_else_waits_for_a_person(server: TestServer) -> TestServer {
    let _ = before(&server).await;
    let mut parameters = rollback();
    parameters["parameters"]["replicas"] = json!("0");
    let mut artifact = rollback();
    artifact["artifacts"][0]["digest"] = json!(format!("sha256:{}", "cd".repeat(32)));
    let mut more = rollback();
    let other = json!({"name": "more", "digest": format!("sha256:{}", "ef".repeat(32))});
    more["artifacts"].as_array_mut().unwrap().push(other);
    for request in [parameters, artifact, more, change_request("checkout", "staging")] {
        let change = asked(&server, request).await;
        assert_eq!(change["state"], "awaiting_approval", "{change:#}");
    }
    server
}

async fn j05_a_failure_a_hold_and_time_end_it(server: TestServer) -> TestServer {
    let who = &server.who;
    let first = before(&server).await;
    let back = asked(&server, rollback()).await;
    let holds = format!("/v1/changes/{}/holds", first["id"].as_str().unwrap());
    let held = server.post(&who.approver, &holds, json!({"reason": "it leaks"})).await.expect(200);
    let id = back["id"].as_str().unwrap();
    let verdict = server.ask(&who.pipeline, Some(id), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "pending", "it was approved before the hold");
    let path = format!("{holds}/{}/release", held.text("/holds/0/id"));
    let why = json!({"reason": "it does not leak"});
    let _ = server.post(&who.approver, &path, why).await.expect(200);
    deployed(&server, &back, "failed").await;
    let verdict = server.ask(&who.pipeline, Some(id), "staging").await.expect(200);
    assert_ne!(verdict.text("/answer"), "allow", "its own failure counts: {}", verdict.json());
    let next = asked(&server, rollback()).await;
    assert_eq!(next["state"], "awaiting_approval", "it failed since");

    server.clock.advance(SignedDuration::from_mins(1));
    let again = asked(&server, change_request("checkout", "staging")).await;
    deployed(&server, &again, "successful").await;
    assert_eq!(asked(&server, rollback()).await["state"], "approved", "people let it run again");
    server.clock.advance(SignedDuration::from_hours(24 * 31));
    assert_eq!(
        asked(&server, rollback()).await["state"],
        "awaiting_approval",
        "it is too long ago"
    );
    server
}
