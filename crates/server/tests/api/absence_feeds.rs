//! Absences by subscription: read from a server on this machine, opened as a webhook's host would be.

use app::organisation::FeedFailures;
use jiff::Timestamp;
use serde_json::{Value, json};
use testkit::sinks::HttpSink;
use testkit::{Actor, TestServer};

on_both_stores!(
    m1_5_absences_follow_a_calendar_and_those_by_hand_stay,
    m1_5_a_calendar_that_can_not_be_read_keeps_what_was_known_and_is_told_once,
    m1_5_a_calendar_is_fetched_from_public_hosts_alone_and_its_address_is_a_secret,
);

/// A calendar with an event a day, from so many days ahead on.
fn calendar(server: &TestServer, days: &[i64]) -> String {
    let event = |day: &i64| {
        let at = |hours| {
            let at: Timestamp = server.in_hours(24 * day + hours).parse().unwrap();
            at.strftime("%Y%m%dT%H0000Z").to_string()
        };
        format!(
            "BEGIN:VEVENT\r\nUID:{day}@example.com\r\nDTSTART:{}\r\nDTEND:{}\r\nSUMMARY:Leave\r\nEND:VEVENT\r\n",
            at(0),
            at(8)
        )
    };
    let events: String = days.iter().map(event).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n")
}

fn path(who: &Actor) -> String {
    format!("/v1/people/{}/absence-feed", who.person())
}

async fn absences(server: &TestServer, who: &Actor) -> Vec<Value> {
    let list = format!("/v1/absences?person={}", who.person());
    let found = server.get(who, &list).await.expect(200).json();
    found["items"].as_array().unwrap().clone()
}

async fn read(server: &TestServer, failures: &mut FeedFailures) {
    let reader = server.calendars();
    server.app.read_absence_feeds(reader.as_ref(), failures).await.unwrap();
}

async fn m1_5_absences_follow_a_calendar_and_those_by_hand_stay(server: TestServer) -> TestServer {
    let who = &server.who;
    let sink = HttpSink::start().await;
    let by_hand = format!("/v1/people/{}/absences", who.approver.person());
    let body = json!({"from": server.in_hours(24 * 20), "until": server.in_hours(24 * 21)});
    let _ = server.post(&who.approver, &by_hand, body).await.expect(201);
    sink.serve(&calendar(&server, &[2, 3]));
    let body = json!({"url": sink.url()});
    let _ = server.post(&who.owner, &path(&who.approver), body.clone()).await.expect(403);
    assert!(sink.calls().is_empty(), "nothing is fetched for whoever may not");
    let made = server.post(&who.approver, &path(&who.approver), body).await.expect(201).json();
    assert_eq!(made["entered"].as_array().unwrap().len(), 2, "{made}");
    let feeds = server.get(&who.approver, "/v1/absence-feeds").await.expect(200).json();
    assert_eq!(feeds["items"][0]["failing"], false, "{feeds}");
    let feeds = server.get(&who.owner, "/v1/absence-feeds").await.expect(200).json();
    assert_eq!(feeds["items"], json!([]), "others' are nobody's business");
    // The same again changes nothing; another calendar takes its place, and what is by hand stays.
    let mut failures = FeedFailures::new();
    let before = server.store().head().await.unwrap().size;
    read(&server, &mut failures).await;
    assert_eq!(server.store().head().await.unwrap().size, before);
    sink.serve(&calendar(&server, &[3, 5, 6]));
    read(&server, &mut failures).await;
    assert_eq!(absences(&server, &who.approver).await.len(), 4);
    // Of what was not understood wholly nothing is taken back.
    sink.serve(&calendar(&server, &[3]).replace("END:VCALENDAR", "nonsense\r\nEND:VCALENDAR"));
    read(&server, &mut failures).await;
    assert_eq!(absences(&server, &who.approver).await.len(), 4);
    // Nor of one that is empty, which may be a fault of whoever keeps it.
    sink.serve(&calendar(&server, &[]));
    read(&server, &mut failures).await;
    assert_eq!(absences(&server, &who.approver).await.len(), 4);
    sink.serve(&calendar(&server, &[3]));
    read(&server, &mut failures).await;
    assert_eq!(absences(&server, &who.approver).await.len(), 2);
    let end = format!("{}/removal", path(&who.approver));
    let _ = server.post(&who.owner, &end, json!({})).await.expect(404);
    let _ = server.post(&who.admin, &end, json!({})).await.expect(204);
    let _ = server.post(&who.admin, &end, json!({})).await.expect(404);
    let left = absences(&server, &who.approver).await;
    assert_eq!(left.len(), 1, "the one by hand: {left:?}");
    server
}

