//! Change sets over domains: asked for together, decided one by one, let through together (M5.3).

use serde_json::{Value, json};
use testkit::server::{change_request, gate_question};
use testkit::{Actor, TestServer};

on_both_stores!(
    m5_3_a_set_over_two_domains_passes_when_both_have_agreed,
    m5_3_whoever_holds_both_domains_counts_for_one,
    m5_3_rejecting_one_item_stops_the_others_and_a_grant_that_was_given,
    m5_3_a_set_is_recorded_whole_or_not_at_all,
    i9_rows_of_a_set_are_made_again_from_the_journal,
    m5_3_sets_are_listed_newest_first_and_open_ones_apart,
    m5_5_a_set_with_an_item_whose_plan_can_not_be_met_is_flagged_in_its_list,
);

/// Lets somebody own the services of a domain.
async fn owns(server: &TestServer, who: &Actor, domain: &str) {
    let body = json!({
        "role": "service-owner", "scope": format!("domain:{domain}"),
        "member": {"person": who.person()},
    });
    let _ = server.post(&server.who.admin, "/v1/roles/bindings", body).await.expect(201);
}

/// A set of checkout (shop) and billing (finance), in staging, where one service owner is asked.
async fn set(server: &TestServer) -> Value {
    let items = [change_request("checkout", "staging"), change_request("billing", "staging")];
    let body = json!({"title": "Invoices", "reason": "they rest on each other", "items": items});
    server.post(&server.who.requester, "/v1/change-sets", body).await.expect(201).json()
}

async fn m5_3_sets_are_listed_newest_first_and_open_ones_apart(server: TestServer) -> TestServer {
    let who = &server.who;
    owns(&server, &who.outsider, "finance").await;
    let (first, second) = (set(&server).await, set(&server).await);
    let list = async |who: &Actor, query: &str| {
        let path = format!("/v1/change-sets{query}");
        server.get(who, &path).await.expect(200).json()
    };
    let ids = |page: &Value| -> Vec<Value> {
        page["items"].as_array().unwrap().iter().map(|set| set["id"].clone()).collect()
    };
    let all = list(&who.auditor, "").await;
    assert_eq!(ids(&all), [second["id"].clone(), first["id"].clone()]);
    let shown = &all["items"][1];
    assert_eq!((&shown["title"], &shown["state"]), (&json!("Invoices"), &json!("waiting")));
    assert_eq!(shown["items"][0]["number"], json!(number(&first, 0)));
    assert_eq!(shown["missing"], json!(["domain:finance", "domain:shop"]));
    for item in 0..2 {
        let path = format!("/v1/changes/{}/withdrawal", number(&second, item));
        let _ = server.post(&who.requester, &path, json!({"reason": "no"})).await.expect(200);
    }
    assert_eq!(ids(&list(&who.auditor, "?open=true").await), [first["id"].clone()]);
    let page = list(&who.auditor, "?limit=1").await;
    assert_eq!(ids(&page), [second["id"].clone()]);
    let next = format!("?limit=1&cursor={}", page["next_cursor"].as_str().unwrap());
    let last = list(&who.auditor, &next).await;
    assert_eq!((ids(&last), &last["next_cursor"]), (vec![first["id"].clone()], &Value::Null));
    // The pipeline reaches checkout, and not billing.
    assert_eq!(ids(&list(&who.pipeline, "").await), Vec::<Value>::new());
    let _ = server.get(&who.auditor, "/v1/change-sets?cursor=n7").await.expect(400);
    server
}

async fn m5_5_a_set_with_an_item_whose_plan_can_not_be_met_is_flagged_in_its_list(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let mut planned = change_request("checkout", "staging");
    planned["window"] = json!({"from": "2026-01-06T10:00:00Z", "until": "2026-01-06T12:00:00Z"});
    let items = [planned, change_request("billing", "staging")];
    let body = json!({"title": "Invoices", "reason": "they rest on each other", "items": items});
    let _ = server.post(&who.requester, "/v1/change-sets", body).await.expect(201);
    let flags = async || -> Vec<bool> {
        let list = server.get(&who.auditor, "/v1/change-sets").await.expect(200).json();
        let items = list["items"][0]["items"].as_array().unwrap().iter();
        items.map(|item| item["plan_problem"].is_string()).collect()
    };
    let _ = server.freeze("service:checkout", 36).await;
    let _ = server.app.watch_plans().await.unwrap();
    assert!(flags().await[0], "the frozen one is flagged");
    server
}

fn number(set: &Value, item: usize) -> String {
    set["items"][item]["change"]["number"].as_str().unwrap_or_default().to_owned()
}

async fn gate(server: &TestServer, set: &Value, item: usize, service: &str) -> Value {
    let mut question = gate_question(service, "staging");
    question["change"] = json!(number(set, item));
    server.post(&server.who.requester, "/v1/gate/questions", question).await.expect(200).json()
}

