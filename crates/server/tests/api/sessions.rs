//! Signing in, what the cookie may do, and guessing passwords.

use hyper::{Method, Request};
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::organisation::PASSWORD;
use testkit::server::change_request;
use testkit::{Answer, TestServer};

on_both_stores!(
    e04_a_cookie_alone_changes_nothing,
    b12_a_disabled_account_has_no_session,
    the_first_admin_is_made_once,
    guessing_is_slowed_down,
    a_password_change_needs_the_current_one,
);

async fn sign_in(server: &TestServer, user_name: &str, password: &str) -> Answer {
    let body = json!({"user_name": user_name, "password": password});
    server.call(None, Method::POST, "/v1/sessions", Some(&body)).await
}

/// A request with a session's cookie and further headers.
async fn with_cookie(
    server: &TestServer,
    cookie: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> Answer {
    let method = if body.is_some() { Method::POST } else { Method::GET };
    let mut request = Request::builder().method(method).uri(path).header("host", "test");
    request = request.header("cookie", cookie);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let bytes = body.map(|b| b.to_string().into_bytes()).unwrap_or_default();
    server.send(request.body(bytes).unwrap()).await
}

fn cookie_of(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

/// What is sent, its headers, and the status and code that come back.
type Refused<'a> = (&'a str, Vec<(&'a str, &'a str)>, u16, &'a str);

async fn e04_a_cookie_alone_changes_nothing(server: TestServer) -> TestServer {
    let begun = sign_in(&server, "requester", PASSWORD).await.expect(201);
    let set = begun.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(set.contains(part), "{set}");
    }
    let (cookie, csrf) = (cookie_of(&begun), begun.text("/csrf"));
    assert_eq!(with_cookie(&server, &cookie, "/v1/me", &[], None).await.status, 200);

    let body = change_request("checkout", "staging");
    let json = ("content-type", "application/json");
    let token = ("x-csrf-token", csrf.as_str());
    let table: [Refused<'_>; 6] = [
        ("no token", vec![json], 403, "csrf"),
        ("a wrong token", vec![json, ("x-csrf-token", "x")], 403, "csrf"),
        (
            "another origin",
            vec![json, token, ("origin", "https://evil.example")],
            403,
            "cross_origin",
        ),
        ("another site", vec![json, token, ("sec-fetch-site", "cross-site")], 403, "cross_origin"),
        ("a sibling site", vec![json, token, ("sec-fetch-site", "same-site")], 403, "cross_origin"),
        (
            "a form's type",
            vec![("content-type", "text/plain"), token],
            415,
            "unsupported_media_type",
        ),
    ];
    for (what, headers, status, code) in table {
        let answer = with_cookie(&server, &cookie, "/v1/changes", &headers, Some(&body)).await;
        let answer = answer.expect(status);
        assert_eq!(answer.code(), code, "{what}");
    }
    let good = [json, token, ("origin", "http://test")];
    let _ = with_cookie(&server, &cookie, "/v1/changes", &good, Some(&body)).await.expect(201);

    let end = with_cookie(&server, &cookie, "/v1/sessions/end", &good, Some(&json!({}))).await;
    assert!(end.expect(204).header("set-cookie").contains("Max-Age=0"));
    let after = with_cookie(&server, &cookie, "/v1/me", &[], None).await.expect(401);
    assert_eq!(after.code(), "session_ended");
    let login = json!({"user_name": "requester", "password": PASSWORD});
    let cross = [json, ("origin", "https://evil.example")];
    let forced = with_cookie(&server, "a=b", "/v1/sessions", &cross, Some(&login)).await;
    assert_eq!(forced.expect(403).code(), "cross_origin");
    server
}

async fn b12_a_disabled_account_has_no_session(server: TestServer) -> TestServer {
    let begun = sign_in(&server, "requester", PASSWORD).await.expect(201);
    let cookie = cookie_of(&begun);
    let account = begun.text("/principal/account");
    let path = format!("/v1/accounts/{account}/status");
    let _ = server.post(&server.who.admin, &path, json!({"status": "inactive"})).await.expect(200);
    let _ = with_cookie(&server, &cookie, "/v1/me", &[], None).await.expect(401);
    let refused = sign_in(&server, "requester", PASSWORD).await.expect(401);
    assert_eq!(refused.code(), "wrong_credentials");
    server.clock.advance(SignedDuration::from_hours(13));
    let begun = sign_in(&server, "owner", PASSWORD).await.expect(201);
    server.clock.advance(SignedDuration::from_hours(12));
    let _ = with_cookie(&server, &cookie_of(&begun), "/v1/me", &[], None).await.expect(401);
    server
}

async fn the_first_admin_is_made_once(full: TestServer) -> TestServer {
    let server = TestServer::empty(testkit::Backend::Sqlite).await;
    let setup = |token: &'static str| json!({"link_token": token, "name": "Ada", "user_name": "ada", "password": PASSWORD});
    let wrong = server.call(None, Method::POST, "/v1/setup", Some(&setup("guess"))).await;
    assert_eq!(wrong.expect(401).code(), "setup_link_invalid");
    let made = server.call(None, Method::POST, "/v1/setup", Some(&setup("setup-token"))).await;
    assert_eq!(made.expect(201).text("/name"), "Ada");
    let again = server.call(None, Method::POST, "/v1/setup", Some(&setup("setup-token"))).await;
    assert_eq!(again.expect(401).code(), "setup_link_invalid");
    let _ = sign_in(&server, "ada", PASSWORD).await.expect(201);
    server.finish().await;
    full
}

async fn guessing_is_slowed_down(server: TestServer) -> TestServer {
    let mut statuses = Vec::new();
    for n in 0..12 {
        statuses.push(sign_in(&server, "requester", &format!("guess number {n}")).await.status);
    }
    assert_eq!(statuses.iter().filter(|s| **s == 401).count(), 10, "{statuses:?}");
    let refused = sign_in(&server, "REQUESTER", PASSWORD).await.expect(429);
    assert!(refused.header("retry-after").parse::<u64>().unwrap() >= 1);
    let _ = sign_in(&server, "owner", PASSWORD).await.expect(201);
    server.clock.advance(SignedDuration::from_mins(5));
    let _ = sign_in(&server, "requester", PASSWORD).await.expect(201);
    server
}

async fn a_password_change_needs_the_current_one(server: TestServer) -> TestServer {
    let me = server.get(&server.who.requester, "/v1/me").await.expect(200);
    let path = format!("/v1/accounts/{}/password", me.text("/principal/account"));
    let new = "a quite different password";
    let body = json!({"password": new, "current_password": "wrong"});
    let refused = server.post(&server.who.requester, &path, body).await.expect(400);
    assert_eq!(refused.text("/fields/0/field"), "current_password");
    let body = json!({"password": new, "current_password": PASSWORD});
    let _ = server.post(&server.who.requester, &path, body).await.expect(204);
    let _ = sign_in(&server, "requester", PASSWORD).await.expect(401);
    let _ = sign_in(&server, "requester", new).await.expect(201);
    server
}
