//! What is told to whom, and how it leaves: real mail relay and real webhook receiver, both stores.

use std::collections::BTreeSet;

use app::notify::{Delivered, WebhookDraft};
use domain::notification::{Preferences, QuietHours};
use jiff::SignedDuration;
use serde_json::json;
use store::Claim;
use testkit::server::change_request;
use testkit::sinks::{HttpSink, SmtpSink};
use testkit::{Actor, TestServer};

on_both_stores!(
    those_who_can_answer_are_asked_and_the_requester_is_told,
    many_events_become_one_mail_and_the_next_one_waits,
    j06_a_dead_relay_stops_nothing_and_everything_arrives_once_it_is_back,
    c12_a_crash_between_commit_and_sending_loses_nothing,
    c12_two_nodes_never_send_the_same_at_once,
    quiet_hours_hold_mail_back_but_not_what_is_urgent,
    preferences_keep_mail_away_and_the_product_still_has_it,
    voters_hear_that_their_vote_does_not_count_any_more,
    what_waits_is_told_before_time_runs_out,
    webhooks_are_signed_and_in_order_for_each_change,
    d12_a_webhook_with_an_empty_secret_is_refused,
    dead_letters_are_seen_and_sent_again,
    a_secret_is_rotated_without_a_gap,
    i9_a_rebuild_neither_loses_nor_repeats_a_message,
);

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

pub(super) fn mail_of(who: &Actor) -> String {
    format!("{}@example.com", who.name)
}

/// Delivers until nothing is due.
pub(super) async fn deliver(server: &TestServer, channels: &app::notify::Channels) -> Delivered {
    let mut all = Delivered::default();
    loop {
        let done = server.app.deliver_due(channels).await.unwrap();
        if done.lanes == 0 {
            return all;
        }
        all.sent += done.sent;
        all.failed += done.failed;
        all.dead += done.dead;
    }
}

async fn those_who_can_answer_are_asked_and_the_requester_is_told(s: TestServer) -> TestServer {
    let sink = SmtpSink::start().await;
    let channels = s.channels_to(&sink);
    let change = s.change("production").await;
    assert_eq!(deliver(&s, &channels).await.sent, 0, "a mail gathers what happens right after");
    s.clock.advance(MINUTE);
    deliver(&s, &channels).await;
    let asked: BTreeSet<String> = sink.mails().iter().map(|mail| mail.to[0].clone()).collect();
    let able = [&s.who.approver, &s.who.owner, &s.who.security].map(mail_of);
    assert_eq!(asked, BTreeSet::from(able), "owner of checkout, of its domain, and security");
    let first = sink.mails_to(&mail_of(&s.who.approver)).remove(0);
    assert!(first.header("subject").contains("CHG-1001"), "{}", first.header("subject"));
    assert!(first.text().contains("https://countersign.test/changes/CHG-1001"));
    let _ = s.vote(&s.who.approver, &change, "approve").await.expect(201);
    let _ = s.vote(&s.who.security, &change, "approve").await.expect(201);
    s.clock.advance(MINUTE);
    deliver(&s, &channels).await;
    let told = sink.mails_to(&mail_of(&s.who.requester));
    assert_eq!(told.len(), 1);
    assert!(told[0].text().contains("is approved"));
    assert_eq!(told[0].header("references"), first.header("references"), "one thread a change");
    assert_ne!(told[0].header("message-id"), first.header("message-id"));
    assert!(sink.mails_to(&mail_of(&s.who.auditor)).is_empty());
    s
}

