//! Findings in the console: seen, taken in hand, resolved.

use testkit::TestServer;

use crate::hand::{Hand, html};

#[tokio::test]
async fn m2_3_the_report_leads_to_the_proposal_after_which_the_gate_blocks() {
    let server = TestServer::sqlite().await;
    let _ = server.finding().await;
    let author = Hand::of(&server, &server.who.policy_author).await;
    let page = html(&author.get("/findings").await.expect(200));
    let href = "/policy/proposals/new?enforce=checkout&amp;in=dev";
    assert!(page.contains("only records") && page.contains(href), "{page}");
    let form = html(&author.get("/policy/proposals/new?enforce=checkout&in=dev").await.expect(200));
    assert!(form.contains("- { services: [checkout], environments: [dev] }"), "{form}");
    let approver = Hand::of(&server, &server.who.approver).await;
    let page = html(&approver.get("/findings").await.expect(200));
    assert!(!page.contains(href), "who writes no policy is offered none");

    let live = server.app.live();
    let bundle = live.policy.live().unwrap();
    let files = bundle.enforcing(&"checkout".parse().unwrap(), &"dev".parse().unwrap());
    let proposed = server.app.propose_policy(&server.who.policy_author.principal, files, "block");
    let digest = proposed.await.unwrap().value;
    let other = &server.who.second_author.principal;
    let _ = server.app.activate_policy(other, &digest, "read").await.unwrap();
    let page = html(&author.get("/findings").await.expect(200));
    assert!(page.contains("blocks by now") && !page.contains(href), "{page}");
    let change = server.change("dev").await;
    let hold = serde_json::json!({"reason": "wait"});
    let held = format!("/v1/changes/{change}/holds");
    let _ = server.post(&server.who.requester, &held, hold).await.expect(200);
    let verdict = server.ask(&server.who.pipeline, Some(&change), "dev").await.expect(200);
    assert_eq!(verdict.json()["enforced"], true);
    let findings = server.get(&server.who.auditor, "/v1/findings").await.expect(200);
    assert_eq!(findings.json()["items"].as_array().unwrap().len(), 1, "nothing passed this time");
}

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
