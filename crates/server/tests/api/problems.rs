//! What goes wrong says so in one form, and nothing secret comes along.

use hyper::{Method, Request};
use serde_json::json;
use testkit::TestServer;
use testkit::server::change_request;

#[tokio::test]
async fn every_error_is_a_problem_with_its_request_id() {
    let server = TestServer::sqlite().await;
    let who = &server.who.requester;
    let mut wrong = change_request("checkout", "staging");
    wrong["artifacts"][0]["digest"] = json!("latest");
    let answers = [
        (server.get(who, "/v1/nothing").await, 404, "not_found"),
        (server.call(Some(who), Method::PUT, "/v1/changes", None).await, 405, "method_not_allowed"),
        (
            server.call(Some(who), Method::POST, "/v1/changes", None).await,
            415,
            "unsupported_media_type",
        ),
        (server.call(None, Method::GET, "/v1/changes", None).await, 401, "unauthenticated"),
        (server.post(who, "/v1/changes", wrong).await, 400, "invalid_field"),
        (server.post(who, "/v1/changes", json!([])).await, 400, "invalid_field"),
        (server.get(who, "/v1/changes/CHG-9").await, 404, "not_found"),
        (server.get(who, "/v1/changes/../x").await, 404, "not_found"),
        (server.get(who, "/v1/ledger/entries/99999999").await, 404, "not_found"),
        (server.get(who, "/ledger/tile/0/x").await, 404, "not_found"),
    ];
    for (answer, status, code) in answers {
        let answer = answer.expect(status);
        let json = answer.json();
        assert_eq!(answer.header("content-type"), "application/problem+json", "{code}");
        assert_eq!(json["code"], code, "{json}");
        assert_eq!(json["status"], status);
        assert_eq!(json["request_id"], answer.header("x-request-id"));
        assert!(json["type"].as_str().unwrap().ends_with(code));
        assert!(!json["title"].as_str().unwrap().is_empty());
    }
    server.finish().await;
}

#[tokio::test]
async fn all_wrong_fields_are_named_at_once() {
    let server = TestServer::sqlite().await;
    let mut body = change_request("Check Out", "staging");
    body["artifacts"][0]["digest"] = json!("latest");
    body["window"] = json!({"from": "soon", "until": "later"});
    let answer = server.post(&server.who.requester, "/v1/changes", body).await.expect(400);
    let fields: Vec<String> = answer.json()["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["field"].as_str().unwrap().to_owned())
        .collect();
    for field in ["service", "artifacts[0].digest", "window.from", "window.until"] {
        assert!(fields.iter().any(|f| f == field), "{field} in {fields:?}");
    }
    server.finish().await;
}

#[tokio::test]
async fn e18_read_only_and_unknown_fields_are_refused() {
    let server = TestServer::sqlite().await;
    for (field, value) in [
        ("status", json!("approved")),
        ("state", json!("approved")),
        ("approved_by", json!("me")),
        ("votes", json!([])),
        ("tenant", json!("other")),
        ("id", json!("chg_00000000000000000000000000")),
    ] {
        let mut body = change_request("checkout", "staging");
        body[field] = value;
        let refused = server.post(&server.who.requester, "/v1/changes", body).await.expect(400);
        assert_eq!(refused.code(), "unknown_field");
        assert_eq!(refused.text("/fields/0/field"), field);
    }
    let mut body = change_request("checkout", "staging");
    body["artifacts"][0]["digst"] = json!("x");
    let refused = server.post(&server.who.requester, "/v1/changes", body).await.expect(400);
    assert_eq!(refused.text("/fields/0/field"), "artifacts[0].digst");
    assert!(refused.text("/detail").contains("did you mean `digest`?"), "{}", refused.json());
    server.finish().await;
}

#[tokio::test]
async fn j07_a_huge_body_is_refused() {
    let server = TestServer::sqlite().await;
    let mut body = change_request("checkout", "staging");
    body["description"] = json!("x".repeat(2 << 20));
    let who = &server.who.requester;
    let refused = server.post(who, "/v1/changes", body.clone()).await.expect(413);
    assert_eq!(refused.code(), "too_large");
    let refused = server.post_keyed(who, "/v1/changes", "k", body).await.expect(413);
    assert_eq!(refused.code(), "too_large");
    server.finish().await;
}

#[tokio::test]
async fn e07_e08_answers_carry_their_guards() {
    let server = TestServer::sqlite().await;
    for path in ["/v1/me", "/docs", "/sign-in", "/nowhere", "/healthz"] {
        let answer = server.get(&server.who.outsider, path).await;
        let policy = answer.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "script-src 'self'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        // Pages with forms say `same-origin`: with `no-referrer` a browser sends `Origin: null`.
        let referrer = answer.header("referrer-policy");
        assert!(matches!(referrer, "no-referrer" | "same-origin"), "{path}: {referrer}");
    }
    assert_eq!(
        server.get(&server.who.outsider, "/v1/me").await.header("cache-control"),
        "no-store"
    );
    server.finish().await;
}

#[tokio::test]
async fn a_request_id_is_taken_over_only_if_it_is_harmless() {
    let server = TestServer::sqlite().await;
    let send = |id: &'static str| {
        let request = Request::builder().uri("/v1/me").header("x-request-id", id);
        server.send(request.body(Vec::new()).unwrap())
    };
    assert_eq!(send("build-4711.a").await.header("x-request-id"), "build-4711.a");
    assert!(send("a b<script>").await.header("x-request-id").starts_with("req_"));
    server.finish().await;
}

