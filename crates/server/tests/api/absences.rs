//! Absences and delegation, through every layer.

use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::TestServer;

on_both_stores!(
    m5_2_a_delegate_votes_and_the_record_names_both,
    m5_2_limits_are_policys_and_nobody_gives_away_another_s_right,
    m5_2_ended_early_a_vote_falls_before_it_is_used,
    m5_2_a_deputy_of_a_group_answers_for_a_member_who_is_away,
    m5_2_a_deputy_is_told_when_an_absence_begins_and_once_across_nodes,
    i4_a_delegate_of_the_requester_cannot_vote,
    absences_are_shown_without_their_reason,
    m1_6_absences_of_a_calendar_are_seen_first_then_recorded_once,
    m1_5_a_turn_is_taken_over_and_shown_with_both_names,
);

async fn seen(server: &TestServer, who: &testkit::Actor, id: &str) -> Value {
    server.get(who, &format!("/v1/changes/{id}")).await.expect(200).json()
}

async fn m5_2_a_delegate_votes_and_the_record_names_both(server: TestServer) -> TestServer {
    let who = &server.who;
    let made = server.delegate(&who.approver, &who.outsider).await.expect(201);
    assert_eq!(made.json()["in_force"], true);
    let id = server.change("staging").await;
    let change = seen(&server, &who.outsider, &id).await;
    assert_eq!(change["you"]["may_vote"], true);
    assert_eq!(change["you"]["acting_for"][0]["person"]["id"], json!(who.approver.person()));
    let inbox = server.get(&who.outsider, "/v1/inbox").await.expect(200).json();
    let task = &inbox["waiting_for_you"][0];
    assert_eq!(task["on_behalf_of"]["id"], json!(who.approver.person()), "{inbox}");
    let voted = server.vote(&who.outsider, &id, "approve").await.expect(201).json();
    assert_eq!(voted["vote"]["on_behalf_of"]["id"], json!(who.approver.person()));
    assert_eq!(voted["vote"]["delegation"], made.json()["id"]);
    assert_eq!(voted["change"]["state"], "approved");
    // The record itself names both, for whoever verifies it offline.
    let stream = store::Stream::change(&id.parse().unwrap());
    let entries = server.store().stream(&stream, 0, 100).await.unwrap();
    let leaves: Vec<String> =
        entries.iter().map(|e| String::from_utf8_lossy(&e.leaf).into_owned()).collect();
    let vote = leaves.iter().find(|l| l.contains("vote_recorded")).unwrap();
    assert!(vote.contains(who.outsider.person().as_str()));
    assert!(vote.contains(who.approver.person().as_str()));
    // The delegator's own vote adds nothing to the delegate's.
    let again = server.vote(&who.approver, &id, "approve").await.expect(201).json();
    let counts = |v: &&Value| v["counts"] == true;
    let votes = again["change"]["votes"].as_array().unwrap();
    assert_eq!(votes.iter().filter(counts).count(), 1, "{votes:#?}");
    server
}

/// A group whose members hold `service-owner` of checkout through it, and its deputies.
async fn group(server: &TestServer, members: Value) -> String {
    let who = &server.who;
    let group = json!({"name": "Owners", "members": members});
    let group = server.post(&who.admin, "/v1/groups", group).await.expect(201).text("/id");
    let binding = json!({
        "role": "service-owner", "scope": "service:checkout", "member": {"group": group},
    });
    let _ = server.post(&who.admin, "/v1/roles/bindings", binding).await.expect(201);
    group
}

