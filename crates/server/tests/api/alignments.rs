//! What policy wants aligned is talked over before it is handed in.

use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::{Actor, TestServer};

on_both_stores!(
    m5_6_a_complex_change_is_handed_in_only_after_it_was_aligned,
    m5_6_only_exactly_what_was_talked_over_is_aligned,
    m5_6_a_session_is_led_by_its_chair_and_closed_for_good,
    m5_6_a_session_is_in_calendars_and_feeds_and_is_brought_to_mind_once,
    m5_6_a_moved_session_is_told_and_stands_in_calendars_at_its_new_time,
    m5_6_a_cancelled_session_is_told_leaves_calendars_and_meets_no_rule,
    m5_6_the_board_talks_over_what_is_risky_or_in_conflict_and_is_told_of_the_rest,
    m5_6_the_agenda_and_the_calendar_hold_everything_that_is_open,
    m5_6_members_of_the_board_get_one_digest_ahead_of_each_meeting,
);

fn complex(submit: bool) -> Value {
    let mut change = testkit::server::change_request("checkout", "staging");
    change["attributes"] = json!({"touches": "architecture"});
    change["submit"] = json!(submit);
    change
}

async fn draft(server: &TestServer) -> String {
    let made = server.post(&server.who.requester, "/v1/changes", complex(false)).await;
    made.expect(201).text("/number")
}

fn session(server: &TestServer, changes: &[&str]) -> Value {
    json!({
        "title": "Moving checkout", "from": server.in_hours(1), "until": server.in_hours(2),
        "time_zone": "Europe/Berlin", "agenda": changes,
        "participants": [server.who.security.person()],
    })
}

async fn open(server: &TestServer, changes: &[&str]) -> String {
    let body = session(server, changes);
    let opened = server.post(&server.who.approver, "/v1/alignments", body).await.expect(201);
    format!("/v1/alignments/{}", opened.text("/id"))
}

fn said(change: &str, outcome: &str) -> Value {
    json!({"change": change, "outcome": outcome, "words": "as the plan says"})
}

async fn submit(server: &TestServer, change: &str, revision: u32) -> testkit::Answer {
    let path = format!("/v1/changes/{change}/submission");
    server.post(&server.who.requester, &path, json!({"expected_revision": revision})).await
}

async fn close(server: &TestServer, session: &str, change: &str, outcome: &str) {
    server.clock.advance(SignedDuration::from_hours(1));
    let chair = &server.who.approver;
    let outcomes = format!("{session}/outcomes");
    let _ = server.post(chair, &outcomes, said(change, outcome)).await.expect(201);
    let _ = server.post(chair, &format!("{session}/closure"), json!({})).await.expect(200);
}

async fn told(server: &TestServer, who: &Actor, session: &str) -> Vec<String> {
    let id = session.trim_start_matches("/v1");
    let all = server.app.notifications(&who.principal, None).await.unwrap();
    let about = all.items.iter().filter(|item| item.words.path == id);
    about.map(|item| item.words.headline.clone()).collect()
}

