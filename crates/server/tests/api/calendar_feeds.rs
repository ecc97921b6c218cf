//! Calendar feeds: read by their secret link, by programs that can't sign in. The clock begins on Monday,
//! 5 January 2026, at 09:00 UTC.

use calendar::Span;
use calendar::ical::read_feed;
use hyper::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::server::{Answer, change_request};
use testkit::{Actor, TestServer};

on_both_stores!(
    m5_5_a_feed_shows_what_its_owner_asked_for_decides_on_and_is_away,
    m5_5_a_feed_of_a_service_or_a_domain_shows_what_is_planned_there,
    m1_5_a_feed_shows_each_turn_on_call_of_its_owner_and_who_took_one_over_has_it,
    e17_a_feed_link_opens_one_feed_until_it_ends_and_nothing_else,
    e17_a_feed_reaches_no_further_than_the_token_it_was_made_with,
);

/// Makes a feed, and gives its path and id back.
async fn feed(server: &TestServer, who: &Actor, about: &str) -> (String, String) {
    let body = json!({"label": "my, calendar", "about": about, "expires_in_days": 30});
    let made = server.post(who, "/v1/me/calendar-feeds", body).await.expect(201);
    let url = made.text("/url");
    let at = url.find("/feeds/").unwrap();
    (url[at..].to_owned(), made.text("/feed/token_id"))
}

async fn read(server: &TestServer, path: &str) -> Answer {
    server.call(None, Method::GET, path, None).await
}

/// What the events are called, as another program of ours reads them.
fn titles(answer: &Answer) -> Vec<String> {
    let text = String::from_utf8(answer.body.clone()).unwrap();
    let feed = read_feed(&text, &calendar::zone("UTC").unwrap()).unwrap();
    assert!(feed.skipped.is_empty(), "{:?}", feed.skipped);
    let year = Span {
        start: "2025-06-01T00:00:00Z".parse().unwrap(),
        end: "2026-12-01T00:00:00Z".parse().unwrap(),
    };
    let whole = |event: &calendar::ical::Event| event.spans(year).unwrap().len() == 1;
    assert!(feed.events.iter().all(whole), "each takes place once: {text}");
    feed.events.into_iter().map(|event| event.summary).collect()
}

async fn planned(server: &TestServer, service: &str, environment: &str) -> String {
    let mut request = change_request(service, environment);
    request["window"] = json!({"from": "2026-01-05T10:00:00Z", "until": "2026-01-05T12:00:00Z"});
    let made = server.post(&server.who.requester, "/v1/changes", request).await.expect(201);
    made.text("/number")
}

