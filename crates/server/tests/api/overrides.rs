//! Overrides over HTTP: who may, what they open, and what has to follow.

use jiff::SignedDuration;
use serde_json::json;
use testkit::TestServer;
use testkit::server::gate_question;

on_both_stores!(
    g02_a_machine_and_an_unattended_token_override_nothing,
    g05_an_override_opens_once_and_is_nowhere_called_approved,
    g04_an_overdue_review_is_seen_escalates_and_ends_the_right_to_the_next,
    j08_when_nobody_answers_an_override_is_offered_to_who_may,
    i6_a_hold_placed_after_the_override_wins_at_redemption,
);

fn reason() -> serde_json::Value {
    json!({"expected_revision": 1, "reason": "customers can't pay, and nobody answers"})
}

async fn g02_a_machine_and_an_unattended_token_override_nothing(server: TestServer) -> TestServer {
    let who = &server.who;
    let change = server.emergency("production").await;
    let path = format!("/v1/changes/{change}/overrides");
    for machine in [&who.pipeline, &who.gate_only] {
        let refused = server.post(machine, &path, reason()).await;
        assert!(matches!(refused.status, 403 | 404), "{}", refused.json());
    }
    for (person, code) in [(&who.requester, "no_role"), (&who.admin, "no_role")] {
        let refused = server.post(person, &path, reason()).await.expect(403);
        assert_eq!(refused.code(), code);
    }
    let normal = server.change("production").await;
    let normal = format!("/v1/changes/{normal}/overrides");
    let refused = server.post(&who.approver, &normal, reason()).await.expect(409);
    assert_eq!(refused.code(), "not_an_emergency");
    let mut silent = reason();
    silent["reason"] = json!(" ");
    assert_eq!(server.post(&who.approver, &path, silent).await.expect(400).code(), "invalid_field");
    let verdict = server.ask(&who.pipeline, Some(&change), "production").await.expect(200);
    assert_eq!(verdict.text("/answer"), "pending");
    server
}

async fn g05_an_override_opens_once_and_is_nowhere_called_approved(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let (change, opened) = server.overridden("production").await;
    let verdict = server.ask(&who.pipeline, Some(&change), "production").await.expect(200);
    assert_eq!((verdict.text("/answer"), verdict.code()), ("allow".into(), "override".into()));
    assert_eq!(verdict.json()["approved"], false);
    assert_eq!(verdict.text("/override_id"), opened);
    assert_eq!(verdict.text("/grant/grant/override_id"), opened);
    assert_eq!(verdict.json()["grant"]["approvals"], json!([]));
    let path = format!("/v1/gate/grants/{}/redemption", verdict.text("/grant/grant/id"));
    let begun = server.post(&who.pipeline, &path, json!({})).await.expect(201);
    assert_eq!(begun.text("/deployment/override_id"), opened);
    let end = format!("/v1/changes/{change}/deployments/{}/outcome", begun.text("/deployment/id"));
    let ended = server.post(&who.pipeline, &end, json!({"outcome": "failed"})).await;
    assert!(ended.status < 300, "{}", ended.json());
    let again = server.ask(&who.pipeline, Some(&change), "production").await.expect(200);
    assert_eq!((again.text("/answer"), again.code()), ("deny".into(), "already_consumed".into()));

    let record = server.get(&who.auditor, &format!("/v1/changes/{change}")).await.expect(200);
    assert_eq!(record.json()["overrides"][0]["approved"], false);
    assert_eq!(record.json()["overrides"][0]["open"], false);
    let timeline = format!("/v1/changes/{change}/timeline");
    let timeline = server.get(&who.auditor, &timeline).await.expect(200);
    let kinds = timeline.json()["items"].to_string();
    assert!(kinds.contains("override_opened") && !kinds.contains("change_approved"), "{kinds}");
    let list = server.get(&who.auditor, "/v1/overrides").await.expect(200);
    assert_eq!(list.json()["items"][0]["approved"], false);

    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

async fn g04_an_overdue_review_is_seen_escalates_and_ends_the_right_to_the_next(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let (change, opened) = server.overridden("staging").await;
    for hours in [24, 24, 48] {
        assert_eq!(server.app.expire_due().await.unwrap(), 0);
        server.clock.advance(SignedDuration::from_hours(hours));
        assert_eq!(server.app.expire_due().await.unwrap(), 1);
    }
    let list = server.get(&who.auditor, "/v1/overrides").await.expect(200);
    assert_eq!(list.json()["items"][0]["overdue"], true);

    let next = server.emergency("staging").await;
    let path = format!("/v1/changes/{next}/overrides");
    let refused = server.post(&who.approver, &path, reason()).await.expect(409);
    assert_eq!(refused.code(), "override_review_overdue");
    let _ = server.post(&who.owner, &path, reason()).await.expect(200);

    let review = format!("/v1/changes/{change}/overrides/{opened}/review");
    let body = json!({"outcome": "justified", "findings": "three people were paged"});
    let own = server.post(&who.approver, &review, body.clone()).await.expect(403);
    assert_eq!(own.code(), "sod_author");
    let reviewed = server.post(&who.security, &review, body.clone()).await.expect(200);
    assert_eq!(reviewed.text("/overrides/0/review/outcome"), "justified");
    let again = server.post(&who.security, &review, body).await.expect(409);
    assert_eq!(again.code(), "already_exists");

    let third = server.emergency("staging").await;
    let path = format!("/v1/changes/{third}/overrides");
    let _ = server.post(&who.approver, &path, reason()).await.expect(200);
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

async fn j08_when_nobody_answers_an_override_is_offered_to_who_may(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let change = server.emergency("production").await;
    let path = format!("/v1/changes/{change}");
    let offered = server.get(&who.approver, &path).await.expect(200);
    assert_eq!(offered.json()["you"]["may_override"], 60);
    let not = server.get(&who.requester, &path).await.expect(200);
    assert!(not.json()["you"]["may_override"].is_null());
    assert_eq!(not.text("/you/why_not_override/code"), "no_role");
    server
}

async fn i6_a_hold_placed_after_the_override_wins_at_redemption(server: TestServer) -> TestServer {
    let who = &server.who;
    let (change, _) = server.overridden("production").await;
    let mut question = gate_question("checkout", "production");
    question["change"] = json!(change);
    let verdict = server.post(&who.pipeline, "/v1/gate/questions", question).await.expect(200);
    let grant = verdict.text("/grant/grant/id");
    let hold = format!("/v1/changes/{change}/holds");
    let _ = server.post(&who.security, &hold, json!({"reason": "look first"})).await.expect(200);
    let path = format!("/v1/gate/grants/{grant}/redemption");
    let refused = server.post(&who.pipeline, &path, json!({})).await.expect(409);
    assert_eq!(refused.code(), "held");
    server
}