async fn m5_2_a_deputy_of_a_group_answers_for_a_member_who_is_away(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let group = group(&server, json!([who.auditor.person()])).await;
    let path = format!("/v1/groups/{group}/deputies");
    let deputy = |person: &testkit::Actor, role: &str| json!({"person": person.person(), "role": role, "reason": "holidays"});
    let body = deputy(&who.outsider, "service-owner");
    let _ = server.post(&who.approver, &path, body.clone()).await.expect(403);
    let other = server.post(&who.admin, &path, deputy(&who.outsider, "security")).await;
    assert_eq!(other.expect(400).code(), "invalid_field", "the group does not hold it");
    let made = server.post(&who.admin, &path, body.clone()).await.expect(201).json();
    assert_eq!(server.post(&who.admin, &path, body).await.expect(409).code(), "already_exists");
    // The requester of a change is a deputy, too, and gains nothing by it.
    let _ = server.post(&who.admin, &path, deputy(&who.requester, "service-owner")).await;
    let change = server.change("staging").await;
    let refused = server.vote(&who.outsider, &change, "approve").await.expect(403);
    assert_eq!(refused.code(), "no_role", "nobody is away");
    let away = format!("/v1/people/{}/absences", who.auditor.person());
    let absence = json!({"until": server.in_hours(24)});
    let absence = server.post(&who.admin, &away, absence).await.expect(201).text("/id");
    let inbox = server.get(&who.outsider, "/v1/inbox").await.expect(200).json();
    let task = &inbox["waiting_for_you"][0];
    assert_eq!(task["on_behalf_of"]["id"], json!(who.auditor.person()), "{inbox}");
    let refused = server.vote(&who.requester, &change, "approve").await.expect(403);
    assert_eq!(refused.code(), "sod_author");
    let voted = server.vote(&who.outsider, &change, "approve").await.expect(201).json();
    assert_eq!(voted["vote"]["on_behalf_of"]["id"], json!(who.auditor.person()));
    assert_eq!(voted["vote"]["delegation"], made["id"]);
    assert_eq!(voted["change"]["state"], "approved", "{voted}");
    let tree = seen(&server, &who.auditor, &change).await.to_string();
    assert!(
        tree.contains(&format!("\"deputy_of\":{{\"id\":\"{group}\",\"name\":\"Owners\"}}")),
        "{tree}"
    );
    // Whoever is back early answers for themself: what was not used yet falls.
    let back = format!("/v1/absences/{absence}/cancellation");
    let _ = server.post(&who.admin, &back, json!({})).await.expect(204);
    let verdict = server.ask(&who.pipeline, Some(&change), "staging").await.expect(200).json();
    assert_ne!(verdict["answer"], "allow", "{verdict}");
    let removal = format!("{path}/{}/removal", made["id"].as_str().unwrap());
    let _ = server.post(&who.approver, &removal, json!({})).await.expect(403);
    let _ = server.post(&who.admin, &removal, json!({})).await.expect(204);
    let _ = server.post(&who.admin, &removal, json!({})).await.expect(404);
    let groups = server.get(&who.admin, "/v1/groups").await.expect(200).json();
    let deputies = groups["items"].as_array().unwrap().iter().find(|g| g["id"] == json!(group));
    assert_eq!(deputies.unwrap()["deputies"].as_array().unwrap().len(), 1, "{groups}");
    // The last one falls with the group, and hears of it.
    let gone = format!("/v1/groups/{group}/removal");
    let gone = server.post(&who.admin, &gone, json!({})).await.expect(200).json();
    assert_eq!(gone["deputies"][0]["person"]["id"], json!(who.requester.person()), "{gone}");
    assert_eq!(gone["deputies"].as_array().unwrap().len(), 1, "{gone}");
    let told = server.app.notifications(&who.requester.principal, None).await.unwrap();
    assert!(told.items[0].words.headline.contains("You are not the deputy"), "it is told");
    server
}

async fn m5_2_a_deputy_is_told_when_an_absence_begins_and_once_across_nodes(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let group = group(&server, json!([who.auditor.person()])).await;
    let deputy = json!({
        "person": who.outsider.person(), "role": "service-owner", "reason": "holidays",
    });
    let path = format!("/v1/groups/{group}/deputies");
    let _ = server.post(&who.admin, &path, deputy).await.expect(201);
    let (from, until) = (server.in_hours(24), server.in_hours(30));
    let absence = json!({"from": from, "until": until});
    let away = format!("/v1/people/{}/absences", who.auditor.person());
    let _ = server.post(&who.admin, &away, absence).await.expect(201);
    let told = async || {
        let all = server.app.notifications(&who.outsider.principal, None).await.unwrap();
        let words = all.items.into_iter().map(|item| item.words.headline);
        words.filter(|words| words.contains("is away")).collect::<Vec<_>>()
    };
    let _ = server.app.advance_due().await.unwrap();
    assert_eq!(told().await, Vec::<String>::new(), "nothing at planning time");
    server.clock.advance(SignedDuration::from_hours(25));
    let node = server.another_node().await;
    let _ = server.app.advance_due().await.unwrap();
    let _ = node.advance_due().await.unwrap();
    let _ = server.app.advance_due().await.unwrap();
    let until: jiff::Timestamp = until.parse().unwrap();
    let until = until.strftime("%Y-%m-%d %H:%M UTC");
    let words = format!(
        "Test auditor is away: you answer for them until {until}, as deputy of Owners as \
         service-owner"
    );
    assert_eq!(told().await, [words]);
    let rebuilt = server.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    server
}

