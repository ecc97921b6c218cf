//! The replay beside a proposal.

use serde_json::json;
use testkit::TestServer;

use crate::hand::{Hand, html};

#[tokio::test]
async fn m7_6_whoever_decides_sees_what_a_proposal_would_have_said() {
    let server = TestServer::sqlite().await;
    let _ = server.approved("staging").await;
    let files: Vec<_> = testkit::organisation::policy()
        .into_iter()
        .map(|file| {
            let text =
                file.text.replace("when: environment.tier >= 3", "when: environment.tier >= 1");
            json!({"path": file.path, "text": text})
        })
        .collect();
    let body = json!({"files": files, "reason": "security looks at staging"});
    let author = &server.who.policy_author;
    let digest =
        server.post(author, "/v1/policy/proposals", body).await.expect(201).text("/digest");
    let hand = Hand::of(&server, &server.who.second_author).await;
    let proposal = hand.get(&format!("/policy/proposals/{digest}")).await.expect(200);
    let path = format!("/policy/proposals/{digest}/replay");
    assert!(html(&proposal).contains(&path));
    let page = html(&hand.get(&path).await.expect(200));
    for words in [
        "security looks at staging",
        "more people asked",
        "CHG-1001",
        "recorded assessments came out again, exactly.",
        "<th scope=\"row\">security",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let later = html(&hand.get(&format!("{path}?since=2100-01-01")).await.expect(200));
    assert!(later.contains("Policy was asked about no change in this time."), "{later}");
    let nonsense = html(&hand.get(&format!("{path}?since=soon")).await.expect(200));
    assert!(nonsense.contains("Write a date like 2026-06-01."), "{nonsense}");
    server.finish().await;
}
