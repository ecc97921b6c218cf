//! Approving several changes of one template in one step (C17).

use app::{KeyTaken, RequestKey};
use serde_json::{Value, json};
use testkit::TestServer;
use testkit::server::change_request;

use crate::asking::{activate, files};

on_both_stores!(
    c17_changes_of_one_template_are_approved_in_one_step_each_with_an_entry_of_its_own,
    c17_a_step_with_a_change_that_is_decided_by_itself_records_nothing,
    c17_what_is_refused_for_one_change_is_recorded_for_the_others,
    c17_the_same_step_again_counts_once_also_after_a_crash_half_way,
    c17_a_template_that_offers_it_no_more_takes_it_back_for_what_waits,
);

/// Restarts may be approved in one step, flags may not.
const TEMPLATES: &str = r#"
templates:
  - name: restart
    version: 1
    title: Restart a service
    environments: [staging, production]
    up_to: T3
    replaces: [owner]
    needs: [{ role: service-owner, due: 4h, why: the owner knows when }]
    bulk: true
  - name: flag
    version: 1
    title: Switch a flag
    environments: [staging]
    up_to: T1
    replaces: [owner]
    needs: [{ role: service-owner, due: 4h, why: the owner knows which }]
"#;

const PATH: &str = "/v1/bulk-approvals";

async fn live(server: &TestServer, templates: &str) {
    let mut all = files();
    all.push(json!({"path": "templates/standard.yaml", "text": templates}));
    activate(server, all).await;
}

async fn standard(server: &TestServer, template: &str, environment: &str) -> String {
    let mut request = change_request("checkout", environment);
    request["kind"] = json!("standard");
    request["template"] = json!(template);
    request["parameters"] = json!({});
    let made = server.post(&server.who.requester, "/v1/changes", request).await.expect(201);
    assert_eq!(made.text("/state"), "awaiting_approval");
    made.text("/number")
}

async fn restarts(server: &TestServer, count: usize) -> Vec<String> {
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(standard(server, "restart", "staging").await);
    }
    all
}

fn step(numbers: &[String]) -> Value {
    let changes = numbers.iter().map(|number| json!({"change": number, "expected_revision": 1}));
    json!({"changes": changes.collect::<Vec<_>>(), "justification": "the patch day of the month"})
}

fn outcomes(answer: &Value) -> Vec<&str> {
    let all = answer["outcomes"].as_array().unwrap().iter();
    all.map(|outcome| outcome["outcome"].as_str().unwrap()).collect()
}

async fn votes(server: &TestServer, number: &str) -> Vec<Value> {
    let record = server.get(&server.who.auditor, &format!("/v1/changes/{number}")).await;
    record.expect(200).json()["votes"].as_array().unwrap().clone()
}

