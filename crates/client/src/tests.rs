//! The client against a socket.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use api_types::Problem;
use api_types::gate::GateQuestion;

use crate::fake::{FakeServer, Script};
use crate::{Client, ClientError, Options, Retry};

const PROBLEM: &str = "content-type: application/problem+json\r\n";
const JSON: &str = "content-type: application/json\r\n";

fn new_key() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("key-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

fn client(server: &str) -> Client {
    let retry = Retry { tries: 3, first_pause: Duration::ZERO, longest_pause: Duration::ZERO };
    Client::new(Options {
        server: server.to_owned(),
        token: Some("secret".to_owned()),
        user_agent: "countersign/test".to_owned(),
        new_key,
        retry,
        timeout: Duration::from_secs(10),
    })
    .unwrap()
}

fn problem(status: u16, code: &str) -> String {
    serde_json::to_string(&Problem::new(status, code, "Title", "the detail")).unwrap()
}

fn question() -> GateQuestion {
    serde_json::from_str(r#"{"service":"checkout","environment":"production"}"#).unwrap()
}

fn verdict() -> String {
    r#"{"question_id":"qst_1","answer":"pending","code":"awaiting_approval","summary":"it waits",
        "exit_code":11,"enforced":true,
        "explanation":{"outcome":"missing","code":"awaiting_approval","title":"it waits"}}"#
        .to_owned()
}

#[test]
fn a_problem_is_a_typed_error() {
    let server =
        FakeServer::start(vec![Script::Answer(409, PROBLEM, problem(409, "stale_revision"))]);
    let error = client(&server.url).get_change("CHG-1042").unwrap_err();
    assert_eq!(error.code(), Some("stale_revision"));
    assert_eq!(error.to_string(), "the detail");
    assert!(!error.is_unknown());
    let asked = server.asked();
    assert_eq!(asked[0].line, "GET /v1/changes/CHG-1042 HTTP/1.1");
    assert_eq!(asked[0].header("authorization"), Some("Bearer secret"));
    assert_eq!(asked[0].header("user-agent"), Some("countersign/test"));
}

#[test]
fn a_post_is_tried_again_with_the_same_key_and_body() {
    let server = FakeServer::start(vec![
        Script::Answer(503, PROBLEM, problem(503, "not_ready")),
        Script::HangUp,
        Script::Answer(200, JSON, verdict()),
    ]);
    let verdict = client(&server.url).ask_gate(&question(), 20).unwrap();
    assert_eq!(verdict.exit_code, 11);
    let asked = server.asked();
    assert_eq!(asked.len(), 3);
    assert_eq!(asked[0].line, "POST /v1/gate/questions?wait_seconds=20 HTTP/1.1");
    assert!(asked[0].header("idempotency-key").is_some());
    for again in &asked[1..] {
        assert_eq!(again.header("idempotency-key"), asked[0].header("idempotency-key"));
        assert_eq!(again.body, asked[0].body);
    }
}

#[test]
fn two_posts_have_two_keys() {
    let script = || Script::Answer(200, JSON, verdict());
    let server = FakeServer::start(vec![script(), script()]);
    let client = client(&server.url);
    client.ask_gate(&question(), 0).unwrap();
    client.ask_gate(&question(), 0).unwrap();
    let asked = server.asked();
    assert_ne!(asked[0].header("idempotency-key"), asked[1].header("idempotency-key"));
}

#[test]
fn j01_no_answer_is_unknown_and_not_a_no() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = client(&format!("http://{free}")).ask_gate(&question(), 0).unwrap_err();
    assert!(matches!(error, ClientError::Unreachable { .. }), "{error}");
    assert!(error.is_unknown());
}

#[test]
fn a_server_that_stays_unavailable_is_unknown() {
    let script = || Script::Answer(503, PROBLEM, problem(503, "not_ready"));
    let server = FakeServer::start(vec![script(), script(), script()]);
    let error = client(&server.url).me().unwrap_err();
    assert_eq!(error.code(), Some("not_ready"));
    assert!(error.is_unknown());
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn other_refusals_are_not_tried_again() {
    let server = FakeServer::start(vec![Script::Answer(403, PROBLEM, problem(403, "no_role"))]);
    assert_eq!(client(&server.url).me().unwrap_err().code(), Some("no_role"));
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn a_redirect_is_not_followed_with_the_token() {
    let server = FakeServer::start(vec![Script::Answer(
        302,
        "location: http://127.0.0.1:9/\r\n",
        String::new(),
    )]);
    let error = client(&server.url).me().unwrap_err();
    assert!(matches!(error, ClientError::Protocol { .. }), "{error}");
}

#[test]
fn something_else_that_answers_is_a_protocol_error() {
    let server = FakeServer::start(vec![Script::Answer(200, JSON, "<html>".to_owned())]);
    let error = client(&server.url).me().unwrap_err();
    assert!(matches!(error, ClientError::Protocol { .. }), "{error}");
}

#[test]
fn ids_and_queries_are_escaped() {
    let server = FakeServer::start(vec![Script::Answer(404, PROBLEM, problem(404, "not_found"))]);
    let _ = client(&format!("{}/base/", server.url)).get_change("../x?y#z");
    assert_eq!(server.asked()[0].line, "GET /base/v1/changes/..%2Fx%3Fy%23z HTTP/1.1");
}

#[test]
fn signing_in_keeps_the_cookie_for_the_token_request() {
    let session = r#"{"principal":{"type":"person","id":"prs_1","name":"Ada"},
        "csrf":"c5rf","expires_at":"2026-11-22T10:00:00.000Z"}"#;
    let token = r#"{"token_id":"tok_1","token":"t","expires_at":"2026-11-22T10:00:00.000Z"}"#;
    let cookie = "set-cookie: countersign_session=abc; HttpOnly; SameSite=Lax\r\n";
    let server = FakeServer::start(vec![
        Script::Answer(201, cookie, session.to_owned()),
        Script::Answer(201, JSON, token.to_owned()),
    ]);
    let client = client(&server.url);
    let signed_in = client.sign_in("ada", "pw").unwrap();
    let request = serde_json::from_str(r#"{"label":"l","verbs":["act"],"expires_in_days":30}"#);
    client.create_token_in_session(&signed_in, &request.unwrap()).unwrap();
    let asked = server.asked();
    assert_eq!(asked[1].header("cookie"), Some("countersign_session=abc"));
    assert_eq!(asked[1].header("x-csrf-token"), Some("c5rf"));
    assert_eq!(asked[1].header("origin"), Some(server.url.as_str()));
}

#[test]
fn a_text_that_is_no_url_is_refused() {
    let options = |server: &str| Options {
        server: server.to_owned(),
        token: None,
        user_agent: String::new(),
        new_key,
        retry: Retry::default(),
        timeout: Duration::from_secs(1),
    };
    for text in ["", "localhost:8460", "ftp://example.com", "/v1"] {
        let error = Client::new(options(text)).unwrap_err();
        assert!(matches!(error, ClientError::Server { .. }), "{text}");
    }
}
