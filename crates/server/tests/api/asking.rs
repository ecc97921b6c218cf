//! Asking approvers, escalation, rerouting and settling, through every layer.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde_json::{Value, json};
use store::{Append, NewEntry, Stream};
use testkit::sinks::SmtpSink;
use testkit::{Actor, TestServer};

on_both_stores!(
    m1_5_an_unanswered_change_escalates_by_itself_and_every_step_is_on_the_record,
    m1_6_an_answer_asked_on_friday_evening_in_auckland_runs_on_the_day_of_sao_paulo,
    m3_3_who_is_away_or_leaves_is_replaced_within_a_tick,
    m1_5_whose_turn_is_over_is_relieved_as_soon_as_somebody_else_is_on_call,
    b18_what_nobody_can_answer_goes_to_whoever_gets_the_role,
    b18_what_has_no_plan_and_loses_its_last_holder_is_told_once,
    m1_5_timers_survive_a_restart_and_fire_once_across_nodes,
    f04_a_change_that_can_not_go_on_holds_up_no_other,
    g10_what_is_asked_for_at_once_is_spread_over_all_who_can,
    g10_exactly_those_who_are_asked_are_told_and_reminded_once,
    m1_5_what_a_plan_asks_at_night_is_mailed_at_night,
    g10_those_who_decide_on_an_exception_are_told_once,
    b11_what_a_returning_voter_completes_is_recorded_without_anybody_asking,
    b11_when_an_approval_lapses_others_are_asked_at_once,
    f04_what_a_weaker_policy_completes_is_recorded_without_anybody_asking,
);

const RESPONSE: &str = r#"
plans:
  - id: quick
    title: Quick
    within: 30m
    remind: [10m]
    after_hours: true
    steps:
      - { after: 30m, widen: 1 }
      - { after: 60m, role: security }
"#;

/// A scan too, for staging.
const STRICT: &str = r#"
rules:
  - id: strict
    title: Staging is scanned
    when: environment.name == "staging"
    evidence: [{ kind: scan, issuers: [ci], why: known holes are found before others find them }]
"#;

/// Makes a policy with a response plan live.
async fn with_plan(server: &TestServer) {
    let mut files = files();
    files.push(json!({"path": "response.yaml", "text": RESPONSE}));
    activate(server, files).await;
    let _ = server.app.reroute().await.unwrap();
}

pub(super) fn files() -> Vec<Value> {
    let file = |f: &domain::event::PolicyFile| json!({"path": f.path, "text": f.text});
    testkit::organisation::policy().iter().map(file).collect()
}

pub(super) async fn activate(server: &TestServer, files: Vec<Value>) {
    let who = &server.who;
    let body = json!({"files": files, "reason": "response times"});
    let proposed = server.post(&who.policy_author, "/v1/policy/proposals", body).await.expect(201);
    let path = format!("/v1/policy/proposals/{}/activation", proposed.text("/digest"));
    let _ = server.post(&who.second_author, &path, json!({"reason": "read"})).await.expect(200);
}

async fn later(server: &TestServer, minutes: i64) {
    server.clock.advance(SignedDuration::from_mins(minutes));
    // Two nodes at once: each event is recorded by one of them.
    let (one, two) = tokio::join!(server.app.advance_due(), server.app.advance_due());
    let _ = (one.unwrap(), two.unwrap());
}

async fn asking_of(server: &TestServer, id: &str) -> Vec<Value> {
    let path = format!("/v1/changes/{id}/timeline");
    let timeline = server.get(&server.who.auditor, &path).await.expect(200).json();
    let kinds = ["approvers_asked", "approvers_reminded", "requirement_escalated"];
    let items = timeline["items"].as_array().unwrap().iter();
    items.filter(|i| kinds.contains(&i["kind"].as_str().unwrap())).cloned().collect()
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|e| e["kind"].as_str().unwrap()).collect()
}

fn asked(event: &Value) -> String {
    event["data"]["people"][0].as_str().unwrap_or_default().to_owned()
}

/// Of two owners, the one with this id and the other one.
fn owners<'a>(server: &'a TestServer, first: &str) -> (&'a Actor, &'a Actor) {
    let (a, b) = (&server.who.owner, &server.who.approver);
    if a.person().as_str() == first { (a, b) } else { (b, a) }
}

