//! Maintenance windows, freezes that come again, and the earliest safe start, through every layer.
//! The clock begins on Monday, 5 January 2026, at 09:00 UTC.

use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::TestServer;
use testkit::server::change_request;

use super::asking::{activate, files};

on_both_stores!(
    m5_5_a_maintenance_window_opens_and_closes_the_gate,
    f05_a_freeze_that_comes_again_stops_each_time_and_excepts_once,
    m5_5_the_earliest_safe_start_is_said_before_and_after_asking,
    m5_5_planned_changes_in_each_others_way_are_named_on_both,
    m5_5_a_plan_that_breaks_later_is_flagged_in_lists_and_told_once,
    f03_nothing_expires_over_a_weekend_in_which_nobody_works,
);

const WINDOWS: &str = r#"
windows:
  - name: mornings
    title: Mornings
    environments: [production]
    from: 2026-01-02T10:20
    until: 2026-01-02T10:40
    every: FREQ=DAILY
    zone: Europe/Berlin
"#;

const FREEZES: &str = r#"
freezes:
  - name: mondays
    title: Mondays
    reason: the books are being closed
    from: 2025-12-29T09:30
    until: 2025-12-29T09:50
    every: FREQ=WEEKLY
    zone: Europe/London
    exception: [security]
"#;

async fn with(server: &TestServer, path: &str, text: &str) {
    let mut all: Vec<Value> = files();
    all.retain(|file| file["path"] != path);
    all.push(json!({"path": path, "text": text}));
    activate(server, all).await;
}

async fn m5_5_a_maintenance_window_opens_and_closes_the_gate(server: TestServer) -> TestServer {
    let who = &server.who;
    let change = server.approved("production").await;
    with(&server, "windows.yaml", WINDOWS).await;
    let early = server.ask(&who.pipeline, Some(&change), "production").await.expect(200);
    assert_eq!(early.text("/answer"), "pending", "{}", early.json());
    assert_eq!(early.code(), "outside_maintenance_window");
    assert_eq!(early.text("/next_edge/at"), "2026-01-05T09:20:00.000Z");
    server.clock.advance(SignedDuration::from_mins(35));
    let open = server.ask(&who.pipeline, Some(&change), "production").await.expect(200);
    assert_eq!(open.text("/answer"), "allow", "{}", open.json());
    assert_eq!(open.text("/grant/grant/expires_at"), "2026-01-05T09:40:00.000Z");
    let path = "/v1/calendar?from=2026-01-05T00:00:00Z&until=2026-01-08T00:00:00Z";
    let calendar = server.get(&who.auditor, path).await.expect(200);
    let entries = calendar.json()["entries"].as_array().unwrap().clone();
    let opens: Vec<_> = entries.iter().map(|e| (e["kind"].clone(), e["from"].clone())).collect();
    let day = |day: &str| (json!("maintenance"), json!(format!("2026-01-{day}T09:20:00.000Z")));
    assert_eq!(opens, [day("05"), day("06"), day("07")]);
    // What can be used elsewhere is not kept to it.
    let staging = server.approved("staging").await;
    server.clock.advance(SignedDuration::from_mins(6));
    let free = server.ask(&who.pipeline, Some(&staging), "staging").await.expect(200);
    assert_eq!(free.text("/answer"), "allow", "{}", free.json());
    server
}

