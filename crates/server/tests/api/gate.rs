//! The gate over HTTP: only exactly what was approved, once, and with a proof.

use ledger::receipt::Receipt;
use serde_json::json;
use testkit::server::{change_request, gate_question, signing_key};
use testkit::{Actor, TestServer};

on_both_stores!(
    a01_another_digest_is_refused,
    a09_a_grant_is_used_once,
    a09_a_grant_is_of_no_use_to_another,
    a11_other_parameters_are_refused,
    c16_a_token_for_staging_opens_nothing_in_production,
    d01_without_policy_the_gate_says_unknown,
    e17_a_token_does_not_see_beyond_its_services,
    m2_2_an_unapproved_change_is_halted,
    m2_2_a_wait_ends_with_the_last_vote,
    m6_1_a_grant_is_proven_by_its_receipt,
    f03_an_approval_expires,
);

async fn a01_another_digest_is_refused(server: TestServer) -> TestServer {
    let id = server.approved("production").await;
    let other = format!("sha256:{}", "cd".repeat(32));
    let mut question = gate_question("checkout", "production");
    question["artifacts"][0]["digest"] = json!(other);
    for change in [Some(&id), None] {
        if let Some(change) = change {
            question["change"] = json!(change);
        }
        let verdict =
            server.post(&server.who.pipeline, "/v1/gate/questions", question.clone()).await;
        let verdict = verdict.expect(200);
        assert_eq!(verdict.text("/answer"), "deny");
        assert_eq!(verdict.code(), "digest_mismatch");
        assert_eq!(verdict.json()["exit_code"], 10);
        let words = verdict.json()["explanation"].to_string();
        assert!(
            words.contains(&other) && words.contains(&"ab".repeat(32)),
            "both digests: {words}"
        );
        question.as_object_mut().unwrap().remove("change");
    }
    server
}

async fn a09_a_grant_is_used_once(server: TestServer) -> TestServer {
    let _ = server.approved("production").await;
    let verdict = server.ask(&server.who.pipeline, None, "production").await.expect(200);
    let path = format!("/v1/gate/grants/{}/redemption", verdict.text("/grant/grant/id"));
    let _ = server.post(&server.who.pipeline, &path, json!({})).await.expect(201);
    let again = server.post(&server.who.pipeline, &path, json!({})).await.expect(409);
    assert_eq!(again.code(), "already_consumed");
    let verdict = server.ask(&server.who.pipeline, None, "production").await.expect(200);
    assert_eq!(verdict.text("/answer"), "deny");
    server
}

async fn a09_a_grant_is_of_no_use_to_another(server: TestServer) -> TestServer {
    let _ = server.approved("production").await;
    let verdict = server.ask(&server.who.pipeline, None, "production").await.expect(200);
    let path = format!("/v1/gate/grants/{}/redemption", verdict.text("/grant/grant/id"));
    let refused = server.post(&server.who.gate_only, &path, json!({})).await.expect(403);
    assert_eq!(refused.code(), "not_entitled");
    server
}

async fn a11_other_parameters_are_refused(server: TestServer) -> TestServer {
    let id = server.approved("production").await;
    let mut question = gate_question("checkout", "production");
    question["change"] = json!(id);
    question["parameters"]["replicas"] = json!("300");
    let verdict =
        server.post(&server.who.pipeline, "/v1/gate/questions", question).await.expect(200);
    assert_eq!(
        (verdict.text("/answer"), verdict.code()),
        ("deny".into(), "parameters_mismatch".into())
    );
    server
}