#[tokio::test]
async fn e01_a_get_changes_nothing() {
    let server = TestServer::sqlite().await;
    let _ = server.approved("staging").await;
    let before = server.store().head().await.unwrap().size;
    for (id, (method, path)) in crate::access_matrix::operations() {
        if method != Method::GET || id == "events" {
            continue;
        }
        let path = path.replace("{change}", "CHG-1001").replace("{index}", "0");
        for who in [&server.who.admin, &server.who.pipeline] {
            let _ = server.get(who, &path).await;
        }
    }
    for path in ["/healthz", "/readyz", "/metrics", "/ledger/checkpoint", "/sign-in", "/changes"] {
        let _ = server.get(&server.who.admin, path).await;
    }
    assert_eq!(server.store().head().await.unwrap().size, before);
    server.finish().await;
}

#[tokio::test]
async fn d13_no_answer_shows_a_secret() {
    let server = TestServer::sqlite().await;
    let _ = server.approved("staging").await;
    let size = server.store().head().await.unwrap().size;
    let mut texts = Vec::new();
    for index in 0..size {
        let path = format!("/v1/ledger/entries/{index}");
        texts.push(server.get(&server.who.admin, &path).await.expect(200).body);
    }
    for path in
        ["/v1/people?limit=200", "/v1/service-accounts", "/v1/ledger/entries?limit=200", "/metrics"]
    {
        texts.push(server.get(&server.who.admin, path).await.expect(200).body);
    }
    for text in texts {
        let text = String::from_utf8_lossy(&text);
        assert!(!text.contains("$argon2id$"), "a password hash: {text}");
        assert!(!text.contains("cst_"), "the text of a token: {text}");
    }
    let state = format!("{:?}", server.app.live());
    assert!(!state.contains("$argon2id$"), "debug output holds no password hash");
    server.finish().await;
}

#[tokio::test]
async fn measures_count_verdicts_and_requests() {
    let server = TestServer::sqlite().await;
    let _ = server.approved("staging").await;
    let _ = server.ask(&server.who.pipeline, None, "staging").await.expect(200);
    let text = server.get(&server.who.outsider, "/metrics").await.expect(200).body;
    let text = String::from_utf8(text).unwrap();
    for name in [
        "countersign_verdicts_total{answer=\"allow\"}",
        "countersign_request_seconds_bucket{method=\"POST\",route=\"/v1/gate/questions\"",
        "countersign_journal_entries",
        "countersign_votes_total{decision=\"approve\"}",
    ] {
        assert!(text.contains(name), "{name} in {text}");
    }
    server.finish().await;
}
