//! The same request again gets the same answer (C04–C07, I12).

use serde_json::json;
use testkit::TestServer;
use testkit::server::change_request;

on_both_stores!(
    c04_a_retry_gets_the_same_answer,
    c04_a_retry_gets_the_same_refusal,
    c04_parallel_retries_do_it_once,
    c05_another_body_under_the_same_key_is_refused,
    c06_keys_of_two_principals_never_meet,
    c07_a_vote_is_idempotent_without_its_key,
    a_token_is_shown_once_even_to_a_retry,
);

async fn c04_a_retry_gets_the_same_answer(server: TestServer) -> TestServer {
    let body = change_request("checkout", "staging");
    let who = &server.who.requester;
    let first = server.post_keyed(who, "/v1/changes", "k1", body.clone()).await.expect(201);
    let again = server.post_keyed(who, "/v1/changes", "k1", body).await.expect(201);
    assert_eq!(first.body, again.body);
    assert_eq!(again.header("idempotent-replayed"), "true");
    let page = server.get(who, "/v1/changes").await.expect(200).json();
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    server
}

async fn c04_a_retry_gets_the_same_refusal(server: TestServer) -> TestServer {
    let id = server.change("staging").await;
    let path = format!("/v1/changes/{id}/votes");
    let body = json!({"expected_revision": 7, "decision": "approve"});
    let who = &server.who.approver;
    let first = server.post_keyed(who, &path, "k", body.clone()).await.expect(409);
    let again = server.post_keyed(who, &path, "k", body).await.expect(409);
    assert_eq!(first.body, again.body);
    assert_eq!(again.header("content-type"), "application/problem+json");
    server
}

async fn c04_parallel_retries_do_it_once(server: TestServer) -> TestServer {
    let server = std::sync::Arc::new(server);
    let tries: Vec<_> = (0..10)
        .map(|_| {
            let server = server.clone();
            tokio::spawn(async move {
                let body = change_request("checkout", "staging");
                server.post_keyed(&server.who.requester, "/v1/changes", "k", body).await
            })
        })
        .collect();
    let mut bodies = std::collections::BTreeSet::new();
    for one in tries {
        bodies.insert(one.await.unwrap().expect(201).body);
    }
    assert_eq!(bodies.len(), 1);
    std::sync::Arc::into_inner(server).unwrap()
}

async fn c05_another_body_under_the_same_key_is_refused(server: TestServer) -> TestServer {
    let who = &server.who.requester;
    let body = change_request("checkout", "staging");
    let _ = server.post_keyed(who, "/v1/changes", "k", body).await.expect(201);
    let other = change_request("checkout", "production");
    let refused = server.post_keyed(who, "/v1/changes", "k", other).await.expect(422);
    assert_eq!(refused.code(), "idempotency_mismatch");
    server
}

async fn c06_keys_of_two_principals_never_meet(server: TestServer) -> TestServer {
    let body = change_request("checkout", "staging");
    let first = server.post_keyed(&server.who.requester, "/v1/changes", "k", body.clone()).await;
    let second = server.post_keyed(&server.who.owner, "/v1/changes", "k", body.clone()).await;
    assert_ne!(first.expect(201).text("/id"), second.expect(201).text("/id"));
    let outsider = server.post_keyed(&server.who.outsider, "/v1/changes", "k", body).await;
    assert_eq!(outsider.expect(403).code(), "not_entitled");
    server
}

async fn c07_a_vote_is_idempotent_without_its_key(server: TestServer) -> TestServer {
    let id = server.change("production").await;
    let first = server.vote(&server.who.approver, &id, "approve").await.expect(201);
    let again = server.vote(&server.who.approver, &id, "approve").await.expect(201);
    assert_eq!(first.text("/vote/id"), again.text("/vote/id"));
    assert_eq!(again.json()["change"]["votes"].as_array().unwrap().len(), 1);
    assert!(again.json()["receipt"].is_null());
    server
}

async fn a_token_is_shown_once_even_to_a_retry(server: TestServer) -> TestServer {
    let who = &server.who.requester;
    let body = json!({"label": "laptop", "verbs": ["read"], "expires_in_days": 1});
    let first = server.post_keyed(who, "/v1/me/tokens", "k", body.clone()).await.expect(201);
    let again = server.post_keyed(who, "/v1/me/tokens", "k", body).await.expect(409);
    assert_eq!(again.code(), "already_answered");
    assert!(!String::from_utf8_lossy(&again.body).contains(&first.text("/token")));
    server
}
