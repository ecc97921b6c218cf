//! Identity providers and proof of who votes, at the port: what a provider says is given, what follows
//! from it is tested. The provider itself is tested end to end.

use std::sync::Arc;

use app::AppError;
use app::access::{
    Callback, Flow, Identity, IdentityProvider, ProviderError, ProviderLogout, ProviderSettings,
    Purpose, Session,
};
use domain::authentication::Authentication;
use hyper::{Method, Request};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use testkit::{Answer, TestServer};

on_both_stores!(
    b04_an_account_is_its_issuer_and_exact_subject,
    b05_a_claimed_address_or_name_links_nobody,
    b08_an_answer_to_another_request_begins_no_session,
    b09_an_old_or_weak_sign_in_approves_nothing,
    b12_sessions_end_with_the_provider_and_after_its_time,
);

const ISSUER: &str = "https://id.example";

/// A provider whose codes and tokens say who they are for: `subject acr minutes-ago session`.
struct Stub {
    settings: ProviderSettings,
}

#[async_trait::async_trait]
impl IdentityProvider for Stub {
    fn settings(&self) -> &ProviderSettings {
        &self.settings
    }

    async fn authorization_url(
        &self,
        flow: &Flow,
        classes: &[String],
        _: Timestamp,
    ) -> Result<String, ProviderError> {
        Ok(format!("{ISSUER}/go?state={}&acr={}", flow.state(), classes.join("+")))
    }

    async fn identify(
        &self,
        code: &str,
        _: &Flow,
        now: Timestamp,
    ) -> Result<Identity, ProviderError> {
        let mut parts = code.split(' ');
        let mut next = || parts.next().unwrap_or_default().to_owned();
        let (subject, acr, ago, session) = (next(), next(), next(), next());
        if subject == "down" {
            return Err(ProviderError::Unreachable("nobody at home".to_owned()));
        }
        let ago = SignedDuration::from_mins(ago.parse().unwrap_or(0));
        Ok(Identity {
            subject,
            name: Some("Test requester".to_owned()),
            authentication: Authentication {
                at: now.checked_sub(ago).ok(),
                acr: Some(acr).filter(|a| !a.is_empty()),
                amr: std::collections::BTreeSet::new(),
            },
            session: Some(session).filter(|s| !s.is_empty()),
        })
    }

    async fn read_logout(
        &self,
        token: &str,
        _: Timestamp,
    ) -> Result<ProviderLogout, ProviderError> {
        match token.split_once(' ') {
            Some(("sub", subject)) => {
                Ok(ProviderLogout { subject: Some(subject.to_owned()), session: None })
            }
            Some(("sid", session)) => {
                Ok(ProviderLogout { subject: None, session: Some(session.to_owned()) })
            }
            _ => Err(ProviderError::Refused("no".to_owned())),
        }
    }
}

fn provide(server: &TestServer, create_people: bool) {
    let settings = ProviderSettings {
        name: "corp".to_owned(),
        title: "Corp ID".to_owned(),
        issuer: ISSUER.to_owned(),
        create_people,
        provisioned_by: Some("corp-directory".to_owned()),
        session_minutes: 60,
    };
    server.app.set_providers(vec![Arc::new(Stub { settings })]);
}

/// Comes back from the provider with a code.
async fn enter(server: &TestServer, code: &str) -> Result<(String, Session), AppError> {
    let flow = Flow::new("secret", Purpose::SignIn, None);
    let back = Callback {
        code: Some(code.to_owned()),
        state: flow.state(),
        issuer: Some(ISSUER.to_owned()),
        error: None,
    };
    server.app.provider_sign_in("corp", &flow, &back, None).await
}

async fn link(server: &TestServer, who: &testkit::Actor, subject: &str) -> Answer {
    let path = format!("/v1/people/{}/accounts", who.person());
    let body = json!({"issuer": ISSUER, "subject": subject});
    server.post(&server.who.admin, &path, body).await
}

/// A request with a session.
async fn within(
    server: &TestServer,
    entered: &(String, Session),
    path: &str,
    body: Option<&str>,
) -> Answer {
    let method = if body.is_some() { Method::POST } else { Method::GET };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "test")
        .header("cookie", format!("countersign_session={}", entered.0))
        .header("content-type", "application/json")
        .header("x-csrf-token", &entered.1.csrf);
    server.send(request.body(body.unwrap_or_default().as_bytes().to_vec()).unwrap()).await
}

