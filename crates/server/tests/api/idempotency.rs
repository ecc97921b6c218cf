//! The same request again gets the same answer (C04–C07, I12).

use app::change::NewChange;
use app::{App, KeyTaken, RequestKey};
use axum::http::Request;
use domain::ids::ChangeId;
use serde_json::{Value, json};
use server::{AppState, Server, Settings};
use testkit::TestServer;
use testkit::organisation::Actor;
use testkit::server::{change_request, signing_key};

on_both_stores!(
    c04_a_retry_gets_the_same_answer,
    c04_a_retry_gets_the_same_refusal,
    c04_parallel_retries_do_it_once,
    c04_two_nodes_with_one_key_do_it_once,
    c05_another_body_under_the_same_key_is_refused,
    c06_keys_of_two_principals_never_meet,
    c07_a_vote_is_idempotent_without_its_key,
    i12_a_crash_before_the_answer_does_not_repeat_the_change,
    i12_a_crash_before_the_answer_leaves_a_pointer_to_what_was_done,
    i12_a_question_whose_answer_was_lost_is_answered_as_things_are_now,
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

async fn c04_two_nodes_with_one_key_do_it_once(server: TestServer) -> TestServer {
    // Another node shares the store and nothing else.
    let app = App::open(server.store(), server.app.ports().clone()).await.unwrap();
    let other = Server::new(AppState::new(app, Settings::local(signing_key().verifier())));
    let body = change_request("checkout", "staging");
    let who = &server.who.requester;
    let here = async || server.post_keyed(who, "/v1/changes", "k", body.clone()).await.text("/id");
    let there = async || {
        let answer = other.answer(keyed(who, "/v1/changes", "k", &body)).await;
        assert_eq!(answer.status().as_u16(), 201);
        let change: Value = serde_json::from_slice(answer.body()).unwrap();
        change["id"].as_str().unwrap().to_owned()
    };
    let ids = tokio::join!(here(), there(), here(), there());
    assert!(ids.0 == ids.1 && ids.1 == ids.2 && ids.2 == ids.3, "{ids:?}");
    assert_eq!(count_changes(&server).await, 1);
    server
}

fn keyed(who: &Actor, path: &str, key: &str, body: &Value) -> Request<Vec<u8>> {
    Request::post(path)
        .header("authorization", format!("Bearer {}", who.token))
        .header("content-type", "application/json")
        .header("idempotency-key", key)
        .body(body.to_string().into_bytes())
        .unwrap()
}

async fn count_changes(server: &TestServer) -> usize {
    let page = server.get(&server.who.requester, "/v1/changes").await.expect(200).json();
    page["items"].as_array().unwrap().len()
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

/// What the server knows a request by.
fn key_of(server: &TestServer, who: &Actor, path: &str, key: &str, body: &Value) -> RequestKey {
    let principal = server.app.bearer(&who.token).unwrap();
    let key = format!("{}:{key}", principal.token.as_ref().unwrap().id);
    RequestKey::new(&principal, &key, "POST", path, body.to_string().as_bytes())
}

async fn i12_a_crash_before_the_answer_does_not_repeat_the_change(
    server: TestServer,
) -> TestServer {
    let body = change_request("checkout", "staging");
    let who = &server.who.requester;
    let material = serde_json::from_value(body.clone()).unwrap();
    let material = server::wire::request::material(material, |_| None).unwrap();
    let new = NewChange { material, submit: true, supersedes: None };
    let principal = server.app.bearer(&who.token).unwrap();
    let key = key_of(&server, who, "/v1/changes", "k", &body);
    // The change is durable and the node stops: nobody answers.
    let (made, taken) = server.app.keyed(&key, server.app.create_change(&principal, new)).await;
    assert_eq!(taken, KeyTaken::ByThis);
    let again = server.post_keyed(who, "/v1/changes", "k", body.clone()).await.expect(201);
    assert_eq!(again.text("/id"), made.unwrap().value.id.to_string());
    let once_more = server.post_keyed(who, "/v1/changes", "k", body).await.expect(201);
    assert_eq!(once_more.body, again.body);
    assert_eq!(once_more.header("idempotent-replayed"), "true");
    assert_eq!(count_changes(&server).await, 1);
    server
}

async fn i12_a_crash_before_the_answer_leaves_a_pointer_to_what_was_done(
    server: TestServer,
) -> TestServer {
    let id: ChangeId = server.change("production").await.parse().unwrap();
    let (who, path) = (&server.who.requester, format!("/v1/changes/{id}/withdrawal"));
    let body = json!({"reason": "not needed"});
    let principal = server.app.bearer(&who.token).unwrap();
    let withdraw = server.app.withdraw_change(&principal, &id, "not needed");
    let (_, taken) = server.app.keyed(&key_of(&server, who, &path, "k", &body), withdraw).await;
    assert_eq!(taken, KeyTaken::ByThis);
    let before = server.store().head().await.unwrap().size;
    let again = server.post_keyed(who, &path, "k", body).await.expect(409);
    assert_eq!(again.code(), "already_recorded");
    let look = format!("read /v1/changes/{id} to see what came of it");
    assert_eq!(again.json()["next_actions"][0], look);
    assert_eq!(server.store().head().await.unwrap().size, before);
    server
}

async fn i12_a_question_whose_answer_was_lost_is_answered_as_things_are_now(
    server: TestServer,
) -> TestServer {
    let id = server.change("production").await;
    let (who, path) = (&server.who.pipeline, "/v1/gate/questions");
    let mut body = testkit::server::gate_question("checkout", "production");
    body["change"] = json!(id);
    let question = serde_json::from_value(body.clone()).unwrap();
    let draft = server::wire::request::question(question, Some(id.parse().unwrap())).unwrap();
    let principal = server.app.bearer(&who.token).unwrap();
    let key = key_of(&server, who, path, "k", &body);
    let (_, taken) = server.app.keyed(&key, server.app.ask_gate(&principal, &draft)).await;
    assert_eq!(taken, KeyTaken::ByThis);
    let _ = server.vote(&server.who.approver, &id, "reject").await.expect(201);
    let again = server.post_keyed(who, path, "k", body.clone()).await.expect(200);
    assert_eq!(again.text("/answer"), "deny");
    let once_more = server.post_keyed(who, path, "k", body).await.expect(200);
    assert_eq!(once_more.body, again.body);
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
