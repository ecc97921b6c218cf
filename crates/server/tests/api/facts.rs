//! What automatic approval may go by beside what is deployed: the version step and the past of the
//! service from our own record, and the paths that whoever asks declares.

use serde_json::{Value, json};
use testkit::TestServer;
use testkit::server::change_request;

use super::asking::{activate, files};

on_both_stores!(
    m4_1_a_patch_is_approved_after_what_our_own_record_says_and_a_failure_ends_it,
    m4_1_declared_paths_are_shown_checked_and_never_taken_for_none,
    m4_1_the_past_is_read_model_and_journal_alike,
    m4_1_g10_risk_adds_up_until_a_person_looks,
);

const RULES: &str = r#"
  - id: patches
    title: Patches of what went well.
    tiers: [T1]
    kinds: [normal]
    answers: [owner]
    when:
      - has(change.version_step) && change.version_step == "patch"
      - has(history) && history.failures == 0

  - id: docs
    title: Documentation.
    tiers: [T1]
    kinds: [normal]
    answers: [owner]
    when:
      - has(change.paths) && change.paths.all(path, path.startsWith("docs/"))
"#;

/// Two changes of [`change_request`] a week, and not a third.
const ADDED_UP: &str = r#"
  - id: little
    title: Little risk, all in all.
    tiers: [T1]
    kinds: [normal]
    answers: [owner]
    when:
      - has(history.exposure) && history.exposure + risk.score <= 50
"#;

/// The policy of the tests with some rules more.
async fn with_rules(server: &TestServer, rules: &str) {
    let file = |file: domain::event::PolicyFile| {
        let more = if file.path == "automation.yaml" { rules } else { "" };
        json!({"path": file.path, "text": format!("{}{more}", file.text)})
    };
    activate(server, testkit::organisation::policy().into_iter().map(file).collect()).await;
}

fn release(version: &str) -> Value {
    let mut request = change_request("checkout", "staging");
    request["version"] = json!(version);
    request
}

pub(crate) async fn asked(server: &TestServer, request: Value) -> Value {
    server.post(&server.who.requester, "/v1/changes", request).await.expect(201).json().clone()
}

/// Asks the gate about a change that is approved; the path at which its grant is redeemed.
async fn granted(server: &TestServer, change: &Value) -> String {
    let verdict =
        server.ask(&server.who.pipeline, change["id"].as_str(), "staging").await.expect(200);
    format!("/v1/gate/grants/{}/redemption", verdict.text("/grant/grant/id"))
}

/// Lets the owner approve if nobody did, deploys it, and says how it went.
pub(crate) async fn deployed(server: &TestServer, change: &Value, outcome: &str) {
    let who = &server.who;
    let id = change["id"].as_str().unwrap();
    if change["state"] != "approved" {
        let _ = server.vote(&who.approver, id, "approve").await.expect(201);
    }
    let path = granted(server, change).await;
    let begun = server.post(&who.pipeline, &path, json!({})).await.expect(201);
    let path = format!("/v1/changes/{id}/deployments/{}/outcome", begun.text("/deployment/id"));
    let _ = server.post(&who.pipeline, &path, json!({"outcome": outcome})).await.expect(200);
}

async fn m4_1_a_patch_is_approved_after_what_our_own_record_says_and_a_failure_ends_it(
    server: TestServer,
) -> TestServer {
    with_rules(&server, RULES).await;
    let first = asked(&server, release("1.4.2")).await;
    assert_eq!(first["state"], "awaiting_approval", "nothing was deployed here before");
    deployed(&server, &first, "successful").await;

    let patch = asked(&server, release("1.4.3")).await;
    assert_eq!(patch["state"], "approved", "{patch:#}");
    assert_eq!(patch["revision"]["version"], "1.4.3");
    let seen = patch["automatic_approvals"][0]["conditions"].to_string();
    assert!(seen.contains("patch") && seen.contains("recorded deployments"), "{seen}");
    let told = server
        .post(&server.who.requester, "/v1/policy/explain", json!({"change": release("1.4.3")}))
        .await
        .expect(200);
    assert!(told.json().to_string().contains("version 1.4.2 to 1.4.3: patch"), "{}", told.json());
    for version in ["1.5.0", "not-a-version"] {
        let other = asked(&server, release(version)).await;
        assert_eq!(other["state"], "awaiting_approval", "{version}");
    }
    let undeclared = asked(&server, change_request("checkout", "staging")).await;
    assert_eq!(undeclared["state"], "awaiting_approval");

    // Its own failure counts at once: the gate looks again before it runs a second time.
    deployed(&server, &patch, "failed").await;
    let id = patch["id"].as_str().unwrap();
    let verdict = server.ask(&server.who.pipeline, Some(id), "staging").await.expect(200);
    assert_ne!(verdict.text("/answer"), "allow", "{}", verdict.json());
    let next = asked(&server, release("1.4.4")).await;
    assert_eq!(next["state"], "awaiting_approval", "it failed lately");
    server
}

