//! Informed approval: what was opened and confirmed before a decision, and that it is on the record.

use serde_json::{Value, json};
use testkit::TestServer;
use testkit::server::change_request;

on_both_stores!(
    m5_4_an_approval_rests_on_what_was_opened_and_confirmed,
    c18_policy_may_want_a_second_approver_beside_one_who_can_not_have_read,
    c18_many_approvals_faster_than_anybody_reads_are_raised_once_across_nodes,
    c17_a_vote_is_on_one_change_and_each_has_an_entry_of_its_own,
);

const SENTENCE: &str = "I read what changes for our customers.";

/// The policy of the tests, with security as stakeholders who confirm a sentence.
fn bundle() -> Value {
    let with = format!(
        "meaning: I see no unacceptable security risk in this change.\n    briefing:\n      \
         audience: stakeholder\n      acknowledgement: {SENTENCE}\n      required: true\n"
    );
    let plain = "meaning: I see no unacceptable security risk in this change.\n";
    let files = testkit::organisation::policy().into_iter();
    files.map(|f| json!({"path": f.path, "text": f.text.replace(plain, &with)})).collect()
}

async fn m5_4_an_approval_rests_on_what_was_opened_and_confirmed(server: TestServer) -> TestServer {
    let who = &server.who;
    let body = json!({"files": bundle(), "reason": "people outside IT decide informed"});
    let proposed = server.post(&who.policy_author, "/v1/policy/proposals", body).await;
    let digest = proposed.expect(201).text("/digest");
    let path = format!("/v1/policy/proposals/{digest}/activation");
    let _ = server.post(&who.second_author, &path, json!({"reason": "read"})).await.expect(200);

    let mut request = change_request("checkout", "production");
    request["plain_summary"] = json!("Customers can pay by invoice.");
    let change = server.post(&who.requester, "/v1/changes", request).await.expect(201).text("/id");
    let told = async |who: &testkit::Actor| {
        let mut told = server.app.notifications(&who.principal, None).await.unwrap().items;
        told.remove(0).words.path
    };
    assert!(told(&who.security).await.ends_with("/briefing"), "it is what stakeholders work from");
    assert!(!told(&who.approver).await.ends_with("/briefing"));
    let refused = server.vote(&who.security, &change, "approve").await.expect(409);
    assert_eq!(refused.code(), "not_informed");
    assert_eq!(refused.text("/next_actions/0"), "open the briefing of the change, then decide");

    // Looking is no read receipt, and only those who are asked are briefed.
    let briefing = format!("/v1/changes/{change}/briefing");
    let seen = server.get(&who.security, &briefing).await.expect(200);
    assert_eq!(seen.text("/plain_summary"), "Customers can pay by invoice.");
    assert_eq!(seen.json()["opened_at"], Value::Null);
    let _ = server.get(&who.requester, &briefing).await.expect(403);
    let refused = server.vote(&who.security, &change, "approve").await.expect(409);
    assert_eq!(refused.code(), "not_informed");

    let openings = format!("{briefing}/openings");
    let opened = server.post(&who.security, &openings, json!({})).await.expect(201);
    let shown = opened.text("/shown");
    assert_eq!(shown, seen.text("/shown"), "the receipt names exactly what was shown");
    let refused = server.vote(&who.security, &change, "approve").await.expect(409);
    assert!(refused.text("/detail").contains("not confirmed"), "{}", refused.json());
    let acknowledge = format!("{briefing}/acknowledgements");
    let none = json!({"shown": shown, "roles": []});
    let _ = server.post(&who.security, &acknowledge, none).await.expect(400);
    let all = json!({"shown": shown, "roles": ["security"]});
    let _ = server.post(&who.security, &acknowledge, all).await.expect(200);

    let vote = server.vote(&who.security, &change, "approve").await.expect(201);
    assert_eq!(vote.text("/vote/informed/shown"), shown);
    assert_eq!(vote.text("/vote/informed/acknowledged/0/text"), SENTENCE);
    let _ = server.vote(&who.approver, &change, "approve").await.expect(201);
    let verdict = server.ask(&who.pipeline, Some(&change), "production").await.expect(200);
    assert_eq!(verdict.text("/answer"), "allow");
    let timeline = server.get(&who.auditor, &format!("/v1/changes/{change}/timeline")).await;
    let timeline = timeline.expect(200).json().to_string();
    assert!(timeline.contains("opened the briefing of revision 1"), "{timeline}");
    assert!(timeline.contains(SENTENCE), "{timeline}");
    server
}

