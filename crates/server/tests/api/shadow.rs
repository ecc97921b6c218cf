//! A proposal beside the live bundle says what it would have asked for and answered, and decides nothing.

use serde_json::{Value, json};
use testkit::{Backend, TestServer};

on_both_stores!(
    m7_6_a_shadow_says_whom_it_would_have_asked_and_what_it_would_have_stopped,
    m7_6_a_looser_shadow_says_what_it_would_have_let_through,
    m7_6_a_shadow_says_where_rules_would_answer_instead_of_people,
    m7_6_d14_a_shadow_that_asks_for_the_same_says_the_same_of_everything,
    m7_6_a_change_from_before_a_shadow_keeps_what_it_was_handed_in_under,
    m7_6_one_shadow_runs_at_a_time_and_only_who_governs_policy_starts_it,
    m7_6_a_shadow_ends_with_the_decision_on_its_proposal,
    m7_6_a_shadow_tells_nobody_and_reading_it_records_nothing,
    m7_6_a_shadow_compares_nothing_that_rests_on_what_was_not_recorded,
);

/// The policy of the tests with one text replaced by another.
fn bundle(from: &str, to: &str) -> Value {
    let files = testkit::organisation::policy().into_iter();
    files.map(|f| json!({"path": f.path, "text": f.text.replace(from, to)})).collect()
}

/// Security is asked about everything but development.
fn stricter() -> Value {
    bundle("when: environment.tier >= 3", "when: environment.tier >= 1")
}

async fn propose(server: &TestServer, files: Value) -> String {
    let body = json!({"files": files, "reason": "because"});
    let author = &server.who.policy_author;
    server.post(author, "/v1/policy/proposals", body).await.expect(201).text("/digest")
}

/// Proposes a bundle and starts it as a shadow.
async fn shadow(server: &TestServer, files: Value) -> String {
    let digest = propose(server, files).await;
    let path = format!("/v1/policy/proposals/{digest}/shadow");
    let started = server.post(&server.who.policy_author, &path, json!({})).await.expect(201);
    assert_eq!(started.json()["ended"], Value::Null);
    digest
}

async fn report(server: &TestServer) -> Value {
    loop {
        let found = server.get(&server.who.auditor, "/v1/policy/shadow").await.expect(200).json();
        if found["done"] == true {
            return found;
        }
    }
}

async fn stop(server: &TestServer, digest: &str) {
    let path = format!("/v1/policy/proposals/{digest}/shadow/stop");
    let stopped = server.post(&server.who.second_author, &path, json!({})).await.expect(200);
    assert_eq!(stopped.text("/ended/how"), "stopped");
}

async fn m7_6_a_shadow_says_whom_it_would_have_asked_and_what_it_would_have_stopped(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let digest = shadow(&server, stricter()).await;
    let id = server.approved("staging").await;
    let verdict = server.ask(&who.pipeline, Some(&id), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "allow");
    let found = report(&server).await;
    assert_eq!(found["shadow"]["digest"], json!(digest));
    assert_eq!(found["assessments"]["all"], 1);
    assert_eq!(found["assessments"]["stricter"], 1);
    assert_eq!(found["differences"][0]["code"], "approvals_added");
    assert_eq!(found["roles"][0]["added"], 1);
    let counts = &found["verdicts"];
    assert_eq!((&counts["all"], &counts["stopped"]), (&json!(1), &json!(1)), "{found:#}");
    assert_eq!(counts["answers"][0]["live"]["answer"], "allow");
    assert_eq!(counts["answers"][0]["shadow"]["answer"], "pending");
    let change = &found["changes"][0];
    assert_eq!(change["verdict"]["way"], "stopped");
    assert!(change["number"].as_str().unwrap().starts_with("CHG-"), "{change}");
    assert_eq!(found["reproduced"], json!({"identical": 2, "different": 0, "examples": []}));
    stop(&server, &digest).await;
    let before = report(&server).await;
    let _ = server.approved("staging").await;
    assert_eq!(report(&server).await, before, "what happens after its end is not its");
    server
}