async fn m5_2_limits_are_policys_and_nobody_gives_away_another_s_right(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let ask = |role: &str, scope: &str, hours: i64| {
        json!({
            "delegate": who.outsider.person(), "role": role, "scope": scope,
            "until": server.in_hours(hours), "reason": "away",
        })
    };
    let refused = async |by: &testkit::Actor, body: Value| {
        let answer = server.post(by, "/v1/delegations", body).await;
        assert!((400..500).contains(&answer.status), "{}", answer.json());
        answer.code()
    };
    // `security` may not be delegated, `service-owner` for 14 days.
    assert_eq!(refused(&who.security, ask("security", "organisation", 1)).await, "not_delegable");
    let long = ask("service-owner", "service:checkout", 24 * 14 + 1);
    assert_eq!(refused(&who.approver, long).await, "delegation_too_long");
    let wide = ask("service-owner", "domain:shop", 1);
    assert_eq!(refused(&who.approver, wide).await, "invalid_field");
    let not_held = ask("service-owner", "service:checkout", 1);
    assert_eq!(refused(&who.auditor, not_held.clone()).await, "invalid_field");
    let admin = ask("admin", "organisation", 1);
    assert_eq!(refused(&who.admin, admin).await, "not_delegable");
    // Depth 1.
    let _ = server.delegate(&who.approver, &who.auditor).await.expect(201);
    assert_eq!(refused(&who.auditor, not_held).await, "redelegation");
    assert_eq!(
        server.delegate(&who.approver, &who.auditor).await.expect(409).code(),
        "already_exists"
    );
    server
}

async fn m5_2_ended_early_a_vote_falls_before_it_is_used(server: TestServer) -> TestServer {
    let who = &server.who;
    let id = server.delegate(&who.approver, &who.outsider).await.expect(201).text("/id");
    let change = server.change("staging").await;
    let _ = server.vote(&who.outsider, &change, "approve").await.expect(201);
    let end = format!("/v1/delegations/{id}/end");
    assert_eq!(
        server.post(&who.security, &end, json!({})).await.expect(403).code(),
        "not_entitled"
    );
    let _ = server.post(&who.outsider, &end, json!({})).await.expect(204);
    let _ = server.post(&who.outsider, &end, json!({})).await.expect(404);
    let verdict = server.ask(&who.pipeline, Some(&change), "staging").await.expect(200).json();
    assert_ne!(verdict["answer"], "allow", "{verdict}");
    let record = seen(&server, &who.auditor, &change).await;
    assert_eq!(record["votes"][0]["why_not"]["code"], "delegation_over", "{record:#}");
    // Running out in time takes nothing back.
    let _ = server.delegate(&who.approver, &who.outsider).await.expect(201);
    let change = server.change("staging").await;
    let _ = server.vote(&who.outsider, &change, "approve").await.expect(201);
    server.clock.advance(SignedDuration::from_hours(25));
    let verdict = server.ask(&who.pipeline, Some(&change), "staging").await.expect(200).json();
    assert_eq!(verdict["answer"], "allow", "{verdict}");
    server
}

async fn i4_a_delegate_of_the_requester_cannot_vote(server: TestServer) -> TestServer {
    // `owner` asks and owns the service through its domain; `approver` owns it too, but answers
    // for `owner` now.
    let who = &server.who;
    let made = server.delegate(&who.owner, &who.approver).await.expect(201).text("/id");
    let body = testkit::server::change_request("checkout", "staging");
    let id = server.post(&who.owner, "/v1/changes", body).await.expect(201).text("/id");
    let refused = server.vote(&who.approver, &id, "approve").await;
    assert_eq!(refused.expect(403).code(), "sod_author");
    // Either side may end it; then they answer for themself again.
    let end = format!("/v1/delegations/{made}/end");
    let _ = server.post(&who.approver, &end, json!({})).await.expect(204);
    let _ = server.vote(&who.approver, &id, "approve").await.expect(201);
    server
}