async fn c17_changes_of_one_template_are_approved_in_one_step_each_with_an_entry_of_its_own(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    live(&server, TEMPLATES).await;
    let mut numbers = restarts(&server, 12).await;
    let inbox = server.get(&who.approver, "/v1/inbox").await.expect(200).json();
    let task = &inbox["waiting_for_you"][0];
    assert_eq!((&task["bulk"], &task["revision"]), (&json!("restart"), &json!(1)), "{task}");
    let left = numbers.pop().unwrap();
    let done = server.post(&who.approver, PATH, step(&numbers)).await.expect(200).json();
    assert_eq!(outcomes(&done), vec!["recorded"; 11]);
    let mut entries = std::collections::BTreeSet::new();
    for (outcome, number) in done["outcomes"].as_array().unwrap().iter().zip(&numbers) {
        assert_eq!((&outcome["number"], &outcome["state"]), (&json!(number), &json!("approved")));
        entries.insert(outcome["receipt"]["index"].as_u64().unwrap());
    }
    assert_eq!(entries.len(), 11, "an entry each");
    let (first, last) = (votes(&server, &numbers[0]).await, votes(&server, &numbers[10]).await);
    assert_eq!(first[0]["bulk"]["changes"], 11);
    assert_eq!(first[0]["bulk"]["id"], last[0]["bulk"]["id"]);
    assert_eq!(first[0]["justification"], "the patch day of the month");
    assert_eq!(votes(&server, &left).await, Vec::<Value>::new(), "only what was named");
    let path = format!("/v1/changes/{}/timeline", numbers[0]);
    let timeline = server.get(&who.auditor, &path).await.expect(200).json();
    assert!(timeline.to_string().contains("approved revision 1 in bulk"), "{timeline}");
    let record = server.get(&who.auditor, &format!("/v1/changes/{}", numbers[0])).await.json();
    assert!(record["explanation"].to_string().contains(r#""in_bulk":true"#), "{record}");
    // One deliberate step is no burst of approvals that nobody read (C18).
    assert_eq!(server.app.raise_rapid_approvals().await.unwrap(), 0);
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

async fn c17_a_step_with_a_change_that_is_decided_by_itself_records_nothing(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    live(&server, TEMPLATES).await;
    let fine = restarts(&server, 2).await;
    let strict = standard(&server, "restart", "production").await;
    let flag = standard(&server, "flag", "staging").await;
    let normal = server.change("staging").await;
    let before = server.store().head().await.unwrap().size;
    for (alone, says) in
        [(&strict, "tier T3"), (&flag, "one change at a time"), (&normal, "not made by a template")]
    {
        for place in 0..=fine.len() {
            let mut named = fine.clone();
            named.insert(place, alone.clone());
            let refused = server.post(&who.approver, PATH, step(&named)).await.expect(409);
            assert_eq!(refused.code(), "not_in_bulk");
            assert_eq!(refused.text("/next_actions/0"), "open it and vote there");
            assert!(refused.text("/detail").contains(says), "{}", refused.json());
        }
    }
    let none = server.post(&who.approver, PATH, step(&[])).await.expect(400);
    assert_eq!(none.text("/fields/0/field"), "changes");
    let twice = step(&[fine[0].clone(), fine[0].clone()]);
    let _ = server.post(&who.approver, PATH, twice).await.expect(400);
    let many: Vec<String> = (0..51).map(|n| format!("CHG-{n}")).collect();
    let _ = server.post(&who.approver, PATH, step(&many)).await.expect(400);
    let unknown = step(&[fine[0].clone(), "CHG-99".to_owned()]);
    let _ = server.post(&who.approver, PATH, unknown).await.expect(404);
    let mut rejecting = step(&fine);
    rejecting["decision"] = json!("reject");
    let _ = server.post(&who.approver, PATH, rejecting).await.expect(400);
    let _ = server.post(&who.pipeline, PATH, step(&fine)).await.expect(403);
    assert_eq!(server.store().head().await.unwrap().size, before);
    server
}

async fn c17_what_is_refused_for_one_change_is_recorded_for_the_others(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    live(&server, TEMPLATES).await;
    let numbers = restarts(&server, 4).await;
    // The owner had a hand in one of their own; another was revised, one is withdrawn.
    let mut own = change_request("checkout", "staging");
    own["kind"] = json!("standard");
    own["template"] = json!("restart");
    own["parameters"] = json!({});
    let own = server.post(&who.owner, "/v1/changes", own).await.expect(201).text("/number");
    let path = format!("/v1/changes/{}/withdrawal", numbers[1]);
    let _ = server.post(&who.requester, &path, json!({"reason": "not now"})).await.expect(200);
    let mut named = step(&[numbers.clone(), vec![own]].concat());
    named["changes"][2]["expected_revision"] = json!(7);
    let done = server.post(&who.owner, PATH, named).await.expect(200).json();
    let said = ["recorded", "refused", "refused", "recorded", "refused"];
    assert_eq!(outcomes(&done), said, "{done:#}");
    let code = |n: usize| done["outcomes"][n]["why_not"]["code"].as_str().unwrap().to_owned();
    assert_eq!(
        (code(1), code(2), code(4)),
        ("illegal_state".into(), "stale_revision".into(), "sod_author".into())
    );
    assert_eq!(votes(&server, &numbers[2]).await, Vec::<Value>::new());
    // Whoever holds no role that is asked for is refused for each.
    let none = server.post(&who.outsider, PATH, step(&numbers[2..3])).await.expect(200).json();
    assert_eq!(none["outcomes"][0]["why_not"]["code"], "no_role");
    server
}

async fn c17_the_same_step_again_counts_once_also_after_a_crash_half_way(
    server: TestServer,
) -> TestServer {
    let who = &server.who.approver;
    live(&server, TEMPLATES).await;
    let numbers = restarts(&server, 3).await;
    let body = step(&numbers);
    // The first vote is durable, and the node stops.
    let principal = server.app.bearer(&who.token).unwrap();
    let key = format!("{}:k", principal.token.as_ref().unwrap().id);
    let key = RequestKey::new(&principal, &key, "POST", PATH, body.to_string().as_bytes());
    let first = votes_of(&server, &numbers[..1]).await;
    let half = server.app.approve_in_bulk(&principal, &first, "the patch day of the month");
    let (_, taken) = server.app.keyed(&key, half).await;
    assert_eq!(taken, KeyTaken::ByThis);
    let done = server.post_keyed(who, PATH, "k", body.clone()).await.expect(200);
    assert_eq!(outcomes(&done.json()), ["recorded_before", "recorded", "recorded"]);
    let again = server.post_keyed(who, PATH, "k", body.clone()).await.expect(200);
    assert_eq!(again.body, done.body);
    let without = server.post(who, PATH, body).await.expect(200).json();
    assert_eq!(outcomes(&without), vec!["recorded_before"; 3]);
    for number in &numbers {
        assert_eq!(votes(&server, number).await.len(), 1);
    }
    server
}

async fn votes_of(server: &TestServer, numbers: &[String]) -> Vec<(domain::ids::ChangeId, u32)> {
    let mut all = Vec::new();
    for number in numbers {
        let id = server.store().change_by_number(number.parse().unwrap()).await.unwrap();
        all.push((id.unwrap(), 1));
    }
    all
}

async fn c17_a_template_that_offers_it_no_more_takes_it_back_for_what_waits(
    server: TestServer,
) -> TestServer {
    live(&server, TEMPLATES).await;
    let numbers = restarts(&server, 2).await;
    live(&server, &TEMPLATES.replace("    bulk: true\n", "")).await;
    let refused = server.post(&server.who.approver, PATH, step(&numbers)).await.expect(409);
    assert!(refused.text("/detail").contains("one change at a time"), "{}", refused.json());
    let inbox = server.get(&server.who.approver, "/v1/inbox").await.expect(200).json();
    assert_eq!(inbox["waiting_for_you"][0]["bulk"], Value::Null);
    server
}
