//! Drills of policy against the people there are.

use serde_json::{Value, json};
use testkit::TestServer;

on_both_stores!(
    m3_5_a_drill_shows_who_there_is_would_be_asked_when_and_asks_nobody,
    m3_5_a_drill_that_dead_ends_can_not_be_proposed,
    m3_5_e17_drills_name_people_so_they_are_for_people_who_read_everything,
);

const RESPONSE: &str = "
plans:
  - id: urgent
    title: Urgent
    within: 1h
    after_hours: true
    remind: [30m]
    steps:
      - { after: 2h, role: risk-owner }
";

fn drills(away: u32) -> String {
    format!(
        "
drills:
  - name: Saturday night
    given:
      environment: production
      change: {{ impact: high, urgency: high, complexity: high }}
      service: {{ name: checkout }}
    at: \"2026-12-05T23:00[Europe/London]\"
    people:
      - {{ role: service-owner, count: 2 }}
      - {{ role: security, count: 2 }}
      - {{ role: risk-owner, count: 1 }}
    away:
      - {{ role: security, count: {away} }}
    expect:
      asked: [{{ role: service-owner, within: 5m }}, {{ role: security, within: 5m }}]
      escalates: [{{ to: risk-owner, within: 2h }}]
"
    )
}

/// The policy of the tests with a response plan and a drill.
fn bundle(response: &str, drills: &str) -> Value {
    let files = testkit::organisation::policy().into_iter();
    let mut files: Vec<Value> = files.map(|f| json!({"path": f.path, "text": f.text})).collect();
    files.push(json!({"path": "response.yaml", "text": response}));
    files.push(json!({"path": "drills/nights.yaml", "text": drills}));
    Value::Array(files)
}

async fn m3_5_a_drill_shows_who_there_is_would_be_asked_when_and_asks_nobody(
    server: TestServer,
) -> TestServer {
    let before = server.store().head().await.unwrap().size;
    let who = &server.who;
    let body = json!({"files": bundle(RESPONSE, &drills(0))});
    let found = server.post(&who.auditor, "/v1/policy/drills", body).await.expect(200).json();
    let [drill] = found["drills"].as_array().unwrap().as_slice() else { panic!("{found}") };
    assert_eq!(drill["service"], "checkout");
    assert!(drill["start"].as_str().unwrap().ends_with("T23:00:00.000Z"), "{drill}");
    let first = &drill["timeline"][0];
    assert_eq!((&first["what"], &first["minutes"]), (&json!("asked"), &json!(0)), "{drill}");
    let roles = drill["timeline"].as_array().unwrap().iter().flat_map(|entry| {
        let people = entry["people"].as_array().unwrap();
        people.iter().map(|person| person["roles"][0].clone()).collect::<Vec<_>>()
    });
    let roles: Vec<Value> = roles.collect();
    assert!(roles.contains(&json!("security")), "{drill}");
    assert_eq!(first["people"][0]["channels"][0], "product");
    assert!(first["people"][0]["name"].as_str().unwrap().starts_with("Test "), "{drill}");
    // The one person who answers for security is away: nobody else could answer before the fallback.
    let body = json!({"files": bundle(RESPONSE, &drills(1)), "name": "Saturday night"});
    let found = server.post(&who.auditor, "/v1/policy/drills", body).await.expect(200).json();
    assert_eq!(found["passed"], false, "{found}");
    let none = json!({"files": bundle(RESPONSE, &drills(0)), "name": "Sunday"});
    let _ = server.post(&who.auditor, "/v1/policy/drills", none).await.expect(404);
    let other = json!({"files": bundle(RESPONSE, &drills(0)), "service": "nowhere"});
    let _ = server.post(&who.auditor, "/v1/policy/drills", other).await.expect(404);
    assert_eq!(server.store().head().await.unwrap().size, before, "nothing is recorded");
    server
}

async fn m3_5_a_drill_that_dead_ends_can_not_be_proposed(server: TestServer) -> TestServer {
    let author = &server.who.policy_author;
    let response = RESPONSE.replace("    steps:\n      - { after: 2h, role: risk-owner }\n", "");
    let body = json!({"files": bundle(&response, &drills(2)), "reason": "x"});
    let refused = server.post(author, "/v1/policy/proposals", body).await.expect(400);
    assert_eq!(refused.code(), "bundle_invalid");
    assert!(
        refused.text("/fields/0/field").starts_with("drills/nights.yaml:3"),
        "{}",
        refused.json()
    );
    let body = json!({"files": bundle(RESPONSE, &drills(1)), "reason": "x"});
    let _ = server.post(author, "/v1/policy/proposals", body).await.expect(201);
    server
}

async fn m3_5_e17_drills_name_people_so_they_are_for_people_who_read_everything(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let body = json!({"files": bundle(RESPONSE, &drills(0))});
    let _ = server.post(&who.gate_only, "/v1/policy/drills", body).await.expect(403);
    let both = json!({"files": bundle(RESPONSE, &drills(0)), "proposal": "sha256:0"});
    let _ = server.post(&who.auditor, "/v1/policy/drills", both).await.expect(400);
    // The live policy of the tests has none: it says so and does not pass for having some.
    let live = server.post(&who.auditor, "/v1/policy/drills", json!({})).await.expect(200).json();
    assert_eq!(live["drills"], json!([]));
    server
}
