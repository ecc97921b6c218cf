//! The audit of automatic decisions over HTTP: what is raised, what is suspended, and who lifts it.

use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::TestServer;

on_both_stores!(
    g07_what_fails_its_bound_is_suspended_by_itself_and_only_a_person_lifts_it,
    m4_5_a_burst_is_raised_once_across_nodes_with_how_unusual_it_is,
    m4_5_too_few_decisions_raise_nothing_and_clear_nothing,
    m4_5_a_rule_shows_what_became_of_what_it_approved_and_of_what_it_left_to_people,
    m3_4_failures_are_proposed_as_a_factor_and_change_nothing_by_themselves,
);

/// A chore that the rule approves, deployed with an outcome.
async fn chore(server: &TestServer, outcome: &str) {
    let who = &server.who;
    let id = server.touching("chore").await;
    let verdict = server.ask(&who.pipeline, Some(&id), "staging").await.expect(200);
    let grant = verdict.text("/grant/grant/id");
    let path = format!("/v1/gate/grants/{grant}/redemption");
    let begun = server.post(&who.pipeline, &path, json!({})).await.expect(201);
    let path = format!("/v1/changes/{id}/deployments/{}/outcome", begun.text("/deployment/id"));
    let _ = server.post(&who.pipeline, &path, json!({"outcome": outcome})).await.expect(200);
}

async fn state_of(server: &TestServer, change: &str) -> String {
    let path = format!("/v1/changes/{change}");
    server.get(&server.who.auditor, &path).await.expect(200).text("/state")
}

async fn findings(server: &TestServer) -> Vec<Value> {
    let found = server.get(&server.who.auditor, "/v1/findings").await.expect(200);
    found.json()["items"].as_array().unwrap().clone()
}

