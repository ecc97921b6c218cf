//! Who hears of what matters to more than one, and when: both stores, a real mail relay.

use std::collections::BTreeSet;

use domain::notification::{Preferences, QuietHours};
use jiff::SignedDuration;
use serde_json::json;
use testkit::sinks::{HttpSink, SmtpSink};
use testkit::{Actor, TestServer};

use super::notifications::{deliver, mail_of, webhook};

on_both_stores!(
    g05_m3_6_everybody_is_told_of_an_override_at_once_whatever_they_prefer,
    g04_an_overdue_review_waits_for_quiet_hours_to_end,
    m5_2_both_sides_of_a_delegation_hear_of_it,
    webhooks_hear_of_the_organisation_and_are_told_ids_alone,
);

/// Nobody here wants mail, and nobody at this hour.
async fn silent(s: &TestServer, who: &[&Actor]) {
    let quiet = Some(QuietHours { from: 0, until: 23 * 60 });
    let mail = BTreeSet::new();
    let preferences = Preferences { mail, quiet, urgent_always: false, every_minutes: 1440 };
    for person in who {
        s.app.set_preferences(&person.principal, preferences.clone()).await.unwrap();
    }
}

async fn g05_m3_6_everybody_is_told_of_an_override_at_once_whatever_they_prefer(
    s: TestServer,
) -> TestServer {
    let sink = SmtpSink::start().await;
    let channels = s.channels_to(&sink);
    let who = &s.who;
    let everybody = [&who.requester, &who.owner, &who.security, &who.admin];
    silent(&s, &everybody).await;
    silent(&s, &[&who.approver]).await;
    let (change, _) = s.overridden("production").await;
    deliver(&s, &channels).await;
    let told: BTreeSet<String> = sink.mails().iter().map(|mail| mail.to[0].clone()).collect();
    assert_eq!(told, everybody.map(mail_of).into(), "all but who opened it, {change}");
    let of = |who: &Actor| sink.mails_to(&mail_of(who))[0].header("subject").to_owned();
    let subject = of(&who.admin);
    assert!(subject.starts_with("Urgent:") && subject.contains("overrode"), "{subject}");
    assert!(of(&who.security).contains("waits for your review"), "{}", of(&who.security));
    for person in everybody {
        let told = s.app.notifications(&person.principal, None).await.unwrap();
        let of_it = |n: &&app::notify::Notification| n.words.headline.contains("overr");
        assert_eq!(told.items.iter().filter(of_it).count(), 1, "{}: once", person.name);
    }
    let outsider = s.app.notifications(&who.outsider.principal, None).await.unwrap();
    assert!(outsider.items.is_empty());
    s
}

async fn g04_an_overdue_review_waits_for_quiet_hours_to_end(s: TestServer) -> TestServer {
    let sink = SmtpSink::start().await;
    let channels = s.channels_to(&sink);
    silent(&s, &[&s.who.security]).await;
    let _ = s.overridden("production").await;
    deliver(&s, &channels).await;
    assert_eq!(sink.mails_to(&mail_of(&s.who.security)).len(), 1);
    s.clock.advance(SignedDuration::from_hours(24));
    assert_eq!(s.app.expire_due().await.unwrap(), 1);
    let told = s.app.notifications(&s.who.security.principal, None).await.unwrap();
    assert!(told.items[0].words.headline.contains("overdue"), "{:?}", told.items[0].words);
    deliver(&s, &channels).await;
    assert_eq!(sink.mails_to(&mail_of(&s.who.security)).len(), 1, "the product has it");
    s
}

async fn m5_2_both_sides_of_a_delegation_hear_of_it(s: TestServer) -> TestServer {
    let who = &s.who;
    let made = s.delegate(&who.approver, &who.outsider).await.expect(201).text("/id");
    let told = async |who: &Actor| {
        let told = s.app.notifications(&who.principal, None).await.unwrap().items;
        told.into_iter().map(|n| n.words.headline).collect::<Vec<_>>()
    };
    let delegate = told(&who.outsider).await;
    assert_eq!(delegate.len(), 1, "{delegate:?}");
    assert!(delegate[0].contains("lets you answer for them as service-owner"), "{delegate:?}");
    assert!(told(&who.approver).await.is_empty(), "nobody is told of their own act");
    let path = format!("/v1/delegations/{made}/end");
    let _ = s.post(&who.outsider, &path, json!({})).await.expect(204);
    let delegator = told(&who.approver).await;
    assert!(delegator[0].contains("ended a delegation as service-owner"), "{delegator:?}");
    assert_eq!(told(&who.outsider).await.len(), 1);
    s
}

async fn webhooks_hear_of_the_organisation_and_are_told_ids_alone(s: TestServer) -> TestServer {
    let sink = HttpSink::start().await;
    let channels = s.state.settings.channels.clone();
    let wanted = ["freeze.*", "risk_acceptance.*", "finding.*", "delegation.*", "absence.*"];
    let _ = webhook(&s, &sink, &wanted).await;
    let who = &s.who;
    let freeze = s.freeze("service:checkout", 24).await;
    let accepted = s.accepted("production").await;
    let finding = s.finding().await;
    let delegation = s.delegate(&who.approver, &who.outsider).await.expect(201).text("/id");
    let path = format!("/v1/people/{}/absences", who.security.person());
    let away = json!({"until": s.in_hours(48)});
    let absence = s.post(&who.security, &path, away).await.expect(201).text("/id");
    deliver(&s, &channels).await;
    let heard: BTreeSet<(String, String)> = sink
        .calls()
        .iter()
        .map(|call| {
            let body = call.json();
            assert!(body["data"]["entry"]["stream"] == "organisation", "{body}");
            assert!(!call.body.contains("reviewer is away"), "no words of people: {body}");
            let text = |at: &str| body.pointer(at).unwrap().as_str().unwrap().to_owned();
            (text("/type"), text("/data/about/id"))
        })
        .collect();
    let expected = [
        ("freeze.declared", freeze),
        ("risk_acceptance.made", accepted),
        ("finding.raised", finding),
        ("delegation.made", delegation),
        ("absence.entered", absence),
    ];
    assert_eq!(heard, expected.map(|(kind, id)| (kind.to_owned(), id)).into());
    s
}