async fn d01_without_policy_the_gate_says_unknown(full: TestServer) -> TestServer {
    let server = TestServer::empty(testkit::Backend::Sqlite).await;
    let admin = app::access::NewAdmin {
        organisation: "New".to_owned(),
        name: "Ada".to_owned(),
        user_name: "ada".to_owned(),
        password: testkit::organisation::PASSWORD.to_owned(),
    };
    let not_ready = server.get(&server.who.admin, "/readyz").await.expect(503);
    assert_eq!(not_ready.json()["ready"], false);
    let _ = server.state.set_up("setup-token", admin).await.unwrap().unwrap();
    let (_, session) = server.app.sign_in("ada", testkit::organisation::PASSWORD).await.unwrap();
    let draft = app::change::QuestionDraft {
        change: None,
        service: "checkout".parse().unwrap(),
        environment: "production".parse().unwrap(),
        artifacts: std::collections::BTreeSet::default(),
        parameters: std::collections::BTreeMap::default(),
        plan: None,
        state_serial: None,
    };
    let asked = server.app.ask_gate(&session.principal, &draft).await.unwrap();
    assert_eq!(asked.value.verdict.answer, domain::gate::Answer::Unknown);
    assert_eq!(asked.value.verdict.code, "no_policy");
    server.finish().await;
    let _ = full.get(&full.who.admin, "/readyz").await.expect(200);
    full
}

/// A workflow chooses what it asks about; its token says where it may deploy.
async fn c16_a_token_for_staging_opens_nothing_in_production(server: TestServer) -> TestServer {
    let who = &server.who;
    let body = json!({
        "label": "staging alone", "verbs": ["gate", "read"], "services": ["checkout"],
        "environments": ["staging"], "expires_in_days": 1,
    });
    let path = format!("/v1/service-accounts/{}/tokens", who.pipeline.principal.id());
    let token = server.post(&who.admin, &path, body).await.expect(201).text("/token");
    let staging = Actor { token, ..who.pipeline.clone() };
    let production = server.approved("production").await;
    // What is approved for production is nothing to it, under the label of another environment either.
    for change in [Some(production.as_str()), None] {
        for environment in ["production", "staging"] {
            let asked = server.ask(&staging, change, environment).await;
            let answer = asked.json()["answer"].clone();
            assert!(asked.status == 403 || answer == "deny", "{environment}: {}", asked.json());
            assert!(asked.json()["grant"].is_null());
        }
    }
    // A token without that limit is let through to production, so it was the limit.
    let verdict = server.ask(&who.pipeline, Some(&production), "production").await.expect(200);
    assert_eq!(verdict.text("/answer"), "allow");
    // A grant of another is of no use to it either.
    let redeem = format!("/v1/gate/grants/{}/redemption", verdict.text("/grant/grant/id"));
    let refused = server.post(&staging, &redeem, json!({})).await;
    assert!([403, 404].contains(&refused.status), "{}", refused.json());
    let _ = server.post(&who.pipeline, &redeem, json!({})).await.expect(201);
    // Where it may deploy it does, with what is approved there.
    let there = server.approved("staging").await;
    let verdict = server.ask(&staging, Some(&there), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "allow");
    server
}

async fn e17_a_token_does_not_see_beyond_its_services(server: TestServer) -> TestServer {
    let who = &server.who;
    let hidden =
        server.post(&who.requester, "/v1/changes", change_request("billing", "staging")).await;
    let hidden = hidden.expect(201);
    let (id, number) = (hidden.text("/id"), hidden.text("/number"));
    let absent = "chg_00000000000000000000000000";
    for seen in [id.as_str(), number.as_str()] {
        for path in ["", "/timeline"] {
            let refused = server.get(&who.pipeline, &format!("/v1/changes/{seen}{path}")).await;
            let nothing = server.get(&who.pipeline, &format!("/v1/changes/{absent}{path}")).await;
            let strip = |a: &testkit::Answer, id: &str| {
                let mut json = a.json();
                json["request_id"] = json!("");
                json.to_string().replace(id, "X")
            };
            assert_eq!(refused.status, 404);
            assert_eq!(strip(&refused, seen), strip(&nothing, absent));
        }
    }
    let page = server.get(&who.pipeline, "/v1/changes").await.expect(200).json();
    assert_eq!(page["items"], json!([]));
    let services = server.get(&who.pipeline, "/v1/services").await.expect(200).json();
    assert_eq!(services["items"].as_array().unwrap().len(), 1);
    let mut question = gate_question("checkout", "staging");
    question["change"] = json!(id);
    let verdict = server.post(&who.pipeline, "/v1/gate/questions", question).await.expect(200);
    assert_eq!(verdict.code(), "no_change");
    assert!(!verdict.json().to_string().contains("billing"));
    server
}

