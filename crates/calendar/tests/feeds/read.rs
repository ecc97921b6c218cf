//! Feeds as calendars really write them.

use calendar::ical::{Feed, read_feed};
use calendar::{Span, zone};

fn feed(events: &str) -> Feed {
    let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n");
    read_feed(&text.replace('\n', "\r\n").replace("\r\r", "\r"), &zone("UTC").unwrap()).unwrap()
}

fn november() -> Span {
    Span {
        start: "2026-11-01T00:00:00Z".parse().unwrap(),
        end: "2026-12-01T00:00:00Z".parse().unwrap(),
    }
}

fn busy(feed: &Feed) -> Vec<String> {
    let busy = feed.busy(november()).unwrap();
    busy.iter().map(|b| format!("{}/{} {}", b.span.start, b.span.end, b.summary)).collect()
}

#[test]
fn m1_6_an_absence_with_zone_rule_exception_and_moved_day_is_read() {
    let feed = feed(
        "BEGIN:VTIMEZONE\nTZID:Europe/Berlin\nBEGIN:STANDARD\nDTSTART:19701025T030000\nEND:STANDARD\nEND:VTIMEZONE\n\
         BEGIN:VEVENT\nUID:a\nDTSTART;TZID=Europe/Berlin:20261102T090000\nDURATION:PT8H\n\
         RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;TZID=Europe/Berlin:20261109T090000\nSUMMARY:Training\\, far\n  away\n\
         BEGIN:VALARM\nTRIGGER:-PT15M\nEND:VALARM\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:a\nRECURRENCE-ID;TZID=Europe/Berlin:20261116T090000\n\
         DTSTART;TZID=Europe/Berlin:20261117T090000\nDTEND;TZID=Europe/Berlin:20261117T120000\nSUMMARY:Moved\nEND:VEVENT\n",
    );
    assert!(feed.skipped.is_empty(), "{:?}", feed.skipped);
    assert_eq!(
        busy(&feed),
        [
            "2026-11-02T08:00:00Z/2026-11-02T16:00:00Z Training, far away",
            "2026-11-17T08:00:00Z/2026-11-17T11:00:00Z Moved",
            "2026-11-23T08:00:00Z/2026-11-23T16:00:00Z Training, far away",
        ]
    );
}

#[test]
fn m1_6_what_is_free_or_called_off_takes_no_time() {
    let feed = feed(
        "BEGIN:VEVENT\nUID:1\nDTSTART:20261102T090000Z\nDTEND:20261102T100000Z\nTRANSP:TRANSPARENT\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:2\nDTSTART:20261102T090000Z\nDTEND:20261102T100000Z\nSTATUS:CANCELLED\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:3\nDTSTART:20261102T090000Z\nDTEND:20261102T100000Z\nX-MICROSOFT-CDO-BUSYSTATUS:FREE\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:4\nDTSTART;TZID=W. Europe Standard Time:20261102T090000\nDTEND;TZID=/x.example/2024/Europe/Berlin:20261102T100000\nSUMMARY:Out\nX-MICROSOFT-CDO-BUSYSTATUS:OOF\nEND:VEVENT\n",
    );
    assert_eq!(busy(&feed), ["2026-11-02T08:00:00Z/2026-11-02T09:00:00Z Out"]);
}

#[test]
fn m1_6_an_event_that_is_not_understood_is_named_and_never_dropped() {
    let feed = feed(
        "BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Middle-earth/Shire:20261102T090000\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:2\nDTSTART:20261102T090000Z\nRRULE:FREQ=HOURLY\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:3\nSUMMARY:When?\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:4\nDTSTART:20261102T090000Z\nDTEND:20261101T090000Z\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:5\nDTSTART:20261102T090000Z\nRRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY\nEND:VEVENT\nnonsense\n",
    );
    let skipped: Vec<String> = feed
        .skipped
        .iter()
        .map(|skipped| format!("{}: {}", skipped.line, skipped.reason))
        .collect();
    assert_eq!(
        skipped,
        [
            "27: not a line of iCalendar",
            "3: its time zone `Middle-earth/Shire` is not known",
            "7: its RRULE is not read: `HOURLY` is not a frequency; they are DAILY, WEEKLY, MONTHLY and YEARLY",
            "12: it has no DTSTART",
            "16: it ends before it begins",
            "21: it has more than one rule",
        ]
    );
    assert!(feed.events.is_empty());
}
