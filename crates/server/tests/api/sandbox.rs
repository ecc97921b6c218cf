//! A sandbox is a copy in which nothing is real, on a clock that people move.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use server::jobs::Jobs;
use testkit::TestServer;
use testkit::organisation::PASSWORD;
use testkit::server::{change_request, signing_key};

on_both_stores!(
    m7_6_a_sandbox_holds_people_policy_and_history_under_another_key,
    m7_6_d13_no_secret_is_copied_into_a_sandbox,
    m7_6_a_sandbox_says_on_every_page_and_answer_that_it_is_one,
    m7_6_time_in_a_sandbox_sets_off_what_is_due_in_order,
    m7_6_what_is_played_in_a_sandbox_leaves_the_original_as_it_was,
    m7_6_a_server_that_is_no_sandbox_has_no_clock_to_move,
);

async fn m7_6_a_sandbox_holds_people_policy_and_history_under_another_key(
    server: TestServer,
) -> TestServer {
    let id = server.approved("staging").await;
    let sandbox = server.sandbox().await;
    let (real, copy) = (server.app.live(), sandbox.app.live());
    assert_eq!(real.directory.people().count(), copy.directory.people().count());
    let digest = |live: &app::Live| live.policy.live().map(|b| b.digest().to_owned());
    assert_eq!(digest(&real), digest(&copy));
    let id = id.parse().unwrap();
    let (change, _) = sandbox.app.load_change(&id).await.unwrap();
    let (original, _) = server.app.load_change(&id).await.unwrap();
    assert_eq!(change, original);
    // Another log: its first entry says of what, and the key of the real one proves nothing of it.
    let of = sandbox.app.sandbox_of().await.unwrap().unwrap();
    assert_eq!(of.origin, signing_key().name());
    assert_eq!(of.size, server.store().head().await.unwrap().size);
    assert_eq!(server.app.sandbox_of().await.unwrap(), None);
    let head = sandbox.store().head().await.unwrap();
    assert!(ledger::Checkpoint::open(&head.checkpoint, &[signing_key().verifier()]).is_err());
    sandbox.finish().await;
    server
}

async fn m7_6_d13_no_secret_is_copied_into_a_sandbox(server: TestServer) -> TestServer {
    let sandbox = server.sandbox().await;
    let who = &server.who;
    for stranger in [&who.requester, &who.admin, &who.pipeline] {
        let _ = server.get(stranger, "/v1/me").await.expect(200);
        let refused = sandbox.get(stranger, "/v1/me").await.expect(401);
        assert_eq!(refused.code(), "token_invalid");
    }
    let mut secrets = 0;
    for entry in server.store().entries(0, 10_000).await.unwrap() {
        let class = ledger::seal::DisclosureClass::Secret;
        secrets += entry.disclosures.iter().filter(|d| d.class == class).count();
    }
    assert!(secrets > 0, "there was something to leave out");
    let copied = sandbox.store().entries(0, 10_000).await.unwrap();
    let of = sandbox.app.sandbox_of().await.unwrap().unwrap();
    let copied = copied.iter().filter(|entry| entry.index < of.size);
    for disclosure in copied.flat_map(|entry| &entry.disclosures) {
        assert_ne!(disclosure.class, ledger::seal::DisclosureClass::Secret, "{disclosure:?}");
    }
    sandbox.finish().await;
    server
}

async fn m7_6_a_sandbox_says_on_every_page_and_answer_that_it_is_one(
    server: TestServer,
) -> TestServer {
    let sandbox = server.sandbox().await;
    let name = signing_key().name().to_owned();
    let get = async |path| sandbox.call(None, hyper::Method::GET, path, None).await;
    let page = get("/sign-in").await.expect(200);
    let text = String::from_utf8_lossy(&page.body).into_owned();
    assert!(text.contains(&format!("Sandbox: a copy of {name}")), "{text}");
    for path in ["/sign-in", "/healthz", "/v1/me", "/nowhere"] {
        assert_eq!(get(path).await.header("countersign-sandbox"), name, "{path}");
    }
    assert_eq!(get("/healthz").await.expect(200).text("/sandbox"), name);
    let real = server.call(None, hyper::Method::GET, "/healthz", None).await;
    assert_eq!(real.header("countersign-sandbox"), "");
    // Nobody is told anything outside.
    let (played, served) = (Jobs::begin(&sandbox.state, None), Jobs::begin(&server.state, None));
    assert!(played.names().all(|name| name != "outbox"));
    assert!(served.names().any(|name| name == "outbox"));
    sandbox.state.stop();
    server.state.stop();
    played.ended().await;
    served.ended().await;
    assert!(sandbox.state.settings.channels.mail.is_none());
    assert!(sandbox.state.settings.channels.webhooks.is_none());
    sandbox.finish().await;
    server
}

