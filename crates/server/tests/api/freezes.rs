//! Freezes and accepted risks over HTTP.

use jiff::SignedDuration;
use serde_json::json;
use testkit::TestServer;
use testkit::server::{acceptance_request, freeze_request};

on_both_stores!(
    f05_a_freeze_declared_after_approval_stops_the_grant_that_was_given,
    f05_an_exception_takes_a_vote_of_its_own,
    f05_a_grant_ends_where_a_known_freeze_begins,
    m3_6_an_accepted_risk_stands_in_for_one_rule_for_a_time,
    m3_6_the_end_of_an_accepted_risk_is_brought_to_mind,
    m5_5_the_calendar_has_freezes_and_windows,
);

async fn f05_a_freeze_declared_after_approval_stops_the_grant_that_was_given(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let change = server.approved("production").await;
    let verdict = server.ask(&who.pipeline, Some(&change), "production").await.expect(200);
    let grant = verdict.text("/grant/grant/id");
    let until = "2026-01-06T09:00:00Z";
    let body = freeze_request("service:checkout", until);
    let refused = server.post(&who.approver, "/v1/freezes", body.clone()).await.expect(403);
    assert_eq!(refused.code(), "no_role");
    let freeze = server.freeze("service:checkout", 24).await;
    let path = format!("/v1/gate/grants/{grant}/redemption");
    let frozen = server.post(&who.pipeline, &path, json!({})).await.expect(409);
    assert_eq!(frozen.code(), "frozen");
    let verdict = server.ask(&who.pipeline, Some(&change), "production").await.expect(200);
    assert_eq!((verdict.text("/answer"), verdict.code()), ("deny".into(), "frozen".into()));
    assert_eq!(verdict.text("/next_edge/at"), "2026-01-06T09:00:00.000Z");

    let end = format!("/v1/freezes/{freeze}/end");
    let ended = server.post(&who.security, &end, json!({"reason": "it is back"})).await.expect(200);
    assert_eq!(ended.json()["in_force"], false);
    let _ = server.post(&who.pipeline, &path, json!({})).await.expect(201);
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

async fn f05_an_exception_takes_a_vote_of_its_own(server: TestServer) -> TestServer {
    let who = &server.who;
    let change = server.approved("staging").await;
    let freeze = server.freeze("domain:shop", 24).await;
    let path = format!("/v1/changes/{change}/exceptions");
    let body = json!({"expected_revision": 1, "freeze": freeze, "reason": "it can't wait"});
    let refused = server.post(&who.outsider, &path, body.clone()).await.expect(403);
    assert_eq!(refused.code(), "not_entitled");
    let asked = server.post(&who.requester, &path, body).await.expect(200);
    assert_eq!(asked.text("/state"), "awaiting_approval");
    assert_eq!(asked.json()["exceptions"][0]["freeze"], json!(freeze));
    let verdict = server.ask(&who.pipeline, Some(&change), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "pending");
    let inbox = server.get(&who.security, "/v1/inbox").await.expect(200);
    assert!(inbox.json()["waiting_for_you"].to_string().contains(&freeze), "{}", inbox.json());
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    let _ = server.vote(&who.security, &change, "approve").await.expect(201);
    let verdict = server.ask(&who.pipeline, Some(&change), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "allow", "{}", verdict.json());
    server
}

async fn f05_a_grant_ends_where_a_known_freeze_begins(server: TestServer) -> TestServer {
    let who = &server.who;
    let change = server.approved("production").await;
    let mut body = freeze_request("organisation", "2026-01-06T09:00:00Z");
    body["from"] = json!("2026-01-05T09:10:00Z");
    let _ = server.post(&who.security, "/v1/freezes", body).await.expect(201);
    let verdict = server.ask(&who.pipeline, Some(&change), "production").await.expect(200);
    assert_eq!(verdict.text("/answer"), "allow");
    assert_eq!(verdict.text("/grant/grant/expires_at"), "2026-01-05T09:10:00.000Z");
    server
}

async fn m3_6_an_accepted_risk_stands_in_for_one_rule_for_a_time(server: TestServer) -> TestServer {
    let who = &server.who;
    let body = acceptance_request("production", &server.clock);
    let refused = server.post(&who.approver, "/v1/risk-acceptances", body.clone()).await;
    assert_eq!(refused.expect(403).code(), "no_role");
    let mut other = body.clone();
    other["rule"] = json!("owner");
    let refused = server.post(&who.security, "/v1/risk-acceptances", other).await.expect(409);
    assert_eq!(refused.code(), "risk_not_acceptable");
    let accepted = server.accepted("production").await;

    let change = server.change("production").await;
    let _ = server.vote(&who.approver, &change, "approve").await.expect(201);
    let verdict = server.ask(&who.pipeline, Some(&change), "production").await.expect(200);
    assert_eq!(verdict.text("/answer"), "allow", "{}", verdict.json());
    let words = verdict.json()["explanation"].to_string();
    assert!(words.contains("risk_accepted") && words.contains(&accepted), "{words}");
    assert_eq!(verdict.json()["grant"]["approvals"].as_array().map(Vec::len), Some(1));

    server.clock.advance(SignedDuration::from_hours(24));
    let later = server.ask(&who.pipeline, Some(&change), "production").await.expect(200);
    assert_eq!(later.text("/answer"), "pending", "its review is overdue");
    let review = format!("/v1/risk-acceptances/{accepted}/review");
    let keep = json!({"outcome": "keep", "findings": "still away"});
    let own = server.post(&who.security, &review, keep.clone()).await.expect(403);
    assert_eq!(own.code(), "not_entitled");
    let kept = server.post(&who.owner, &review, keep).await.expect(200);
    assert_eq!(kept.text("/state"), "live");
    let again = server.ask(&who.pipeline, Some(&change), "production").await.expect(200);
    assert_eq!(again.text("/answer"), "allow");
    server
}

async fn m3_6_the_end_of_an_accepted_risk_is_brought_to_mind(server: TestServer) -> TestServer {
    let _ = server.accepted("production").await;
    server.app.remind_of_acceptances().await.unwrap();
    let reminders = async || {
        let path = "/v1/ledger/entries?limit=200";
        let entries = server.get(&server.who.auditor, path).await.expect(200);
        entries.json().to_string().matches("risk_acceptance_reminded").count()
    };
    assert_eq!(reminders().await, 0);
    server.clock.advance(SignedDuration::from_hours(13));
    server.app.remind_of_acceptances().await.unwrap();
    let once = reminders().await;
    assert!(once > 0);
    server.app.remind_of_acceptances().await.unwrap();
    assert_eq!(reminders().await, once, "once is enough");
    let who = &server.who;
    for person in [&who.security, &who.owner, &who.approver] {
        let told = server.app.notifications(&person.principal, None).await.unwrap();
        assert_eq!(told.items.len(), 1, "{}: {:?}", person.name, told.items);
        let words = &told.items[0].words;
        assert!(words.headline.contains("review the accepted risk of checkout"), "{words:?}");
        assert!(words.detail.as_deref().is_some_and(|d| d.contains("security")), "{words:?}");
    }
    let others = server.app.notifications(&who.auditor.principal, None).await.unwrap();
    assert!(others.items.is_empty(), "whoever accepted it, and the owners of the service");
    server
}

async fn m5_5_the_calendar_has_freezes_and_windows(server: TestServer) -> TestServer {
    let who = &server.who;
    let mut body = testkit::server::change_request("checkout", "staging");
    body["window"] = json!({"from": "2026-01-07T20:00:00Z", "until": "2026-01-07T22:00:00Z"});
    let _ = server.post(&who.requester, "/v1/changes", body).await.expect(201);
    let _ = server.change("staging").await;
    let _ = server.freeze("service:checkout", 24).await;
    let path = "/v1/calendar?from=2026-01-05T00:00:00Z&until=2026-01-12T00:00:00Z";
    let calendar = server.get(&who.auditor, path).await.expect(200);
    let entries = calendar.json()["entries"].as_array().unwrap().clone();
    let kinds: Vec<_> = entries.iter().map(|e| e["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["freeze", "window"]);
    let other = "/v1/calendar?from=2026-02-05T00:00:00Z&until=2026-02-12T00:00:00Z";
    let empty = server.get(&who.auditor, other).await.expect(200);
    assert_eq!(empty.json()["entries"], json!([]));
    server
}