async fn m4_1_declared_paths_are_shown_checked_and_never_taken_for_none(
    server: TestServer,
) -> TestServer {
    with_rules(&server, RULES).await;
    let who = &server.who;
    let touching = |paths: &[&str]| {
        let mut request = change_request("checkout", "staging");
        request["paths"] = json!(paths);
        request
    };
    let docs = asked(&server, touching(&["docs/b.md", "docs/a.md", "docs/b.md"])).await;
    assert_eq!(docs["state"], "approved", "{docs:#}");
    assert_eq!(docs["revision"]["paths"], json!(["docs/a.md", "docs/b.md"]));
    let seen = docs["automatic_approvals"][0]["conditions"].to_string();
    assert!(seen.contains("docs/a.md") && seen.contains("declared"), "{seen}");
    for paths in [&["docs/a.md", "src/main.rs"][..], &[]] {
        assert_eq!(
            asked(&server, touching(paths)).await["state"],
            "awaiting_approval",
            "{paths:?}"
        );
    }
    let refused = server
        .post(&who.requester, "/v1/changes", touching(&["docs/../src/main.rs"]))
        .await
        .expect(400);
    assert_eq!(refused.code(), "invalid_field");
    assert!(refused.json().to_string().contains("no plain path"), "{}", refused.json());

    let mut change = touching(&["docs/a.md", "src/main.rs"]);
    change["version"] = json!("2.0.0");
    let path = format!("/v1/changes/{}/revisions", docs["id"].as_str().unwrap());
    let revision = json!({"expected_revision": 1, "change": change});
    let revised = server.post(&who.requester, &path, revision).await.expect(201);
    assert_eq!(revised.text("/state"), "awaiting_approval", "{}", revised.json());
    let moved = revised.json()["revisions"][1]["moved"].to_string();
    assert!(moved.contains("paths") && moved.contains("version"), "{moved}");
    server
}

async fn m4_1_the_past_is_read_model_and_journal_alike(server: TestServer) -> TestServer {
    with_rules(&server, RULES).await;
    for (version, outcome) in
        [("1.0.0", "successful"), ("1.0.1", "rolled_back"), ("1.1.0", "with_issues")]
    {
        let change = asked(&server, release(version)).await;
        deployed(&server, &change, outcome).await;
    }
    let now = server.app.ports().now();
    let past = server.store().service_history("checkout", "staging", now).await.unwrap().unwrap();
    assert_eq!((past.deployments, past.failures, past.version.as_deref()), (3, 1, Some("1.1.0")));
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());

    // What is recorded comes out again, though the past went on since.
    let replay = json!({"files": files()});
    let found = server.post(&server.who.auditor, "/v1/policy/replays", replay).await.expect(200);
    let expected = json!({"identical": 3, "different": 0, "examples": []});
    assert_eq!(found.json()["reproduced"], expected, "{:#}", found.json());
    server
}

async fn m4_1_g10_risk_adds_up_until_a_person_looks(server: TestServer) -> TestServer {
    with_rules(&server, ADDED_UP).await;
    let who = &server.who;
    // As risky as it takes for two of them to be within the limit, and three not.
    let asked = async |n: u32| {
        let mut request = change_request("checkout", "staging");
        (request["impact"], request["complexity"]) = (json!("medium"), json!("medium"));
        request["title"] = json!(format!("Release {n}"));
        asked(&server, request).await
    };
    let first = asked(0).await;
    assert_eq!(first["assessment"]["risk"]["score"], 25, "{first:#}");
    assert_eq!(first["state"], "awaiting_approval", "nothing is known of a week");
    deployed(&server, &first, "successful").await;
    server.clock.advance(jiff::SignedDuration::from_hours(24 * 6));
    assert_eq!(asked(1).await["state"], "awaiting_approval", "nor after six days");
    server.clock.advance(jiff::SignedDuration::from_hours(25));

    // All three are within the limit, since nothing was let through yet.
    let mut redemptions = Vec::new();
    let mut changes = Vec::new();
    for n in 2..5 {
        let change = asked(n).await;
        assert_eq!(change["state"], "approved", "{change:#}");
        let seen = change["automatic_approvals"][0]["conditions"].to_string();
        assert!(seen.contains("history.exposure") && seen.contains("let through"), "{seen}");
        redemptions.push(granted(&server, &change).await);
        changes.push(change["id"].as_str().unwrap().to_owned());
    }
    let redeem = redemptions.iter().map(|path| server.post(&who.pipeline, path, json!({})));
    let answers = futures::future::join_all(redeem).await;
    let begun = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(begun, 2, "{:?}", answers.iter().map(|a| a.status).collect::<Vec<_>>());
    let at = answers.iter().position(|answer| answer.status != 201).unwrap();
    assert_eq!(answers[at].status, 409, "{}", answers[at].json());
    let reasons = answers[at].json().to_string();
    assert!(
        reasons.contains("service-owner: waiting for a vote"),
        "it says who is missing: {reasons}"
    );
    assert!(reasons.contains("automation_outlived"), "and why: {reasons}");

    // A person lets the third through, and another week later the rule does again.
    let _ = server.vote(&who.approver, &changes[at], "approve").await.expect(201);
    let path = granted(&server, &json!({"id": changes[at]})).await;
    let _ = server.post(&who.pipeline, &path, json!({})).await.expect(201);
    server.clock.advance(jiff::SignedDuration::from_hours(24 * 7 + 1));
    assert_eq!(asked(5).await["state"], "approved");

    let replay = json!({"files": files()});
    let found = server.post(&who.auditor, "/v1/policy/replays", replay).await.expect(200);
    let expected = json!({"identical": 6, "different": 0, "examples": []});
    assert_eq!(found.json()["reproduced"], expected, "{:#}", found.json());
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}
