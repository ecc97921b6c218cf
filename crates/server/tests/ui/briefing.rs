//! The briefing in the console: opened by a form, confirmed, decided; a fetched link opens nothing.

use serde_json::json;
use testkit::TestServer;

use crate::hand::{Hand, hidden, html};

const PLAIN: &str = "meaning: I see no unacceptable security risk in this change.\n";

async fn with_stakeholders() -> TestServer {
    let server = TestServer::sqlite().await;
    let who = &server.who;
    let with = format!(
        "{PLAIN}    briefing:\n      audience: stakeholder\n      \
         acknowledgement: I read it all.\n      required: true\n"
    );
    let files: Vec<_> = testkit::organisation::policy()
        .into_iter()
        .map(|f| json!({"path": f.path, "text": f.text.replace(PLAIN, &with)}))
        .collect();
    let body = json!({"files": files, "reason": "informed"});
    let proposed = server.post(&who.policy_author, "/v1/policy/proposals", body).await.expect(201);
    let path = format!("/v1/policy/proposals/{}/activation", proposed.text("/digest"));
    let _ = server.post(&who.second_author, &path, json!({"reason": "read"})).await.expect(200);
    server
}

#[tokio::test]
async fn m5_1_a_stakeholder_opens_confirms_and_decides_on_one_page() {
    let server = with_stakeholders().await;
    let change = server.change("production").await;
    let security = Hand::of(&server, &server.who.security).await;
    let inbox = html(&security.get("/inbox").await.expect(200));
    let path = format!("/changes/{}/briefing", number(&server, &change).await);
    assert!(inbox.contains(&format!("href=\"{path}\"")), "{inbox}");

    // E01: fetching the link opens nothing, so it shows nothing to confirm.
    let closed = security.get(&path).await.expect(200);
    assert!(html(&closed).contains("Before you read it"), "{}", html(&closed));
    let again = html(&security.get(&path).await.expect(200));
    assert!(!again.contains("What changes for people"), "{again}");
    let whole = html(&security.get(&path.replace("/briefing", "")).await.expect(200));
    assert!(whole.contains("Open the briefing"), "{whole}");

    let fields = [("idempotency_key", "o")];
    let _ = security.post(&format!("{path}/openings"), &fields).await.expect(303);
    let opened = security.get(&path).await.expect(200);
    assert!(html(&opened).contains("I read it all."), "{}", html(&opened));
    let shown = hidden(&opened, "shown");
    let decide = format!("{path}/decision");
    let fields = [
        ("decision", "approve"),
        ("justification", "Agreed with our lawyers."),
        ("shown", &*shown),
        ("expected_revision", "1"),
    ];
    let refused = html(&security.post(&decide, &fields).await.expect(400));
    assert!(refused.contains("Confirm each of these sentences"), "{refused}");
    assert!(refused.contains("Agreed with our lawyers."), "nothing typed is lost");
    let mut confirmed = fields.to_vec();
    confirmed.extend([("acknowledged", "security"), ("idempotency_key", "d")]);
    let _ = security.post(&decide, &confirmed).await.expect(303);
    let _ = security.post(&decide, &confirmed).await.expect(303);
    let after = server.get(&server.who.auditor, &format!("/v1/changes/{change}")).await;
    let after = after.expect(200).json();
    assert_eq!(after["votes"].as_array().unwrap().len(), 1, "sent twice is once: {after:#}");
    assert_eq!(after["votes"][0]["informed"]["rapid"], true, "the clock of tests stands still");

    // Nobody who is not asked is briefed.
    let outsider = Hand::of(&server, &server.who.outsider).await;
    let _ = outsider.get(&path).await.expect(403);
    server.finish().await;
}

async fn number(server: &TestServer, change: &str) -> String {
    let path = format!("/v1/changes/{change}");
    server.get(&server.who.auditor, &path).await.expect(200).text("/number")
}
