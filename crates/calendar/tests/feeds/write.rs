//! Feeds we write: read back by ourselves, and byte for byte as another implementation accepted them.

use calendar::ical::{FeedEvent, When, read_feed, write_feed};
use calendar::{Span, zone};
use jiff::civil::date;
use proptest::prelude::*;

fn event(summary: &str) -> FeedEvent {
    FeedEvent {
        uid: "CHG-7@countersign.example".to_owned(),
        sequence: 2,
        stamp: "2026-11-27T10:00:00Z".parse().unwrap(),
        when: When::Between(
            "2026-11-28T20:00:00Z".parse().unwrap(),
            "2026-11-28T22:00:00Z".parse().unwrap(),
        ),
        summary: summary.to_owned(),
        description: String::new(),
        url: None,
        busy: true,
        cancelled: false,
    }
}

/// The text was read with `icalendar` 7.3.2 (PyPI) by `check.py` beside this file; whoever changes the form
/// of a feed runs that again.
#[test]
fn m1_6_a_feed_has_the_form_another_reader_accepted() {
    let first = FeedEvent {
        description: "Payments; \"v2\", roll-out\nwith a line and a very long explanation – über fünfundsiebzig Bytes 🚢".to_owned(),
        url: Some("https://countersign.example/changes/CHG-7".to_owned()),
        ..event("Deploy payments, v2; now")
    };
    let freeze = FeedEvent {
        uid: "freeze-1@countersign.example".to_owned(),
        when: When::Days(date(2026, 12, 21), date(2026, 12, 31)),
        busy: false,
        cancelled: true,
        ..event("Freeze")
    };
    let text = write_feed("Changes", &[first, freeze]);
    assert_eq!(text, include_str!("written.ics"));
    assert!(text.split("\r\n").all(|line| line.len() <= 75));
}

proptest! {
    #[test]
    fn m1_6_no_text_in_an_event_can_write_another_event(summary in "(?s).{0,200}") {
        let text = write_feed("Changes", &[event(&summary)]);
        let feed = read_feed(&text, &zone("UTC").unwrap()).unwrap();
        prop_assert_eq!(feed.events.len(), 1);
        prop_assert!(feed.skipped.is_empty());
        let plain: String = summary.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
        prop_assert_eq!(&feed.events[0].summary, &plain);
        let during = Span { start: "2026-11-01T00:00:00Z".parse().unwrap(), end: "2026-12-01T00:00:00Z".parse().unwrap() };
        prop_assert_eq!(feed.busy(during).unwrap().len(), 1);
    }
}