async fn absences_are_shown_without_their_reason(server: TestServer) -> TestServer {
    let who = &server.who;
    let path = format!("/v1/people/{}/absences", who.approver.person());
    let body = json!({"until": server.in_hours(48), "reason": "an operation"});
    let refused = server.post(&who.owner, &path, body.clone()).await;
    assert_eq!(refused.expect(403).code(), "not_entitled");
    let made = server.post(&who.approver, &path, body).await.expect(201);
    let listed = async |by: &testkit::Actor| {
        server.get(by, "/v1/absences").await.expect(200).json()["items"][0].clone()
    };
    assert_eq!(listed(&who.approver).await["reason"], "an operation");
    assert_eq!(listed(&who.admin).await["reason"], "an operation");
    assert_eq!(listed(&who.owner).await["reason"], Value::Null);
    let person = server.get(&who.owner, &format!("/v1/people/{}", who.approver.person())).await;
    assert_eq!(person.json()["away_until"], made.json()["until"]);
    // No page of the ledger shows it either.
    let head = server.store().head().await.unwrap();
    let entry = format!("/v1/ledger/entries/{}", head.size - 1);
    let entry = server.get(&who.admin, &entry).await.expect(200);
    assert!(!String::from_utf8_lossy(&entry.body).contains("an operation"));
    // Somebody away may still vote, and comes back early.
    let id = server.change("staging").await;
    let _ = server.vote(&who.approver, &id, "approve").await.expect(201);
    let cancel = format!("/v1/absences/{}/cancellation", made.text("/id"));
    assert_eq!(server.post(&who.owner, &cancel, json!({})).await.expect(404).code(), "not_found");
    let _ = server.post(&who.approver, &cancel, json!({})).await.expect(204);
    server
}

/// Three Friday afternoons in Berlin, a holiday, a meeting, and something nobody can read.
fn calendar(fridays: u8) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n\
         BEGIN:VEVENT\r\nUID:fridays\r\nSUMMARY:Part-time\r\nDTSTART;TZID=Europe/Berlin:20260109T130000\r\n\
         DTEND;TZID=Europe/Berlin:20260109T170000\r\nRRULE:FREQ=WEEKLY;COUNT={fridays}\r\nEND:VEVENT\r\n\
         BEGIN:VEVENT\r\nUID:trip\r\nSUMMARY:A secret trip\r\nDTSTART;VALUE=DATE:20260202\r\n\
         DTEND;VALUE=DATE:20260207\r\nEND:VEVENT\r\n\
         BEGIN:VEVENT\r\nUID:talk\r\nDTSTART:20260203T090000Z\r\nDTEND:20260203T100000Z\r\nEND:VEVENT\r\n\
         BEGIN:VEVENT\r\nUID:mars\r\nDTSTART;TZID=Mars:20260203T090000\r\nEND:VEVENT\r\n\
         END:VCALENDAR\r\n"
    )
}

