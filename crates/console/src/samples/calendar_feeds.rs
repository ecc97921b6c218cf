//! Samples of calendar feeds.

use super::{Samples, at, layout};
use crate::pages::calendar_feeds::{FeedRow, NewFeedPage, Page};
use crate::view::{Badge, Choice, FormErrors, Icon, Section, Tone};

pub(super) fn add(list: &mut Samples) {
    let row = |id: &str, label: &str, about: &str| FeedRow {
        id: id.to_owned(),
        label: label.to_owned(),
        about: about.to_owned(),
        expires: at("28T10:00"),
        status: Badge::new(Tone::Good, Icon::Check, "Active"),
        can_revoke: true,
    };
    let page = Page {
        layout: layout("Calendar feeds", Section::Changes),
        feeds: vec![
            row("tok_01jd8w4r9x", "my changes", "What I ask for and decide on"),
            FeedRow {
                status: Badge::new(Tone::Bad, Icon::Stop, "Revoked"),
                can_revoke: false,
                ..row("tok_01jd8w4r9y", "checkout on the wall", "The service checkout")
            },
        ],
        about: vec![
            Choice::new("own", "What I ask for and decide on, and my absences"),
            Choice::new("organisation", "The whole organisation"),
            Choice::new("service:checkout", "The service checkout"),
        ],
        expiries: vec![Choice::new("180", "in half a year"), Choice::new("365", "in a year")],
        idempotency_key: "b1946ac9".to_owned(),
        ..Page::default()
    };
    super::add(list, "calendar_feeds", &page);
    let mut errors = FormErrors::default();
    errors.add("label", "Say in 1 to 100 bytes what it is for.");
    let refused = Page { feeds: Vec::new(), errors, ..page };
    super::add(list, "calendar_feeds_refused", &refused);
    let made = NewFeedPage {
        layout: layout("New feed", Section::Changes),
        label: "my changes".to_owned(),
        url: "https://countersign.northwind.example/feeds/csf_sample_5vQk0mDk1o8cH1d0w3.ics"
            .to_owned(),
        expires: Some(at("28T10:00")),
    };
    super::add(list, "new_calendar_feed", &made);
}
