//! Informed approval: what was opened and confirmed before a decision, and that it is on the record.

use serde_json::{Value, json};
use testkit::TestServer;
use testkit::server::change_request;

on_both_stores!(m5_4_an_approval_rests_on_what_was_opened_and_confirmed);

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