async fn m1_6_absences_of_a_calendar_are_seen_first_then_recorded_once(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let path = format!("/v1/people/{}/absences/import", who.approver.person());
    let import = async |calendar: String, record: bool| {
        let body = json!({"calendar": calendar, "record": record});
        server.post(&who.approver, &path, body).await.expect(200).json()
    };
    let known = async || {
        let path = format!("/v1/absences?person={}", who.approver.person());
        let page = server.get(&who.approver, &path).await.expect(200).json();
        page["items"].as_array().unwrap().len()
    };
    let seen = import(calendar(3), false).await;
    assert_eq!(seen["entered"].as_array().unwrap().len(), 4, "{seen}");
    assert_eq!((seen["recorded"].clone(), seen["short"].clone()), (json!(false), json!(1)));
    assert_eq!(seen["skipped"].as_array().unwrap().len(), 1, "{seen}");
    assert_eq!(known().await, 0, "it is only said");
    let first = &seen["entered"][0];
    assert_eq!(
        (&first["title"], &first["from"]),
        (&json!("Part-time"), &json!("2026-01-09T12:00:00.000Z"))
    );
    let _ = import(calendar(3), true).await;
    assert_eq!(known().await, 4);
    let again = import(calendar(3), true).await;
    assert_eq!((again["kept"].clone(), again["entered"].clone()), (json!(4), json!([])));
    // Two Fridays are left: the third is taken back.
    let fewer = import(calendar(2), true).await;
    assert_eq!(fewer["cancelled"].as_array().unwrap().len(), 1, "{fewer}");
    assert_eq!(known().await, 3);
    // No title and no UID is in the log.
    let entries = server.store().stream(&store::Stream::organisation(), 0, 500).await.unwrap();
    let leaves = entries.iter().map(|e| String::from_utf8_lossy(&e.leaf).into_owned());
    let leaves = leaves.collect::<Vec<_>>().join("\n");
    assert!(!leaves.contains("secret trip") && !leaves.contains("\"fridays\""), "{leaves}");
    for (body, status, code) in [
        (json!({"calendar": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"}), 400, "invalid_field"),
        (json!({"calendar": "no calendar"}), 400, "invalid_field"),
    ] {
        let refused = server.post(&who.approver, &path, body).await.expect(status).json();
        assert_eq!(refused["code"], code, "{refused}");
    }
    let body = json!({"calendar": calendar(3)});
    let _ = server.post(&who.outsider, &path, body).await.expect(403);
    server
}

async fn m1_5_a_turn_is_taken_over_and_shown_with_both_names(server: TestServer) -> TestServer {
    let who = &server.who;
    let rota = json!({
        "name": "duty", "role": "service-owner", "scope": "organisation", "time_zone": "UTC",
        "first": "2026-01-01T00:00:00", "days": 7, "people": [who.outsider.person()],
        "hours": {"weekdays": "mon-sun", "shifts": "00:00-24:00"},
    });
    let made = server.post(&who.admin, "/v1/rotas", rota).await.expect(201).json();
    assert_eq!(made["on_call"]["id"], json!(who.outsider.person()));
    assert_eq!((&made["days"], &made["handover"]), (&json!(7), &json!(null)), "{made}");
    let covers = format!("/v1/rotas/{}/covers", made["id"].as_str().unwrap());
    let body = json!({"person": who.outsider.person(), "until": server.in_hours(8)});
    let cover = server.post(&who.approver, &covers, body.clone()).await.expect(201).json();
    assert_eq!(cover["by"]["id"], json!(who.approver.person()));
    let _ = server.post(&who.approver, &covers, body).await.expect(409);
    let rotas = server.get(&who.outsider, "/v1/rotas").await.expect(200).json();
    assert_eq!(rotas["items"][0]["on_call"]["id"], json!(who.approver.person()), "{rotas}");
    assert_eq!(rotas["items"][0]["covers"][0]["person"]["id"], json!(who.outsider.person()));
    let end = format!("/v1/covers/{}/end", cover["id"].as_str().unwrap());
    let _ = server.post(&who.requester, &end, json!({})).await.expect(403);
    let _ = server.post(&who.outsider, &end, json!({})).await.expect(204);
    let rotas = server.get(&who.outsider, "/v1/rotas").await.expect(200).json();
    assert_eq!(rotas["items"][0]["on_call"]["id"], json!(who.outsider.person()), "{rotas}");
    server
}

#[tokio::test]
async fn m1_5_turns_of_a_rota_change_by_a_rule() {
    let server = TestServer::sqlite().await;
    let who = &server.who;
    let rota = |days: Value, handover: Value| {
        json!({
            "name": "duty", "role": "security", "scope": "organisation", "time_zone": "Europe/Berlin",
            "first": "2026-01-05T09:00:00", "people": [who.security.person()],
            "days": days, "handover": handover,
        })
    };
    let monday = json!("FREQ=WEEKLY;BYDAY=MO");
    let made = server.post(&who.admin, "/v1/rotas", rota(json!(null), monday.clone())).await;
    let made = made.expect(201).json();
    assert_eq!((&made["handover"], &made["days"]), (&monday, &json!(null)), "{made}");
    assert_eq!(made["on_call"]["id"], json!(who.security.person()), "{made}");
    for (days, handover, field) in [
        (json!(7), monday, "handover"),
        (json!(null), json!("FREQ=HOURLY"), "handover"),
        (json!(null), json!(null), "days"),
    ] {
        let refused = server.post(&who.admin, "/v1/rotas", rota(days, handover)).await.expect(400);
        assert!(refused.json().to_string().contains(field), "{}", refused.json());
    }
    server.finish().await;
}
