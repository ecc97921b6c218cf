//! What is logged holds no secret (D13).

use std::io::Write;
use std::sync::{Arc, Mutex};

use hyper::Method;
use serde_json::json;
use testkit::TestServer;
use testkit::organisation::PASSWORD;
use tracing_subscriber::fmt::MakeWriter;

/// Keeps everything that is logged.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Kept {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn d13_logs_hold_no_secret_and_name_every_request() {
    let kept = Kept::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(kept.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let server = TestServer::sqlite().await;
    let login = json!({"user_name": "requester", "password": PASSWORD});
    let begun = server.call(None, Method::POST, "/v1/sessions", Some(&login)).await.expect(201);
    let cookie = begun.header("set-cookie").split(['=', ';']).nth(1).unwrap().to_owned();
    let wrong = json!({"user_name": "requester", "password": "not-the-password-at-all"});
    let _ = server.call(None, Method::POST, "/v1/sessions", Some(&wrong)).await.expect(401);
    let body = json!({"label": "laptop", "verbs": ["act"], "expires_in_days": 1});
    let issued = server.post(&server.who.requester, "/v1/me/tokens", body).await.expect(201);
    let misplaced = format!("/v1/tokens/{}/revocation", issued.text("/token"));
    let refused = server.post(&server.who.requester, &misplaced, json!({})).await.expect(404);
    let body = json!({"label": "mine", "about": "own", "expires_in_days": 1});
    let feed = server.post(&server.who.requester, "/v1/me/calendar-feeds", body).await.expect(201);
    let link = feed.text("/url");
    let path = link.trim_start_matches("http://test");
    let _ = server.call(None, Method::GET, path, None).await.expect(200);
    let _ = server.call(None, Method::GET, &path.replace(".ics", ""), None).await.expect(404);
    let link = path.trim_start_matches("/feeds/").trim_end_matches(".ics");
    let _ = server.approved("staging").await;
    drop(guard);

    let log = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("/v1/sessions") && log.contains("request_id"), "requests are logged");
    let secrets = [
        PASSWORD,
        "not-the-password-at-all",
        &cookie,
        &begun.text("/csrf"),
        &issued.text("/token"),
        link,
        &server.who.requester.token,
        "$argon2id$",
    ];
    for secret in secrets {
        assert!(!log.contains(secret), "`{secret}` is in the log");
        assert!(!String::from_utf8_lossy(&refused.body).contains(secret));
    }
    server.finish().await;
}
