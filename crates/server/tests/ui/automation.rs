//! Automatic approval in the console: what rules approved, stopping, and letting it go on.

use serde_json::json;
use testkit::TestServer;
use testkit::server::change_request;

use crate::hand::{Hand, html};

#[tokio::test]
async fn m4_4_the_page_shows_what_a_rule_approved_and_stops_it() {
    let server = TestServer::sqlite().await;
    let mut chore = change_request("checkout", "staging");
    chore["attributes"] = json!({"touches": "chore"});
    chore["impact"] = json!("low");
    let change = server.post(&server.who.requester, "/v1/changes", chore).await.expect(201);
    let number = change.text("/number");

    let security = Hand::of(&server, &server.who.security).await;
    let page = html(&security.get("/automation").await.expect(200));
    assert!(page.contains("chores") && page.contains(&number), "{page}");
    assert!(page.contains("Nothing was stopped."), "{page}");
    let whole = html(&security.get(&format!("/changes/{number}")).await.expect(200));
    assert!(whole.contains("by the rule chores, by nobody in person"), "{whole}");

    let stop = [("scope", "everything"), ("reason", ""), ("idempotency_key", "k1")];
    let refused = html(&security.post("/automation/stops", &stop).await.expect(400));
    assert!(refused.contains("say why it has to stop"), "{refused}");
    let stop = [("scope", "everything"), ("reason", "it is wrong"), ("idempotency_key", "k2")];
    let _ = security.post("/automation/stops", &stop).await.expect(303);
    let page = html(&security.get("/automation").await.expect(200));
    assert!(page.contains("it is wrong") && page.contains("Stands"), "{page}");

    let path = page.split("action=\"").find(|part| part.contains("/resume\"")).unwrap();
    let path = path.split('"').next().unwrap().to_owned();
    let approver = Hand::of(&server, &server.who.approver).await;
    let others = html(&approver.get("/automation").await.expect(200));
    assert!(!others.contains("/resume\""), "who stops does not let it go on: {others}");
    let _ = approver.post(&path, &[("reason", "please")]).await.expect(403);
    let _ = security.post(&path, &[("reason", "it is right again")]).await.expect(303);
    let page = html(&security.get("/automation").await.expect(200));
    assert!(page.contains("Over") && page.contains("it is right again"), "{page}");

    let outsider = Hand::of(&server, &server.who.outsider).await;
    let page = outsider.get("/automation").await;
    assert!(!html(&page).contains("action=\"/automation/stops\""));
}

#[tokio::test]
async fn m4_3_one_press_objects_to_what_a_rule_does() {
    let server = TestServer::sqlite().await;
    let mut quiet = change_request("checkout", "staging");
    quiet["attributes"] = json!({"touches": "quiet"});
    quiet["impact"] = json!("low");
    let change = server.post(&server.who.requester, "/v1/changes", quiet).await.expect(201);
    let path = format!("/changes/{}", change.text("/number"));
    let _ = server.app.advance_due().await.unwrap();
    let security = Hand::of(&server, &server.who.security).await;
    let page = html(&security.get(&path).await.expect(200));
    assert!(page.contains("if nobody objects"), "{page}");
    assert!(page.contains(&format!("action=\"{path}/objections\"")), "{page}");
    let rules = html(&security.get("/automation").await.expect(200));
    assert!(rules.contains("4 hours of working time"), "{rules}");
    let objection = [("reason", ""), ("idempotency_key", "k1")];
    let _ = security.post(&format!("{path}/objections"), &objection).await.expect(303);
    let page = html(&security.get(&path).await.expect(200));
    assert!(page.contains("Test security objected to this revision"), "{page}");
    assert!(page.contains("objected: people decide on revision 1"), "{page}");
    assert!(!page.contains("/objections\""), "there is nothing left to object to");
    let outsider = Hand::of(&server, &server.who.outsider).await;
    let _ = outsider.post(&format!("{path}/objections"), &objection).await.expect(403);
}
