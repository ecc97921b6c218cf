//! A whole server in a test: real stores, real HTTP layers, no network unless asked for.

mod sandbox;

use std::net::SocketAddr;
use std::sync::Arc;

use app::App;
use app::notify::{CalendarReader, Channels, Mailer, Outlets, Poster};
use app::ports::{Clock as _, Ports};
use connectors::calendar::HttpCalendars;
use connectors::mail::SmtpMailer;
use connectors::webhook::{HttpPoster, Targets};
use hyper::{Method, Request, StatusCode, header};
use ledger::note::SigningKey;
use serde_json::{Value, json};
use server::{AppState, Server, Settings};
use store::Store;
use store_postgres::PostgresStore;
use store_sqlite::SqliteStore;
use tempfile::TempDir;
use test_postgres::TestDatabase;

use crate::clock::{ManualClock, SeededRandom};
use crate::organisation::{Actor, Actors, Founding, PASSWORD, policy};
use crate::sinks::SmtpSink;

/// Which store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A folder.
    Sqlite,
    /// A database of its own on the shared server.
    Postgres,
}

/// A server with the organisation of [`crate::organisation`] and its policy live.
pub struct TestServer {
    /// The use cases.
    pub app: Arc<App>,
    /// The server's state.
    pub state: AppState,
    /// Its clock.
    pub clock: ManualClock,
    /// Everybody in it.
    pub who: Actors,
    server: Server,
    store: Arc<dyn Store>,
    dir: TempDir,
    database: Option<TestDatabase>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: header::HeaderMap,
    /// Body.
    pub body: Vec<u8>,
}

#[expect(clippy::expect_used, reason = "a test that gets something else must stop and say so")]
impl Answer {
    /// The body as JSON; null when it is empty.
    ///
    /// # Panics
    /// It is no JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        if self.body.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    /// The text at a JSON pointer.
    ///
    /// # Panics
    /// There is none.
    #[must_use]
    pub fn text(&self, pointer: &str) -> String {
        let json = self.json();
        let found = json.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| missing(pointer, &json)).to_owned()
    }

    /// The stable code of a problem, or of a verdict.
    #[must_use]
    pub fn code(&self) -> String {
        self.text("/code")
    }

    /// The same answer, if its status is this one.
    ///
    /// # Panics
    /// It is another.
    #[must_use]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    /// A header's text; empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }
}

#[expect(clippy::panic, reason = "a test that gets something else must stop and say so")]
fn missing(pointer: &str, json: &Value) -> ! {
    panic!("no text at `{pointer}` of {json:#}")
}

#[expect(clippy::expect_used, reason = "a test without its server must stop and say why")]
impl TestServer {
    /// On SQLite.
    ///
    /// # Panics
    /// It can't start.
    pub async fn sqlite() -> Self {
        Self::on(Backend::Sqlite).await
    }

    /// On PostgreSQL.
    ///
    /// # Panics
    /// It can't start.
    pub async fn postgres() -> Self {
        Self::on(Backend::Postgres).await
    }

    /// On either.
    ///
    /// # Panics
    /// It can't start.
    pub async fn on(backend: Backend) -> Self {
        let mut server = Self::empty(backend).await;
        let ports = server.app.ports().clone();
        let password = server.app.hash_password(PASSWORD).await.expect("a password hash");
        let mut founding = Founding::new(&ports, password);
        server.who = founding.everybody();
        server.app.import_organisation(founding.events).await.expect("an organisation");
        server.app.begin_policy(policy()).await.expect("the policy of the tests");
        server
    }

