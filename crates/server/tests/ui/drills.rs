//! Drills on their page.

use serde_json::json;
use testkit::TestServer;

use crate::hand::{Hand, html};

const DRILL: &str = "
drills:
  - name: Saturday night
    given: { environment: production, change: { urgency: high } }
    at: \"2026-12-05T23:00[Europe/London]\"
    people:
      - { role: service-owner, count: 2 }
      - { role: security, count: 2 }
    away: [{ role: security, count: 1 }]
";
const RESPONSE: &str = "
plans:
  - { id: always, title: Always, within: 1h, after_hours: true }
";

#[tokio::test]
async fn m3_5_whoever_reads_policy_sees_where_a_path_dead_ends_and_what_would_have_to_give() {
    let server = TestServer::sqlite().await;
    let who = &server.who;
    let hand = Hand::of(&server, &who.second_author).await;
    let none = html(&hand.get("/policy/drills").await.expect(200));
    assert!(none.contains("The live policy has no drills"), "{none}");
    let files = testkit::organisation::policy().into_iter();
    let mut files: Vec<_> = files.map(|f| json!({"path": f.path, "text": f.text})).collect();
    files.push(json!({"path": "response.yaml", "text": RESPONSE}));
    files.push(json!({"path": "drills/nights.yaml", "text": DRILL}));
    let body = json!({"files": files, "reason": "nights"});
    let proposed = server.post(&who.policy_author, "/v1/policy/proposals", body).await;
    let digest = proposed.expect(201).text("/digest");
    let path = format!("/v1/policy/proposals/{digest}/activation");
    let _ = server.post(&who.second_author, &path, json!({"reason": "read it"})).await.expect(200);
    // One person answers for security, and the drill sends one away.
    let page = html(&hand.get("/policy/drills").await.expect(200));
    for words in ["Saturday night", "Dead end", "it dead-ends at `security/security`", "+0:00"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(page.contains("add a step to a fallback role"), "{page}");
    server.finish().await;
}