async fn f05_a_freeze_that_comes_again_stops_each_time_and_excepts_once(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let change = server.approved("staging").await;
    with(&server, "freezes.yaml", FREEZES).await;
    let verdict = server.ask(&who.pipeline, Some(&change), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "allow");
    server.clock.advance(SignedDuration::from_mins(31));
    let frozen = server.ask(&who.pipeline, Some(&change), "staging").await.expect(200);
    assert_eq!((frozen.text("/answer"), frozen.code()), ("deny".into(), "frozen".into()));
    assert_eq!(frozen.text("/next_edge/at"), "2026-01-05T09:50:00.000Z");
    let listed = server.get(&who.auditor, "/v1/freezes").await.expect(200);
    let ids: Vec<_> =
        listed.json()["items"].as_array().unwrap().iter().map(|f| f["id"].clone()).collect();
    assert_eq!(ids, [json!("mondays@2026-01-05"), json!("mondays@2026-01-12")]);
    let path = format!("/v1/changes/{change}/exceptions");
    let body = json!({"expected_revision": 1, "freeze": ids[0], "reason": "it can't wait"});
    let asked = server.post(&who.requester, &path, body).await.expect(200);
    assert_eq!(asked.json()["exceptions"][0]["freeze"], ids[0]);
    let _ = server.vote(&who.security, &change, "approve").await.expect(201);
    let verdict = server.ask(&who.pipeline, Some(&change), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "allow", "{}", verdict.json());
    server
}

async fn m5_5_the_earliest_safe_start_is_said_before_and_after_asking(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    with(&server, "freezes.yaml", FREEZES).await;
    let mut request = change_request("checkout", "staging");
    request["window"] = json!({"from": "2026-01-12T09:35:00Z", "until": "2026-01-12T11:00:00Z"});
    let body = json!({"change": request});
    let said = server.post(&who.requester, "/v1/policy/explain", body).await.expect(200).json();
    let check = |schedule: &Value| {
        assert_eq!(schedule["earliest_start"], "2026-01-12T09:50:00.000Z", "{schedule}");
        assert_eq!(schedule["planned_start"], "2026-01-12T09:35:00.000Z");
        assert_eq!(schedule["feasible"], false);
        assert!(schedule["problem"].as_str().unwrap().contains("Mondays"), "{schedule}");
        let bounds = schedule["bounds"].as_array().unwrap();
        let codes: Vec<_> = bounds.iter().map(|b| b["code"].as_str().unwrap()).collect();
        assert_eq!((codes[0], codes[codes.len() - 1]), ("answer", "freeze"));
    };
    check(&said["schedule"]);
    let change = server.post(&who.requester, "/v1/changes", request).await.expect(201);
    check(&change.json()["schedule"]);
    // A plan after the freeze and after the other change can be met.
    let mut later = change_request("checkout", "staging");
    later["window"] = json!({"from": "2026-01-12T11:00:00Z", "until": "2026-01-12T12:00:00Z"});
    let fine = server.post(&who.requester, "/v1/changes", later).await.expect(201).json();
    assert_eq!(fine["schedule"]["feasible"], true, "{}", fine["schedule"]);
    assert_eq!(fine["schedule"]["earliest_start"], "2026-01-12T11:00:00.000Z");
    // Once somebody asks for changes, nobody knows when until there is a new revision.
    let id = fine["id"].as_str().unwrap();
    let _ = server.vote(&who.approver, id, "request_changes").await.expect(201);
    let shown = server.get(&who.auditor, &format!("/v1/changes/{id}")).await.expect(200).json();
    assert_eq!(shown["schedule"], Value::Null);
    server
}