    /// A server as a first start finds it: nobody, no policy. `who` are people it does not know.
    ///
    /// # Panics
    /// It can't start.
    pub async fn empty(backend: Backend) -> Self {
        let dir = TempDir::new().expect("a folder");
        let clock = ManualClock::new();
        let key = signing_key();
        let now: store::Now = {
            let clock = clock.clone();
            Arc::new(move || clock.now())
        };
        let (store, database): (Arc<dyn Store>, _) = match backend {
            Backend::Sqlite => {
                let store = SqliteStore::open(dir.path(), key.clone(), now).expect("a store");
                (Arc::new(store), None)
            }
            Backend::Postgres => {
                let database = crate::postgres::fresh_database().await;
                let store = PostgresStore::connect(&database.url, key.clone(), now).await;
                (Arc::new(store.expect("a store")), Some(database))
            }
        };
        let random = Arc::new(SeededRandom::new(7));
        let ports = Ports { clock: Arc::new(clock.clone()), random };
        let app = App::open(store.clone(), ports.clone()).await.expect("the use cases");
        app.begin_ledger(&key.verifier()).await.expect("a first entry");
        let targets = Targets::opening(["127.0.0.1".to_owned()]);
        let calendars: Arc<dyn CalendarReader> =
            Arc::new(HttpCalendars::new(targets.clone()).expect("a reader"));
        let poster: Arc<dyn Poster> = Arc::new(HttpPoster::new(targets).expect("a poster"));
        let settings = Settings {
            setup_token: Some("setup-token".to_owned()),
            channels: Channels { mail: None, webhooks: Some(poster), calendars: Some(calendars) },
            ..Settings::local(key.verifier())
        };
        let public_url = "https://countersign.test".to_owned();
        app.set_outlets(Outlets { mail: false, public_url });
        let state = AppState::new(app.clone(), settings);
        let strangers =
            Founding::new(&ports, domain::private::Secret::new(String::new())).everybody();
        Self {
            app,
            server: Server::new(state.clone()),
            state,
            clock,
            who: strangers,
            store,
            dir,
            database,
        }
    }