async fn m5_6_a_complex_change_is_handed_in_only_after_it_was_aligned(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let at_once = server.post(&who.requester, "/v1/changes", complex(true)).await;
    assert_eq!((at_once.status, at_once.code().as_str()), (409, "alignment_missing"));
    assert!(at_once.text("/next_actions/0").contains("alignment"), "{}", at_once.json());

    let change = draft(&server).await;
    assert_eq!(submit(&server, &change, 1).await.code(), "alignment_missing");
    let session = open(&server, &[&change]).await;
    let invited = told(&server, &who.security, &session).await;
    assert!(invited[0].contains("invites you to an alignment session"), "{invited:?}");
    assert!(told(&server, &who.approver, &session).await.is_empty(), "nobody hears of their own");

    let raised = json!({"change": change, "text": "who rolls it back?"});
    let concerns = format!("{session}/concerns");
    let _ = server.post(&who.outsider, &concerns, raised.clone()).await.expect(403);
    let made = server.post(&who.security, &concerns, raised).await.expect(201);
    assert_eq!(made.text("/concerns/0/owner/name"), "Test requester");
    let asked = told(&server, &who.requester, &session).await;
    assert!(asked[0].contains(&change) && asked[0].contains("you answer it"), "{asked:?}");

    server.clock.advance(SignedDuration::from_hours(1));
    let outcomes = format!("{session}/outcomes");
    let early = server.post(&who.approver, &outcomes, said(&change, "aligned")).await;
    assert_eq!((early.status, early.code().as_str()), (409, "concerns_open"));
    let answer = json!({"answer": "the rota of operations"});
    let path = format!("{session}/concerns/1/answer");
    let _ = server.post(&who.approver, &path, answer.clone()).await.expect(403);
    let answered = server.post(&who.requester, &path, answer.clone()).await.expect(200);
    assert_eq!(answered.text("/concerns/0/state"), "answered");
    assert_eq!(server.post(&who.requester, &path, answer).await.code(), "concern_answered");
    let _ = server.post(&who.approver, &outcomes, said(&change, "aligned")).await.expect(201);
    assert_eq!(submit(&server, &change, 1).await.code(), "alignment_missing", "it is not closed");
    let closed = server.post(&who.approver, &format!("{session}/closure"), json!({})).await;
    assert_eq!(closed.expect(200).text("/state"), "closed");

    let handed_in = submit(&server, &change, 1).await.expect(200);
    assert_eq!(handed_in.text("/state"), "awaiting_approval", "aligned is not approved");
    assert_eq!(handed_in.text("/assessment/alignment/0/id"), "architecture");
    let _ = server.vote(&who.approver, &handed_in.text("/id"), "approve").await.expect(201);
    let approved = server.get(&who.auditor, &format!("/v1/changes/{change}")).await.expect(200);
    assert_eq!(approved.text("/state"), "approved");

    let node = server.another_node().await;
    assert_eq!(node.live().directory.alignments().count(), 1, "it is in the journal");
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

async fn m5_6_a_session_is_in_calendars_and_feeds_and_is_brought_to_mind_once(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let change = draft(&server).await;
    let mut body = session(&server, &[&change]);
    body["from"] = json!(server.in_hours(48));
    body["until"] = json!(server.in_hours(49));
    let opened = server.post(&who.approver, "/v1/alignments", body).await.expect(201);
    let session = format!("/v1/alignments/{}", opened.text("/id"));

    let calendar =
        server.get(&who.auditor, "/v1/calendar?scope=service:checkout").await.expect(200);
    let entries = calendar.json()["entries"].as_array().unwrap().clone();
    let found = entries.iter().find(|entry| entry["kind"] == "session").unwrap();
    assert_eq!((&found["title"], &found["about"]), (&json!("Moving checkout"), &json!(change)));
    assert_eq!(found["alignment"], opened.json()["id"]);
    let feed = async |actor: &Actor, about: &str| {
        let body = json!({"label": "mine", "about": about, "expires_in_days": 30});
        let made = server.post(actor, "/v1/me/calendar-feeds", body).await.expect(201).text("/url");
        let path = made.split_once("/feeds/").unwrap().1.to_owned();
        let read = server.get(actor, &format!("/feeds/{path}")).await.expect(200);
        String::from_utf8(read.body).unwrap().replace("\r\n ", "")
    };
    let uid = format!("UID:{}@", opened.text("/id"));
    for (actor, about, there) in [
        (&who.security, "own", true),
        (&who.approver, "own", true),
        (&who.requester, "own", true),
        (&who.auditor, "own", false),
        (&who.auditor, "service:checkout", true),
        (&who.auditor, "organisation", true),
    ] {
        let text = feed(actor, about).await;
        assert_eq!(text.contains(&uid), there, "{} {about}: {text}", actor.name);
        assert_eq!(text.contains("SUMMARY:Alignment: Moving checkout"), there, "{text}");
    }

    let reminded = async |actor: &Actor| {
        let told = told(&server, actor, &session).await;
        told.into_iter().filter(|words| words.starts_with("An alignment session begins")).count()
    };
    let _ = server.app.advance_due().await.unwrap();
    assert_eq!(reminded(&who.security).await, 0, "two days before");
    server.clock.advance(SignedDuration::from_hours(25));
    let node = server.another_node().await;
    let _ = server.app.advance_due().await.unwrap();
    let _ = node.advance_due().await.unwrap();
    let _ = server.app.advance_due().await.unwrap();
    assert_eq!((reminded(&who.security).await, reminded(&who.approver).await), (1, 1), "once each");
    assert_eq!(reminded(&who.requester).await, 0, "they don't take part");
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

/// The calendar feed of somebody, unfolded.
async fn own_feed(server: &TestServer, actor: &Actor) -> String {
    let body = json!({"label": "mine", "about": "own", "expires_in_days": 30});
    let made = server.post(actor, "/v1/me/calendar-feeds", body).await.expect(201).text("/url");
    let path = made.split_once("/feeds/").unwrap().1.to_owned();
    let read = server.get(actor, &format!("/feeds/{path}")).await.expect(200);
    String::from_utf8(read.body).unwrap().replace("\r\n ", "")
}

/// The event of a session in a feed, if it is there.
fn event_of<'a>(feed: &'a str, session: &str) -> Option<&'a str> {
    let uid = format!("UID:{}@", session.trim_start_matches("/v1/alignments/"));
    feed.split("BEGIN:VEVENT").find(|event| event.contains(&uid))
}