/// The policy of the tests, with a second approver of security wanted beside a rapid one.
fn with_second() -> Value {
    let plain = "meaning: I see no unacceptable security risk in this change.\n";
    let with = format!("{plain}    briefing:\n      second_if_rapid: true\n");
    let files = testkit::organisation::policy().into_iter();
    files.map(|f| json!({"path": f.path, "text": f.text.replace(plain, &with)})).collect()
}

async fn c18_policy_may_want_a_second_approver_beside_one_who_can_not_have_read(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let member = json!({"person": who.outsider.person()});
    let role = json!({"role": "security", "scope": "organisation", "member": member});
    let _ = server.post(&who.admin, "/v1/roles/bindings", role).await.expect(201);
    crate::asking::activate(&server, with_second().as_array().unwrap().clone()).await;
    let change = server.change("production").await;
    let _ = server.vote(&who.approver, &change, "approve").await.expect(201);
    let openings = format!("/v1/changes/{change}/briefing/openings");
    let _ = server.post(&who.security, &openings, json!({})).await.expect(201);
    let voted = server.vote(&who.security, &change, "approve").await.expect(201);
    assert_eq!(voted.json()["vote"]["informed"]["rapid"], true, "recorded, never dropped");
    assert_eq!(voted.text("/change/state"), "awaiting_approval");
    let verdict = server.ask(&who.pipeline, Some(&change), "production").await.expect(200);
    assert_eq!(verdict.text("/answer"), "pending");
    assert_eq!(verdict.json()["missing"][0]["count"], 1);
    assert!(verdict.json().to_string().contains("too fast to have been read"));
    let told = server.get(&who.outsider, "/v1/notifications").await.expect(200).json();
    let asked = |item: &&Value| item["topic"] == "asked";
    let asked = told["items"].as_array().unwrap().iter().filter(asked).count();
    assert_eq!(
        asked, 2,
        "as one of those who could, and again since a second one is wanted: {told}"
    );

    let _ = server.post(&who.outsider, &openings, json!({})).await.expect(201);
    server.clock.advance(jiff::SignedDuration::from_mins(3));
    let voted = server.vote(&who.outsider, &change, "approve").await.expect(201);
    assert_eq!(voted.text("/change/state"), "approved");
    server
}

async fn c18_many_approvals_faster_than_anybody_reads_are_raised_once_across_nodes(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let mut changes = Vec::new();
    for _ in 0..11 {
        changes.push(server.change("staging").await);
    }
    for change in &changes {
        server.clock.advance(jiff::SignedDuration::from_secs(3));
        let voted = server.vote(&who.approver, change, "approve").await.expect(201);
        assert_eq!(voted.text("/change/state"), "approved", "none is dropped");
    }
    let other = server.another_node().await;
    let (one, two) =
        tokio::join!(server.app.raise_rapid_approvals(), other.raise_rapid_approvals());
    assert_eq!(one.unwrap() + two.unwrap(), 1);
    assert_eq!(server.app.raise_rapid_approvals().await.unwrap(), 0, "once");
    let found = server.get(&who.auditor, "/v1/findings").await.expect(200).json();
    let finding = &found["items"][0];
    assert_eq!(finding["kind"], "rapid_approvals", "{finding}");
    assert!(finding["evidence"].to_string().contains("11 changes"), "{finding}");
    assert_eq!(finding["owner"]["name"], "Test owner", "not whom it is about");
    server
}

async fn c17_a_vote_is_on_one_change_and_each_has_an_entry_of_its_own(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let changes = [server.change("staging").await, server.change("staging").await];
    let one = json!({"expected_revision": 1, "decision": "approve"});
    let mut many = one.clone();
    many["changes"] = json!(changes);
    let path = |change: &str| format!("/v1/changes/{change}/votes");
    let refused = server.post(&who.approver, &path(&changes[0]), many).await;
    assert_eq!(refused.status, 400, "a vote names one change; several are another request");
    let _ = server.post(&who.approver, "/v1/votes", json!([one])).await.expect(404);
    let mut entries = Vec::new();
    for change in &changes {
        let voted = server.post(&who.approver, &path(change), one.clone()).await.expect(201).json();
        assert_eq!(voted["vote"]["revision"], 1);
        entries.push(voted["receipt"]["index"].as_u64().unwrap());
    }
    assert_ne!(entries[0], entries[1]);
    server
}
