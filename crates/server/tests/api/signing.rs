//! Votes signed with SSH keys, as a command line sends them.

use hyper::{Method, Request};
use jiff::SignedDuration;
use serde_json::{Value, json};
use signing::authenticator::SshKey;
use testkit::organisation::PASSWORD;
use testkit::{Answer, TestServer};

on_both_stores!(
    h14_a_key_is_added_in_a_fresh_session_and_never_by_a_token,
    e08_an_approval_counts_only_with_the_signature_that_policy_asks_for,
    h14_what_was_signed_is_on_the_record_and_survives_the_key,
);

/// A request in a fresh session of somebody who signs in with their password.
async fn in_session(server: &TestServer, user: &str, path: &str, body: &Value) -> Answer {
    let credentials = json!({"user_name": user, "password": PASSWORD});
    let begun = server.call(None, Method::POST, "/v1/sessions", Some(&credentials)).await;
    let begun = begun.expect(201);
    let cookie = begun.header("set-cookie").split(';').next().unwrap().to_owned();
    send(server, (&cookie, &begun.text("/csrf")), path, body).await
}

async fn send(
    server: &TestServer,
    (cookie, csrf): (&str, &str),
    path: &str,
    body: &Value,
) -> Answer {
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header("host", "test")
        .header("cookie", cookie)
        .header("content-type", "application/json")
        .header("x-csrf-token", csrf);
    server.send(request.body(body.to_string().into_bytes()).unwrap()).await
}

fn key_request(key: &SshKey) -> Value {
    json!({"name": "work laptop", "public_key": format!("{} ada@laptop", key.public())})
}

/// The id of a key of the approver.
async fn registered(server: &TestServer, key: &SshKey) -> String {
    let path = "/v1/me/signing-keys";
    in_session(server, "approver", path, &key_request(key)).await.expect(201).text("/id")
}

/// What the approver has to sign, with when it was made.
async fn statement(server: &TestServer, change: &str, decision: &str) -> Answer {
    let path =
        format!("/v1/changes/{change}/vote-statement?expected_revision=1&decision={decision}");
    server.get(&server.who.approver, &path).await.expect(200)
}

fn signed(key: &SshKey, id: &str, said: &Answer) -> Value {
    let ssh = key.sign(&said.text("/statement"));
    json!({"key": id, "issued_at": said.text("/issued_at"), "ssh": ssh})
}

async fn vote(server: &TestServer, change: &str, decision: &str, signature: &Value) -> Answer {
    let body = json!({
        "expected_revision": 1, "decision": decision, "justification": "tested",
        "signature": signature,
    });
    server.post(&server.who.approver, &format!("/v1/changes/{change}/votes"), body).await
}

/// Makes a policy live in which T1 asks for a signature.
pub(crate) async fn asks_for_signature(server: &TestServer) {
    let files: Vec<_> = testkit::organisation::policy()
        .into_iter()
        .map(|file| {
            let asked = "T1: { step_up: { signature: required }, ";
            json!({"path": file.path, "text": file.text.replace("T1: { ", asked)})
        })
        .collect();
    let body = json!({"files": files, "reason": "signed votes"});
    let proposed = server.post(&server.who.policy_author, "/v1/policy/proposals", body).await;
    let digest = proposed.expect(201).text("/digest");
    let path = format!("/v1/policy/proposals/{digest}/activation");
    let agreed = json!({"reason": "agreed"});
    let _ = server.post(&server.who.second_author, &path, agreed).await.expect(200);
}

async fn h14_a_key_is_added_in_a_fresh_session_and_never_by_a_token(
    server: TestServer,
) -> TestServer {
    let path = "/v1/me/signing-keys";
    let key = SshKey::new(1);
    let refused = server.post(&server.who.approver, path, key_request(&key)).await.expect(403);
    assert_eq!(refused.code(), "step_up_required");

    let rsa = json!({"name": "old", "public_key": "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQCx9zUF"});
    let refused = in_session(&server, "approver", path, &rsa).await.expect(400);
    assert!(refused.text("/detail").contains("ssh-ed25519"), "{}", refused.json());
    let unknown = json!({"name": "n", "public_key": key.public(), "person": "prs_1"});
    let _ = in_session(&server, "approver", path, &unknown).await.expect(400);

    let credentials = json!({"user_name": "approver", "password": PASSWORD});
    let begun = server.call(None, Method::POST, "/v1/sessions", Some(&credentials)).await;
    let begun = begun.expect(201);
    let cookie = begun.header("set-cookie").split(';').next().unwrap().to_owned();
    server.clock.advance(SignedDuration::from_mins(11));
    let stale = send(&server, (&cookie, &begun.text("/csrf")), path, &key_request(&key)).await;
    assert_eq!(stale.expect(403).code(), "step_up_required");

    let id = registered(&server, &key).await;
    let again = in_session(&server, "security", path, &key_request(&key)).await.expect(400);
    assert!(again.text("/detail").contains("make a new one"), "{}", again.json());
    let listed = server.get(&server.who.approver, path).await.expect(200);
    assert_eq!(listed.text("/items/0/id"), id);
    assert_eq!(listed.text("/items/0/name"), "work laptop");
    let others = server.get(&server.who.security, path).await.expect(200);
    assert_eq!(others.json()["items"], json!([]));
    let removal = format!("/v1/signing-keys/{id}/removal");
    let not_theirs = server.post(&server.who.security, &removal, json!({})).await.expect(404);
    assert_eq!(not_theirs.code(), "not_found");
    let _ = server.post(&server.who.admin, &removal, json!({})).await.expect(204);
    let listed = server.get(&server.who.approver, path).await.expect(200);
    assert_eq!(listed.json()["items"], json!([]));
    server
}

