//! Votes signed with SSH keys, as a command line sends them, and with passkeys, as pages do.

use app::access::PasskeyAnswer;
use app::change::VoteDraft;
use app::ports::Clock as _;
use app::signing::{Ceremony, PasskeyDraft, SignatureDraft, Site};
use domain::change::VoteDecision;
use domain::notification::Preferences;
use hyper::{Method, Request};
use jiff::SignedDuration;
use serde_json::{Value, json};
use signing::authenticator::{Authenticator, PRESENT, SshKey};
use signing::{Proof, VoteStatement};
use testkit::organisation::PASSWORD;
use testkit::sinks::SmtpSink;
use testkit::{Answer, TestServer};

on_both_stores!(
    h14_a_key_is_added_in_a_fresh_session_and_never_by_a_token,
    e08_an_approval_counts_only_with_the_signature_that_policy_asks_for,
    h14_what_was_signed_is_on_the_record_and_survives_the_key,
    h14_a_new_key_is_mailed_to_its_owner_whatever_they_prefer,
    b09_a_passkey_proves_once_who_is_there_and_signs,
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
    let told = server.app.notifications(&server.who.approver.principal, None).await.unwrap();
    let told = told.items.iter().find(|i| i.words.path == "/signing-keys").unwrap();
    assert_eq!(told.words.headline, "A new SSH key signs in your name from now on");
    assert!(told.words.detail.as_ref().unwrap().contains("“work laptop”"), "{:?}", told.words);
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

async fn h14_a_new_key_is_mailed_to_its_owner_whatever_they_prefer(
    server: TestServer,
) -> TestServer {
    let sink = SmtpSink::start().await;
    let channels = server.channels_to(&sink);
    let mut silent = Preferences::default();
    silent.mail.clear();
    server.app.set_preferences(&server.who.approver.principal, silent).await.unwrap();
    let _ = registered(&server, &SshKey::new(1)).await;
    server.app.deliver_due(&channels).await.unwrap();
    let mails = sink.mails_to("approver@example.com");
    assert_eq!(mails.len(), 1);
    assert!(mails[0].header("subject").contains("signs in your name"));
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

async fn b09_a_passkey_proves_once_who_is_there_and_signs(server: TestServer) -> TestServer {
    const ORIGIN: &str = "https://cs.example.com";
    asks_for_signature(&server).await;
    let (app, site) = (&server.app, Site::of(ORIGIN).unwrap());
    let (token, first) = app.sign_in("approver", PASSWORD).await.unwrap();
    let mut mine = Authenticator::new(5, ORIGIN);
    let now = server.clock.now();
    let challenge = Ceremony::Register.challenge(&first.principal, now).unwrap();
    let draft =
        |registration| PasskeyDraft { name: "phone".to_owned(), issued_at: now, registration };
    let other = Ceremony::StepUp.challenge(&first.principal, now).unwrap();
    let refused = app.add_passkey(&first.principal, &site, draft(mine.create(&other))).await;
    assert_eq!(refused.unwrap_err().code(), "invalid_field", "made for another purpose");
    let made = draft(mine.create(&challenge));
    let key = app.add_passkey(&first.principal, &site, made).await.unwrap();

    let proved = |mine: &Authenticator| PasskeyAnswer {
        key: key.clone(),
        issued_at: now,
        proof: mine.get(&Ceremony::StepUp.challenge(&first.principal, now).unwrap()),
    };
    mine.flags = PRESENT;
    let touched = app.step_up_with_passkey(&first, &site, &proved(&mine)).await;
    assert_eq!(touched.unwrap_err().code(), "invalid_field", "nobody was verified");
    mine.flags = signing::authenticator::VERIFIED;
    let answer = proved(&mine);
    server.clock.advance(SignedDuration::from_mins(6));
    let late = app.step_up_with_passkey(&first, &site, &answer).await.unwrap_err();
    assert!(late.to_string().contains("five minutes"), "{late}");
    let now = server.clock.now();
    let challenge = Ceremony::StepUp.challenge(&first.principal, now).unwrap();
    let answer = PasskeyAnswer { key: key.clone(), issued_at: now, proof: mine.get(&challenge) };
    let (_, second) = app.step_up_with_passkey(&first, &site, &answer).await.unwrap();
    let proof = second.principal.authentication.as_ref().unwrap();
    assert_eq!((proof.acr.as_deref(), proof.at), (Some("phr"), Some(now)));
    assert!(app.session(&token).await.is_err(), "the session before it has ended");
    let again = app.step_up_with_passkey(&second, &site, &answer).await.unwrap_err();
    assert_eq!(again.code(), "invalid_field", "an answer serves once");

    let change = server.change("staging").await.parse().unwrap();
    let draft = VoteDraft {
        expected_revision: 1,
        decision: VoteDecision::Approve,
        justification: String::new(),
        on_behalf_of: None,
        signature: None,
    };
    let unsigned = app.vote_statement(&second.principal, &change, &draft).await.unwrap();
    let proof = mine.get(&VoteStatement::challenge(&unsigned.bytes));
    let signature = Some(SignatureDraft {
        key,
        issued_at: unsigned.issued_at,
        proof: Proof::Passkey(Box::new(proof)),
    });
    let draft = VoteDraft { signature, ..draft };
    let stolen = app.record_vote(&first.principal, &change, &draft).await;
    assert_eq!(stolen.unwrap_err().code(), "signature_refused", "made in another session");
    let done = app.record_vote(&second.principal, &change, &draft).await;
    assert!(done.unwrap().commit.is_some());
    let seen = server.get(&server.who.auditor, &format!("/v1/changes/{change}")).await.expect(200);
    assert_eq!(seen.text("/state"), "approved");
    assert_eq!(seen.json()["votes"][0]["signature"]["kind"], json!("passkey"));
    server
}