async fn m7_6_a_looser_shadow_says_what_it_would_have_let_through(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let looser = bundle("when: environment.tier >= 3", "when: environment.tier >= 4");
    let _ = shadow(&server, looser).await;
    let id = server.change("production").await;
    let _ = server.vote(&who.approver, &id, "approve").await.expect(201);
    let verdict = server.ask(&who.pipeline, Some(&id), "production").await.expect(200);
    assert_eq!(verdict.text("/answer"), "pending");
    // A question that no change answers is no matter of policy.
    let _ = server.ask(&who.pipeline, None, "staging").await.expect(200);
    let found = report(&server).await;
    assert_eq!(found["verdicts"]["opened"], 1, "{found:#}");
    assert_eq!(found["verdicts"]["same"], 1);
    assert_eq!(found["verdicts"]["answers"][0]["shadow"]["answer"], "allow");
    assert_eq!(found["differences"][0]["code"], "approvals_removed");
    server
}

async fn m7_6_a_shadow_says_where_rules_would_answer_instead_of_people(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let fewer = bundle("== \"chore\"", "== \"nothing\"");
    let first = shadow(&server, fewer).await;
    let id = server.touching("chore").await;
    let verdict = server.ask(&who.pipeline, Some(&id), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "allow");
    let found = report(&server).await;
    assert_eq!(found["differences"][0]["code"], "people_answer", "{found:#}");
    assert_eq!(found["verdicts"]["stopped"], 1, "{found:#}");
    stop(&server, &first).await;
    let _ = shadow(&server, bundle("== \"chore\"", "== \"docs\"")).await;
    let id = server.touching("docs").await;
    let verdict = server.ask(&who.pipeline, Some(&id), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "pending");
    let found = report(&server).await;
    assert_eq!(found["differences"][0]["code"], "rules_answer", "{found:#}");
    assert_eq!(found["verdicts"]["opened"], 1, "{found:#}");
    server
}

/// Much that can happen to changes, each with a question to the gate.
async fn a_day(server: &TestServer) {
    let who = &server.who;
    let ask = async |id: &str, environment: &str| {
        let _ = server.ask(&who.pipeline, Some(id), environment).await.expect(200);
    };
    let id = server.approved("production").await;
    ask(&id, "production").await;
    let id = server.change("staging").await;
    ask(&id, "staging").await;
    let _ = server.vote(&who.approver, &id, "reject").await.expect(201);
    ask(&id, "staging").await;
    let id = server.change("dev").await;
    let hold = json!({"reason": "wait"});
    let _ = server.post(&who.requester, &format!("/v1/changes/{id}/holds"), hold).await;
    ask(&id, "dev").await;
    let (id, _) = server.overridden("staging").await;
    ask(&id, "staging").await;
    let id = server.touching("chore").await;
    ask(&id, "staging").await;
    let id = server.touching("quiet").await;
    ask(&id, "staging").await;
    let id = server.approved("staging").await;
    let asked = server.ask(&who.pipeline, Some(&id), "staging").await.expect(200);
    let grant = asked.text("/grant/grant/id");
    let redeem = format!("/v1/gate/grants/{grant}/redemption");
    let begun = server.post(&who.pipeline, &redeem, json!({})).await.expect(201);
    let deployment = begun.text("/deployment/id");
    let end = format!("/v1/changes/{id}/deployments/{deployment}/outcome");
    let _ = server.post(&who.pipeline, &end, json!({"outcome": "failed"})).await.expect(200);
    ask(&id, "staging").await;
    let _ = server.freeze("service:checkout", 2).await;
    let id = server.approved("staging").await;
    ask(&id, "staging").await;
    server.clock.advance(jiff::SignedDuration::from_hours(3));
    ask(&id, "staging").await;
    server.clock.advance(jiff::SignedDuration::from_hours(24 * 8));
    ask(&id, "staging").await;
}