async fn many_events_become_one_mail_and_the_next_one_waits(s: TestServer) -> TestServer {
    let sink = SmtpSink::start().await;
    let channels = s.channels_to(&sink);
    let to = mail_of(&s.who.approver);
    for _ in 0..12 {
        s.change("staging").await;
    }
    s.clock.advance(MINUTE);
    deliver(&s, &channels).await;
    assert_eq!(sink.mails_to(&to).len(), 1, "g10: a flood is one mail");
    assert!(sink.mails_to(&to)[0].header("subject").contains("12 changes wait for you"));
    s.change("staging").await;
    s.clock.advance(MINUTE);
    deliver(&s, &channels).await;
    assert_eq!(sink.mails_to(&to).len(), 1, "not again within ten minutes");
    let urgent = emergency(&s).await;
    s.clock.advance(MINUTE);
    deliver(&s, &channels).await;
    assert_eq!(sink.mails_to(&to).len(), 2, "unless it is urgent");
    assert!(sink.mails_to(&to)[1].header("subject").starts_with("Urgent: 2 changes"), "{urgent}");
    s
}

/// An emergency change of staging.
async fn emergency(s: &TestServer) -> String {
    let mut body = change_request("checkout", "staging");
    body["kind"] = json!("emergency");
    body["incident"] = json!("INC-1");
    s.post(&s.who.requester, "/v1/changes", body).await.expect(201).text("/id")
}

async fn j06_a_dead_relay_stops_nothing_and_everything_arrives_once_it_is_back(
    s: TestServer,
) -> TestServer {
    let sink = SmtpSink::start().await;
    let channels = s.channels_to(&sink);
    sink.refuse(Some("451 try again later"));
    let change = s.change("staging").await;
    for _ in 0..5 {
        s.clock.advance(MINUTE * 5);
        deliver(&s, &channels).await;
    }
    assert!(sink.mails().is_empty());
    let told = s.app.notifications(&s.who.approver.principal, None).await.unwrap();
    assert_eq!((told.items.len(), told.unread), (1, 1), "the product itself has it");
    let status = s.app.outbox_status().await.unwrap();
    assert!(status.waiting > 0 && status.dead == 0 && status.oldest_due.is_some());
    assert_eq!(s.get(&s.who.admin, "/readyz").await.status, 200);
    let _ = s.vote(&s.who.approver, &change, "approve").await.expect(201);
    sink.refuse(None);
    s.clock.advance(SignedDuration::from_hours(1));
    deliver(&s, &channels).await;
    let to: Vec<String> = sink.mails().iter().map(|mail| mail.to[0].clone()).collect();
    assert_eq!(to, [mail_of(&s.who.requester)], "who has answered meanwhile is not asked any more");
    s
}

async fn c12_a_crash_between_commit_and_sending_loses_nothing(s: TestServer) -> TestServer {
    let sink = SmtpSink::start().await;
    let channels = s.channels_to(&sink);
    s.change("staging").await;
    s.clock.advance(MINUTE);
    // A node that claims everything, sends nothing, and dies.
    let now = s.app.ports().now();
    let leased_until = now + SignedDuration::from_mins(5);
    let claim = Claim { now, lease: "dead", leased_until, lanes: 99, messages: 99 };
    assert!(!s.store().claim_outbox(claim).await.unwrap().is_empty());
    let node = s.another_node().await;
    assert_eq!(node.deliver_due(&channels).await.unwrap().lanes, 0, "it may still live");
    s.clock.advance(SignedDuration::from_mins(5));
    assert!(node.deliver_due(&channels).await.unwrap().sent > 0);
    assert_eq!(sink.mails_to(&mail_of(&s.who.approver)).len(), 1);
    // A node that sent and died before it could say so: the same mail again, under the same id.
    s.change("staging").await;
    s.clock.advance(SignedDuration::from_mins(11));
    let first = sink.mails().len();
    let now = s.app.ports().now();
    let leased_until = now + SignedDuration::from_mins(5);
    let before = s.store().outbox_status(now).await.unwrap().waiting;
    assert!(before > 0);
    let claim = Claim { now, lease: "dead", leased_until, lanes: 99, messages: 99 };
    let claimed = s.store().claim_outbox(claim).await.unwrap();
    let ids: Vec<_> = claimed.iter().map(|l| (l.lane.clone(), l.messages.clone())).collect();
    s.clock.advance(SignedDuration::from_mins(6));
    let now = s.app.ports().now();
    let leased_until = now + SignedDuration::from_mins(5);
    let claim = Claim { now, lease: "next", leased_until, lanes: 99, messages: 99 };
    let again = s.store().claim_outbox(claim).await.unwrap();
    let mut same: Vec<_> = again.iter().map(|l| (l.lane.clone(), l.messages.clone())).collect();
    let mut ids = ids;
    ids.sort_by(|a, b| a.0.cmp(&b.0));
    same.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(ids, same, "the same messages under the same ids");
    assert_eq!(sink.mails().len(), first);
    s
}

