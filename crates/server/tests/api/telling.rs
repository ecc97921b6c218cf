//! Who hears of what matters to more than one, and when: both stores, a real mail relay.

use std::collections::BTreeSet;

use domain::notification::{Preferences, QuietHours};
use jiff::SignedDuration;
use testkit::sinks::SmtpSink;
use testkit::{Actor, TestServer};

on_both_stores!(
    g05_m3_6_everybody_is_told_of_an_override_at_once_whatever_they_prefer,
    g04_an_overdue_review_waits_for_quiet_hours_to_end,
);

fn mail_of(who: &Actor) -> String {
    format!("{}@example.com", who.name)
}

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
    while s.app.deliver_due(&channels).await.unwrap().lanes > 0 {}
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
    while s.app.deliver_due(&channels).await.unwrap().lanes > 0 {}
    assert_eq!(sink.mails_to(&mail_of(&s.who.security)).len(), 1);
    s.clock.advance(SignedDuration::from_hours(24));
    assert_eq!(s.app.expire_due().await.unwrap(), 1);
    let told = s.app.notifications(&s.who.security.principal, None).await.unwrap();
    assert!(told.items[0].words.headline.contains("overdue"), "{:?}", told.items[0].words);
    while s.app.deliver_due(&channels).await.unwrap().lanes > 0 {}
    assert_eq!(sink.mails_to(&mail_of(&s.who.security)).len(), 1, "the product has it");
    s
}