async fn b04_an_account_is_its_issuer_and_exact_subject(server: TestServer) -> TestServer {
    provide(&server, false);
    let _ = link(&server, &server.who.requester, "u-1").await.expect(201);
    let entered = enter(&server, "u-1").await.unwrap();
    let me = within(&server, &entered, "/v1/me", None).await.expect(200);
    assert_eq!(me.text("/principal/id"), server.who.requester.person().as_str());
    // Subjects are exact; only our own user names are known in any case.
    assert_eq!(enter(&server, "U-1").await.unwrap_err().code(), "unknown_subject");
    // The local user name is not the provider's subject, and the other way round.
    assert_eq!(enter(&server, "requester").await.unwrap_err().code(), "unknown_subject");
    assert!(server.app.sign_in("u-1", testkit::organisation::PASSWORD).await.is_err());
    // One account, one person.
    let taken = link(&server, &server.who.auditor, "u-1").await.expect(409);
    assert_eq!(taken.code(), "already_exists");
    let path = format!("/v1/people/{}/accounts", server.who.auditor.person());
    for body in [
        json!({"issuer": "https://other.example", "subject": "u-2"}),
        json!({"issuer": ISSUER}),
        json!({"issuer": ISSUER, "subject": ""}),
        json!({"issuer": ISSUER, "subject": "u-2", "password": "correct horse battery"}),
        json!({"user_name": "x", "issuer": ISSUER, "subject": "u-2"}),
    ] {
        let _ = server.post(&server.who.admin, &path, body).await.expect(400);
    }
    server
}

async fn b05_a_claimed_address_or_name_links_nobody(server: TestServer) -> TestServer {
    provide(&server, true);
    // The provider says the very name of somebody here.
    let entered = enter(&server, "requester").await.unwrap();
    let me = within(&server, &entered, "/v1/me", None).await.expect(200);
    assert_ne!(me.text("/principal/id"), server.who.requester.person().as_str());
    assert_eq!(me.json()["roles"], json!([]));
    let again = enter(&server, "requester").await.unwrap();
    assert_eq!(again.1.principal.actor, entered.1.principal.actor);
    assert_eq!(enter(&server, "").await.err().map(|e| e.code().to_owned()), None);
    server
}

async fn b08_an_answer_to_another_request_begins_no_session(server: TestServer) -> TestServer {
    provide(&server, true);
    let flow = Flow::new("secret", Purpose::SignIn, None);
    let good =
        Callback { code: Some("u-1".to_owned()), state: flow.state(), issuer: None, error: None };
    let table = [
        ("flow_ended", Callback { state: String::new(), ..good.clone() }),
        (
            "flow_ended",
            Callback { state: Flow::new("s", Purpose::SignIn, None).state(), ..good.clone() },
        ),
        (
            "flow_ended",
            Callback { state: Flow::new("secret", Purpose::StepUp, None).state(), ..good.clone() },
        ),
        (
            "identity_refused",
            Callback { issuer: Some("https://evil.example".to_owned()), ..good.clone() },
        ),
        ("provider_refused", Callback { error: Some("access_denied".to_owned()), ..good.clone() }),
        ("provider_refused", Callback { code: None, ..good.clone() }),
        ("provider_unavailable", Callback { code: Some("down".to_owned()), ..good.clone() }),
    ];
    for (code, back) in table {
        let refused = server.app.provider_sign_in("corp", &flow, &back, None).await;
        assert_eq!(refused.unwrap_err().code(), code, "{back:?}");
    }
    assert!(server.app.provider_sign_in("other", &flow, &good, None).await.is_err());
    assert!(server.app.provider_sign_in("corp", &flow, &good, None).await.is_ok());
    // Over HTTP: without the cookie of this browser there is no flow to end.
    let back = format!("/sign-in/with/corp/callback?code=u-1&state={}", flow.state());
    let refused = server.call(None, Method::GET, &back, None).await.expect(401);
    assert!(!refused.headers.contains_key("set-cookie"));
    let begun =
        server.call(None, Method::GET, "/sign-in/with/corp?next=//evil.example", None).await;
    let begun = begun.expect(303);
    let kept = begun.header("set-cookie").to_owned();
    assert!(
        kept.contains("HttpOnly")
            && kept.contains("SameSite=Lax")
            && kept.contains("Path=/sign-in")
    );
    let state = begun.header("location").split("state=").nth(1).unwrap().split('&').next().unwrap();
    let back = format!("/sign-in/with/corp/callback?code=u-9&state={state}");
    let request = Request::builder().uri(back).header("host", "test");
    let request = request.header("cookie", kept.split(';').next().unwrap());
    let ended = server.send(request.body(Vec::new()).unwrap()).await.expect(303);
    assert_eq!(ended.header("location"), "/inbox", "nobody is led elsewhere");
    server
}

