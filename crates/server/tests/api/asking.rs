//! Asking approvers, escalation and rerouting, through every layer.

use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::{Actor, TestServer};

on_both_stores!(
    m1_5_an_unanswered_change_escalates_by_itself_and_every_step_is_on_the_record,
    m3_3_who_is_away_or_leaves_is_replaced_within_a_tick,
    b18_what_nobody_can_answer_goes_to_whoever_gets_the_role,
);

const RESPONSE: &str = r#"
plans:
  - id: quick
    title: Quick
    when: "true"
    within: 30m
    remind: [10m]
    after_hours: true
    steps:
      - { after: 30m, widen: 1 }
      - { after: 60m, role: security }
"#;

/// Makes a policy with a response plan live.
async fn with_plan(server: &TestServer) {
    let file = |path: &str, text: &str| json!({"path": path, "text": text});
    let mut files: Vec<Value> =
        testkit::organisation::policy().iter().map(|f| file(&f.path, &f.text)).collect();
    files.push(file("response.yaml", RESPONSE));
    let who = &server.who;
    let body = json!({"files": files, "reason": "response times"});
    let proposed = server.post(&who.policy_author, "/v1/policy/proposals", body).await.expect(201);
    let path = format!("/v1/policy/proposals/{}/activation", proposed.text("/digest"));
    let _ = server.post(&who.second_author, &path, json!({"reason": "read"})).await.expect(200);
    let _ = server.app.reroute().await.unwrap();
}

async fn later(server: &TestServer, minutes: i64) {
    server.clock.advance(SignedDuration::from_mins(minutes));
    // Two nodes at once: each event is recorded by one of them.
    let (one, two) = tokio::join!(server.app.advance_due(), server.app.advance_due());
    let _ = (one.unwrap(), two.unwrap());
}

async fn asking_of(server: &TestServer, id: &str) -> Vec<Value> {
    let path = format!("/v1/changes/{id}/timeline");
    let timeline = server.get(&server.who.auditor, &path).await.expect(200).json();
    let kinds = ["approvers_asked", "approvers_reminded", "requirement_escalated"];
    let items = timeline["items"].as_array().unwrap().iter();
    items.filter(|i| kinds.contains(&i["kind"].as_str().unwrap())).cloned().collect()
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|e| e["kind"].as_str().unwrap()).collect()
}

fn asked(event: &Value) -> String {
    event["data"]["people"][0].as_str().unwrap_or_default().to_owned()
}

/// Of two owners, the one with this id and the other one.
fn owners<'a>(server: &'a TestServer, first: &str) -> (&'a Actor, &'a Actor) {
    let (a, b) = (&server.who.owner, &server.who.approver);
    if a.person().as_str() == first { (a, b) } else { (b, a) }
}

async fn m1_5_an_unanswered_change_escalates_by_itself_and_every_step_is_on_the_record(
    server: TestServer,
) -> TestServer {
    with_plan(&server).await;
    let who = &server.who;
    let id = server.change("staging").await;
    later(&server, 0).await;
    let record = server.get(&who.auditor, &format!("/v1/changes/{id}")).await.expect(200).json();
    let missing = &record["missing"][0];
    assert_eq!(missing["asked"].as_array().unwrap().len(), 1, "{missing}");
    assert_eq!(server.vote(&who.security, &id, "approve").await.expect(403).code(), "no_role");
    for minutes in [10, 20, 30] {
        later(&server, minutes).await;
    }
    let events = asking_of(&server, &id).await;
    assert_eq!(
        kinds(&events),
        [
            "approvers_asked",
            "approvers_reminded",
            "requirement_escalated",
            "approvers_asked",
            "requirement_escalated",
            "approvers_asked",
        ]
    );
    let people: Vec<String> = [0, 3, 5].iter().filter_map(|n| events.get(*n)).map(asked).collect();
    let (first, other) = owners(&server, &people[0]);
    let expected = [first, other, &who.security].map(|a| a.person().to_string());
    assert_eq!(people, expected);
    // The fallback sees it in the inbox, and their vote counts now.
    let inbox = server.get(&who.security, "/v1/inbox").await.expect(200).json();
    assert_eq!(inbox["waiting_for_you"][0]["role"], "security", "{inbox}");
    let voted = server.vote(&who.security, &id, "approve").await.expect(201).json();
    assert_eq!(voted["change"]["state"], "approved");
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

async fn m3_3_who_is_away_or_leaves_is_replaced_within_a_tick(server: TestServer) -> TestServer {
    with_plan(&server).await;
    let who = &server.who;
    let id = server.change("staging").await;
    later(&server, 0).await;
    let events = asking_of(&server, &id).await;
    let (first, other) = owners(&server, &asked(&events[0]));
    let path = format!("/v1/people/{}/absences", first.person());
    let body = json!({"until": server.in_hours(48)});
    let _ = server.post(first, &path, body).await.expect(201);
    assert_eq!(server.app.reroute().await.unwrap(), 1);
    let events = asking_of(&server, &id).await;
    assert_eq!(asked(&events[1]), other.person().to_string());
    assert_eq!(events[1]["data"]["instead_of"][0], json!(first.person()));
    // The other one leaves: nobody of the role is there, so it goes straight to the fallback.
    let path = format!("/v1/people/{}/status", other.person());
    let _ = server.post(&who.admin, &path, json!({"status": "inactive"})).await.expect(200);
    assert_eq!(server.app.reroute().await.unwrap(), 1);
    let events = asking_of(&server, &id).await;
    let last = events.last().unwrap();
    assert_eq!(asked(last), who.security.person().to_string(), "{events:#?}");
    // Nothing is left to do for anybody.
    assert_eq!(server.app.reroute().await.unwrap(), 0);
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

async fn b18_what_nobody_can_answer_goes_to_whoever_gets_the_role(
    server: TestServer,
) -> TestServer {
    with_plan(&server).await;
    let who = &server.who;
    let binding = |person: &Actor| json!({"role": "security", "scope": "organisation", "member": {"person": person.person()}});
    let path = "/v1/roles/bindings/removal";
    let _ = server.post(&who.admin, path, binding(&who.security)).await.expect(204);
    let id = server.change("production").await;
    later(&server, 0).await;
    let _ = server.vote(&who.approver, &id, "approve").await.expect(201);
    let verdict = server.ask(&who.pipeline, Some(&id), "production").await.expect(200).json();
    assert_eq!(verdict["answer"], "deny", "{verdict}");
    let _ = server.post(&who.admin, "/v1/roles/bindings", binding(&who.outsider)).await.expect(201);
    assert_eq!(server.app.reroute().await.unwrap(), 1);
    let events = asking_of(&server, &id).await;
    assert_eq!(asked(events.last().unwrap()), who.outsider.person().to_string());
    let _ = server.vote(&who.outsider, &id, "approve").await.expect(201);
    let verdict = server.ask(&who.pipeline, Some(&id), "production").await.expect(200).json();
    assert_eq!(verdict["answer"], "allow", "{verdict}");
    server
}