async fn m5_5_a_feed_shows_what_its_owner_asked_for_decides_on_and_is_away(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let number = planned(&server, "checkout", "staging").await;
    let until = "2026-01-09T00:00:00Z";
    let away = json!({"from": "2026-01-07T00:00:00Z", "until": until, "reason": "surgery"});
    let path = format!("/v1/people/{}/absences", who.requester.person());
    let _ = server.post(&who.admin, &path, away).await.expect(201);
    let (own, _) = feed(&server, &who.requester, "own").await;
    let answer = read(&server, &own).await.expect(200);
    assert_eq!(answer.header("content-type"), "text/calendar; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "private, no-store");
    let waits = format!("{number} Release checkout (waits for approval)");
    assert_eq!(titles(&answer), [waits.clone(), "Away: nobody is asked for my answer".to_owned()]);
    let text = String::from_utf8(answer.body).unwrap();
    assert!(!text.contains("surgery"), "why is never told: {text}");
    assert!(text.contains("X-WR-CALNAME:my\\, calendar"), "{text}");
    assert!(text.contains("DTSTART:20260105T100000Z\r\nDTEND:20260105T120000Z"), "{text}");
    // Whoever decides on it has it too; whoever has nothing to do with it has not.
    let (decides, _) = feed(&server, &who.approver, "own").await;
    let seen = titles(&read(&server, &decides).await.expect(200));
    assert!(seen.contains(&waits), "{seen:?}");
    let (other, _) = feed(&server, &who.auditor, "own").await;
    assert_eq!(titles(&read(&server, &other).await.expect(200)), Vec::<String>::new());
    server
}

async fn m1_5_a_feed_shows_each_turn_on_call_of_its_owner_and_who_took_one_over_has_it(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let rota = json!({
        "name": "duty", "role": "service-owner", "scope": "service:checkout", "time_zone": "UTC",
        "first": "2026-01-01T00:00:00", "days": 7,
        "people": [who.approver.person(), who.outsider.person()],
    });
    let rota = server.post(&who.admin, "/v1/rotas", rota).await.expect(201).text("/id");
    let (approvers, _) = feed(&server, &who.approver, "own").await;
    let (outsiders, _) = feed(&server, &who.outsider, "own").await;
    let (auditors, _) = feed(&server, &who.auditor, "own").await;
    let text = async |path: &str| {
        let answer = read(&server, path).await.expect(200);
        (titles(&answer), String::from_utf8(answer.body).unwrap().replace("\r\n ", ""))
    };
    let (turns, first) = text(&approvers).await;
    assert!(turns.len() > 10 && turns.iter().all(|title| title == "On call: duty"), "{turns:?}");
    let uid = format!("UID:on-call-{rota}-20260101T000000Z@");
    assert!(first.contains(&uid), "{first}");
    assert!(first.contains("DTSTART:20260101T000000Z\r\nDTEND:20260108T000000Z"), "{first}");
    assert!(first.contains("service-owner for"), "{first}");
    let (turns, second) = text(&outsiders).await;
    assert!(turns.len() > 10 && !second.contains(&uid), "theirs begin a week later: {second}");
    assert!(second.contains("DTSTART:20260108T000000Z"), "{second}");
    assert_eq!(text(&auditors).await.0, Vec::<String>::new());
    let before = turns.len();
    let cover = json!({"person": who.outsider.person(), "from": "2026-01-08T00:00:00Z", "until": "2026-01-15T00:00:00Z"});
    let path = format!("/v1/rotas/{rota}/covers");
    let _ = server.post(&who.approver, &path, cover).await.expect(201);
    let (turns, second) = text(&outsiders).await;
    assert_eq!(turns.len(), before - 1, "{second}");
    assert!(!second.contains("DTSTART:20260108T000000Z"), "{second}");
    let (_, first) = text(&approvers).await;
    let stretch = "DTSTART:20260101T000000Z\r\nDTEND:20260122T000000Z";
    assert!(first.contains(stretch), "their turn, the one they took over, and their next: {first}");
    server
}

async fn m5_5_a_feed_of_a_service_or_a_domain_shows_what_is_planned_there(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let basket = json!({"name": "basket", "title": "Basket", "depends_on": ["checkout"]});
    let _ = server.post(&who.admin, "/v1/services", basket).await.expect(200);
    let checkout = planned(&server, "checkout", "staging").await;
    let basket = planned(&server, "basket", "staging").await;
    let freeze = server.freeze("service:checkout", 5).await;
    let domain = server.get(&who.admin, "/v1/services").await.expect(200).json();
    let domain = domain["items"].as_array().unwrap().iter().find(|s| s["name"] == "checkout");
    let domain = domain.unwrap()["domain"].as_str().unwrap().to_owned();
    let of = async |about: &str| {
        let (path, _) = feed(&server, &who.auditor, about).await;
        let answer = read(&server, &path).await.expect(200);
        (titles(&answer).join("; "), String::from_utf8(answer.body).unwrap())
    };
    let (titles, text) = of("service:checkout").await;
    assert!(titles.contains("Freeze: ") && titles.contains(&checkout), "{titles}");
    assert!(!titles.contains(&basket), "{titles}");
    assert!(text.replace("\r\n ", "").contains(&format!("Conflicts with {basket}")), "{text}");
    assert!(text.contains(&freeze), "{text}");
    let (titles, _) = of("service:basket").await;
    assert!(!titles.contains("Freeze: ") && titles.contains(&basket), "{titles}");
    let (titles, _) = of(&format!("domain:{domain}")).await;
    assert!(titles.contains(&checkout) && !titles.contains(&basket), "{titles}");
    let (titles, _) = of("organisation").await;
    assert!(titles.contains(&checkout) && titles.contains(&basket), "{titles}");
    // The calendar itself is narrowed by the same words.
    let between = "from=2026-01-05T00:00:00Z&until=2026-01-06T00:00:00Z";
    let path = format!("/v1/calendar?{between}&scope=service:basket");
    let entries = server.get(&who.auditor, &path).await.expect(200).json()["entries"].clone();
    let abouts: Vec<&Value> = entries.as_array().unwrap().iter().map(|e| &e["about"]).collect();
    assert_eq!(abouts, ["basket"]);
    let unknown = format!("/v1/calendar?{between}&scope=service:bascet");
    let refused = server.get(&who.auditor, &unknown).await.expect(400);
    assert!(refused.json().to_string().contains("there is no service:bascet"));
    server
}

async fn e17_a_feed_link_opens_one_feed_until_it_ends_and_nothing_else(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let (path, id) = feed(&server, &who.requester, "organisation").await;
    let secret = path.trim_start_matches("/feeds/").trim_end_matches(".ics").to_owned();
    let _ = read(&server, &path).await.expect(200);
    let bearer = Actor { token: secret.clone(), ..who.requester.clone() };
    let _ = server.get(&bearer, "/v1/calendar").await.expect(401);
    // A token of another kind opens no feed.
    let mut nothing = vec![format!("/feeds/{}.ics", who.requester.token)];
    nothing.extend(["/feeds/x.ics".to_owned(), format!("/feeds/{secret}")]);
    let listed = server.get(&who.requester, "/v1/me/calendar-feeds").await.expect(200).json();
    assert_eq!(listed["items"][0]["about"], "organisation");
    assert!(!listed.to_string().contains(&secret));
    let others = server.get(&who.auditor, "/v1/me/calendar-feeds").await.expect(200).json();
    assert_eq!(others["items"], json!([]));
    let revocation = format!("/v1/tokens/{id}/revocation");
    let _ = server.post(&who.auditor, &revocation, json!({})).await.expect(403);
    let _ = server.post(&who.requester, &revocation, json!({})).await.expect(204);
    nothing.push(path);
    // One whose owner left, and one whose time is over.
    let (left, _) = feed(&server, &who.requester, "own").await;
    let (old, _) = feed(&server, &who.security, "own").await;
    let status = format!("/v1/people/{}/status", who.requester.person());
    let _ = server.post(&who.admin, &status, json!({"status": "inactive"})).await.expect(200);
    nothing.push(left);
    let _ = read(&server, &old).await.expect(200);
    server.clock.advance(SignedDuration::from_hours(24 * 30));
    nothing.push(old);
    for path in &nothing {
        let answer = read(&server, path).await.expect(404).json();
        assert_eq!(answer["detail"], "there is no calendar feed at this address");
    }
    server
}

async fn e17_a_feed_reaches_no_further_than_the_token_it_was_made_with(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let basket = json!({"name": "basket", "title": "Basket"});
    let _ = server.post(&who.admin, "/v1/services", basket).await.expect(200);
    let checkout = planned(&server, "checkout", "staging").await;
    let basket = planned(&server, "basket", "staging").await;
    let narrow =
        json!({"label": "t", "verbs": ["act"], "services": ["basket"], "expires_in_days": 1});
    let token = server.post(&who.requester, "/v1/me/tokens", narrow).await.expect(201);
    let narrow = Actor { token: token.text("/token"), ..who.requester.clone() };
    for about in ["organisation", "own"] {
        let (path, _) = feed(&server, &narrow, about).await;
        let titles = titles(&read(&server, &path).await.expect(200)).join("; ");
        assert!(titles.contains(&basket) && !titles.contains(&checkout), "{titles}");
    }
    server
}

#[tokio::test]
async fn e17_a_feed_is_not_read_more_often_than_a_calendar_program_needs() {
    let server = TestServer::sqlite().await;
    let (path, _) = feed(&server, &server.who.requester, "own").await;
    for _ in 0..20 {
        let _ = read(&server, &path).await.expect(200);
    }
    let later = read(&server, &path).await.expect(429);
    assert!(later.header("retry-after").parse::<u64>().unwrap() <= 31);
    server.clock.advance(SignedDuration::from_secs(31));
    let _ = read(&server, &path).await.expect(200);
    for _ in 0..60 {
        let _ = read(&server, "/feeds/guess.ics").await.expect(404);
    }
    let _ = read(&server, "/feeds/guess.ics").await.expect(429);
    let _ = read(&server, &path).await;
    server.finish().await;
}