async fn m7_6_d14_a_shadow_that_asks_for_the_same_says_the_same_of_everything(
    server: TestServer,
) -> TestServer {
    // Only words differ.
    let _ = shadow(&server, bundle("by heart.", "by heart!")).await;
    a_day(&server).await;
    let found = report(&server).await;
    let (asked, said) = (&found["assessments"], &found["verdicts"]);
    assert!(said["all"].as_u64().unwrap() > 10, "{found:#}");
    assert_eq!(asked["same"], asked["all"], "{found:#}");
    assert_eq!(said["same"], said["all"], "{found:#}");
    assert_eq!((&found["moved"], &found["uncompared"]), (&json!(0), &json!(0)), "{found:#}");
    let records = asked["all"].as_u64().unwrap() + said["all"].as_u64().unwrap();
    assert_eq!(found["reproduced"]["identical"], records, "{found:#}");
    // Another node, which has followed nothing yet, says the same.
    let elsewhere = server.another_node().await;
    let tally = elsewhere.shadow_report(None).await.unwrap().tally;
    assert_eq!(tally, server.app.shadow_report(None).await.unwrap().tally);
    server
}

async fn m7_6_a_change_from_before_a_shadow_keeps_what_it_was_handed_in_under(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let id = server.approved("production").await;
    let looser = bundle("when: environment.tier >= 3", "when: environment.tier >= 4");
    let _ = shadow(&server, looser).await;
    let verdict = server.ask(&who.pipeline, Some(&id), "production").await.expect(200);
    assert_eq!(verdict.text("/answer"), "allow");
    let found = report(&server).await;
    assert_eq!(found["assessments"]["all"], 0);
    assert_eq!((&found["verdicts"]["all"], &found["verdicts"]["same"]), (&json!(1), &json!(1)));
    server
}

async fn m7_6_one_shadow_runs_at_a_time_and_only_who_governs_policy_starts_it(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let none = server.get(&who.auditor, "/v1/policy/shadow").await.expect(404);
    assert_eq!(none.code(), "no_shadow");
    assert!(none.text("/next_actions/0").contains("policy shadow start"), "{}", none.json());
    let digest = propose(&server, stricter()).await;
    let path = format!("/v1/policy/proposals/{digest}/shadow");
    for other in [&who.requester, &who.auditor, &who.approver, &who.pipeline] {
        let _ = server.post(other, &path, json!({})).await.expect(403);
    }
    let _ = server.post(&who.admin, &path, json!({})).await.expect(201);
    let again = server.post(&who.admin, &path, json!({})).await.expect(409);
    assert_eq!(again.code(), "already_exists");
    let other = propose(&server, bundle("by heart.", "by heart!")).await;
    let second = format!("/v1/policy/proposals/{other}/shadow");
    let refused = server.post(&who.admin, &second, json!({})).await.expect(409);
    assert_eq!(refused.code(), "shadow_runs");
    let _ = server.post(&who.admin, &format!("{second}/stop"), json!({})).await.expect(404);
    let _ = server.post(&who.requester, &format!("{path}/stop"), json!({})).await.expect(403);
    stop(&server, &digest).await;
    let _ = server.post(&who.admin, &second, json!({})).await.expect(201);
    let unknown = "/v1/policy/proposals/sha256:0/shadow";
    let _ = server.post(&who.admin, unknown, json!({})).await.expect(404);
    let _ = server.get(&who.pipeline, "/v1/policy/shadow").await.expect(403);
    let never = "/v1/policy/shadow?proposal=sha256:0";
    assert_eq!(server.get(&who.auditor, never).await.expect(404).code(), "not_found");
    let named = format!("/v1/policy/shadow?proposal={digest}");
    let named = server.get(&who.auditor, &named).await.expect(200);
    assert_eq!(named.text("/shadow/ended/how"), "stopped");
    server
}