async fn m2_2_an_unapproved_change_is_halted(server: TestServer) -> TestServer {
    let id = server.change("production").await;
    let verdict = server.ask(&server.who.pipeline, Some(&id), "production").await.expect(200);
    assert_eq!(verdict.text("/answer"), "pending");
    assert_eq!(verdict.json()["exit_code"], 11);
    let missing = verdict.json()["missing"].clone();
    assert_eq!(missing.as_array().unwrap().len(), 2);
    assert!(missing.to_string().contains("Test security"), "who can give it: {missing}");
    let nothing = server.ask(&server.who.pipeline, None, "staging").await.expect(200);
    assert_eq!((nothing.text("/answer"), nothing.code()), ("deny".into(), "no_change".into()));
    server
}

async fn m2_2_a_wait_ends_with_the_last_vote(server: TestServer) -> TestServer {
    let id = server.change("staging").await;
    let server = std::sync::Arc::new(server);
    let waiting = {
        let (server, id) = (server.clone(), id.clone());
        tokio::spawn(async move {
            let mut question = gate_question("checkout", "staging");
            question["change"] = json!(id);
            server.post(&server.who.pipeline, "/v1/gate/questions?wait_seconds=60", question).await
        })
    };
    // The question is recorded before the wait begins.
    let gate = store::Stream::gate(&id.parse().unwrap());
    let mut notices = server.store().watch();
    while server.store().versions(std::slice::from_ref(&gate)).await.unwrap() == [0] {
        let _ = notices.recv().await;
    }
    let _ = server.vote(&server.who.approver, &id, "approve").await.expect(201);
    let verdict = waiting.await.unwrap().expect(200);
    assert_eq!(verdict.text("/answer"), "allow");
    std::sync::Arc::into_inner(server).unwrap()
}

async fn m6_1_a_grant_is_proven_by_its_receipt(server: TestServer) -> TestServer {
    use base64::Engine as _;
    let _ = server.approved("production").await;
    let verdict = server.ask(&server.who.pipeline, None, "production").await.expect(200);
    let with_receipt = verdict.json()["grant"].clone();
    let leaf = base64::engine::general_purpose::STANDARD
        .decode(with_receipt["leaf_base64"].as_str().unwrap())
        .unwrap();
    let receipt: api_types::ledger::Receipt =
        serde_json::from_value(with_receipt["receipt"].clone()).unwrap();
    let hash = |text: &String| ledger::Hash::from_base64(text).unwrap();
    let receipt = Receipt {
        index: receipt.index,
        leaf_hash: receipt.leaf_hash.as_ref().map(hash),
        proof: receipt.proof.iter().map(hash).collect(),
        checkpoint: receipt.checkpoint,
    };
    let key = signing_key().verifier();
    receipt.verify(&leaf, &key).unwrap();
    let mut forged = leaf.clone();
    let last = forged.len() - 10;
    forged[last] ^= 1;
    assert!(receipt.verify(&forged, &key).is_err());
    let grant = with_receipt["grant"]["id"].as_str().unwrap();
    assert!(String::from_utf8(leaf).unwrap().contains(grant), "the leaf is the grant");

    let path = format!("/v1/ledger/entries/{}/receipt?format=tlog-proof", receipt.index);
    let text = server.get(&server.who.auditor, &path).await.expect(200);
    let read = Receipt::from_tlog_proof(std::str::from_utf8(&text.body).unwrap()).unwrap();
    assert_eq!(read.index, receipt.index);
    server
}

async fn f03_an_approval_expires(server: TestServer) -> TestServer {
    let id = server.approved("production").await;
    server.clock.advance(jiff::SignedDuration::from_hours(24 * 3));
    let verdict = server.ask(&server.who.pipeline, Some(&id), "production").await.expect(200);
    assert_eq!(
        (verdict.code(), verdict.json()["exit_code"].clone()),
        ("approval_expired".into(), json!(12))
    );
    server
}