async fn m5_3_a_set_over_two_domains_passes_when_both_have_agreed(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    owns(&server, &who.outsider, "finance").await;
    let set = set(&server).await;
    assert_eq!(set["state"], "waiting");
    assert_eq!(set["authorities"][0]["scope"], "domain:finance");
    let _ = server.vote(&who.owner, &number(&set, 0), "approve").await.expect(201);
    let waits = gate(&server, &set, 0, "checkout").await;
    assert_eq!((&waits["answer"], &waits["exit_code"]), (&json!("pending"), &json!(11)));
    let told = waits["explanation"].to_string();
    assert!(told.contains("billing") && told.contains("outsider"), "who is missing, where: {told}");
    let record = server.get(&who.requester, &format!("/v1/changes/{}", number(&set, 0))).await;
    let record = record.expect(200).json();
    assert_eq!((&record["state"], &record["missing"]), (&json!("approved"), &json!([])));
    assert_eq!(record["set"]["id"], set["id"]);

    let _ = server.vote(&who.outsider, &number(&set, 1), "approve").await.expect(201);
    let path = format!("/v1/change-sets/{}", set["id"].as_str().unwrap_or_default());
    let agreed = server.get(&who.auditor, &path).await.expect(200).json();
    assert_eq!(agreed["state"], "approved", "{agreed:#}");
    for (n, service) in ["checkout", "billing"].into_iter().enumerate() {
        assert_eq!(gate(&server, &set, n, service).await["answer"], "allow");
    }
    server
}

async fn m5_3_whoever_holds_both_domains_counts_for_one(server: TestServer) -> TestServer {
    let who = &server.who;
    owns(&server, &who.owner, "finance").await;
    owns(&server, &who.outsider, "finance").await;
    let set = set(&server).await;
    for n in 0..2 {
        let _ = server.vote(&who.owner, &number(&set, n), "approve").await.expect(201);
    }
    for (n, service) in ["checkout", "billing"].into_iter().enumerate() {
        let waits = gate(&server, &set, n, service).await;
        assert_eq!(waits["answer"], "pending");
        assert!(waits["explanation"].to_string().contains("nobody speaks for two"), "{waits:#}");
    }
    let _ = server.vote(&who.approver, &number(&set, 0), "approve").await.expect(201);
    assert_eq!(gate(&server, &set, 1, "billing").await["answer"], "allow");
    server
}

async fn m5_3_rejecting_one_item_stops_the_others_and_a_grant_that_was_given(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    owns(&server, &who.outsider, "finance").await;
    let set = set(&server).await;
    let _ = server.vote(&who.approver, &number(&set, 0), "approve").await.expect(201);
    let _ = server.vote(&who.outsider, &number(&set, 1), "approve").await.expect(201);
    let allowed = server.ask(&who.pipeline, Some(&number(&set, 0)), "staging").await.expect(200);
    let grant = allowed.text("/grant/grant/id");

    let path = format!("/v1/changes/{}/votes", number(&set, 1));
    let no = json!({"expected_revision": 1, "decision": "reject", "justification": "not now"});
    let _ = server.post(&who.outsider, &path, no).await.expect(201);
    let redeem = format!("/v1/gate/grants/{grant}/redemption");
    let refused = server.post(&who.pipeline, &redeem, json!({})).await.expect(409);
    assert_eq!(refused.code(), "set_item_stopped", "{}", refused.json());
    let stopped = gate(&server, &set, 0, "checkout").await;
    assert_eq!(
        (&stopped["answer"], &stopped["code"]),
        (&json!("deny"), &json!("set_item_stopped"))
    );
    server
}

async fn m5_3_a_set_is_recorded_whole_or_not_at_all(server: TestServer) -> TestServer {
    let who = &server.who;
    let mut bad = change_request("nowhere", "staging");
    let good = change_request("checkout", "staging");
    let ask = |items: Value| json!({"title": "t", "reason": "r", "items": items});
    let post = async |body: Value| server.post(&who.requester, "/v1/change-sets", body).await;
    let _ = post(ask(json!([good, bad]))).await.expect(400);
    let alone = post(ask(json!([good]))).await.expect(400);
    assert_eq!(alone.text("/fields/0/field"), "items");
    bad = good.clone();
    bad["supersedes"] = json!("CHG-1");
    let _ = post(ask(json!([good, bad]))).await.expect(400);
    let changes = server.get(&who.requester, "/v1/changes").await.expect(200).json();
    assert_eq!(changes["items"], json!([]));
    let _ = server.get(&who.requester, "/v1/change-sets/set_nothing").await.expect(404);
    server
}

async fn i9_rows_of_a_set_are_made_again_from_the_journal(server: TestServer) -> TestServer {
    let _ = set(&server).await;
    let app = server.another_node().await;
    let rebuilt = app.rebuild_read_models(|_| ()).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}