async fn in_calendar(server: &TestServer) -> Vec<Value> {
    let calendar = server.get(&server.who.auditor, "/v1/calendar").await.expect(200).json();
    let entries = calendar["entries"].as_array().unwrap().iter();
    entries.filter(|entry| entry["kind"] == "session").cloned().collect()
}

async fn m5_6_a_moved_session_is_told_and_stands_in_calendars_at_its_new_time(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let change = draft(&server).await;
    let session = open(&server, &[&change]).await;
    let feed = own_feed(&server, &who.security).await;
    assert!(event_of(&feed, &session).unwrap().contains("SEQUENCE:0"), "{feed}");
    let moves = format!("{session}/moves");
    let to = |from: String, until: String| json!({"from": from, "until": until, "reason": "half of us are ill"});
    let later = to(server.in_hours(48), server.in_hours(49));
    for other in [&who.security, &who.requester, &who.admin, &who.pipeline] {
        let _ = server.post(other, &moves, later.clone()).await.expect(403);
    }
    let past = to(server.in_hours(-3), server.in_hours(-2));
    let refused = server.post(&who.approver, &moves, past).await.expect(400);
    assert_eq!(refused.text("/fields/0/field"), "from");
    let mut nowhere = later.clone();
    nowhere["time_zone"] = json!("Europe/Nowhere");
    let refused = server.post(&who.approver, &moves, nowhere).await.expect(400);
    assert_eq!(refused.text("/fields/0/field"), "time_zone");
    let done = server.post(&who.approver, &moves, later.clone()).await.expect(201);
    let new: jiff::Timestamp = later["from"].as_str().unwrap().parse().unwrap();
    assert_eq!(done.text("/from"), format!("{new:.3}"));
    assert_eq!(done.text("/moves/0/reason"), "half of us are ill");
    assert_eq!(
        (&done.json()["may_plan"], done.text("/time_zone")),
        (&json!(true), "Europe/Berlin".into())
    );

    let words = told(&server, &who.security, &session).await;
    let moved = words.iter().find(|words| words.contains("moved an alignment session to")).unwrap();
    let minute = new.strftime("%Y-%m-%d %H:%M").to_string();
    assert!(moved.contains(&minute), "the new time in words: {moved}");
    let own = told(&server, &who.approver, &session).await;
    assert!(own.is_empty(), "nobody hears of their own: {own:?}");
    let entries = in_calendar(&server).await;
    assert_eq!((entries.len(), &entries[0]["from"]), (1, &json!(format!("{new:.3}"))));
    let feed = own_feed(&server, &who.security).await;
    let event = event_of(&feed, &session).unwrap();
    let start = format!("DTSTART:{}", new.strftime("%Y%m%dT%H%M%SZ"));
    assert!(event.contains("SEQUENCE:1") && event.contains(&start), "{event}");
    assert!(event.contains("STATUS:CONFIRMED"), "{event}");

    // Reminded of the time it has, once for each.
    let reminded = async || {
        let told = told(&server, &who.security, &session).await;
        told.into_iter().filter(|words| words.starts_with("An alignment session begins")).count()
    };
    server.clock.advance(SignedDuration::from_hours(2));
    let _ = server.app.advance_due().await.unwrap();
    assert_eq!(reminded().await, 0, "the time it had is over");
    server.clock.advance(SignedDuration::from_hours(23));
    let node = server.another_node().await;
    let _ = node.advance_due().await.unwrap();
    let _ = server.app.advance_due().await.unwrap();
    assert_eq!(reminded().await, 1);
    let again = to(server.in_hours(72), server.in_hours(73));
    let _ = server.post(&who.approver, &moves, again).await.expect(201);
    server.clock.advance(SignedDuration::from_hours(49));
    let _ = server.app.advance_due().await.unwrap();
    assert_eq!(reminded().await, 2);
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

async fn m5_6_a_cancelled_session_is_told_leaves_calendars_and_meets_no_rule(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let change = draft(&server).await;
    let mut body = session(&server, &[&change]);
    body["from"] = json!(server.in_hours(48));
    body["until"] = json!(server.in_hours(49));
    let opened = server.post(&who.approver, "/v1/alignments", body).await.expect(201);
    let session = format!("/v1/alignments/{}", opened.text("/id"));
    let cancellation = format!("{session}/cancellation");
    let reason = json!({"reason": "it waits for the network"});
    for other in [&who.security, &who.requester, &who.admin, &who.pipeline] {
        let _ = server.post(other, &cancellation, reason.clone()).await.expect(403);
    }
    let refused = server.post(&who.approver, &cancellation, json!({"reason": " "})).await;
    assert_eq!(refused.expect(400).text("/fields/0/field"), "reason");
    let done = server.post(&who.approver, &cancellation, reason.clone()).await.expect(200);
    assert_eq!(done.text("/state"), "cancelled");
    assert_eq!(done.text("/cancellation/reason"), "it waits for the network");
    assert_eq!(done.json()["may_conclude"], false);
    let again = server.post(&who.approver, &cancellation, reason).await;
    assert_eq!((again.status, again.code().as_str()), (409, "alignment_cancelled"));

    for actor in [&who.security, &who.requester] {
        let words = told(&server, actor, &session).await;
        let told = words.iter().any(|words| words.contains("cancelled the alignment session of"));
        assert!(told, "{words:?}");
    }
    assert_eq!(in_calendar(&server).await, Vec::<Value>::new());
    for actor in [&who.security, &who.requester] {
        let feed = own_feed(&server, actor).await;
        let event = event_of(&feed, &session).unwrap();
        assert!(event.contains("SEQUENCE:1") && event.contains("STATUS:CANCELLED"), "{event}");
    }
    server.clock.advance(SignedDuration::from_hours(25));
    let _ = server.app.advance_due().await.unwrap();
    let told = told(&server, &who.security, &session).await;
    assert!(!told.iter().any(|words| words.contains("begins at")), "{told:?}");
    server.clock.advance(SignedDuration::from_hours(23));
    let outcomes = format!("{session}/outcomes");
    let late = server.post(&who.approver, &outcomes, said(&change, "aligned")).await;
    assert_eq!(late.code(), "alignment_cancelled");
    let closed = server.post(&who.approver, &format!("{session}/closure"), json!({})).await;
    assert_eq!(closed.code(), "alignment_cancelled");
    assert_eq!(submit(&server, &change, 1).await.code(), "alignment_missing");
    let cab = server.get(&who.auditor, "/v1/cab").await.expect(200);
    assert_eq!(cab.text("/agenda/0/reasons/0/code"), "alignment_missing", "it still waits");
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

async fn m5_6_only_exactly_what_was_talked_over_is_aligned(server: TestServer) -> TestServer {
    let who = &server.who;
    let change = draft(&server).await;
    let first = open(&server, &[&change]).await;
    let mut moved = complex(false);
    moved["parameters"] = json!({"replicas": "4"});
    let path = format!("/v1/changes/{change}/revisions");
    let revised = json!({"expected_revision": 1, "change": moved});
    let _ = server.post(&who.requester, &path, revised).await.expect(201);
    server.clock.advance(SignedDuration::from_hours(1));
    let outcomes = format!("{first}/outcomes");
    let stale = server.post(&who.approver, &outcomes, said(&change, "aligned")).await;
    assert_eq!(stale.code(), "alignment_outdated");
    let _ = server.post(&who.approver, &outcomes, said(&change, "deferred")).await.expect(201);
    let _ = server.post(&who.approver, &format!("{first}/closure"), json!({})).await.expect(200);
    assert_eq!(submit(&server, &change, 2).await.code(), "alignment_missing");

    let second = open(&server, &[&change]).await;
    close(&server, &second, &change, "aligned").await;
    let _ = submit(&server, &change, 2).await.expect(200);

    // Whatever moves afterwards is another revision, and was not talked over.
    moved = complex(true);
    moved["parameters"] = json!({"replicas": "5"});
    let revised = json!({"expected_revision": 2, "change": moved});
    let refused = server.post(&who.requester, &path, revised).await;
    assert_eq!(refused.code(), "alignment_missing");
    server
}

async fn m5_6_a_session_is_led_by_its_chair_and_closed_for_good(server: TestServer) -> TestServer {
    let who = &server.who;
    let change = draft(&server).await;
    let mut wrong = session(&server, &[&change]);
    wrong["unheard_of"] = json!(1);
    let refused = server.post(&who.approver, "/v1/alignments", wrong).await.expect(400);
    assert_eq!(refused.code(), "unknown_field");
    let mut alone = session(&server, &[&change]);
    alone["participants"] = json!([]);
    let refused = server.post(&who.approver, "/v1/alignments", alone).await.expect(400);
    assert_eq!(refused.text("/fields/0/field"), "participants");
    let unknown = session(&server, &["CHG-9999"]);
    let _ = server.post(&who.approver, "/v1/alignments", unknown).await.expect(404);
    for other in [&who.pipeline, &who.auditor, &who.outsider] {
        let body = session(&server, &[&change]);
        let _ = server.post(other, "/v1/alignments", body).await.expect(403);
    }

    // Who asked for it may lead the session, but not say that it is aligned.
    let mut own = session(&server, &[&change]);
    own["participants"] = json!([who.approver.person()]);
    let own = server.post(&who.requester, "/v1/alignments", own).await.expect(201);
    let own = format!("/v1/alignments/{}", own.text("/id"));
    let path = open(&server, &[&change]).await;
    let outcomes = format!("{path}/outcomes");
    let early = server.post(&who.approver, &outcomes, said(&change, "deferred")).await;
    assert_eq!(early.code(), "alignment_not_begun");
    server.clock.advance(SignedDuration::from_hours(1));
    let mine = format!("{own}/outcomes");
    let refused = server.post(&who.requester, &mine, said(&change, "aligned")).await.expect(403);
    assert_eq!(refused.code(), "sod_author");
    let closure = format!("{path}/closure");
    assert_eq!(server.post(&who.approver, &closure, json!({})).await.code(), "outcomes_missing");
    let _ = server.post(&who.security, &outcomes, said(&change, "aligned")).await.expect(403);
    let _ = server.post(&who.approver, &outcomes, said(&change, "not_aligned")).await.expect(201);
    let _ = server.post(&who.security, &closure, json!({})).await.expect(403);
    let _ = server.post(&who.approver, &closure, json!({})).await.expect(200);
    let late = server.post(&who.approver, &outcomes, said(&change, "aligned")).await;
    assert_eq!((late.status, late.code().as_str()), (409, "alignment_closed"));
    let seen = server.get(&who.auditor, &path).await.expect(200);
    assert_eq!(seen.text("/agenda/0/outcome"), "not_aligned");
    let refused = submit(&server, &change, 1).await;
    assert!(refused.text("/detail").contains("did not agree"), "{}", refused.json());
    server
}

async fn m5_6_the_board_talks_over_what_is_risky_or_in_conflict_and_is_told_of_the_rest(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let numbers = |cab: &Value, part: &str| -> Vec<(String, Vec<String>)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let codes =
            |c: &Value| c["reasons"].as_array().unwrap().iter().map(|r| text(&r["code"])).collect();
        cab[part].as_array().unwrap().iter().map(|c| (text(&c["change"]), codes(c))).collect()
    };
    let ask = async |edit: &dyn Fn(&mut Value)| {
        let mut change = testkit::server::change_request("checkout", "staging");
        edit(&mut change);
        server.post(&who.requester, "/v1/changes", change).await.expect(201).text("/number")
    };
    let plain = ask(&|_| {}).await;
    let risky = ask(&|c| {
        c["impact"] = json!("high");
        c["complexity"] = json!("high");
    })
    .await;
    let window = json!({"from": server.in_hours(5), "until": server.in_hours(6)});
    let planned = |c: &mut Value| c["window"] = window.clone();
    let (one, other) = (ask(&planned).await, ask(&planned).await);
    let waits = draft(&server).await;
    let cab = server.get(&who.auditor, "/v1/cab").await.expect(200).json();
    let because = |change: &str, code: &str| (change.to_owned(), vec![code.to_owned()]);
    assert_eq!(
        numbers(&cab, "agenda"),
        [
            because(&one, "conflict"),
            because(&other, "conflict"),
            because(&risky, "high_risk"),
            because(&waits, "alignment_missing"),
        ]
    );
    assert_eq!(numbers(&cab, "told"), [(plain.clone(), Vec::new())]);
    assert_eq!(cab["level"], "two-people");

    let session = open(&server, &[&waits]).await;
    close(&server, &session, &waits, "aligned").await;
    let cab = server.get(&who.auditor, "/v1/cab").await.expect(200).json();
    let still: Vec<String> =
        numbers(&cab, "agenda").into_iter().map(|(number, _)| number).collect();
    assert_eq!(still, [one, other, risky]);
    server
}

const BOARD: &str = "
role: security
from: \"2026-01-09T14:00\"
until: \"2026-01-09T15:00\"
every: FREQ=WEEKLY;BYDAY=FR
zone: UTC
digest: 2d
";

async fn m5_6_members_of_the_board_get_one_digest_ahead_of_each_meeting(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let files = testkit::organisation::policy().into_iter();
    let mut files: Vec<_> = files.map(|f| json!({"path": f.path, "text": f.text})).collect();
    files.push(json!({"path": "board.yaml", "text": BOARD}));
    let body = json!({"files": files, "reason": "a board"});
    let proposed = server.post(&who.policy_author, "/v1/policy/proposals", body).await.expect(201);
    let path = format!("/v1/policy/proposals/{}/activation", proposed.text("/digest"));
    let _ = server.post(&who.second_author, &path, json!({"reason": "read it"})).await.expect(200);
    let change = draft(&server).await;
    let plain = testkit::server::change_request("checkout", "staging");
    let plain = server.post(&who.requester, "/v1/changes", plain).await.expect(201).text("/number");
    let digests = async |actor: &Actor| {
        let all = server.app.notifications(&actor.principal, None).await.unwrap();
        let about = all.items.into_iter().filter(|item| item.words.path == "/cab");
        about.map(|item| item.words).collect::<Vec<_>>()
    };
    let cab = server.get(&who.auditor, "/v1/cab").await.expect(200).json();
    let meeting: jiff::Timestamp = cab["next_meeting"].as_str().unwrap().parse().unwrap();
    let two_days = SignedDuration::from_hours(48);
    let wait = meeting.checked_sub(two_days).unwrap().duration_since(server.app.ports().now());
    server.clock.advance(wait - SignedDuration::from_mins(1));
    let _ = server.app.advance_due().await.unwrap();
    assert_eq!(digests(&who.security).await.len(), 0, "two days ahead, and no sooner");
    server.clock.advance(SignedDuration::from_mins(2));
    let node = server.another_node().await;
    let _ = server.app.advance_due().await.unwrap();
    let _ = node.advance_due().await.unwrap();
    let _ = server.app.advance_due().await.unwrap();
    let told = digests(&who.security).await;
    assert_eq!(told.len(), 1, "one for all changes, and once: {told:?}");
    assert!(told[0].headline.contains("talks over 1 change"), "{told:?}");
    let lines = told[0].more.join("\n");
    assert!(lines.contains(&format!("Agenda: {change} (checkout to staging)")), "{lines}");
    assert!(lines.contains(&format!("Told of: {plain} (checkout to staging)")), "{lines}");
    assert_eq!(digests(&who.approver).await.len(), 0, "they don't sit on it");
    // The next meeting is another one.
    server.clock.advance(SignedDuration::from_hours(7 * 24));
    let _ = server.app.advance_due().await.unwrap();
    assert_eq!(digests(&who.security).await.len(), 2);
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

/// More than is read at once.
const MANY: usize = 205;

async fn m5_6_the_agenda_and_the_calendar_hold_everything_that_is_open(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let mut change = testkit::server::change_request("checkout", "staging");
    change["submit"] = json!(true);
    let hour = |n: usize| 24 + i64::try_from(n).unwrap();
    let mut numbers = Vec::new();
    for n in 0..MANY {
        // Each window but the last begins when the one before is over; the last is in conflict.
        let from = hour(if n + 1 == MANY { n - 1 } else { n });
        change["window"] =
            json!({"from": server.in_hours(from), "until": server.in_hours(from + 1)});
        let made = server.post(&who.requester, "/v1/changes", change.clone()).await.expect(201);
        numbers.push(made.text("/number"));
    }
    let cab = server.get(&who.auditor, "/v1/cab").await.expect(200).json();
    let count = |list: &str| cab[list].as_array().unwrap().len();
    assert_eq!((count("agenda"), count("told")), (2, MANY - 2), "nothing is left out");
    assert_eq!(cab["told"][0]["change"], json!(numbers[0]), "also what was asked for first");
    let calendar = server.get(&who.auditor, "/v1/calendar").await.expect(200).json();
    let entries = calendar["entries"].as_array().unwrap();
    assert_eq!(entries.len(), MANY);
    let conflicts = entries.iter().filter(|e| e["conflicts"] != json!([])).count();
    assert_eq!(conflicts, 2, "those that stand last name each other");
    server
}
