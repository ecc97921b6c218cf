//! Automatic approval under people's control, over HTTP.

use serde_json::{Value, json};
use testkit::TestServer;
use testkit::server::change_request;

on_both_stores!(
    m4_2_an_automatic_approval_is_its_own_entry_and_nobodys_vote,
    m4_4_a_stop_reaches_what_is_granted_and_only_people_named_lift_it,
    i6_a_hold_a_rejection_and_a_request_for_changes_beat_the_rule,
    m4_1_partial_data_sends_it_to_a_person_and_says_so,
    m4_6_no_rule_approves_a_change_of_the_rules,
);

fn chore() -> Value {
    let mut request = change_request("checkout", "staging");
    request["attributes"] = json!({"touches": "chore"});
    request["impact"] = json!("low");
    request
}

async fn asked(server: &TestServer) -> (String, Value) {
    let change = server.post(&server.who.requester, "/v1/changes", chore()).await.expect(201);
    (change.text("/id"), change.json().clone())
}

async fn m4_2_an_automatic_approval_is_its_own_entry_and_nobodys_vote(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let (id, change) = asked(&server).await;
    assert_eq!(change["state"], "approved", "{change:#}");
    assert_eq!(change["votes"], json!([]));
    let approval = &change["automatic_approvals"][0];
    assert_eq!(approval["rule"]["id"], "chores");
    assert_eq!(approval["revision_digest"], change["revision"]["digest"]);
    let live = server.get(&who.auditor, "/v1/policy").await.expect(200);
    assert_eq!(approval["policy"].as_str(), Some(&*live.text("/digest")));
    let seen = approval["conditions"].to_string();
    assert!(seen.contains("chore") && seen.contains("the revision"), "{seen}");
    let timeline = server.get(&who.auditor, &format!("/v1/changes/{id}/timeline")).await;
    let timeline = timeline.expect(200).json().to_string();
    assert!(timeline.contains("the rule chores approved revision 1 by itself"), "{timeline}");
    let list = server.get(&who.auditor, "/v1/automation").await.expect(200);
    assert_eq!(list.json()["rules"][0]["approved"][0]["change"], change["number"]);
    let verdict = server.ask(&who.pipeline, Some(&id), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "allow");
    assert!(verdict.json().to_string().contains("automatic_approval"), "{}", verdict.json());
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

async fn m4_4_a_stop_reaches_what_is_granted_and_only_people_named_lift_it(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let (id, _) = asked(&server).await;
    let verdict = server.ask(&who.pipeline, Some(&id), "staging").await.expect(200);
    let grant = verdict.text("/grant/grant/id");
    let stops = "/v1/automation/stops";
    let body = json!({"scope": "everything", "reason": "the rule is wrong"});
    let refused = server.post(&who.requester, stops, body.clone()).await.expect(403);
    assert_eq!(refused.code(), "no_role");
    let stop = server.post(&who.approver, stops, body).await.expect(201).text("/id");
    let redemption = format!("/v1/gate/grants/{grant}/redemption");
    let stopped = server.post(&who.pipeline, &redemption, json!({})).await.expect(409);
    assert!(stopped.json().to_string().contains("the rule is wrong"), "{}", stopped.json());
    let verdict = server.ask(&who.pipeline, Some(&id), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "pending");
    let (_, pending) = asked(&server).await;
    assert_eq!(pending["state"], "awaiting_approval", "nothing new is approved either");

    let resumption = format!("{stops}/{stop}/resumption");
    let why = json!({"reason": "it is right again"});
    let refused = server.post(&who.approver, &resumption, why.clone()).await.expect(403);
    assert_eq!(refused.code(), "no_role");
    let over = server.post(&who.security, &resumption, why.clone()).await.expect(200);
    assert_eq!(over.json()["may_resume"], false);
    let _ = server.post(&who.security, &resumption, why).await.expect(409);
    // What was approved before the stop is approved again, as another entry.
    let verdict = server.ask(&who.pipeline, Some(&id), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "allow", "{}", verdict.json());
    let change = server.get(&who.auditor, &format!("/v1/changes/{id}")).await.expect(200);
    assert_eq!(change.json()["automatic_approvals"].as_array().unwrap().len(), 2);
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

async fn i6_a_hold_a_rejection_and_a_request_for_changes_beat_the_rule(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let (id, _) = asked(&server).await;
    let holds = format!("/v1/changes/{id}/holds");
    let _ = server.post(&who.requester, &holds, json!({"reason": "wait"})).await.expect(200);
    let verdict = server.ask(&who.pipeline, Some(&id), "staging").await.expect(200);
    assert_eq!((verdict.text("/answer"), verdict.code()), ("deny".into(), "held".into()));

    for (no, answer) in [("request_changes", "deny"), ("reject", "deny")] {
        let (id, _) = asked(&server).await;
        let verdict = server.ask(&who.pipeline, Some(&id), "staging").await.expect(200);
        let grant = verdict.text("/grant/grant/id");
        let vote =
            json!({"expected_revision": 1, "decision": no, "justification": "not like this"});
        let path = format!("/v1/changes/{id}/votes");
        let _ = server.post(&who.approver, &path, vote).await.expect(201);
        let redemption = format!("/v1/gate/grants/{grant}/redemption");
        let _ = server.post(&who.pipeline, &redemption, json!({})).await.expect(409);
        let verdict = server.ask(&who.pipeline, Some(&id), "staging").await.expect(200);
        assert_eq!(verdict.text("/answer"), answer, "{no}");
    }
    server
}

async fn m4_1_partial_data_sends_it_to_a_person_and_says_so(server: TestServer) -> TestServer {
    let who = &server.who;
    let mut request = chore();
    request["attributes"] = json!({});
    let change = server.post(&who.requester, "/v1/changes", request.clone()).await.expect(201);
    assert_eq!(change.text("/state"), "awaiting_approval");
    let told = server
        .post(&who.requester, "/v1/policy/explain", json!({"change": request}))
        .await
        .expect(200);
    assert!(told.json().to_string().contains("automation_data_missing"), "{}", told.json());
    server
}

/// Proposals go a way of their own; nothing of the bundle they would change has a say in it.
async fn m4_6_no_rule_approves_a_change_of_the_rules(server: TestServer) -> TestServer {
    let who = &server.who;
    let files: Vec<_> = testkit::organisation::policy()
        .into_iter()
        .map(|f| json!({"path": f.path, "text": f.text.replace("kinds: [normal]", "kinds: [policy]")}))
        .collect();
    let body = json!({"files": files, "reason": "rules for rules"});
    let refused = server.post(&who.policy_author, "/v1/policy/proposals", body).await;
    assert!(
        refused.json().to_string().contains("no rule approves a change of the rules"),
        "{}",
        refused.json()
    );
    server
}