async fn m7_6_a_shadow_ends_with_the_decision_on_its_proposal(server: TestServer) -> TestServer {
    let who = &server.who;
    for (decision, how) in [("decline", "declined"), ("activation", "activated")] {
        let digest = shadow(&server, stricter()).await;
        let _ = server.touching("chore").await;
        let path = format!("/v1/policy/proposals/{digest}/{decision}");
        let reason = json!({"reason": "looked at"});
        let _ = server.post(&who.second_author, &path, reason).await.expect(200);
        let found = report(&server).await;
        assert_eq!(found["shadow"]["ended"]["how"], how);
        assert_eq!(found["assessments"]["all"], 1, "{found:#}");
    }
    server
}

async fn m7_6_a_shadow_tells_nobody_and_reading_it_records_nothing(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let told = async |of| server.get(of, "/v1/notifications").await.expect(200).json();
    let digest = propose(&server, stricter()).await;
    let before = [told(&who.second_author).await, told(&who.admin).await];
    let path = format!("/v1/policy/proposals/{digest}/shadow");
    let _ = server.post(&who.policy_author, &path, json!({})).await.expect(201);
    assert_eq!([told(&who.second_author).await, told(&who.admin).await], before);
    let size = server.store().head().await.unwrap().size;
    let _ = report(&server).await;
    assert_eq!(server.store().head().await.unwrap().size, size);
    server
}

/// Every leaf of changes and the gate after a day, with or without a shadow beside it.
async fn leaves(backend: Backend, with_shadow: bool) -> Vec<Vec<u8>> {
    let server = TestServer::on(backend).await;
    let digest = propose(&server, stricter()).await;
    let author = server.app.bearer(&server.who.policy_author.token).unwrap();
    if with_shadow {
        server.app.start_shadow(&author, &digest).await.unwrap();
    }
    a_day(&server).await;
    if with_shadow {
        let report = server.app.shadow_report(None).await.unwrap();
        assert!(report.tally.moved() > 0, "it would have said something else");
    }
    let entries = server.store().entries(0, 10_000).await.unwrap();
    let about = |stream: &str| stream.starts_with("change/") || stream.starts_with("gate/");
    let entries = entries.into_iter().filter(|entry| about(entry.stream.as_str()));
    let leaves = entries.map(|entry| entry.leaf).collect();
    server.finish().await;
    leaves
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m7_6_what_is_recorded_is_the_same_byte_for_byte_with_and_without_a_shadow() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let (without, with) = (leaves(backend, false).await, leaves(backend, true).await);
        assert_eq!(without.len(), with.len());
        for (without, with) in without.iter().zip(&with) {
            assert_eq!(String::from_utf8_lossy(without), String::from_utf8_lossy(with));
        }
    }
}

async fn m7_6_a_shadow_compares_nothing_that_rests_on_what_was_not_recorded(
    server: TestServer,
) -> TestServer {
    let rule = |when: &str| {
        let files = testkit::organisation::policy().into_iter().map(|f| {
            let more = format!(
                "\n  - id: calm\n    title: Calm.\n    tiers: [T1]\n    kinds: [normal]\n    \
                 answers: [owner]\n    when:\n      - '{when}'\n"
            );
            let more = if f.path == "automation.yaml" { more.as_str() } else { "" };
            json!({"path": f.path, "text": format!("{}{more}", f.text)})
        });
        files.collect::<Vec<Value>>()
    };
    super::asking::activate(&server, rule("has(history) && history.failures == 0")).await;
    let _ = shadow(&server, json!(rule("!has(history.exposure) || history.exposure < 5"))).await;
    let _ = server.change("staging").await;
    let found = report(&server).await.to_string();
    assert!(found.contains("rests on the history of the service"), "{found}");
    server
}
