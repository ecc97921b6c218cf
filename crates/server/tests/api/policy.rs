//! Rules are changed by two people, and policy that gets stricter applies at once.

use serde_json::{Value, json};
use testkit::TestServer;
use testkit::server::change_request;

use super::asking::activate;

on_both_stores!(
    m4_6_nobody_makes_their_own_rules_live,
    d07_who_has_an_open_change_decides_on_no_policy,
    stricter_policy_applies_at_once,
    m2_3_the_live_policy_says_for_what_the_gate_also_blocks,
    d03_a_bundle_with_a_typing_error_is_refused,
    m1_1_a_dry_run_says_who_would_decide,
    m5_5_the_weakest_links_are_named_before_a_change_gets_stuck,
    m5_5_a_weak_link_that_is_new_is_told_once_and_again_when_it_is_mended,
    m7_6_a_replay_says_who_would_have_been_asked_and_reproduces_what_is_recorded,
    m7_6_a_replay_goes_on_where_it_stopped_and_runs_one_at_a_time,
    m7_6_e17_a_replay_is_for_people_who_read_everything,
);

/// The policy of the tests with one text replaced by another.
fn bundle(from: &str, to: &str) -> Value {
    let files = testkit::organisation::policy().into_iter();
    files.map(|f| json!({"path": f.path, "text": f.text.replace(from, to)})).collect()
}

async fn propose(server: &TestServer, files: Value) -> String {
    let body = json!({"files": files, "reason": "because"});
    let author = &server.who.policy_author;
    server.post(author, "/v1/policy/proposals", body).await.expect(201).text("/digest")
}

async fn m4_6_nobody_makes_their_own_rules_live(server: TestServer) -> TestServer {
    let who = &server.who;
    let digest = propose(&server, bundle("by heart.", "by heart!")).await;
    let path = format!("/v1/policy/proposals/{digest}/activation");
    let reason = json!({"reason": "read it"});
    let refused = server.post(&who.policy_author, &path, reason.clone()).await.expect(403);
    assert_eq!(refused.code(), "sod_author");
    let _ = server.post(&who.requester, &path, reason.clone()).await.expect(403);
    let live = server.post(&who.second_author, &path, reason.clone()).await.expect(200);
    assert_eq!(live.text("/state"), "live");
    let policy = server.get(&who.auditor, "/v1/policy").await.expect(200);
    assert_eq!(policy.text("/digest"), digest);
    assert_eq!(policy.text("/activated_by/name"), "Test second-author");
    assert_eq!(policy.json()["rules"].as_array().unwrap().len(), 4);
    let _ = server.post(&who.second_author, &path, reason).await.expect(404);
    server
}

async fn m2_3_the_live_policy_says_for_what_the_gate_also_blocks(server: TestServer) -> TestServer {
    let who = &server.who;
    let before = server.get(&who.auditor, "/v1/policy").await.expect(200);
    assert_eq!(before.json()["enforced"], json!([]));
    let live = policy::Bundle::load(&testkit::organisation::policy()).unwrap().bundle;
    let files = live.enforcing(&"checkout".parse().unwrap(), &"staging".parse().unwrap());
    let file = |f: domain::event::PolicyFile| json!({"path": f.path, "text": f.text});
    activate(&server, files.into_iter().map(file).collect()).await;
    let after = server.get(&who.auditor, "/v1/policy").await.expect(200);
    let entry = json!({
        "title": "checkout in staging", "services": ["checkout"], "labels": {},
        "environments": ["staging"],
    });
    assert_eq!(after.json()["enforced"], json!([entry]));
    server
}

