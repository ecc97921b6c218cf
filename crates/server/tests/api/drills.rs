//! Drills of policy against the people there are.

use serde_json::{Value, json};
use testkit::TestServer;

on_both_stores!(
    m3_5_a_drill_shows_who_there_is_would_be_asked_when_and_asks_nobody,
    m3_5_a_drill_that_dead_ends_can_not_be_proposed,
    m3_5_e17_drills_name_people_so_they_are_for_people_who_read_everything,
    m3_5_a_situation_can_be_handed_in_and_runs_against_the_live_policy,
    m3_5_who_answers_for_somebody_on_leave_is_asked_in_a_drill_and_can_answer,
    m3_5_a_dead_end_that_is_new_is_told_once_and_not_every_night,
    m3_5_a_drill_that_no_service_fits_is_told_and_never_counts_as_passed,
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

/// No step: who is away can't be replaced.
const NO_STEP: &str = "
plans:
  - { id: always, title: Always, within: 1h, after_hours: true }
";

/// One person answers for security, and this sends them away.
const AWAY: &str = "
drills:
  - name: Saturday night
    given: { environment: production, service: { name: checkout } }
    at: \"2026-12-05T23:00[Europe/London]\"
    people:
      - { role: service-owner, count: 2 }
      - { role: security, count: 2 }
    away: [{ role: security, count: 1 }]
";

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
    assert_eq!(found["drills"].as_array().unwrap().len(), 1, "{found}");
    let drill = &found["drills"][0];
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
    assert_eq!(first["people"][0]["channels"], json!(["product", "mail"]));
    // The plan asks at any hour, so the mail does not wait for the end of quiet hours either.
    assert_eq!(first["people"][0]["mailed_at"], first["at"], "{first}");
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

/// Makes a bundle live.
async fn live(server: &TestServer, files: Value) {
    let who = &server.who;
    let body = json!({"files": files, "reason": "nights"});
    let proposed = server.post(&who.policy_author, "/v1/policy/proposals", body).await.expect(201);
    let path = format!("/v1/policy/proposals/{}/activation", proposed.text("/digest"));
    let _ = server.post(&who.second_author, &path, json!({"reason": "read it"})).await.expect(200);
}

async fn m3_5_a_situation_can_be_handed_in_and_runs_against_the_live_policy(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    live(&server, bundle(NO_STEP, &AWAY.replace("security, count: 1", "security, count: 0"))).await;
    let run = async |body| server.post(&who.auditor, "/v1/policy/drills", body).await;
    assert_eq!(run(json!({})).await.expect(200).json()["passed"], true);
    let given = AWAY.replace("Saturday night", "Sunday night");
    let found = run(json!({"drills": given})).await.expect(200).json();
    assert_eq!(found["drills"].as_array().unwrap().len(), 1, "instead of those of the bundle");
    assert_eq!(
        (&found["passed"], &found["drills"][0]["name"]),
        (&json!(false), &json!("Sunday night"))
    );
    assert_eq!(found["policy"], run(json!({})).await.expect(200).json()["policy"], "live policy");
    let problem = &found["drills"][0]["problems"][0];
    assert_eq!(
        (&problem["kind"], &problem["at"]),
        (&json!("dead_end"), &json!("security/security"))
    );
    let wrong =
        run(json!({"drills": given.replace("role: security", "role: secrecy")})).await.expect(400);
    assert_eq!(wrong.code(), "bundle_invalid");
    assert!(wrong.text("/fields/0/field").starts_with("drills/given.yaml:"), "{}", wrong.json());
    server
}

async fn m3_5_who_answers_for_somebody_on_leave_is_asked_in_a_drill_and_can_answer(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let owners = AWAY
        .replace("- { role: service-owner, count: 2 }", "- { role: service-owner, count: 4 }")
        .replace(
            "away: [{ role: security, count: 1 }]",
            "away: [{ role: service-owner, count: 2 }]",
        );
    live(&server, bundle(NO_STEP, &owners)).await;
    let run = async || {
        let found = server.post(&who.auditor, "/v1/policy/drills", json!({})).await;
        found.expect(200).json()["drills"][0].clone()
    };
    assert_eq!(run().await["end"], "dead_end", "both who own the service are away");
    let body = json!({
        "delegate": who.outsider.person(), "role": "service-owner", "scope": "service:checkout",
        "until": server.in_hours(24 * 13), "reason": "on leave",
    });
    let _ = server.post(&who.approver, "/v1/delegations", body).await.expect(201);
    let drill = run().await;
    assert_eq!((&drill["end"], &drill["passed"]), (&json!("unanswered"), &json!(true)), "{drill}");
    let asked =
        drill["timeline"].as_array().unwrap().iter().flat_map(|e| e["people"].as_array().unwrap());
    let outsider = json!(who.outsider.person());
    let asked: Vec<&Value> = asked.filter(|p| p["person"] == outsider).collect();
    assert_eq!(asked[0]["roles"], json!(["service-owner"]), "{drill}");
    server
}

async fn m3_5_a_dead_end_that_is_new_is_told_once_and_not_every_night(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    live(&server, bundle(NO_STEP, AWAY)).await;
    let told = async |actor| {
        let list = server.get(actor, "/v1/notifications").await.expect(200).json();
        let all = list["items"].as_array().unwrap().clone();
        all.into_iter().filter(|item| item["path"] == "/policy/drills").collect::<Vec<_>>()
    };
    let size = async || server.store().head().await.unwrap().size;
    assert!(!server.app.nightly_drills().await.unwrap().passed());
    let first = told(&who.admin).await;
    assert_eq!(first.len(), 1, "{first:?}");
    let detail = first[0]["detail"].as_str().unwrap();
    assert_eq!(detail, "“Saturday night” for checkout dead-ends at security/security");
    assert_eq!(told(&who.policy_author).await.len(), 1, "who governs policy hears of it");
    assert_eq!(told(&who.auditor).await.len(), 0);
    assert_eq!(told(&who.security).await.len(), 0, "nobody is asked by a drill");

    let after = size().await;
    server.clock.advance(jiff::SignedDuration::from_hours(24));
    let node = server.another_node().await;
    let _ = node.nightly_drills().await.unwrap();
    let _ = server.app.nightly_drills().await.unwrap();
    assert_eq!(
        (told(&who.admin).await.len(), size().await),
        (1, after),
        "neither told nor recorded"
    );
    let found = server.post(&who.auditor, "/v1/policy/drills", json!({})).await.expect(200).json();
    let since = &found["drills"][0]["problems"][0]["known_since"];
    assert!(since.is_string(), "{found}");

    let member = json!({"person": who.outsider.person()});
    let role = json!({"role": "security", "scope": "organisation", "member": member});
    let bindings = "/v1/roles/bindings";
    let _ = server.post(&who.admin, bindings, role.clone()).await.expect(201);
    assert!(server.app.nightly_drills().await.unwrap().passed());
    assert!(server.app.live().policy.drill_failures().is_empty(), "it is mended");
    assert_eq!(told(&who.admin).await.len(), 1, "of its end nobody is told");
    let _ = server.post(&who.admin, &format!("{bindings}/removal"), role).await.expect(204);
    let _ = server.app.nightly_drills().await.unwrap();
    assert_eq!(told(&who.admin).await.len(), 2, "when it comes back it is new");
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

async fn m3_5_a_drill_that_no_service_fits_is_told_and_never_counts_as_passed(
    server: TestServer,
) -> TestServer {
    let gone = drills(0).replace("name: checkout", "name: warehouse");
    live(&server, bundle(RESPONSE, &gone)).await;
    let drilled = server.app.nightly_drills().await.unwrap();
    assert!(!drilled.passed());
    assert!(server.app.nightly_drills().await.is_ok(), "and a second night tells nothing more");
    let list = server.get(&server.who.admin, "/v1/notifications").await.expect(200).json();
    let told: Vec<&Value> = (list["items"].as_array().unwrap().iter())
        .filter(|item| item["path"] == "/policy/drills")
        .collect();
    let words = "“Saturday night” was not run, because no service there is fits it";
    assert_eq!(told.iter().map(|item| &item["detail"]).collect::<Vec<_>>(), [words]);
    server
}