async fn e08_an_approval_counts_only_with_the_signature_that_policy_asks_for(
    server: TestServer,
) -> TestServer {
    asks_for_signature(&server).await;
    let (key, stranger) = (SshKey::new(1), SshKey::new(2));
    let id = registered(&server, &key).await;
    let change = server.change("staging").await;
    let unsigned = server.vote(&server.who.approver, &change, "approve").await.expect(403);
    assert_eq!(unsigned.code(), "signature_required");
    assert!(unsigned.text("/next_actions/0").contains("--sign-with"), "{}", unsigned.json());

    let said = statement(&server, &change, "approve").await;
    assert_eq!(said.json()["required"], json!(true));
    let abstains = statement(&server, &change, "abstain").await;
    let elsewhere = statement(&server, &server.change("staging").await, "approve").await;
    let bad = [
        ("another's key", signed(&stranger, &id, &said)),
        ("another decision", signed(&key, &id, &abstains)),
        ("another change", signed(&key, &id, &elsewhere)),
    ];
    for (what, signature) in bad {
        let refused = vote(&server, &change, "approve", &signature).await;
        assert_eq!(refused.expect(403).code(), "signature_refused", "{what}");
    }
    let mut garbled = signed(&key, &id, &said);
    garbled["ssh"] = json!("a signature");
    let _ = vote(&server, &change, "approve", &garbled).await.expect(400);
    let signature = signed(&key, &id, &said);
    server.clock.advance(SignedDuration::from_mins(11));
    let late = vote(&server, &change, "approve", &signature).await.expect(403);
    assert!(late.text("/detail").contains("ten minutes"), "{}", late.json());

    let said = statement(&server, &change, "approve").await;
    let done = vote(&server, &change, "approve", &signed(&key, &id, &said)).await.expect(201);
    assert_eq!(done.json()["vote"]["signature"]["holds"], json!(true));
    assert_eq!(done.json()["vote"]["counts"], json!(true));
    assert_eq!(done.text("/change/state"), "approved");
    // A rejection needs no key.
    let other = server.change("staging").await;
    let _ = server.vote(&server.who.approver, &other, "reject").await.expect(201);
    server
}

async fn h14_what_was_signed_is_on_the_record_and_survives_the_key(
    server: TestServer,
) -> TestServer {
    asks_for_signature(&server).await;
    let key = SshKey::new(1);
    let id = registered(&server, &key).await;
    let change = server.change("staging").await;
    let said = statement(&server, &change, "approve").await;
    let _ = vote(&server, &change, "approve", &signed(&key, &id, &said)).await.expect(201);
    let removal = format!("/v1/signing-keys/{id}/removal");
    let _ = server.post(&server.who.approver, &removal, json!({})).await.expect(204);

    let seen = server.get(&server.who.auditor, &format!("/v1/changes/{change}")).await.expect(200);
    assert_eq!(seen.text("/state"), "approved", "what it signed before stands");
    let found = &seen.json()["votes"][0]["signature"];
    assert_eq!(found["statement"], said.json()["statement"]);
    assert_eq!(found["holds"], json!(true));
    assert_eq!(found["public_key"], json!(key.public()));
    let text: Value = serde_json::from_str(found["statement"].as_str().unwrap()).unwrap();
    assert_eq!(text["revision_digest"], seen.json()["revision"]["digest"]);

    let other = server.change("staging").await;
    let said = statement(&server, &other, "approve").await;
    assert_eq!(said.json()["keys"], json!([]));
    let refused = vote(&server, &other, "approve", &signed(&key, &id, &said)).await;
    assert_eq!(refused.expect(403).code(), "signature_refused");
    server
}