    /// Its data folder.
    #[must_use]
    pub fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// Its store.
    #[must_use]
    pub fn store(&self) -> Arc<dyn Store> {
        self.store.clone()
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Answer {
        let (parts, body) = self.server.answer(request).await.into_parts();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// Sends a request of somebody, with a JSON body if there is one.
    ///
    /// # Panics
    /// The path is none.
    pub async fn call(
        &self,
        who: Option<&Actor>,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "test");
        if let Some(who) = who {
            request = request.header("authorization", format!("Bearer {}", who.token));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let bytes = body.map(|b| b.to_string().into_bytes()).unwrap_or_default();
        self.send(request.body(bytes).expect("a request")).await
    }

    /// A GET of somebody.
    pub async fn get(&self, who: &Actor, path: &str) -> Answer {
        self.call(Some(who), Method::GET, path, None).await
    }

    /// A POST of somebody.
    pub async fn post(&self, who: &Actor, path: &str, body: Value) -> Answer {
        self.call(Some(who), Method::POST, path, Some(&body)).await
    }

    /// A POST of somebody with an idempotency key.
    ///
    /// # Panics
    /// The path is none.
    pub async fn post_keyed(&self, who: &Actor, path: &str, key: &str, body: Value) -> Answer {
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header("authorization", format!("Bearer {}", who.token))
            .header("content-type", "application/json")
            .header("idempotency-key", key)
            .body(body.to_string().into_bytes());
        self.send(request.expect("a request")).await
    }

    /// Asks for a change of `checkout` in staging that touches what an automation rule is about, and
    /// returns its id.
    ///
    /// # Panics
    /// It is refused.
    pub async fn touching(&self, what: &str) -> String {
        let mut request = change_request("checkout", "staging");
        request["attributes"] = json!({"touches": what});
        request["impact"] = json!("low");
        let made = self.post(&self.who.requester, "/v1/changes", request).await;
        made.expect(201).text("/id")
    }

    /// Asks for a change of `checkout` as `requester`, and returns its id.
    ///
    /// # Panics
    /// It is refused.
    pub async fn change(&self, environment: &str) -> String {
        let body = change_request("checkout", environment);
        self.post(&self.who.requester, "/v1/changes", body).await.expect(201).text("/id")
    }

    /// Lets the gate of `dev`, which only records, pass what somebody holds; returns the finding.
    ///
    /// # Panics
    /// Something is refused.
    pub async fn finding(&self) -> String {
        let change = self.change("dev").await;
        let hold = json!({"reason": "wait"});
        let held =
            self.post(&self.who.requester, &format!("/v1/changes/{change}/holds"), hold).await;
        let _ = held.expect(200);
        let _ = self.ask(&self.who.pipeline, Some(&change), "dev").await.expect(200);
        self.get(&self.who.auditor, "/v1/findings").await.expect(200).text("/items/0/id")
    }

    /// The time so many hours from now, as it is written on the wire.
    ///
    /// # Panics
    /// It is out of range.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test that asks for no time must stop")]
    pub fn in_hours(&self, hours: i64) -> String {
        let span = jiff::SignedDuration::from_hours(hours);
        self.clock.now().checked_add(span).expect("a time").to_string()
    }

    /// What fetches calendars, from this machine too.
    #[expect(clippy::expect_used, reason = "a test without it must stop")]
    pub fn calendars(&self) -> Arc<dyn CalendarReader> {
        self.state.settings.channels.calendars.clone().expect("a reader of calendars")
    }

    /// Lets one person answer for another as owner of `checkout`, for a day.
    pub async fn delegate(&self, from: &Actor, to: &Actor) -> Answer {
        let body = json!({
            "delegate": to.person(), "role": "service-owner", "scope": "service:checkout",
            "until": self.in_hours(24), "reason": "a test",
        });
        self.post(from, "/v1/delegations", body).await
    }

    /// A change that everybody needed has approved.
    ///
    /// # Panics
    /// Something is refused.
    pub async fn approved(&self, environment: &str) -> String {
        let id = self.change(environment).await;
        let _ = self.vote(&self.who.approver, &id, "approve").await.expect(201);
        if environment == "production" {
            let _ = self.vote(&self.who.security, &id, "approve").await.expect(201);
        }
        id
    }

    /// Asks for an emergency change of `checkout` as `requester`, and returns its id.
    ///
    /// # Panics
    /// It is refused.
    pub async fn emergency(&self, environment: &str) -> String {
        let mut body = change_request("checkout", environment);
        body["kind"] = json!("emergency");
        body["incident"] = json!("INC-7");
        self.post(&self.who.requester, "/v1/changes", body).await.expect(201).text("/id")
    }

    /// An emergency whose approvals `approver` overrode: its id and the override's.
    ///
    /// # Panics
    /// Something is refused.
    pub async fn overridden(&self, environment: &str) -> (String, String) {
        let change = self.emergency(environment).await;
        let path = format!("/v1/changes/{change}/overrides");
        let body = json!({"expected_revision": 1, "reason": "nobody answers"});
        let opened = self.post(&self.who.approver, &path, body).await.expect(200);
        (change, opened.text("/overrides/0/id"))
    }

    /// A freeze that `security` declares for some hours: its id.
    ///
    /// # Panics
    /// It is refused.
    pub async fn freeze(&self, scope: &str, hours: i64) -> String {
        let until = app::ports::Clock::now(&self.clock) + jiff::SignedDuration::from_hours(hours);
        let body = freeze_request(scope, &until.to_string());
        self.post(&self.who.security, "/v1/freezes", body).await.expect(201).text("/id")
    }

    /// A risk that `security` accepts for `checkout`: its id.
    ///
    /// # Panics
    /// It is refused.
    pub async fn accepted(&self, environment: &str) -> String {
        let body = acceptance_request(environment, &self.clock);
        let accepted = self.post(&self.who.security, "/v1/risk-acceptances", body).await;
        accepted.expect(201).text("/id")
    }

    /// Votes on revision 1.
    pub async fn vote(&self, who: &Actor, change: &str, decision: &str) -> Answer {
        let body = json!({"expected_revision": 1, "decision": decision, "justification": "tested"});
        self.post(who, &format!("/v1/changes/{change}/votes"), body).await
    }

    /// Asks the gate about the artifact of [`change_request`].
    pub async fn ask(&self, who: &Actor, change: Option<&str>, environment: &str) -> Answer {
        let mut body = gate_question("checkout", environment);
        if let Some(change) = change {
            body["change"] = json!(change);
        }
        self.post(who, "/v1/gate/questions", body).await
    }

    /// What messages leave through, with mail to a sink.
    ///
    /// # Panics
    /// There is no mailer.
    #[must_use]
    pub fn channels_to(&self, sink: &SmtpSink) -> Channels {
        let public_url = "https://countersign.test".to_owned();
        self.app.set_outlets(Outlets { mail: true, public_url });
        let mailer: Arc<dyn Mailer> = Arc::new(SmtpMailer::new(&sink.settings()).expect("mail"));
        Channels { mail: Some(mailer), ..self.state.settings.channels.clone() }
    }

    /// Another node: its own memory, on PostgreSQL its own connections too, the same clock.
    ///
    /// # Panics
    /// It can't start.
    pub async fn another_node(&self) -> Arc<App> {
        let random = Arc::new(SeededRandom::new(1_234_567));
        let ports = Ports { random, ..self.app.ports().clone() };
        let store: Arc<dyn Store> = match &self.database {
            Some(database) => {
                let clock = self.clock.clone();
                let now: store::Now = Arc::new(move || clock.now());
                let store = PostgresStore::connect(&database.url, signing_key(), now).await;
                Arc::new(store.expect("a store of its own"))
            }
            None => self.store.clone(),
        };
        let node = App::open(store, ports).await.expect("another node");
        node.set_outlets(self.app.outlets_in_use());
        node
    }

    /// Listens on a port of this machine until the test ends.
    ///
    /// # Panics
    /// There is no port.
    pub async fn listen(&self) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let server = self.server.clone();
        tokio::spawn(server.serve(listener, std::future::pending()));
        address
    }

    /// Ends the test: everything stored must agree with everything else.
    ///
    /// # Panics
    /// It does not.
    pub async fn finish(self) {
        let damage = self.store.check().await.expect("a check of the store");
        assert!(damage.is_empty(), "the ledger does not verify: {damage:#?}");
        self.store.close().await.expect("a store that closes");
    }
}

/// The key of every test's log.
///
/// # Panics
/// Never: the name is valid.
#[must_use]
#[expect(clippy::expect_used, reason = "the name is valid")]
pub fn signing_key() -> SigningKey {
    SigningKey::from_seed("test.example/log", &[7; 32]).expect("a key")
}

/// The digest of the artifact in every change of the tests.
#[must_use]
pub fn digest() -> String {
    format!("sha256:{}", "ab".repeat(32))
}

/// A change that puts [`digest`] somewhere.
#[must_use]
pub fn change_request(service: &str, environment: &str) -> Value {
    json!({
        "title": format!("Release {service}"),
        "reason": "a test",
        "service": service,
        "environment": environment,
        "artifacts": [{"name": "app", "digest": digest()}],
        "parameters": {"replicas": "3"},
    })
}

/// The question that fits [`change_request`].
#[must_use]
pub fn gate_question(service: &str, environment: &str) -> Value {
    json!({
        "service": service,
        "environment": environment,
        "artifacts": [{"digest": digest()}],
        "parameters": {"replicas": "3"},
    })
}

/// A status as its number; so that tests need no HTTP library.
#[must_use]
pub fn is_success(answer: &Answer) -> bool {
    StatusCode::from_u16(answer.status).is_ok_and(|s| s.is_success())
}

/// A freeze of a scope until a time.
#[must_use]
pub fn freeze_request(scope: &str, until: &str) -> Value {
    json!({"title": "Outage", "reason": "the network is down", "scope": scope, "until": until})
}

/// Goes off the rule `security` for `checkout`, for two days, to be looked at again after one.
#[must_use]
pub fn acceptance_request(environment: &str, clock: &ManualClock) -> Value {
    let after = |hours| app::ports::Clock::now(clock) + jiff::SignedDuration::from_hours(hours);
    json!({
        "rule": "security",
        "service": "checkout",
        "environment": environment,
        "reason": "the only reviewer is away",
        "expires_at": after(48).to_string(),
        "review_at": after(24).to_string(),
    })
}