async fn b09_an_old_or_weak_sign_in_approves_nothing(server: TestServer) -> TestServer {
    provide(&server, false);
    asks_for_proof(&server).await;
    let _ = link(&server, &server.who.approver, "a-1").await.expect(201);
    let change = server.change("staging").await;
    let votes = format!("/v1/changes/{change}/votes");
    let vote = |decision: &str| {
        json!({"expected_revision": 1, "decision": decision, "justification": "tested"}).to_string()
    };
    // A token, an old session, a weak one, and the class in other letters.
    let token = server.vote(&server.who.approver, &change, "approve").await.expect(403);
    assert_eq!(token.code(), "step_up_required");
    assert!(token.text("/next_actions/0").contains("/step-up"));
    for code in ["a-1 gold 11", "a-1 silver", "a-1", "a-1 GOLD"] {
        let entered = enter(&server, code).await.unwrap();
        let refused = within(&server, &entered, &votes, Some(&vote("approve"))).await;
        assert_eq!(refused.expect(403).code(), "step_up_required", "{code}");
    }
    // Saying no needs no more proof than being here.
    let weak = enter(&server, "a-1").await.unwrap();
    let _ = within(&server, &weak, &votes, Some(&vote("request_changes"))).await.expect(201);
    let strong = enter(&server, "a-1 gold").await.unwrap();
    server.clock.advance(SignedDuration::from_mins(9));
    let done = within(&server, &strong, &votes, Some(&vote("approve"))).await.expect(201);
    assert_eq!(done.text("/vote/authentication/acr"), "gold");
    let seen = server.get(&server.who.auditor, &format!("/v1/changes/{change}")).await.expect(200);
    assert_eq!(seen.text("/state"), "approved");
    server
}

async fn b12_sessions_end_with_the_provider_and_after_its_time(server: TestServer) -> TestServer {
    provide(&server, false);
    let _ = link(&server, &server.who.approver, "a-1").await.expect(201);
    let first = enter(&server, "a-1 gold 0 s-1").await.unwrap();
    let second = enter(&server, "a-1 gold 0 s-2").await.unwrap();
    let logout = async |token: &str| {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/sign-in/with/corp/logout")
            .header("host", "test")
            .header("content-type", "application/x-www-form-urlencoded");
        let body = format!("logout_token={}", token.replace(' ', "+"));
        server.send(request.body(body.into_bytes()).unwrap()).await.status
    };
    let lives = async |entered: &(String, Session)| {
        within(&server, entered, "/v1/me", None).await.status == 200
    };
    assert_eq!(logout("forged").await, 400);
    assert!(lives(&first).await && lives(&second).await);
    assert_eq!(logout("sid s-1").await, 200);
    assert!(!lives(&first).await && lives(&second).await);
    assert_eq!(logout("sub nobody-here").await, 200);
    assert!(lives(&second).await);
    assert_eq!(logout("sub a-1").await, 200);
    assert!(!lives(&second).await);
    // The provider is asked again after its time; while it does not answer, nobody comes in.
    let third = enter(&server, "a-1 gold").await.unwrap();
    server.clock.advance(SignedDuration::from_mins(59));
    assert!(lives(&third).await);
    server.clock.advance(SignedDuration::from_mins(1));
    assert!(!lives(&third).await);
    assert_eq!(enter(&server, "down").await.unwrap_err().code(), "provider_unavailable");
    // Who was disabled here is not let in by a provider.
    let body = json!({"status": "inactive"});
    let path = format!("/v1/people/{}/status", server.who.approver.person());
    let _ = server.post(&server.who.admin, &path, body).await.expect(200);
    assert_eq!(enter(&server, "a-1 gold").await.unwrap_err().code(), "account_disabled");
    server
}

/// Makes a policy live in which T1 asks for a sign-in of class `gold` of the last ten minutes.
async fn asks_for_proof(server: &TestServer) {
    let files: Vec<_> = testkit::organisation::policy()
        .into_iter()
        .map(|file| {
            let asked = "T1: { step_up: { max_age: 10m, acr: [gold] }, ";
            json!({"path": file.path, "text": file.text.replace("T1: { ", asked)})
        })
        .collect();
    let body = json!({"files": files, "reason": "more proof"});
    let proposed = server.post(&server.who.policy_author, "/v1/policy/proposals", body).await;
    let digest = proposed.expect(201).text("/digest");
    let path = format!("/v1/policy/proposals/{digest}/activation");
    let _ = server
        .post(&server.who.second_author, &path, json!({"reason": "agreed"}))
        .await
        .expect(200);
}