async fn m7_6_time_in_a_sandbox_sets_off_what_is_due_in_order(server: TestServer) -> TestServer {
    let later = server.change("staging").await;
    let sooner = server.change("production").await;
    let sandbox = server.sandbox().await;
    let start = app::ports::Clock::now(&sandbox.clock);
    let days = |days: i64| start + SignedDuration::from_hours(24 * days);
    assert!(sandbox.play_until(days(8)).await >= 2);
    // To the moment it was due, not to when the clock stood still again.
    for (id, expires) in [(&later, days(7)), (&sooner, days(5))] {
        let (change, _) = sandbox.app.load_change(&id.parse().unwrap()).await.unwrap();
        assert_eq!(change.state, domain::change::State::Expired { at: expires });
    }
    let of = sandbox.app.sandbox_of().await.unwrap().unwrap();
    let played = sandbox.store().entries(of.size, 1_000).await.unwrap();
    let times: Vec<Timestamp> = played
        .iter()
        .map(|entry| {
            let leaf: serde_json::Value = serde_json::from_slice(&entry.leaf).unwrap();
            leaf["time"].as_str().unwrap().parse().unwrap()
        })
        .collect();
    assert!(times.is_sorted(), "{times:?}");
    // Time does not go back, nor further than anybody means.
    let back = sandbox.app.play_until(&sandbox.clock, start).await.unwrap_err();
    assert_eq!(back.code(), "invalid_field");
    let far = start + SignedDuration::from_hours(24 * 400);
    assert!(sandbox.app.play_until(&sandbox.clock, far).await.is_err());
    sandbox.finish().await;
    server
}

async fn m7_6_what_is_played_in_a_sandbox_leaves_the_original_as_it_was(
    server: TestServer,
) -> TestServer {
    let id = server.change("staging").await;
    let sandbox = server.sandbox().await;
    let before = server.store().head().await.unwrap();
    let id = id.parse().unwrap();
    let owner = &sandbox.who.approver.principal;
    sandbox.app.hold_change(owner, &id, "played").await.unwrap();
    let after = server.store().head().await.unwrap();
    assert_eq!((before.size, before.root), (after.size, after.root));
    let (original, _) = server.app.load_change(&id).await.unwrap();
    assert!(!original.is_held());
    // Who signs in as somebody there does so with the sandbox's password.
    let user = sandbox.app.live();
    let person = sandbox.who.requester.person();
    let account = user.directory.accounts().find(|a| a.person == *person).unwrap();
    let body = json!({"user_name": account.subject, "password": PASSWORD});
    let signed_in = sandbox.call(None, hyper::Method::POST, "/v1/sessions", Some(&body)).await;
    assert!(signed_in.status < 300, "{}", signed_in.status);
    sandbox.finish().await;
    server
}

async fn m7_6_a_server_that_is_no_sandbox_has_no_clock_to_move(server: TestServer) -> TestServer {
    let who = &server.who;
    let refused = server.get(&who.requester, "/v1/sandbox").await.expect(404);
    assert_eq!(refused.code(), "not_found");
    let body = json!({"to": server.in_hours(2)});
    let _ = server.post(&who.admin, "/v1/sandbox/clock", body).await.expect(404);
    let everybody = app::AppError::code(
        &server
            .app
            .open_sandbox_to(&domain::private::Secret::new(String::new()))
            .await
            .unwrap_err(),
    )
    .to_owned();
    assert_eq!(everybody, "damaged", "no real organisation gets one password for all");
    let _ = server.post(&who.requester, "/v1/changes", change_request("checkout", "dev")).await;
    server
}
