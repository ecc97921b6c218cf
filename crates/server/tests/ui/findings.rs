//! Findings in the console: seen, taken in hand, resolved.

use testkit::TestServer;

use crate::hand::{Hand, html};

#[tokio::test]
async fn m2_3_the_owner_of_a_service_resolves_a_finding_on_its_page() {
    let server = TestServer::sqlite().await;
    let id = server.finding().await;
    let approver = Hand::of(&server, &server.who.approver).await;
    let page = html(&approver.get("/findings").await.expect(200));
    assert!(page.contains(&id) && page.contains("Had every gate enforced"), "{page}");
    let path = format!("/findings/{id}");
    let _ = approver.post(&format!("{path}/acknowledgement"), &[]).await.expect(303);
    let page = html(&approver.get("/findings").await.expect(200));
    assert!(page.contains("In hand") && !page.contains("/acknowledgement"), "{page}");
    let end = format!("{path}/resolution");
    let refused = html(&approver.post(&end, &[("reason", "")]).await.expect(400));
    assert!(refused.contains("say what was done about it"), "{refused}");
    let _ = approver.post(&end, &[("reason", "taken back")]).await.expect(303);
    let page = html(&approver.get("/findings").await.expect(200));
    assert!(page.contains("Resolved") && page.contains("taken back"), "{page}");
    let requester = Hand::of(&server, &server.who.requester).await;
    let others = html(&requester.get("/findings").await.expect(200));
    assert!(!others.contains("/resolution\""), "{others}");
    let _ = requester.post(&end, &[("reason", "mine")]).await.expect(403);
}
