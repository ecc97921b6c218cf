//! The calendar narrowed, its feeds, and when a change could start, by forms alone.

use serde_json::json;
use testkit::TestServer;
use testkit::server::digest;

use crate::hand::{Hand, hidden, html};

#[tokio::test]
async fn m5_5_the_calendar_keeps_what_it_is_narrowed_to_in_every_view() {
    let server = TestServer::sqlite().await;
    let hand = Hand::of(&server, &server.who.requester).await;
    let _ = server.freeze("service:checkout", 5).await;
    let _ = hand.get("/calendar?scope=service:nowhere").await.expect(400);
    for view in ["month", "week", "list"] {
        let path = format!("/calendar?view={view}&on=2026-01-05&scope=domain:shop");
        let page = html(&hand.get(&path).await.expect(200));
        assert!(page.contains("/freezes#freeze-"), "a service of the domain is frozen: {page}");
        assert!(page.contains(r#"<option value="domain:shop" selected>"#), "{page}");
        for other in ["month", "week", "list"] {
            let kept = format!("/calendar?view={other}&amp;on=2026-01-05&amp;scope=domain:shop");
            let plain = kept.replace("&amp;", "&");
            let coded = kept.replace("&amp;", "&#38;");
            assert!([kept, plain, coded].iter().any(|k| page.contains(k)), "{other}: {page}");
        }
    }
    server.finish().await;
}

#[tokio::test]
async fn m5_6_an_alignment_session_is_in_every_view_of_the_calendar() {
    let server = TestServer::sqlite().await;
    let who = &server.who;
    let ledger = json!({"name": "ledger", "title": "Ledger"});
    let _ = server.post(&who.admin, "/v1/services", ledger).await.expect(200);
    let change = testkit::server::change_request("checkout", "staging");
    let made = server.post(&who.requester, "/v1/changes", change).await.expect(201);
    let session = json!({
        "title": "Moving checkout", "from": server.in_hours(1), "until": server.in_hours(2),
        "time_zone": "Europe/Berlin", "agenda": [made.text("/number")],
        "participants": [who.security.person()],
    });
    let opened = server.post(&who.approver, "/v1/alignments", session).await.expect(201);
    let hand = Hand::of(&server, &who.requester).await;
    for view in ["month", "week", "list"] {
        let page = html(&hand.get(&format!("/calendar?view={view}")).await.expect(200));
        assert!(page.contains(&format!("/alignments/{}", opened.text("/id"))), "{view}: {page}");
        assert!(page.contains("Moving checkout"), "{view}: {page}");
    }
    let other = html(&hand.get("/calendar?view=list&scope=service:ledger").await.expect(200));
    assert!(!other.contains("Moving checkout"), "{other}");
    server.finish().await;
}

#[tokio::test]
async fn m5_5_a_feed_is_made_shown_once_listed_and_revoked() {
    let server = TestServer::sqlite().await;
    let hand = Hand::of(&server, &server.who.requester).await;
    let page = hand.get("/calendar-feeds?scope=service:checkout").await.expect(200);
    assert!(html(&page).contains(r#"<option value="service:checkout" selected>"#));
    let key = hidden(&page, "idempotency_key");
    let mut fields = [
        ("about", "service:checkout"),
        ("label", ""),
        ("expires_days", "30"),
        ("idempotency_key", key.as_str()),
    ];
    let refused = html(&hand.post("/calendar-feeds", &fields).await.expect(400));
    assert!(refused.contains("label-error"), "{refused}");
    let page = hand.get("/calendar-feeds").await.expect(200);
    let key = hidden(&page, "idempotency_key");
    fields[1] = ("label", "on the wall");
    fields[3] = ("idempotency_key", key.as_str());
    let made = html(&hand.post("/calendar-feeds", &fields).await.expect(200));
    let (_, rest) = made.split_once("http://test/feeds/").unwrap();
    let path = format!("/feeds/{}", rest.split(['<', '"']).next().unwrap());
    let _ = hand.get(&path).await.expect(200);
    let again = hand.post("/calendar-feeds", &fields).await.expect(409);
    assert!(!html(&again).contains("csf_"), "a link is shown once");
    let listed = html(&hand.get("/calendar-feeds").await.expect(200));
    assert!(listed.contains("on the wall") && !listed.contains("csf_"), "{listed}");
    let (_, rest) = listed.split_once("/calendar-feeds/tok_").unwrap();
    let revoke = format!("/calendar-feeds/tok_{}", rest.split('"').next().unwrap());
    let _ = hand.post(&revoke, &[]).await.expect(303);
    let _ = hand.get(&path).await.expect(404);
    let after = html(&hand.get("/calendar-feeds").await.expect(200));
    assert!(after.contains("Revoked") && !after.contains(&revoke), "{after}");
    server.finish().await;
}

#[tokio::test]
async fn m5_5_the_form_says_when_a_change_could_start_and_records_nothing() {
    let server = TestServer::sqlite().await;
    let hand = Hand::of(&server, &server.who.requester).await;
    let digest = digest();
    let fields = [
        ("title", "Release checkout"),
        ("reason", "It was asked for."),
        ("service", "checkout"),
        ("environment", "staging"),
        ("change_type", "normal"),
        ("impact", "low"),
        ("urgency", "low"),
        ("complexity", "low"),
        ("artifact_name", "app"),
        ("artifact_digest", digest.as_str()),
        ("window_start", "2026-01-05T10:00"),
        ("window_end", "2026-01-05T18:00"),
        ("submit", "check"),
    ];
    let page = html(&hand.post("/changes", &fields).await.expect(200));
    assert!(page.contains("Earliest safe start") && page.contains("17:00"), "{page}");
    assert!(page.contains("safely start before") && page.contains("It was asked for."), "{page}");
    let list = server.get(&server.who.auditor, "/v1/changes").await.expect(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 0);
    server.finish().await;
}

#[tokio::test]
async fn f05_a_freeze_is_declared_for_environments_tiers_and_a_later_start() {
    let server = TestServer::sqlite().await;
    let hand = Hand::of(&server, &server.who.security).await;
    let page = html(&hand.get("/freezes").await.expect(200));
    assert!(page.contains("From (UTC)") && page.contains("value=\"staging\""), "{page}");
    let fields = [
        ("idempotency_key", "f1"),
        ("title", "Stocktaking"),
        ("reason", "the books are counted"),
        ("scope", "organisation"),
        ("environment", "staging"),
        ("tier", "1"),
        ("tier", "3"),
        ("from", "2026-01-06T08:00"),
        ("until", "2026-01-06T18:00"),
    ];
    let _ = hand.post("/freezes", &fields).await.expect(303);
    let list = server.get(&server.who.auditor, "/v1/freezes").await.expect(200).json();
    let freeze = &list["items"][0];
    assert_eq!((&freeze["environments"], &freeze["tiers"]), (&json!(["staging"]), &json!([1, 3])));
    assert_eq!(freeze["from"], "2026-01-06T08:00:00.000Z");
    assert_eq!(freeze["in_force"], false, "{freeze}");
    server.finish().await;
}

#[tokio::test]
async fn c14_a_change_is_replaced_from_its_page() {
    let server = TestServer::sqlite().await;
    let id = server.change("staging").await;
    let hand = Hand::of(&server, &server.who.requester).await;
    let path = format!("/v1/changes/{id}");
    let record = async || server.get(&server.who.auditor, &path).await.expect(200).json();
    let number = record().await["number"].as_str().unwrap().to_owned();
    let link = format!("/changes/new?replaces={number}");
    let page = html(&hand.get(&format!("/changes/{number}")).await.expect(200));
    assert!(page.contains(&link), "{page}");
    let form = hand.get(&link).await.expect(200);
    assert!(html(&form).contains(&format!("value=\"{number}\"")), "{}", html(&form));
    let (key, digest) = (hidden(&form, "idempotency_key"), digest());
    let fields = |submit: &'static str| {
        [
            ("idempotency_key", key.clone()),
            ("title", "Release checkout again".to_owned()),
            ("reason", "The first was wrong.".to_owned()),
            ("service", "checkout".to_owned()),
            ("environment", "staging".to_owned()),
            ("change_type", "normal".to_owned()),
            ("impact", "low".to_owned()),
            ("urgency", "low".to_owned()),
            ("complexity", "low".to_owned()),
            ("artifact_name", "app".to_owned()),
            ("artifact_digest", digest.clone()),
            ("supersedes", number.clone()),
            ("submit", submit.to_owned()),
        ]
    };
    let post = async |hand: &Hand<'_>, submit| {
        let fields = fields(submit);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        hand.post("/changes", &fields).await
    };
    let page = html(&post(&hand, "false").await.expect(400));
    assert!(page.contains("A draft replaces nothing yet"), "{page}");
    assert_eq!(record().await["state"], "awaiting_approval");
    let _ = post(&hand, "true").await.expect(303);
    assert_eq!(record().await["state"], "superseded");
    server.finish().await;
}