async fn m1_5_a_calendar_that_can_not_be_read_keeps_what_was_known_and_is_told_once(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let sink = HttpSink::start().await;
    sink.serve(&calendar(&server, &[2]));
    let body = json!({"url": sink.url()});
    let _ = server.post(&who.approver, &path(&who.approver), body).await.expect(201);
    let told = async || {
        let inbox = server.get(&who.approver, "/v1/notifications").await.expect(200).json();
        inbox["items"].to_string().matches("can't be read").count()
    };
    let failing = async || {
        let feeds = server.get(&who.approver, "/v1/absence-feeds").await.expect(200).json();
        feeds["items"][0]["failing"] == true
    };
    let mut failures = FeedFailures::new();
    // A calendar that is cut off is none, and so is an error.
    sink.serve("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n");
    read(&server, &mut failures).await;
    sink.serve("<html>sign in</html>");
    for _ in 0..2 {
        read(&server, &mut failures).await;
    }
    sink.answer_next(&[500, 302]);
    read(&server, &mut failures).await;
    read(&server, &mut failures).await;
    assert!(!failing().await && told().await == 0);
    for _ in 0..4 {
        read(&server, &mut failures).await;
    }
    assert!(failing().await);
    assert_eq!(told().await, 1, "once");
    // Another node that counted for itself says nothing more.
    let mut others = FeedFailures::new();
    for _ in 0..7 {
        read(&server, &mut others).await;
    }
    assert_eq!(told().await, 1, "once over all nodes");
    assert_eq!(absences(&server, &who.approver).await.len(), 1, "what was known stays");
    sink.serve(&calendar(&server, &[2]));
    read(&server, &mut failures).await;
    assert!(!failing().await);
    // What failed of one address says nothing of another, and it is told anew.
    sink.serve("x");
    for _ in 0..5 {
        read(&server, &mut failures).await;
    }
    sink.serve(&calendar(&server, &[2]));
    let body = json!({"url": format!("{}/other", sink.url())});
    let _ = server.post(&who.approver, &path(&who.approver), body).await.expect(201);
    sink.serve("x");
    for _ in 0..5 {
        read(&server, &mut failures).await;
    }
    assert!(!failing().await);
    read(&server, &mut failures).await;
    assert!(failing().await);
    assert_eq!(told().await, 2, "another time");
    let inbox = server.get(&who.approver, "/v1/notifications").await.expect(200).json().to_string();
    assert!(!inbox.contains("/other"), "{inbox}");
    server
}

async fn m1_5_a_calendar_is_fetched_from_public_hosts_alone_and_its_address_is_a_secret(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    for url in [
        "https://10.0.0.1/x.ics",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/x.ics",
        "webcal://192.168.1.1/x.ics",
        "http://calendar.example.com/x.ics",
        "file:///etc/passwd",
        "https://user:secret@calendar.example.com/x.ics",
        "nonsense",
        "",
    ] {
        let refused = server.post(&who.approver, &path(&who.approver), json!({"url": url})).await;
        let refused = refused.expect(400).json();
        assert!(refused.to_string().contains("url"), "{url}: {refused}");
    }
    let sink = HttpSink::start().await;
    let url = format!("{}/private-1f3d", sink.url());
    for (status, page) in [(302, "x"), (404, "x"), (200, "<html>sign in</html>")] {
        sink.serve(page);
        sink.answer_next(&[status]);
        let refused = server.post(&who.approver, &path(&who.approver), json!({"url": url})).await;
        let refused = refused.expect(400).json().to_string();
        assert!(!refused.contains("private-1f3d"), "{refused}");
    }
    let large = format!("BEGIN:VCALENDAR\r\n{}END:VCALENDAR\r\n", "X-A:b\r\n".repeat(400_000));
    sink.serve(&large);
    let refused = server.post(&who.approver, &path(&who.approver), json!({"url": url})).await;
    assert!(refused.expect(400).json().to_string().contains("2 MiB"));
    sink.serve(&calendar(&server, &[2]));
    let made = server.post(&who.approver, &path(&who.approver), json!({"url": url})).await;
    assert!(!made.expect(201).json().to_string().contains("private-1f3d"));
    let feeds = server.get(&who.admin, "/v1/absence-feeds").await.expect(200).json();
    assert!(!feeds.to_string().contains("private-1f3d") && feeds.to_string().contains("127.0.0.1"));
    // Neither the journal's leaves nor its pages have it.
    let entries = server.store().stream(&store::Stream::organisation(), 0, 1000).await.unwrap();
    let leaves = entries.iter().map(|e| String::from_utf8_lossy(&e.leaf).into_owned());
    let of_feed: Vec<String> = leaves.filter(|l| l.contains("absence_feed_subscribed")).collect();
    assert!(of_feed.len() == 1 && !of_feed[0].contains("private-1f3d"), "{of_feed:?}");
    let size = server.store().head().await.unwrap().size;
    for index in size.saturating_sub(3)..size {
        let entry = server.get(&who.admin, &format!("/v1/ledger/entries/{index}")).await;
        assert!(!String::from_utf8_lossy(&entry.expect(200).body).contains("private-1f3d"));
    }
    server
}