async fn c12_two_nodes_never_send_the_same_at_once(s: TestServer) -> TestServer {
    let sink = SmtpSink::start().await;
    let channels = s.channels_to(&sink);
    for _ in 0..4 {
        s.change("production").await;
    }
    s.clock.advance(MINUTE);
    let nodes = [s.another_node().await, s.another_node().await, s.app.clone()];
    let rounds = (0..12).map(|n| nodes[n % 3].deliver_due(&channels));
    for round in futures::future::join_all(rounds).await {
        round.unwrap();
    }
    let to: Vec<String> = sink.mails().iter().map(|mail| mail.to[0].clone()).collect();
    let each: BTreeSet<&String> = to.iter().collect();
    assert_eq!((to.len(), each.len()), (3, 3), "{to:?}");
    s
}

async fn prefer(s: &TestServer, who: &Actor, change: impl FnOnce(&mut Preferences)) {
    let mut preferences = Preferences::default();
    change(&mut preferences);
    s.app.set_preferences(&who.principal, preferences).await.unwrap();
}

async fn quiet_hours_hold_mail_back_but_not_what_is_urgent(s: TestServer) -> TestServer {
    let sink = SmtpSink::start().await;
    let channels = s.channels_to(&sink);
    let to = mail_of(&s.who.approver);
    // The clock stands at 09:00 UTC, and so does theirs.
    let quiet = QuietHours { from: 8 * 60, until: 12 * 60 };
    prefer(&s, &s.who.approver, |p| p.quiet = Some(quiet)).await;
    s.change("staging").await;
    s.clock.advance(MINUTE * 30);
    deliver(&s, &channels).await;
    assert!(sink.mails_to(&to).is_empty());
    assert_eq!(sink.mails_to(&mail_of(&s.who.owner)).len(), 1, "others are awake");
    emergency(&s).await;
    s.clock.advance(MINUTE * 2);
    deliver(&s, &channels).await;
    assert_eq!(sink.mails_to(&to).len(), 1, "what is urgent comes, with what waited");
    s.change("staging").await;
    s.clock.advance(SignedDuration::from_hours(1));
    deliver(&s, &channels).await;
    assert_eq!(sink.mails_to(&to).len(), 1);
    s.clock.advance(SignedDuration::from_hours(2));
    deliver(&s, &channels).await;
    assert_eq!(sink.mails_to(&to).len(), 2);
    s
}

async fn preferences_keep_mail_away_and_the_product_still_has_it(s: TestServer) -> TestServer {
    let sink = SmtpSink::start().await;
    let channels = s.channels_to(&sink);
    prefer(&s, &s.who.approver, |p| p.mail.clear()).await;
    s.change("staging").await;
    s.clock.advance(MINUTE);
    deliver(&s, &channels).await;
    assert!(sink.mails_to(&mail_of(&s.who.approver)).is_empty());
    let told = s.app.notifications(&s.who.approver.principal, None).await.unwrap();
    assert_eq!(told.items.len(), 1);
    assert!(told.items[0].words.headline.contains("asks for your decision on CHG-1001"));
    s.app.read_notifications(&s.who.approver.principal, None).await.unwrap();
    assert_eq!(s.app.notifications(&s.who.approver.principal, None).await.unwrap().unread, 0);
    let machine = s.app.notifications(&s.who.pipeline.principal, None).await;
    assert_eq!(machine.unwrap_err().code(), "people_only");
    s
}

