//! Absence and delegation by forms alone, and who was asked on the page of a change.

use testkit::TestServer;
use testkit::sinks::HttpSink;

use crate::hand::{Hand, hidden, html};

#[tokio::test]
async fn m3_3_an_absence_is_entered_shown_and_taken_back() {
    let server = TestServer::sqlite().await;
    let hand = Hand::of(&server, &server.who.approver).await;
    let form = hand.get("/absence").await.expect(200);
    assert!(html(&form).contains("You are not away, now or later."));
    let wrong = [("idempotency_key", "k0"), ("until", "soon"), ("reason", "a <b>trip</b>")];
    let page = html(&hand.post("/absence", &wrong).await.expect(400));
    assert!(page.contains("Write the time like") && page.contains("a &lt;b&gt;trip"), "{page}");
    let key = hidden(&form, "idempotency_key");
    let fields = [
        ("idempotency_key", key.as_str()),
        ("from", ""),
        ("until", "2026-01-09T08:00"),
        ("reason", "a trip"),
    ];
    let _ = hand.post("/absence", &fields).await.expect(303);
    let _ = hand.post("/absence", &fields).await.expect(303);
    let page = html(&hand.get("/absence").await.expect(200));
    assert_eq!(page.matches("/cancel\"").count(), 1, "sent twice is once: {page}");
    assert!(page.contains("a trip"));
    let other = Hand::of(&server, &server.who.owner).await;
    let theirs = html(&other.get("/absence").await.expect(200));
    assert!(!theirs.contains("a trip"), "reasons are one's own");
    let (_, rest) = page.split_once("action=\"/absence/abs_").unwrap();
    let cancel = format!("/absence/abs_{}", rest.split('"').next().unwrap());
    let refused = other.post(&cancel, &[]).await;
    assert!(refused.status == 403 || refused.status == 404, "{}", refused.status);
    let _ = hand.post(&cancel, &[]).await.expect(303);
    let page = html(&hand.get("/absence").await.expect(200));
    assert!(page.contains("You are not away, now or later."), "{page}");
    server.finish().await;
}

#[tokio::test]
async fn m5_2_a_delegation_is_made_shown_to_both_and_ended_by_either() {
    let server = TestServer::sqlite().await;
    let who = &server.who;
    let owner = Hand::of(&server, &who.approver).await;
    let form = owner.get("/absence").await.expect(200);
    let key = hidden(&form, "idempotency_key");
    assert!(html(&form).contains("service-owner@service:checkout"), "{}", html(&form));
    let mut fields = [
        ("idempotency_key", "k0"),
        ("to", "nobody@example.com"),
        ("right", "service-owner@service:checkout"),
        ("delegated_from", "2026-01-05T00:00"),
        ("delegated_until", "2026-01-06T08:00"),
        ("why", "on leave"),
    ];
    let page = html(&owner.post("/absence/delegations", &fields).await.expect(400));
    assert!(page.contains("Nobody is known by this") && page.contains("on leave"), "{page}");
    fields[0].1 = &key;
    fields[1].1 = "outsider@example.com";
    let page = html(&owner.post("/absence/delegations", &fields).await.expect(400));
    assert!(page.contains("begin in the past"), "{page}");
    fields[3].1 = "";
    let _ = owner.post("/absence/delegations", &fields).await.expect(303);
    let delegate = Hand::of(&server, &who.outsider).await;
    let page = html(&delegate.get("/absence").await.expect(200));
    assert!(page.contains("Test approver"), "{page}");
    let id = server.change("staging").await;
    let _ = server.vote(&who.outsider, &id, "approve").await.expect(201);
    let (_, rest) = page.split_once("/absence/delegations/dlg_").unwrap();
    let end = format!("/absence/delegations/dlg_{}", rest.split('"').next().unwrap());
    let _ = delegate.post(&end, &[]).await.expect(303);
    let id = server.change("staging").await;
    let _ = server.vote(&who.outsider, &id, "approve").await.expect(403);
    server.finish().await;
}