async fn m1_5_an_unanswered_change_escalates_by_itself_and_every_step_is_on_the_record(
    server: TestServer,
) -> TestServer {
    with_plan(&server).await;
    let who = &server.who;
    let id = server.change("staging").await;
    later(&server, 0).await;
    let record = server.get(&who.auditor, &format!("/v1/changes/{id}")).await.expect(200).json();
    let missing = &record["missing"][0];
    assert_eq!(missing["asked"].as_array().unwrap().len(), 1, "{missing}");
    assert_eq!(server.vote(&who.security, &id, "approve").await.expect(403).code(), "no_role");
    for minutes in [10, 20, 30] {
        later(&server, minutes).await;
    }
    let events = asking_of(&server, &id).await;
    assert_eq!(
        kinds(&events),
        [
            "approvers_asked",
            "approvers_reminded",
            "requirement_escalated",
            "approvers_asked",
            "requirement_escalated",
            "approvers_asked",
        ]
    );
    let people: Vec<String> = [0, 3, 5].iter().filter_map(|n| events.get(*n)).map(asked).collect();
    let (first, other) = owners(&server, &people[0]);
    let expected = [first, other, &who.security].map(|a| a.person().to_string());
    assert_eq!(people, expected);
    // The fallback sees it in the inbox, and their vote counts now.
    let inbox = server.get(&who.security, "/v1/inbox").await.expect(200).json();
    assert_eq!(inbox["waiting_for_you"][0]["role"], "security", "{inbox}");
    let voted = server.vote(&who.security, &id, "approve").await.expect(201).json();
    assert_eq!(voted["change"]["state"], "approved");
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

/// Eight working hours of whoever is asked, then two more, then the fallback.
const BY_DAY: &str = r#"
plans:
  - id: ordinary
    title: Within a working day
    within: 8h
    clock: approver
    remind: [4h]
    steps: [{ after: 10h, role: security }]
"#;

/// Moves the clock to a time, and does what is due on two nodes at once.
async fn until(server: &TestServer, at: &str) {
    let at: jiff::Timestamp = at.parse().unwrap();
    let span = at.duration_since(server.app.ports().now());
    assert!(span.is_positive(), "time goes on");
    server.clock.advance(span);
    later(server, 0).await;
}

async fn m1_6_an_answer_asked_on_friday_evening_in_auckland_runs_on_the_day_of_sao_paulo(
    server: TestServer,
) -> TestServer {
    let mut files = files();
    files.push(json!({"path": "response.yaml", "text": BY_DAY}));
    activate(&server, files).await;
    let who = &server.who;
    for (actor, zone) in [
        (&who.requester, "Pacific/Auckland"),
        (&who.security, "Pacific/Auckland"),
        (&who.approver, "America/Sao_Paulo"),
    ] {
        let path = format!("/v1/people/{}", actor.person());
        let _ = server.post(&who.admin, &path, json!({"time_zone": zone})).await.expect(200);
    }
    let path = format!("/v1/people/{}/status", who.owner.person());
    let _ = server.post(&who.admin, &path, json!({"status": "inactive"})).await.expect(200);
    // Friday, 16:55 in Auckland; it is five to one at night in São Paulo.
    until(&server, "2026-01-09T03:55:00Z").await;
    let id = server.change("staging").await;
    later(&server, 0).await;
    let mut seen = Vec::new();
    for at in [
        "2026-01-09T11:59:00Z",
        // Nine on Friday morning there: asked. One in the afternoon: reminded.
        "2026-01-09T12:00:00Z",
        "2026-01-09T15:59:00Z",
        "2026-01-09T16:00:00Z",
        // Eight of the ten hours are over at 17:00 on Friday; the other two end at 11:00 on Monday.
        "2026-01-12T13:59:00Z",
        "2026-01-12T14:00:00Z",
        // The fallback is asleep in Auckland, and is asked at nine on Tuesday morning there.
        "2026-01-12T19:59:00Z",
        "2026-01-12T20:00:00Z",
    ] {
        until(&server, at).await;
        let events = asking_of(&server, &id).await;
        let said = |e: &Value| format!("{} {}", e["kind"].as_str().unwrap(), asked(e));
        let new: Vec<String> = events.iter().skip(seen.len()).map(said).collect();
        let (owner, security) = (who.approver.person(), who.security.person());
        let expected: Vec<String> = match at {
            "2026-01-09T11:59:00Z" => vec!["approvers_asked ".to_owned()],
            "2026-01-09T12:00:00Z" => vec![format!("approvers_asked {owner}")],
            "2026-01-09T16:00:00Z" => vec![format!("approvers_reminded {owner}")],
            "2026-01-12T14:00:00Z" => {
                vec!["requirement_escalated ".to_owned(), "approvers_asked ".to_owned()]
            }
            "2026-01-12T20:00:00Z" => vec![format!("approvers_asked {security}")],
            _ => Vec::new(),
        };
        assert_eq!(new, expected, "{at}");
        seen = events;
    }
    server
}

async fn m3_3_who_is_away_or_leaves_is_replaced_within_a_tick(server: TestServer) -> TestServer {
    with_plan(&server).await;
    let who = &server.who;
    let id = server.change("staging").await;
    later(&server, 0).await;
    let events = asking_of(&server, &id).await;
    let (first, other) = owners(&server, &asked(&events[0]));
    let path = format!("/v1/people/{}/absences", first.person());
    let body = json!({"until": server.in_hours(48)});
    let _ = server.post(first, &path, body).await.expect(201);
    assert_eq!(server.app.reroute().await.unwrap(), 1);
    let events = asking_of(&server, &id).await;
    assert_eq!(asked(&events[1]), other.person().to_string());
    assert_eq!(events[1]["data"]["instead_of"][0], json!(first.person()));
    // The other one leaves: nobody of the role is there, so it goes straight to the fallback.
    let path = format!("/v1/people/{}/status", other.person());
    let _ = server.post(&who.admin, &path, json!({"status": "inactive"})).await.expect(200);
    assert_eq!(server.app.reroute().await.unwrap(), 1);
    let events = asking_of(&server, &id).await;
    let last = events.last().unwrap();
    assert_eq!(asked(last), who.security.person().to_string(), "{events:#?}");
    // Nothing is left to do for anybody.
    assert_eq!(server.app.reroute().await.unwrap(), 0);
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

/// A rota of one person who is always on call.
fn always(name: &str, person: &Actor) -> Value {
    json!({
        "name": name, "role": "service-owner", "scope": "organisation", "time_zone": "UTC",
        "first": "2026-01-01T00:00:00", "days": 7, "people": [person.person()],
    })
}

/// Found by the simulation: whoever comes on call was asked for nothing, and shares no rota with those who
/// were.
async fn m1_5_whose_turn_is_over_is_relieved_as_soon_as_somebody_else_is_on_call(
    server: TestServer,
) -> TestServer {
    let mut files = files();
    let plan = RESPONSE.replace("    within: 30m\n", "    within: 30m\n    first: on_call\n");
    files.push(json!({"path": "response.yaml", "text": plan}));
    activate(&server, files).await;
    let who = &server.who;
    for returns in [false, true] {
        let first = server.post(&who.admin, "/v1/rotas", always("first", &who.owner)).await;
        let first = format!("/v1/rotas/{}", first.expect(201).text("/id"));
        let absences = format!("/v1/people/{}/absences", who.approver.person());
        let mut away = None;
        let mut second = None;
        if returns {
            let body = json!({"until": server.in_hours(48)});
            away = Some(server.post(&who.approver, &absences, body).await.expect(201).text("/id"));
            let made = server.post(&who.admin, "/v1/rotas", always("second", &who.approver)).await;
            second = Some(made.expect(201).text("/id"));
        }
        let _ = server.app.reroute().await.unwrap();
        let id = server.change("staging").await;
        later(&server, 0).await;
        let events = asking_of(&server, &id).await;
        assert_eq!(events[0]["data"]["on_call"], json!([who.owner.person()]), "{events:#?}");
        // The turn is over, and there is nobody to relieve them yet.
        let _ = server.post(&who.admin, &format!("{first}/removal"), json!({})).await.expect(204);
        assert_eq!(server.app.reroute().await.unwrap(), 0);
        if let Some(absence) = away {
            let back = format!("/v1/absences/{absence}/cancellation");
            let _ = server.post(&who.approver, &back, json!({})).await.expect(204);
        } else {
            let made = server.post(&who.admin, "/v1/rotas", always("second", &who.approver)).await;
            second = Some(made.expect(201).text("/id"));
        }
        assert_eq!(server.app.reroute().await.unwrap(), 1);
        let events = asking_of(&server, &id).await;
        let last = &events.last().unwrap()["data"];
        assert_eq!(last["people"], json!([who.approver.person()]), "{events:#?}");
        assert_eq!(last["instead_of"], json!([who.owner.person()]));
        let _ = server.vote(&who.approver, &id, "approve").await.expect(201);
        let second = format!("/v1/rotas/{}", second.unwrap());
        let _ = server.post(&who.admin, &format!("{second}/removal"), json!({})).await.expect(204);
    }
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

async fn b18_what_has_no_plan_and_loses_its_last_holder_is_told_once(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let member = json!({"person": who.owner.person()});
    let other = json!({"role": "service-owner", "scope": "domain:shop", "member": member});
    let _ = server.post(&who.admin, "/v1/roles/bindings/removal", other).await.expect(204);
    let _ = server.app.reroute().await.unwrap();
    let change = testkit::server::change_request("checkout", "staging");
    let made = server.post(&who.requester, "/v1/changes", change).await.expect(201);
    let stuck = async |actor: &Actor| {
        let all = server.app.notifications(&actor.principal, None).await.unwrap();
        let words = all.items.into_iter().map(|item| item.words.headline);
        words.filter(|words| words.contains("nobody is left who could answer")).count()
    };
    let size = async || server.store().head().await.unwrap().size;
    let look = async || {
        let _ = server.app.reroute().await.unwrap();
        let node = server.another_node().await;
        let _ = node.reroute().await.unwrap();
        let _ = server.app.advance_due().await.unwrap();
    };
    assert_eq!((stuck(&who.requester).await, stuck(&who.admin).await), (0, 0));
    let member = json!({"person": who.approver.person()});
    let role = json!({"role": "service-owner", "scope": "service:checkout", "member": member});
    let bindings = "/v1/roles/bindings";
    let removal = format!("{bindings}/removal");
    let _ = server.post(&who.admin, &removal, role.clone()).await.expect(204);
    look().await;
    assert_eq!(
        (stuck(&who.requester).await, stuck(&who.admin).await),
        (1, 1),
        "both can do something"
    );
    let after = size().await;
    look().await;
    assert_eq!((stuck(&who.admin).await, size().await), (1, after), "once");

    let _ = server.post(&who.admin, bindings, role).await.expect(201);
    look().await;
    let path = format!("/v1/changes/{}/timeline", made.text("/id"));
    let line = server.get(&who.auditor, &path).await.expect(200).json().to_string();
    assert!(line.contains("found somebody again who can answer"), "{line}");
    // A leaver is the same as a lost role.
    let leaves = json!({"status": "inactive"});
    let path = format!("/v1/people/{}/status", who.approver.person());
    let _ = server.post(&who.admin, &path, leaves).await;
    look().await;
    assert_eq!(stuck(&who.requester).await, 2, "it is new");
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

async fn b18_what_nobody_can_answer_goes_to_whoever_gets_the_role(
    server: TestServer,
) -> TestServer {
    with_plan(&server).await;
    let who = &server.who;
    let binding = |person: &Actor| json!({"role": "security", "scope": "organisation", "member": {"person": person.person()}});
    let path = "/v1/roles/bindings/removal";
    let _ = server.post(&who.admin, path, binding(&who.security)).await.expect(204);
    let id = server.change("production").await;
    later(&server, 0).await;
    let _ = server.vote(&who.approver, &id, "approve").await.expect(201);
    let verdict = server.ask(&who.pipeline, Some(&id), "production").await.expect(200).json();
    assert_eq!(verdict["answer"], "deny", "{verdict}");
    for person in [&who.requester, &who.owner, &who.admin] {
        let told = server.app.notifications(&person.principal, None).await.unwrap();
        let stuck = |n: &&app::notify::Notification| n.words.headline.contains("nobody is left");
        let stuck: Vec<_> = told.items.iter().filter(stuck).collect();
        assert_eq!(stuck.len(), 1, "{}: once, in place of each step", person.name);
        assert!(!told.items.iter().any(|n| n.words.headline.contains("escalated")));
    }
    let _ = server.post(&who.admin, "/v1/roles/bindings", binding(&who.outsider)).await.expect(201);
    assert_eq!(server.app.reroute().await.unwrap(), 1);
    let events = asking_of(&server, &id).await;
    assert_eq!(asked(events.last().unwrap()), who.outsider.person().to_string());
    let _ = server.vote(&who.outsider, &id, "approve").await.expect(201);
    let verdict = server.ask(&who.pipeline, Some(&id), "production").await.expect(200).json();
    assert_eq!(verdict["answer"], "allow", "{verdict}");
    server
}

async fn m1_5_timers_survive_a_restart_and_fire_once_across_nodes(
    server: TestServer,
) -> TestServer {
    with_plan(&server).await;
    let changes = [server.change("staging").await, server.change("production").await];
    later(&server, 0).await;
    let asked = [asking_of(&server, &changes[0]).await, asking_of(&server, &changes[1]).await];
    assert_eq!(kinds(&asked[1]), ["approvers_asked"; 2], "a service owner, and security");
    // Whoever asked them is gone; two other nodes know nothing but what is stored.
    server.clock.advance(SignedDuration::from_mins(10));
    let (one, two) = (server.another_node().await, server.another_node().await);
    let ran = tokio::join!(one.advance_due(), two.advance_due(), one.reroute(), two.reroute());
    assert_eq!(ran.0.unwrap().asked + ran.1.unwrap().asked, 2);
    assert_eq!(ran.2.unwrap() + ran.3.unwrap(), 0, "everybody is where they were");
    for (id, before) in changes.iter().zip(&asked) {
        let now = asking_of(&server, id).await;
        let news = kinds(&now[before.len()..]);
        assert_eq!(news, vec!["approvers_reminded"; before.len()], "each once");
    }
    // What fell due while no node ran is not done twice over: one reminder, then the step.
    let third = server.another_node().await;
    assert_eq!(third.advance_due().await.unwrap(), app::Advanced::default());
    server.clock.advance(SignedDuration::from_mins(20));
    assert_eq!(third.advance_due().await.unwrap().asked, 2);
    let now = asking_of(&server, &changes[0]).await;
    assert_eq!(kinds(&now[2..]), ["requirement_escalated", "approvers_asked"]);
    server
}

async fn g10_what_is_asked_for_at_once_is_spread_over_all_who_can(
    server: TestServer,
) -> TestServer {
    with_plan(&server).await;
    let mut changes = Vec::new();
    for _ in 0..6 {
        changes.push(server.change("staging").await);
    }
    assert_eq!(server.app.advance_due().await.unwrap().asked, 6);
    let mut of_owner = 0;
    for id in &changes {
        let events = asking_of(&server, id).await;
        assert_eq!(kinds(&events), ["approvers_asked"]);
        of_owner += usize::from(asked(&events[0]) == server.who.owner.person().as_str());
    }
    assert_eq!(of_owner, 3, "three of six: two can answer");
    server
}

async fn f04_a_change_that_can_not_go_on_holds_up_no_other(server: TestServer) -> TestServer {
    with_plan(&server).await;
    let [broken, other] = [server.change("staging").await, server.change("staging").await];
    // An entry beside the rules: nothing can be recorded on what is known of this change any more.
    let stream = Stream::change(&broken.parse().unwrap());
    let leaf = json!({"kind": "nobody_knows", "stream": stream.as_str()}).to_string().into_bytes();
    let entries = vec![NewEntry::new(stream, leaf, Vec::new())];
    let _ = server.store().append(Append { entries, ..Append::default() }).await.unwrap();
    assert_eq!(server.app.advance_due().await.unwrap().asked, 1);
    assert_eq!(kinds(&asking_of(&server, &other).await), ["approvers_asked"]);
    server
}

/// Who got mail since the last look, each with its subjects.
async fn mailed(server: &TestServer, sink: &SmtpSink, seen: &mut usize) -> Vec<(String, String)> {
    // Beyond the time in which further mail is gathered.
    server.clock.advance(SignedDuration::from_secs(60));
    let channels = server.channels_to(sink);
    while server.app.deliver_due(&channels).await.unwrap().lanes > 0 {}
    let mails = sink.mails();
    let new = mails.iter().skip(*seen).map(|m| (m.to[0].clone(), m.header("subject").to_owned()));
    let new = new.collect();
    *seen = mails.len();
    new
}

async fn g10_exactly_those_who_are_asked_are_told_and_reminded_once(
    server: TestServer,
) -> TestServer {
    with_plan(&server).await;
    let sink = SmtpSink::start().await;
    let _ = server.channels_to(&sink);
    let mut seen = 0;
    let id = server.change("staging").await;
    assert_eq!(mailed(&server, &sink, &mut seen).await, [], "two could answer, none is asked yet");
    later(&server, 0).await;
    let events = asking_of(&server, &id).await;
    let (first, other) = owners(&server, &asked(&events[0]));
    let mail_of = |who: &Actor| format!("{}@example.com", who.name);
    let told = mailed(&server, &sink, &mut seen).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, mail_of(first));
    assert!(told[0].1.contains("asks for your decision"), "{told:?}");
    later(&server, 10).await;
    let told = mailed(&server, &sink, &mut seen).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, mail_of(first));
    assert!(told[0].1.contains("is still awaited"), "{told:?}");
    // Whoever asked hears of each step; owners who are asked themselves don't.
    let requester = mail_of(&server.who.requester);
    for (minutes, asked, says) in [
        (20, other, format!("No answer from Test {}, asked", first.name)),
        (30, &server.who.security, format!("No answer from Test {}", first.name)),
    ] {
        later(&server, minutes).await;
        let told = mailed(&server, &sink, &mut seen).await;
        let to: BTreeSet<String> = told.iter().map(|t| t.0.clone()).collect();
        assert_eq!((told.len(), to), (2, [mail_of(asked), requester.clone()].into()));
        let ask = sink.mails_to(&mail_of(asked)).pop().unwrap().text();
        assert!(ask.contains(&says), "{ask}");
        assert!(ask.contains("Due 2026-") && ask.contains("tier T"), "{ask}");
        let step = sink.mails_to(&requester).pop().unwrap().text();
        assert!(step.contains("No answer came in time") && step.contains("It turned to"), "{step}");
    }
    server
}

async fn m1_5_what_a_plan_asks_at_night_is_mailed_at_night(server: TestServer) -> TestServer {
    with_plan(&server).await;
    let sink = SmtpSink::start().await;
    let _ = server.channels_to(&sink);
    let mut seen = 0;
    // From nine in the morning to half past ten in the evening, when quiet hours have begun.
    server.clock.advance(SignedDuration::from_mins(13 * 60 + 30));
    let id = server.change("staging").await;
    later(&server, 0).await;
    let first = asked(&asking_of(&server, &id).await[0]);
    let told = mailed(&server, &sink, &mut seen).await;
    let (first, _) = owners(&server, &first);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, format!("{}@example.com", first.name));
    assert!(told[0].1.starts_with("Urgent: "), "{told:?}");
    server
}

async fn g10_those_who_decide_on_an_exception_are_told_once(server: TestServer) -> TestServer {
    let who = &server.who;
    let id = server.approved("staging").await;
    let freeze = server.freeze("domain:shop", 24).await;
    let sink = SmtpSink::start().await;
    let mut seen = 0;
    let _ = mailed(&server, &sink, &mut seen).await;
    let path = format!("/v1/changes/{id}/exceptions");
    let body = json!({"expected_revision": 1, "freeze": freeze, "reason": "it can't wait"});
    let _ = server.post(&who.requester, &path, body).await.expect(200);
    let told = server.app.notifications(&who.security.principal, None).await.unwrap();
    let asks = |told: &app::notify::Notifications| {
        let headlines = told.items.iter().map(|item| item.words.headline.clone());
        headlines.filter(|h| h.contains("asks for your decision")).count()
    };
    assert_eq!(asks(&told), 1);
    let told = server.app.notifications(&who.auditor.principal, None).await.unwrap();
    assert_eq!(asks(&told), 0);
    server
}

async fn set_status(server: &TestServer, who: &Actor, status: &str) {
    let path = format!("/v1/people/{}/status", who.person());
    let _ = server.post(&server.who.admin, &path, json!({"status": status})).await.expect(200);
    let _ = server.app.reroute().await.unwrap();
}

async fn state_of(server: &TestServer, id: &str) -> String {
    server.get(&server.who.auditor, &format!("/v1/changes/{id}")).await.expect(200).text("/state")
}

async fn b11_what_a_returning_voter_completes_is_recorded_without_anybody_asking(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let _ = server.app.reroute().await.unwrap();
    let id = server.change("production").await;
    let _ = server.vote(&who.approver, &id, "approve").await.expect(201);
    set_status(&server, &who.approver, "inactive").await;
    let _ = server.vote(&who.security, &id, "approve").await.expect(201);
    assert_eq!(state_of(&server, &id).await, "awaiting_approval", "one of the voters is gone");
    // Two nodes see it at once; one of them records it.
    let other = server.another_node().await;
    let _ = other.reroute().await.unwrap();
    let path = format!("/v1/people/{}/status", who.approver.person());
    let _ = server.post(&who.admin, &path, json!({"status": "active"})).await.expect(200);
    other.refresh().await.unwrap();
    let (one, two) = tokio::join!(server.app.reroute(), other.reroute());
    assert_eq!(one.unwrap() + two.unwrap(), 1);
    assert_eq!(state_of(&server, &id).await, "approved");
    let timeline =
        server.get(&who.auditor, &format!("/v1/changes/{id}/timeline")).await.expect(200);
    let last = timeline.json()["items"].as_array().unwrap().last().cloned().unwrap();
    let by = [&last["kind"], &last["actor"]["type"]];
    assert_eq!(by, [&json!("change_approved"), &json!("system")]);
    server
}

async fn f04_what_a_weaker_policy_completes_is_recorded_without_anybody_asking(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let id = server.change("staging").await;
    let mut strict = files();
    strict.push(json!({"path": "rules/strict.yaml", "text": STRICT}));
    activate(&server, strict).await;
    let _ = server.app.reroute().await.unwrap();
    let _ = server.vote(&who.approver, &id, "approve").await.expect(201);
    assert_eq!(state_of(&server, &id).await, "awaiting_approval", "the live policy asks for more");
    let mut weaker = files();
    weaker.push(json!({"path": "response.yaml", "text": RESPONSE}));
    activate(&server, weaker).await;
    assert_eq!(server.app.reroute().await.unwrap(), 1);
    assert_eq!(state_of(&server, &id).await, "approved");
    assert_eq!(server.app.reroute().await.unwrap(), 0);
    server
}

async fn b11_when_an_approval_lapses_others_are_asked_at_once(server: TestServer) -> TestServer {
    with_plan(&server).await;
    let who = &server.who;
    // Approved before anybody was asked; then the voter can't use their account any more.
    let id = server.change("staging").await;
    let _ = server.vote(&who.approver, &id, "approve").await.expect(201);
    assert_eq!(state_of(&server, &id).await, "approved");
    set_status(&server, &who.approver, "inactive").await;
    let verdict = server.ask(&who.pipeline, Some(&id), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "pending");
    let events = asking_of(&server, &id).await;
    assert_eq!(kinds(&events), ["approvers_asked"]);
    assert_eq!(asked(&events[0]), who.owner.person().as_str());
    assert_eq!(events[0]["data"]["instead_of"], json!([who.approver.person()]));
    // And reminded, since nothing that counts was said.
    later(&server, 11).await;
    assert_eq!(kinds(&asking_of(&server, &id).await), ["approvers_asked", "approvers_reminded"]);
    server
}