async fn voters_hear_that_their_vote_does_not_count_any_more(s: TestServer) -> TestServer {
    let change = s.change("production").await;
    let _ = s.vote(&s.who.approver, &change, "approve").await.expect(201);
    let mut body = change_request("checkout", "production");
    body["parameters"] = json!({"replicas": "30"});
    let revise = json!({"expected_revision": 1, "change": body});
    let path = format!("/v1/changes/{change}/revisions");
    let _ = s.post(&s.who.requester, &path, revise).await.expect(201);
    let told = s.app.notifications(&s.who.approver.principal, None).await.unwrap();
    let headlines: Vec<&str> = told.items.iter().map(|n| n.words.headline.as_str()).collect();
    let void = told.items.iter().find(|n| n.words.headline.contains("does not count any more"));
    let void = void.unwrap_or_else(|| unreachable!("{headlines:?}"));
    assert_eq!(void.words.detail.as_deref(), Some("What moved: parameters."));
    let own = s.app.notifications(&s.who.requester.principal, None).await.unwrap();
    assert!(
        own.items.iter().all(|n| !n.words.headline.contains("revision")),
        "not of their own act"
    );
    s
}

async fn what_waits_is_told_before_time_runs_out(s: TestServer) -> TestServer {
    let change = s.change("staging").await;
    let record = s.get(&s.who.auditor, &format!("/v1/changes/{change}")).await.json();
    let channels = s.state.settings.channels.clone();
    deliver(&s, &channels).await;
    let told = async || {
        let all = s.app.notifications(&s.who.requester.principal, None).await.unwrap();
        all.items.iter().filter(|n| n.words.headline.contains("expires at")).count()
    };
    let id = change.parse().unwrap();
    let (stored, _) = s.app.load_change(&id).await.unwrap();
    let left = stored.next_edge().unwrap().duration_since(s.app.ports().now());
    s.clock.advance(left / 2);
    deliver(&s, &channels).await;
    assert_eq!(told().await, 0, "{record}");
    s.clock.advance(left / 2 - MINUTE);
    deliver(&s, &channels).await;
    deliver(&s, &channels).await;
    assert_eq!(told().await, 1);
    s
}

pub(super) async fn webhook(s: &TestServer, sink: &HttpSink, events: &[&str]) -> (String, String) {
    let draft = WebhookDraft {
        label: "ITSM".to_owned(),
        url: sink.url(),
        events: events.iter().map(|event| (*event).to_owned()).collect(),
    };
    let (id, secret) = s.app.add_webhook(&s.who.admin.principal, &draft, None).await.unwrap();
    (id.to_string(), secret)
}

async fn webhooks_are_signed_and_in_order_for_each_change(s: TestServer) -> TestServer {
    let sink = HttpSink::start().await;
    let channels = s.state.settings.channels.clone();
    let (_, secret) = webhook(&s, &sink, &["change.*"]).await;
    let change = s.change("staging").await;
    let _ = s.vote(&s.who.approver, &change, "approve").await.expect(201);
    sink.answer_next(&[204, 500, 302]);
    deliver(&s, &channels).await;
    assert_eq!(sink.calls().len(), 2, "after a failure the lane waits");
    s.clock.advance(MINUTE);
    deliver(&s, &channels).await;
    assert_eq!(sink.calls().len(), 3, "and a redirect is a failure that is not followed");
    s.clock.advance(MINUTE);
    deliver(&s, &channels).await;
    let expected = ["change.created", "change.assessed", "change.vote_recorded", "change.approved"];
    assert_eq!(sink.taken(), expected, "in order, each once");
    let calls = sink.calls();
    assert_eq!(calls[1].header("webhook-id"), calls[3].header("webhook-id"), "the same id again");
    assert_eq!(calls[1].body, calls[3].body, "and the same body");
    for call in &calls {
        let (id, at) = (call.header("webhook-id"), call.header("webhook-timestamp"));
        let body = call.body.as_bytes();
        let expected =
            connectors::webhook::signature(&secret, id, at.parse().unwrap(), body).unwrap();
        assert_eq!(call.header("webhook-signature"), expected);
    }
    let data = &calls[0].json()["data"];
    assert_eq!(data["change"]["number"], "CHG-1001");
    assert_eq!(data["change"]["url"], "https://countersign.test/changes/CHG-1001");
    assert_eq!(data["entry"], json!({"stream": format!("change/{change}"), "version": 0}));
    s
}