async fn d07_who_has_an_open_change_decides_on_no_policy(server: TestServer) -> TestServer {
    let who = &server.who;
    let role = json!({
        "role": "requester", "scope": "organisation",
        "member": {"person": who.second_author.person()},
    });
    let _ = server.post(&who.admin, "/v1/roles/bindings", role).await.expect(201);
    let body = change_request("checkout", "staging");
    let _ = server.post(&who.second_author, "/v1/changes", body).await.expect(201);
    let digest = propose(&server, bundle("count: 1", "count: 1 ")).await;
    let path = format!("/v1/policy/proposals/{digest}/activation");
    let refused = server.post(&who.second_author, &path, json!({"reason": "x"})).await.expect(403);
    assert_eq!(refused.code(), "sod_beneficiary");
    let _ = server.post(&who.admin, &path, json!({"reason": "x"})).await.expect(200);
    server
}

async fn stricter_policy_applies_at_once(server: TestServer) -> TestServer {
    let who = &server.who;
    let id = server.approved("staging").await;
    let stricter = bundle("when: environment.tier >= 3", "when: environment.tier >= 1");
    let digest = propose(&server, stricter).await;
    let path = format!("/v1/policy/proposals/{digest}/activation");
    let _ =
        server.post(&who.second_author, &path, json!({"reason": "an incident"})).await.expect(200);
    let verdict = server.ask(&who.pipeline, Some(&id), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "pending");
    assert_eq!(verdict.json()["missing"][0]["roles"], json!(["security"]));
    let voted = server.vote(&who.security, &id, "approve").await.expect(201);
    assert_eq!(voted.text("/change/state"), "approved");
    server
}

async fn d03_a_bundle_with_a_typing_error_is_refused(server: TestServer) -> TestServer {
    let files = bundle("count: 1", "cuont: 1");
    let author = &server.who.policy_author;
    let body = json!({"files": files, "reason": "x"});
    let refused = server.post(author, "/v1/policy/proposals", body).await.expect(400);
    assert_eq!(refused.code(), "bundle_invalid");
    assert!(refused.text("/fields/0/field").starts_with("rules/all.yaml:"));
    let checked =
        server.post(author, "/v1/policy/check", json!({"files": files})).await.expect(200);
    assert_eq!(checked.json()["ok"], false);
    let rendered = checked.json()["diagnostics"].to_string();
    assert!(rendered.contains("rules/all.yaml:") && rendered.contains("count"), "{rendered}");
    let good = server.post(author, "/v1/policy/check", json!({"files": bundle("", "")})).await;
    assert_eq!(good.expect(200).json()["ok"], true);
    server
}

async fn m1_1_a_dry_run_says_who_would_decide(server: TestServer) -> TestServer {
    let before = server.store().head().await.unwrap().size;
    let body = json!({"change": change_request("checkout", "production")});
    let said =
        server.post(&server.who.auditor, "/v1/policy/explain", body).await.expect(200).json();
    assert_eq!(said["result"], "assessed");
    assert_eq!(said["assessment"]["requirements"].as_array().unwrap().len(), 2);
    let body = json!({"change": change_request("nowhere", "production")});
    let said =
        server.post(&server.who.auditor, "/v1/policy/explain", body).await.expect(200).json();
    assert_ne!(said["result"], "assessed");
    assert_eq!(server.store().head().await.unwrap().size, before, "nothing is recorded");
    server
}