async fn m5_5_planned_changes_in_each_others_way_are_named_on_both(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let basket = json!({"name": "basket", "title": "Basket", "domain": "shop"});
    let mut needs = basket.clone();
    needs["depends_on"] = json!(["nowhere"]);
    let refused = server.post(&who.admin, "/v1/services", needs.clone()).await.expect(400);
    assert!(refused.json().to_string().contains("register it first"), "{}", refused.json());
    needs["depends_on"] = json!(["checkout"]);
    let made = server.post(&who.admin, "/v1/services", needs).await.expect(200);
    assert_eq!(made.json()["depends_on"], json!(["checkout"]));
    // Said again without it, it stays.
    let again = server.post(&who.admin, "/v1/services", basket).await.expect(200);
    assert_eq!(again.json()["depends_on"], json!(["checkout"]));
    let planned = async |service: &str, from: &str| {
        let mut request = change_request(service, "staging");
        request["window"] = json!({"from": from, "until": "2026-01-06T12:00:00Z"});
        server.post(&who.requester, "/v1/changes", request).await.expect(201).json()
    };
    let first = planned("checkout", "2026-01-06T10:00:00Z").await;
    assert_eq!(first["conflicts"], json!([]));
    let second = planned("basket", "2026-01-06T11:00:00Z").await;
    let conflict = &second["conflicts"][0];
    assert_eq!((&conflict["change"], &conflict["kind"]), (&first["number"], &json!("dependency")));
    assert_eq!(conflict["from"], "2026-01-06T11:00:00.000Z");
    let path = format!("/v1/changes/{}", first["id"].as_str().unwrap());
    let shown = server.get(&who.auditor, &path).await.expect(200).json();
    assert_eq!(shown["conflicts"][0]["change"], second["number"]);
    // It begins in the window of the first, which begins in none: one of the two has to move.
    assert_eq!(shown["schedule"]["feasible"], true, "{}", shown["schedule"]);
    assert_eq!(second["schedule"]["earliest_start"], "2026-01-06T12:00:00.000Z");
    let problem = second["schedule"]["problem"].as_str().unwrap();
    assert!(problem.contains(first["number"].as_str().unwrap()), "{problem}");
    assert!(problem.contains("one of the two would have to"), "{problem}");
    // The same is said before it is asked for.
    let mut request = change_request("basket", "staging");
    request["window"] = json!({"from": "2026-01-06T11:00:00Z", "until": "2026-01-06T15:00:00Z"});
    let body = json!({"change": request});
    let said = server.post(&who.requester, "/v1/policy/explain", body).await.expect(200).json();
    let bounds = said["schedule"]["bounds"].as_array().unwrap();
    assert_eq!(bounds.last().unwrap()["code"], "conflict", "{}", said["schedule"]);
    let path = "/v1/calendar?from=2026-01-05T00:00:00Z&until=2026-01-07T00:00:00Z";
    let calendar = server.get(&who.auditor, path).await.expect(200).json();
    let entries = calendar["entries"].as_array().unwrap();
    let named = entries.iter().filter(|e| e["conflicts"].as_array().unwrap().len() == 1).count();
    assert_eq!(named, 2, "{calendar}");
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

async fn m5_5_a_plan_that_breaks_later_is_flagged_in_lists_and_told_once(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let mut request = change_request("checkout", "staging");
    request["window"] = json!({"from": "2026-01-06T10:00:00Z", "until": "2026-01-06T12:00:00Z"});
    let made = server.post(&who.requester, "/v1/changes", request).await.expect(201).json();
    let (id, number) = (made["id"].as_str().unwrap(), made["number"].as_str().unwrap());
    let list = async || server.get(&who.auditor, "/v1/changes").await.expect(200).json();
    let told = async || -> Vec<String> {
        let list = server.get(&who.requester, "/v1/notifications").await.expect(200).json();
        let all = list["items"].as_array().unwrap().iter();
        all.map(|n| format!("{} {}", n["headline"], n["detail"])).collect()
    };
    assert_eq!(server.app.watch_plans().await.unwrap(), 0);
    assert_eq!(list().await["items"][0]["plan_problem"], Value::Null);
    // Everybody who planned something in a freeze hears of it, and what it breaks is flagged and not told
    // again.
    let freeze = server.freeze("domain:shop", 36).await;
    assert_eq!(server.app.watch_plans().await.unwrap(), 1);
    assert_eq!(server.app.watch_plans().await.unwrap(), 0, "told once");
    let all = told().await;
    let of = |words: &str| all.iter().filter(|n| n.contains(words)).count();
    assert_eq!((of("declared a freeze"), of("can't be met any more")), (1, 0), "{all:?}");
    assert!(all.iter().any(|n| n.contains("ask for an exception")), "{all:?}");
    assert!(all.iter().all(|n| n.contains(number)), "{all:?}");
    let flagged = list().await["items"][0]["plan_problem"].as_str().unwrap().to_owned();
    assert!(flagged.contains("freeze"), "{flagged}");
    let inbox = server.get(&who.approver, "/v1/inbox").await.expect(200).json();
    assert_eq!(inbox["waiting_for_you"][0]["change"]["plan_problem"], json!(flagged));
    // The flag goes with its reason.
    let end = format!("/v1/freezes/{freeze}/end");
    let _ = server.post(&who.security, &end, json!({"reason": "it is back"})).await.expect(200);
    assert_eq!(server.app.watch_plans().await.unwrap(), 1);
    assert_eq!(list().await["items"][0]["plan_problem"], Value::Null);
    let path = format!("/v1/changes/{id}/timeline");
    let line = server.get(&who.auditor, &path).await.expect(200).json().to_string();
    assert!(line.contains("its plan can be met again"), "{line}");
    assert_eq!(told().await.len(), all.len(), "good news is not pushed");
    // Whoever plans into a freeze that there is was not told of it, so they hear that it breaks the plan.
    let _ = server.freeze("domain:shop", 36).await;
    let mut late = change_request("checkout", "staging");
    late["window"] = json!({"from": "2026-01-06T10:00:00Z", "until": "2026-01-06T12:00:00Z"});
    server.clock.advance(SignedDuration::from_mins(1));
    let late = server.post(&who.requester, "/v1/changes", late).await.expect(201).text("/number");
    assert!(server.app.watch_plans().await.unwrap() >= 1);
    let broken = told().await.into_iter().filter(|n| n.contains("can't be met any more"));
    let broken: Vec<String> = broken.collect();
    assert!(broken.len() == 1 && broken[0].contains(&late), "{broken:?}");
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

async fn f03_nothing_expires_over_a_weekend_in_which_nobody_works(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let all = files();
    let text = |path: &str| {
        let file = all.iter().find(|file| file["path"] == path).unwrap();
        file["text"].as_str().unwrap().to_owned()
    };
    let working = "gate: enforce, clock: organisation, pending: 12h, approval: 12h";
    let tiers =
        text("environments.yaml").replace("gate: enforce, pending: 7d, approval: 7d", working);
    let rules = text("rules/all.yaml").replace("due: 8h", "due: 6h\n        clock: organisation");
    let mut both: Vec<Value> = all.clone();
    both.retain(|file| file["path"] != "rules/all.yaml" && file["path"] != "environments.yaml");
    both.push(json!({"path": "rules/all.yaml", "text": rules}));
    both.push(json!({"path": "environments.yaml", "text": tiers}));
    activate(&server, both).await;
    let state = async |id: &str| {
        let _ = server.app.advance_due().await.unwrap();
        server.get(&who.auditor, &format!("/v1/changes/{id}")).await.expect(200).json()
    };
    // Friday at 14:00: there are three hours of work before the weekend.
    server.clock.advance(SignedDuration::from_hours(4 * 24 + 5));
    let waits = server.change("staging").await;
    let approved = server.approved("staging").await;
    let list = server.get(&who.auditor, "/v1/changes?state=awaiting_approval").await.expect(200);
    let due = list.json()["items"][0]["due_at"].clone();
    assert_eq!(due, "2026-01-12T12:00:00.000Z", "six hours of work: {}", list.json());
    server.clock.advance(SignedDuration::from_hours(2 * 24));
    assert_eq!(state(&waits).await["state"], "awaiting_approval");
    let verdict = server.ask(&who.pipeline, Some(&approved), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "allow", "{}", verdict.json());
    // Twelve hours of work are over on Tuesday at 10:00.
    server.clock.advance(SignedDuration::from_hours(24 + 19));
    assert_eq!(state(&waits).await["state"], "awaiting_approval");
    server.clock.advance(SignedDuration::from_hours(2));
    assert_eq!(state(&waits).await["state"], "expired");
    assert_eq!(state(&approved).await["state"], "expired");
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}
