//! Rotas by forms alone.

use serde_json::json;
use testkit::TestServer;

use crate::hand::{Hand, hidden, html};

#[tokio::test]
async fn m1_5_a_rota_is_made_shown_with_its_coming_turns_changed_and_removed() {
    let server = TestServer::sqlite().await;
    let admin = Hand::of(&server, &server.who.admin).await;
    let form = admin.get("/organisation/rotas/new").await.expect(200);
    let key = hidden(&form, "idempotency_key");
    let mut fields = [
        ("idempotency_key", "k0"),
        ("name", "Duty"),
        ("role", "security"),
        ("scope", "organisation"),
        ("time_zone", "Europe/Berlin"),
        ("first", "2026-01-05T09:00"),
        ("days", "7"),
        ("people", "security@example.com\nnobody@example.com"),
    ];
    let page = html(&admin.post("/organisation/rotas", &fields).await.expect(400));
    assert!(page.contains("obody is known by") && page.contains("Duty"), "{page}");
    fields[0].1 = &key;
    fields[7].1 = "security@example.com\napprover@example.com";
    let _ = admin.post("/organisation/rotas", &fields).await.expect(303);
    let _ = admin.post("/organisation/rotas", &fields).await.expect(303);
    let other = Hand::of(&server, &server.who.requester).await;
    let page = html(&other.get("/organisation/rotas").await.expect(200));
    assert_eq!(page.matches("<h2 id=\"rota-").count(), 1, "sent twice is once: {page}");
    // Berlin is an hour ahead: the first turn lasts since 08:00 UTC, the second begins a week later.
    assert!(page.contains("2026-01-05T08:00:00.000Z"), "{page}");
    assert!(page.contains("2026-01-12T08:00:00.000Z") && page.contains("Test approver"), "{page}");
    assert!(!page.contains("/edit"), "only admins change it");
    let page = html(&admin.get("/organisation/rotas").await.expect(200));
    let (_, rest) = page.split_once("/organisation/rotas/rot_").unwrap();
    let rota = format!("/organisation/rotas/rot_{}", rest.split('/').next().unwrap());
    let edit = format!("{rota}/edit");
    let form = admin.get(&edit).await.expect(200);
    assert!(html(&form).contains("security@example.com"));
    let key = hidden(&form, "idempotency_key");
    fields[0].1 = &key;
    fields[6].1 = "14";
    let _ = admin.post(&edit, &fields).await.expect(303);
    let page = html(&other.get("/organisation/rotas").await.expect(200));
    assert!(page.contains("every 14 days"), "{page}");
    hands_over_by_a_rule((&admin, &other), &edit, &fields).await;
    let cover = format!("{rota}/cover");
    let form = admin.get(&cover).await.expect(200);
    let (key, security) =
        (hidden(&form, "idempotency_key"), server.who.security.person().to_string());
    let takes = [
        ("idempotency_key", key.as_str()),
        ("person", &security),
        ("by", "approver@example.com"),
        ("from", ""),
        ("until", "2099-01-01T00:00"),
    ];
    let page = html(&admin.post(&cover, &takes).await.expect(400));
    assert!(page.contains("hold security"), "whoever takes it over must hold the role: {page}");
    let refused = other.post(&edit, &fields).await;
    assert_eq!(refused.status, 403);
    let asked = admin.get(&format!("{rota}/remove")).await.expect(200);
    let key = hidden(&asked, "idempotency_key");
    let removal = [("idempotency_key", key.as_str())];
    let _ = admin.post(&format!("{rota}/removal"), &removal).await.expect(303);
    let page = html(&other.get("/organisation/rotas").await.expect(200));
    assert!(page.contains("No rotas yet"), "{page}");
    server.finish().await;
}

/// Days and a rule together are refused; a rule alone hands over by it.
async fn hands_over_by_a_rule(
    (admin, other): (&Hand<'_>, &Hand<'_>),
    edit: &str,
    fields: &[(&str, &str)],
) {
    let form = admin.get(edit).await.expect(200);
    let key = hidden(&form, "idempotency_key");
    let mut by_rule = fields.to_vec();
    by_rule[0].1 = &key;
    by_rule.push(("handover", "FREQ=WEEKLY;BYDAY=MO,FR"));
    let page = html(&admin.post(edit, &by_rule).await.expect(400));
    assert!(page.contains("not both") && page.contains("FREQ=WEEKLY;BYDAY=MO,FR"), "{page}");
    by_rule[6].1 = "";
    let _ = admin.post(edit, &by_rule).await.expect(303);
    let page = html(&other.get("/organisation/rotas").await.expect(200));
    assert!(page.contains("by FREQ=WEEKLY;BYDAY=MO,FR at 09:00, Europe/Berlin"), "{page}");
    let page = html(&admin.get(edit).await.expect(200));
    assert!(page.contains("value=\"FREQ=WEEKLY;BYDAY=MO,FR\""), "{page}");
}

#[tokio::test]
async fn m1_5_a_turn_is_taken_over_and_given_back_by_forms_alone() {
    let server = TestServer::sqlite().await;
    let who = &server.who;
    let rota = json!({
        "name": "duty", "role": "service-owner", "scope": "organisation", "time_zone": "UTC",
        "first": "2026-01-01T00:00:00", "days": 7, "people": [who.outsider.person()],
    });
    let made = server.post(&who.admin, "/v1/rotas", rota).await.expect(201).text("/id");
    let path = format!("/organisation/rotas/{made}/cover");
    let approver = Hand::of(&server, &who.approver).await;
    let form = approver.get(&path).await.expect(200);
    let (key, outsider) = (hidden(&form, "idempotency_key"), who.outsider.person().to_string());
    let takes = [
        ("idempotency_key", key.as_str()),
        ("person", &outsider),
        ("by", ""),
        ("from", ""),
        ("until", "2026-01-06T08:00"),
    ];
    let _ = approver.post(&path, &takes).await.expect(303);
    let _ = approver.post(&path, &takes).await.expect(303);
    let on_call = async || {
        let rotas = server.get(&who.auditor, "/v1/rotas").await.expect(200).json();
        let covers = rotas["items"][0]["covers"].as_array().map_or(0, Vec::len);
        (rotas["items"][0]["on_call"]["id"].clone(), covers)
    };
    assert_eq!(on_call().await, (json!(who.approver.person()), 1), "sent twice is once");
    let page = html(&approver.get("/organisation/rotas").await.expect(200));
    assert!(page.contains("Taken over") && page.contains("Test approver"), "{page}");
    let other = Hand::of(&server, &who.requester).await;
    let shown = html(&other.get("/organisation/rotas").await.expect(200));
    assert!(shown.contains("Taken over") && !shown.contains("Give it back"), "{shown}");
    let (_, rest) = page.split_once("/organisation/rotas/covers/").unwrap();
    let end = format!("/organisation/rotas/covers/{}/end", rest.split('/').next().unwrap());
    let _ = approver.post(&end, &[]).await.expect(303);
    assert_eq!(on_call().await, (json!(who.outsider.person()), 0));
    let page = html(&approver.get("/organisation/rotas").await.expect(200));
    assert!(!page.contains("Taken over"), "{page}");
    server.finish().await;
}