async fn g07_what_fails_its_bound_is_suspended_by_itself_and_only_a_person_lifts_it(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    for outcome in ["successful", "failed", "rolled_back", "failed", "successful", "failed"] {
        chore(&server, outcome).await;
    }
    server.clock.advance(SignedDuration::from_mins(1));
    let waiting = server.touching("chore").await;
    assert_eq!(state_of(&server, &waiting).await, "approved");
    let raised = server.app.raise_suspicions().await.unwrap();
    assert_eq!((raised.findings, raised.suspended), (1, 1));
    assert_eq!(server.app.raise_suspicions().await.unwrap(), app::Raised::default());

    let list = server.get(&who.auditor, "/v1/automation").await.expect(200);
    let stop = &list.json()["stops"][0];
    assert_eq!((&stop["scope"], &stop["by"]["type"]), (&json!("rule:chores"), &json!("system")));
    assert_eq!(
        stop["reason"],
        "4 of its last 6 deployments failed, and policy has 90 of 100 succeed"
    );
    let finding = &findings(&server).await[0];
    assert_eq!(
        (&finding["kind"], &finding["id"]),
        (&json!("automation_failing"), &stop["finding"])
    );
    assert_eq!(finding["owner"]["name"], "Test approver", "who owns the service");
    assert!(finding["evidence"].to_string().contains("4 of the last 6 failed"), "{finding:#}");
    let told = server.app.notifications(&who.approver.principal, None).await.unwrap();
    let suspended = |words: &str| words.contains("is suspended");
    assert!(told.items.iter().any(|item| suspended(&item.words.headline)), "its owner hears of it");

    // What it approved before counts no more, and nothing new is approved.
    let verdict = server.ask(&who.pipeline, Some(&waiting), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "pending");
    assert!(verdict.json().to_string().contains("suspended by itself"), "{}", verdict.json());
    let next = server.touching("chore").await;
    assert_eq!(state_of(&server, &next).await, "awaiting_approval");

    // Time lifts nothing, nor does the audit: a person in the role that policy names does.
    server.clock.advance(SignedDuration::from_hours(24 * 200));
    assert_eq!(server.app.raise_suspicions().await.unwrap(), app::Raised::default());
    let list = server.get(&who.auditor, "/v1/automation").await.expect(200);
    assert_eq!(list.json()["stops"][0]["resumed_at"], Value::Null);
    let live = server.app.live();
    assert!(!live.directory.may_suspend(&domain::organisation::StopScope::Rule("chores".into())));
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

async fn m4_5_a_burst_is_raised_once_across_nodes_with_how_unusual_it_is(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    for _ in 0..40 {
        let _ = server.touching("chore").await;
        server.clock.advance(SignedDuration::from_hours(36));
    }
    for _ in 0..14 {
        let _ = server.touching("chore").await;
    }
    server.clock.advance(SignedDuration::from_mins(5));
    let audit = server.get(&who.auditor, "/v1/automation/audit").await.expect(200);
    assert_eq!(
        (&audit.json()["period_days"], &audit.json()["baseline_days"]),
        (&json!(30), &json!(180))
    );
    let burst = &audit.json()["checks"][0];
    assert_eq!(burst["detector"], "automation_burst");
    let suspicion = &burst["suspicions"][0];
    assert!(
        suspicion["observed"].as_str().unwrap().starts_with("14 approvals by chores"),
        "{burst:#}"
    );
    assert!(suspicion["p_value"].as_f64().unwrap() < 1e-6, "{burst:#}");
    assert!(suspicion["base_rate"].as_str().unwrap().contains("before the period"), "{burst:#}");
    assert_eq!(findings(&server).await, Vec::<Value>::new(), "looking records nothing");

    let node = server.another_node().await;
    let (one, other) = tokio::join!(server.app.raise_suspicions(), node.raise_suspicions());
    assert_eq!(one.unwrap().findings + other.unwrap().findings, 1, "the guard lets one raise it");
    let all = findings(&server).await;
    assert_eq!((all.len(), &all[0]["kind"]), (1, &json!("automation_burst")));
    for fact in ["observed", "expected", "base_rate", "chance_alone", "negative binomial"] {
        assert!(all[0]["evidence"].to_string().contains(fact), "{fact}: {:#}", all[0]);
    }
    let path = format!("/v1/findings/{}/resolution", all[0]["id"].as_str().unwrap());
    let why = json!({"reason": "a migration of all services"});
    let _ = server.post(&who.approver, &path, why).await.expect(200);
    let again = server.app.raise_suspicions().await.unwrap();
    assert_eq!(again.findings, 0, "what was looked at is not raised again in its period");
    server
}

async fn m4_5_a_rule_shows_what_became_of_what_it_approved_and_of_what_it_left_to_people(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    for outcome in ["successful", "failed"] {
        chore(&server, outcome).await;
        server.clock.advance(SignedDuration::from_mins(1));
    }
    let held = server.touching("chore").await;
    let hold = format!("/v1/changes/{held}/holds");
    let _ = server.post(&who.requester, &hold, json!({"reason": "wait"})).await.expect(200);
    for (decision, hours) in [("approve", 3), ("reject", 1)] {
        let id = server.touching("schema").await;
        server.clock.advance(SignedDuration::from_hours(hours));
        let vote = json!({"expected_revision": 1, "decision": decision, "justification": "read"});
        let path = format!("/v1/changes/{id}/votes");
        let _ = server.post(&who.approver, &path, vote).await.expect(201);
    }
    let path = "/v1/automation/rules/chores";
    let found = server.get(&who.auditor, path).await.expect(200).json().clone();
    assert_eq!(found["rule"]["id"], "chores");
    let tally = |changes, refused, deployments, failed| json!({"changes": changes, "refused": refused, "deployments": deployments, "failed": failed});
    assert_eq!(found["by_rule"], tally(3, 1, 2, 1), "{found:#}");
    assert_eq!(found["by_people"], tally(2, 1, 0, 0), "{found:#}");
    assert_eq!(found["people_took_hours"], json!(3.0));
    let latest = found["latest"].as_array().unwrap();
    let refused: Vec<_> = latest.iter().map(|one| one["refused"] == true).collect();
    assert_eq!(refused, [true, false, false], "the newest comes first: {found:#}");
    let failed: Vec<_> = latest.iter().map(|one| one["failed"].as_u64()).collect();
    assert_eq!(failed, [Some(0), Some(1), Some(0)]);

    server.clock.advance(SignedDuration::from_hours(91 * 24));
    let later = server.get(&who.auditor, path).await.expect(200).json().clone();
    assert_eq!((&later["by_rule"], &later["latest"]), (&tally(0, 0, 0, 0), &json!([])));
    let none = server.get(&who.auditor, "/v1/automation/rules/nothing").await.expect(404);
    assert_eq!(none.code(), "not_found");
    server
}

async fn m4_5_too_few_decisions_raise_nothing_and_clear_nothing(server: TestServer) -> TestServer {
    for _ in 0..12 {
        let _ = server.touching("chore").await;
    }
    assert_eq!(server.app.raise_suspicions().await.unwrap(), app::Raised::default());
    let audit = server.get(&server.who.auditor, "/v1/automation/audit").await.expect(200);
    for check in audit.json()["checks"].as_array().unwrap() {
        assert_eq!(check["suspicions"], json!([]), "{check:#}");
    }
    let burst = &audit.json()["checks"][0];
    assert_eq!(burst["tested"], 0);
    assert!(burst["too_few"].to_string().contains("chores"), "{burst:#}");
    let success = audit.json()["success"].to_string();
    assert!(success.contains("too_few") && !success.contains("kept"), "{success}");
    server
}

async fn m3_4_failures_are_proposed_as_a_factor_and_change_nothing_by_themselves(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let before = server.get(&who.auditor, "/v1/policy").await.expect(200).text("/digest");
    for _ in 0..12 {
        chore(&server, "successful").await;
    }
    let found = server.get(&who.auditor, "/v1/policy/risk-history").await.expect(200);
    assert_eq!((&found.json()["total"], &found.json()["failed"]), (&json!(12), &json!(0)));
    let rates = found.json()["rates"].as_array().unwrap().clone();
    let checkout = rates.iter().find(|rate| rate["name"] == "checkout").unwrap();
    assert_eq!((&checkout["by"], &checkout["total"]), (&json!("service"), &json!(12)));
    assert_eq!((&checkout["advice"], &checkout["factor"]), (&json!("keep"), &Value::Null));
    assert!(checkout["low"].as_f64() < checkout["rate"].as_f64(), "{checkout:#}");
    let after = server.get(&who.auditor, "/v1/policy").await.expect(200).text("/digest");
    assert_eq!(before, after);
    server
}
