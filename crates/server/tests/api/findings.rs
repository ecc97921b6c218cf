//! What a gate that only records lets through is somebody's to follow up.

use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::TestServer;

on_both_stores!(
    m2_3_what_a_recording_gate_lets_through_is_a_finding_of_the_owner,
    m2_3_an_enforcing_gate_and_a_yes_raise_nothing,
);

async fn findings(server: &TestServer) -> Vec<Value> {
    let found = server.get(&server.who.auditor, "/v1/findings").await.expect(200);
    found.json()["items"].as_array().unwrap().clone()
}

async fn m2_3_what_a_recording_gate_lets_through_is_a_finding_of_the_owner(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let id = server.finding().await;
    let all = findings(&server).await;
    let finding = &all[0];
    assert_eq!((&finding["state"], &finding["code"]), (&json!("open"), &json!("held")));
    assert_eq!((&finding["kind"], &finding["environment"]), (&json!("let_through"), &json!("dev")));
    assert_eq!(finding["owner"]["name"], "Test approver", "who owns exactly this service");
    assert_eq!(finding["due_at"], "2026-01-12T09:00:00.000Z");
    let evidence = finding["evidence"].to_string();
    for fact in ["answer", "deny", "reason", "artifact", "policy"] {
        assert!(evidence.contains(fact), "{fact}: {evidence}");
    }
    let change = finding["change"].as_str().unwrap();
    let again = server.ask(&who.pipeline, None, "dev").await.expect(200);
    assert_eq!(again.json()["enforced"], false);
    assert_eq!(findings(&server).await.len(), 1, "the same is raised once while it is open");
    let told = server.app.notifications(&who.approver.principal, None).await.unwrap();
    let told: Vec<_> = told.items.iter().filter(|i| i.words.path.contains(&id)).collect();
    assert_eq!(told.len(), 1);
    assert!(told[0].words.headline.contains(change), "{}", told[0].words.headline);

    let path = format!("/v1/findings/{id}");
    for other in [&who.requester, &who.security, &who.pipeline] {
        let end = json!({"reason": "no"});
        let _ = server.post(other, &format!("{path}/resolution"), end).await.expect(403);
    }
    server.clock.advance(SignedDuration::from_hours(8 * 24));
    assert_eq!(findings(&server).await[0]["overdue"], true);
    let seen = format!("{path}/acknowledgement");
    for _ in 0..2 {
        let seen = server.post(&who.approver, &seen, json!({})).await.expect(200);
        assert_eq!(seen.text("/state"), "acknowledged");
    }
    let end = format!("{path}/resolution");
    let silent = server.post(&who.approver, &end, json!({"reason": " "})).await.expect(400);
    assert_eq!(silent.code(), "invalid_field");
    let why = json!({"reason": "taken back"});
    let resolved = server.post(&who.approver, &end, why.clone()).await.expect(200);
    assert_eq!(
        (resolved.text("/state"), resolved.text("/resolution")),
        ("resolved".into(), "taken back".into())
    );
    assert_eq!(resolved.json()["overdue"], false);
    assert_eq!(server.post(&who.approver, &end, why).await.code(), "finding_resolved");

    let _ = server.ask(&who.pipeline, Some(change), "dev").await.expect(200);
    assert_eq!(findings(&server).await.len(), 2, "after that the same is a finding again");
    let report = server.get(&who.auditor, "/v1/findings/let-through").await.expect(200);
    let expected = json!({"places": [{
        "service": "checkout", "environment": "dev", "total": 2, "open": 1,
        "reasons": {"held": 1, "approval_expired": 1}
    }]});
    assert_eq!(report.json(), expected);
    let node = server.another_node().await;
    assert_eq!(node.live().directory.findings().count(), 2, "it is in the journal");
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

async fn m2_3_an_enforcing_gate_and_a_yes_raise_nothing(server: TestServer) -> TestServer {
    let who = &server.who;
    let blocked = server.change("staging").await;
    let verdict = server.ask(&who.pipeline, Some(&blocked), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "pending");
    let free = server.change("dev").await;
    let verdict = server.ask(&who.pipeline, Some(&free), "dev").await.expect(200);
    assert_eq!(verdict.text("/answer"), "allow");
    assert_eq!(findings(&server).await, Vec::<Value>::new());
    let report = server.get(&who.auditor, "/v1/findings/let-through").await.expect(200);
    assert_eq!(report.json()["places"], json!([]));
    server
}