#[tokio::test]
async fn m1_6_an_admin_enters_the_absence_of_somebody_and_looks_at_a_calendar_first() {
    let server = TestServer::sqlite().await;
    let admin = Hand::of(&server, &server.who.admin).await;
    let approver = Hand::of(&server, &server.who.approver).await;
    let mut fields = [
        ("idempotency_key", "k1"),
        ("person", "nobody@example.com"),
        ("until", "2026-01-09T08:00"),
        ("reason", ""),
    ];
    let page = html(&admin.post("/absence", &fields).await.expect(400));
    assert!(page.contains("Nobody is known by this"), "{page}");
    fields[1].1 = "approver@example.com";
    let refused = Hand::of(&server, &server.who.owner).await.post("/absence", &fields).await;
    assert_eq!(refused.status, 403, "only admins do");
    let _ = admin.post("/absence", &fields).await.expect(303);
    let page = html(&approver.get("/absence").await.expect(200));
    assert_eq!(page.matches("/cancel\"").count(), 1, "{page}");
    let calendar = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Off <b>\r\n\
                    DTSTART;VALUE=DATE:20260202\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let mut import = vec![("calendar", calendar)];
    let page = html(&approver.post("/absence/import", &import).await.expect(200));
    assert!(page.contains("Off &lt;b&gt;") && page.contains("Record it"), "{page}");
    let seen = html(&approver.get("/absence").await.expect(200));
    assert_eq!(seen.matches("/cancel\"").count(), 1, "it was only looked at");
    import.push(("record", "yes"));
    let _ = approver.post("/absence/import", &import).await.expect(303);
    let seen = html(&approver.get("/absence").await.expect(200));
    assert_eq!(seen.matches("/cancel\"").count(), 2, "{seen}");
    let page = html(&approver.post("/absence/import", &[("calendar", "x")]).await.expect(400));
    assert!(page.contains("not a line of iCalendar"), "{page}");
    server.finish().await;
}

#[tokio::test]
async fn m1_5_a_calendar_is_followed_and_not_any_more_by_forms_alone() {
    let server = TestServer::sqlite().await;
    let sink = HttpSink::start().await;
    sink.serve(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Off\r\n\
         DTSTART;VALUE=DATE:20260202\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    );
    let admin = Hand::of(&server, &server.who.admin).await;
    let approver = Hand::of(&server, &server.who.approver).await;
    let url = format!("{}/private-1f3d", sink.url());
    let mut follow =
        [("idempotency_key", "k1"), ("person", "approver@example.com"), ("url", url.as_str())];
    let refused = Hand::of(&server, &server.who.owner).await.post("/absence/feed", &follow).await;
    assert_eq!(refused.status, 403, "only admins do for others");
    let _ = admin.post("/absence/feed", &follow).await.expect(303);
    let page = html(&admin.get("/absence").await.expect(200));
    assert!(page.contains("Test approver") && page.contains("127.0.0.1"), "{page}");
    let own = html(&approver.get("/absence").await.expect(200));
    assert!(own.contains("Your absences follow") && own.contains("/cancel\""), "{own}");
    assert!(!page.contains("private-1f3d") && !own.contains("private-1f3d"));
    let other = Hand::of(&server, &server.who.owner).await;
    let theirs = server.who.approver.person().to_string();
    assert!(!html(&other.get("/absence").await.expect(200)).contains("127.0.0.1"));
    let end = [("person", theirs.as_str())];
    assert_eq!(other.post("/absence/feed/end", &end).await.status, 404);
    // Whose it is has to be said: what can't be read ends nobody's, least of all the reader's own.
    for unread in ["", "approver@example.com"] {
        let _ = approver.post("/absence/feed/end", &[("person", unread)]).await.expect(400);
    }
    let page = html(&admin.get("/absence").await.expect(200));
    assert!(page.contains("/absence/feed/end") && page.contains(&theirs), "an admin ends it there");
    let _ = admin.post("/absence/feed/end", &end).await.expect(303);
    let own = html(&approver.get("/absence").await.expect(200));
    assert!(!own.contains("Your absences follow") && !own.contains("/cancel\""), "{own}");
    sink.serve("x");
    (follow[0].1, follow[1].1) = ("k2", "");
    let page = html(&approver.post("/absence/feed", &follow).await.expect(400));
    assert!(page.contains("no iCalendar file") && !page.contains("private-1f3d"), "{page}");
    server.finish().await;
}