async fn m5_5_a_weak_link_that_is_new_is_told_once_and_again_when_it_is_mended(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let told = async |actor| {
        let list = server.get(actor, "/v1/notifications").await.expect(200).json();
        let all = list["items"].as_array().unwrap().clone();
        all.into_iter().filter(|item| item["path"] == "/policy/feasibility").collect::<Vec<_>>()
    };
    let size = async || server.store().head().await.unwrap().size;
    let known = async || {
        let found = server.get(&who.auditor, "/v1/policy/feasibility").await.expect(200).json();
        let links = found["weak_links"].as_array().unwrap().clone();
        links.into_iter().find(|l| l["need"] == "security/security").map(|l| l["known"].clone())
    };
    assert_eq!(known().await, Some(Value::Null), "no night has passed");
    // A second person answers for security, so that what the night finds is about others.
    let member = json!({"person": who.outsider.person()});
    let role = json!({"role": "security", "scope": "organisation", "member": member});
    let bindings = "/v1/roles/bindings";
    let _ = server.post(&who.admin, bindings, role.clone()).await.expect(201);
    let _ = server.app.nightly_feasibility().await.unwrap();
    let before = told(&who.admin).await.len();
    let _ = server.post(&who.admin, &format!("{bindings}/removal"), role.clone()).await.expect(204);
    let _ = server.app.nightly_feasibility().await.unwrap();
    let first = told(&who.admin).await;
    assert_eq!(first.len(), before + 1, "{first:?}");
    let words = format!("{} {}", first[0]["headline"], first[0]["detail"]);
    for part in
        ["weak link", "security/security: 1 of security needed", "give the role to one more"]
    {
        assert!(words.contains(part), "{part}: {words}");
    }
    let name = server.app.live().directory.person_name(who.security.person());
    assert!(words.contains(&name), "who is left: {words}");
    assert_eq!(told(&who.policy_author).await.len(), before + 1, "who governs policy hears of it");
    assert_eq!((told(&who.auditor).await.len(), told(&who.security).await.len()), (0, 0));
    let since = known().await.unwrap();
    let since = since.as_array().unwrap();
    let here = since.iter().find(|known| known["service"] == "checkout").unwrap();
    assert_eq!(here["kind"], "nobody_to_spare");
    assert!(here["since"].is_string(), "{here}");

    let after = size().await;
    server.clock.advance(jiff::SignedDuration::from_hours(24));
    let node = server.another_node().await;
    let _ = node.nightly_feasibility().await.unwrap();
    let _ = server.app.nightly_feasibility().await.unwrap();
    assert_eq!(
        (told(&who.admin).await.len(), size().await),
        (before + 1, after),
        "known is not new"
    );

    let _ = server.post(&who.admin, bindings, role).await.expect(201);
    let _ = server.app.nightly_feasibility().await.unwrap();
    let over = told(&who.admin).await;
    assert_eq!(over.len(), before + 2, "of its end they are told once");
    let words = format!("{} {}", over[0]["headline"], over[0]["detail"]);
    assert!(words.contains("mended") && words.contains("security/security"), "{words}");
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

async fn m5_5_the_weakest_links_are_named_before_a_change_gets_stuck(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let path = "/v1/policy/feasibility?weeks=2";
    let found = server.get(&who.auditor, path).await.expect(200);
    assert_eq!(found.json()["hours"], 336);
    let kinds = |found: &Value| {
        let links = found["weak_links"].as_array().cloned().unwrap_or_default();
        let security = links.iter().filter(|link| link["need"] == "security/security");
        security.map(|link| link["kind"].clone()).collect::<Vec<_>>()
    };
    // One person answers for security: nobody to spare, but it can be met.
    assert!(kinds(&found.json()).contains(&json!("nobody_to_spare")), "{}", found.json());
    assert!(!kinds(&found.json()).contains(&json!("nobody")), "{}", found.json());
    let _ = server.get(&who.auditor, "/v1/policy/feasibility?weeks=9").await.expect(400);
    let _ = server.get(&who.gate_only, path).await.expect(403);
    // A bundle that asks for three of them can be proposed, and says what is wrong with it.
    let files = bundle("- role: security\n        count: 1", "- role: security\n        count: 3");
    let body = json!({"files": files, "reason": "because"});
    let _ = server.post(&who.policy_author, "/v1/policy/check", body.clone()).await.expect(400);
    let checked = json!({"files": body["files"]});
    let checked = server.post(&who.policy_author, "/v1/policy/check", checked).await.expect(200);
    assert!(kinds(&checked.json()).contains(&json!("nobody")), "{}", checked.json());
    let proposed = server.post(&who.policy_author, "/v1/policy/proposals", body).await.expect(201);
    assert_eq!(proposed.json()["weak_links"], checked.json()["weak_links"]);
    server
}

/// A bundle that asks security about everything that is not a sandbox.
fn stricter() -> Value {
    bundle("when: environment.tier >= 3", "when: environment.tier >= 1")
}

async fn m7_6_a_replay_says_who_would_have_been_asked_and_reproduces_what_is_recorded(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let _ = server.approved("staging").await;
    let body = change_request("checkout", "staging");
    let _ = server.post(&who.requester, "/v1/changes", body).await.expect(201);
    let path = "/v1/policy/replays";
    let found = server.post(&who.auditor, path, json!({"files": stricter()})).await.expect(200);
    let found = found.json();
    assert_eq!(found["done"], true);
    assert_eq!(found["changes"]["all"], 2);
    assert_eq!(found["changes"]["stricter"], 2);
    assert_eq!(found["differences"][0]["code"], "approvals_added");
    assert_eq!(found["roles"][0]["added"], 2);
    assert_eq!(found["open"]["moved"], 2);
    assert_eq!(found["reproduced"], json!({"identical": 2, "different": 0, "examples": []}));
    // Nothing but the replay itself was asked for: the log has not grown.
    let again = server.post(&who.auditor, path, json!({"files": stricter()})).await.expect(200);
    assert_eq!(again.json()["of"], found["of"]);
    assert_eq!(again.json()["changes"], found["changes"]);
    server
}

async fn m7_6_a_replay_goes_on_where_it_stopped_and_runs_one_at_a_time(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let _ = server.approved("staging").await;
    let path = "/v1/policy/replays";
    let wish = json!({"files": stricter(), "slice": 5});
    let first = server.post(&who.auditor, path, wish.clone()).await.expect(200).json().clone();
    assert_eq!((&first["done"], &first["entries"]), (&json!(false), &json!(5)));
    // Somebody else has to wait, but not for ever for somebody who does not go on.
    let busy = server.post(&who.admin, path, wish.clone()).await.expect(409);
    assert_eq!(busy.code(), "replay_busy");
    let mut last = first;
    while last["done"] != json!(true) {
        let next = server.post(&who.auditor, path, wish.clone()).await.expect(200).json().clone();
        assert!(next["entries"].as_u64() > last["entries"].as_u64(), "{next}");
        last = next;
    }
    let whole = json!({"files": stricter()});
    let at_once = server.post(&who.admin, path, whole).await.expect(200).json().clone();
    assert_eq!(at_once, last);
    let _ = server.post(&who.auditor, path, wish.clone()).await.expect(200);
    server.clock.advance(jiff::SignedDuration::from_secs(31));
    let _ = server.post(&who.admin, path, wish).await.expect(200);
    server
}

async fn m7_6_e17_a_replay_is_for_people_who_read_everything(server: TestServer) -> TestServer {
    let who = &server.who;
    let path = "/v1/policy/replays";
    let wish = json!({"files": stricter()});
    let _ = server.post(&who.pipeline, path, wish).await.expect(403);
    let nothing = server.post(&who.auditor, path, json!({})).await.expect(400);
    assert_eq!(nothing.code(), "invalid_field");
    let both = json!({"files": stricter(), "proposal": "sha256:0"});
    let _ = server.post(&who.auditor, path, both).await.expect(400);
    let unknown = json!({"proposal": "sha256:0"});
    let _ = server.post(&who.auditor, path, unknown).await.expect(404);
    let since = json!({"files": stricter(), "since": "last week"});
    let _ = server.post(&who.auditor, path, since).await.expect(400);
    let broken = json!({"files": bundle("count: 1", "cuont: 1")});
    let refused = server.post(&who.auditor, path, broken).await.expect(400);
    assert_eq!(refused.code(), "bundle_invalid");
    server
}