async fn d12_a_webhook_with_an_empty_secret_is_refused(s: TestServer) -> TestServer {
    let draft = WebhookDraft {
        label: "x".to_owned(),
        url: "https://hooks.example.com".to_owned(),
        events: BTreeSet::from(["*".to_owned()]),
    };
    for secret in ["", "whsec_", "secret"] {
        let refused = s.app.add_webhook(&s.who.admin.principal, &draft, Some(secret)).await;
        assert_eq!(refused.unwrap_err().code(), "invalid_field", "{secret:?}");
    }
    let refused = s.app.add_webhook(&s.who.requester.principal, &draft, None).await;
    assert_eq!(refused.unwrap_err().code(), "not_entitled");
    s
}

async fn dead_letters_are_seen_and_sent_again(s: TestServer) -> TestServer {
    let sink = HttpSink::start().await;
    let channels = s.state.settings.channels.clone();
    webhook(&s, &sink, &["change.created"]).await;
    s.change("staging").await;
    sink.answer_next(&[410]);
    deliver(&s, &channels).await;
    let letters = s.app.dead_letters(&s.who.admin.principal).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].channel.as_str(), letters[0].to.as_str()), ("webhook", "ITSM"));
    assert_eq!(letters[0].about, "change.created of CHG-1001");
    assert!(letters[0].error.contains("410"), "{}", letters[0].error);
    let refused = s.app.dead_letters(&s.who.outsider.principal).await;
    assert_eq!(refused.unwrap_err().code(), "not_entitled");
    assert_eq!(s.app.replay_dead_letters(&s.who.admin.principal, None).await.unwrap(), 1);
    deliver(&s, &channels).await;
    assert_eq!(sink.taken(), ["change.created"]);
    assert!(s.app.dead_letters(&s.who.admin.principal).await.unwrap().is_empty());
    s
}

async fn a_secret_is_rotated_without_a_gap(s: TestServer) -> TestServer {
    let sink = HttpSink::start().await;
    let channels = s.state.settings.channels.clone();
    let (id, old) = webhook(&s, &sink, &["change.created"]).await;
    let id = id.parse().unwrap();
    let new = s.app.rotate_webhook_secret(&s.who.admin.principal, &id, None).await.unwrap();
    s.change("staging").await;
    deliver(&s, &channels).await;
    s.clock.advance(SignedDuration::from_hours(25));
    s.change("staging").await;
    deliver(&s, &channels).await;
    let calls = sink.calls();
    let signed = |secret: &str, n: usize| {
        let (call, at) = (&calls[n], calls[n].header("webhook-timestamp").parse().unwrap());
        connectors::webhook::signature(secret, call.header("webhook-id"), at, call.body.as_bytes())
            .unwrap()
    };
    let both = format!("{} {}", signed(&new, 0), signed(&old, 0));
    assert_eq!(calls[0].header("webhook-signature"), both, "both while the receiver changes over");
    assert_eq!(calls[1].header("webhook-signature"), signed(&new, 1), "the new one after a day");
    s
}

async fn i9_a_rebuild_neither_loses_nor_repeats_a_message(s: TestServer) -> TestServer {
    let sink = SmtpSink::start().await;
    let channels = s.channels_to(&sink);
    s.change("staging").await;
    s.clock.advance(MINUTE);
    deliver(&s, &channels).await;
    let sent = sink.mails().len();
    s.change("staging").await;
    let rebuilt = s.app.rebuild_read_models(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, Vec::<String>::new());
    s.clock.advance(MINUTE * 11);
    deliver(&s, &channels).await;
    assert_eq!(sink.mails().len(), 2 * sent, "what was sent is not sent again, what waited is");
    s
}
