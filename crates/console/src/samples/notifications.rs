//! Samples of notifications, preferences and delivery. Invented data only.

use super::{Samples, at, layout, strings};
use crate::pages::notifications::{
    DeliveryPage, Item, LetterRow, NewWebhookPage, Page, PreferencesPage, WebhookRow,
};
use crate::view::{Badge, Choice, FormErrors, Icon, Link, Section, Tone};

fn item(headline: &str, detail: Option<&str>, time: &str, badge: Option<Badge>) -> Item {
    Item {
        href: "/changes/CHG-1042".to_owned(),
        headline: headline.to_owned(),
        detail: detail.map(str::to_owned),
        at: at(time),
        badge,
    }
}

pub(super) fn add(list: &mut Samples) {
    let asked = "Tomás Herrera asks for your decision on CHG-1042 “Raise the pool size” (checkout to production)";
    let new = Badge::new(Tone::Info, Icon::Info, "New");
    let urgent = Badge::new(Tone::Warn, Icon::Alert, "Urgent");
    let page = Page {
        layout: layout("Notifications", Section::None),
        items: vec![
            item(
                asked,
                Some("Production needs an owner of the service."),
                "22T09:40",
                Some(urgent),
            ),
            item("CHG-1040 is approved", None, "22T09:12", Some(new)),
            item(
                "Aiko Tanaka put CHG-1039 on hold",
                Some("Incident INC-77 runs."),
                "21T16:03",
                None,
            ),
        ],
        unread: "2 unread".to_owned(),
        older: Some(Link::new("Older", "/notifications?before=n1.ntf_1")),
        admin: true,
    };
    super::add(list, "notifications", &page);
    let empty =
        Page { layout: layout("Notifications", Section::None), admin: false, ..Page::default() };
    super::add(list, "notifications_none", &empty);
    add_preferences(list);
    add_delivery(list);
}

fn add_preferences(list: &mut Samples) {
    let topic =
        |value: &str, label: &str, selected| Choice { selected, ..Choice::new(value, label) };
    let mut errors = FormErrors::default();
    errors.add("quiet_until", "Write a time of the day like 21:00.");
    let page = PreferencesPage {
        layout: layout("What comes by mail", Section::None),
        lede: "Mail goes to mara@example.com.".to_owned(),
        topics: vec![
            topic("asked", "Somebody waits for your decision", true),
            topic("votes", "Somebody voted on what you asked for", false),
        ],
        every: Choice::list(&["1", "10", "60"], "10"),
        quiet_from: "21:00".to_owned(),
        quiet_until: "7 o'clock".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        urgent_always: true,
        errors,
        admin: false,
    };
    super::add(list, "notification_preferences", &page);
}

fn add_delivery(list: &mut Samples) {
    let mut errors = FormErrors::default();
    errors.add("url", "Use https; plain http needs the host to be opened in the settings.");
    let page = DeliveryPage {
        layout: layout("Delivery", Section::None),
        lede: "Mail is sent. 2 messages wait.".to_owned(),
        webhooks: vec![WebhookRow {
            id: "whk_01jd8vfw3k6q0x3mzh2bq0a7ne".to_owned(),
            label: "ITSM".to_owned(),
            host: "hooks.example.com".to_owned(),
            events: strings(&["change.approved", "policy.*"]),
            status: Badge::new(Tone::Good, Icon::Check, "Active"),
        }],
        letters: vec![LetterRow {
            to: "webhook to ITSM".to_owned(),
            about: "change.approved of CHG-1042".to_owned(),
            died: at("22T08:00"),
            error: "answered 410: nothing wants it there".to_owned(),
        }],
        label: "Chat bridge".to_owned(),
        url: "http://bridge.example.com/".to_owned(),
        events: "change.*".to_owned(),
        idempotency_key: "b1946ac92492d2347c6235b4d2611184".to_owned(),
        errors,
    };
    super::add(list, "notification_delivery", &page);
    let new = NewWebhookPage {
        layout: layout("New webhook", Section::None),
        label: "ITSM".to_owned(),
        secret: "whsec_c2FtcGxlLXNlY3JldC1mb3ItdGhlLWdhbGxlcnk=".to_owned(),
    };
    super::add(list, "new_webhook", &new);
}
