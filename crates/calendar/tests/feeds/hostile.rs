//! Feeds that are meant to do harm: bounded in size, depth and time, and never a panic.

use calendar::ical::{FeedError, read_feed};
use calendar::{CalendarError, Span, zone};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

fn read(text: &str) -> Result<calendar::ical::Feed, FeedError> {
    read_feed(text, &TimeZone::UTC)
}

#[test]
fn m1_6_a_feed_that_is_cut_off_is_not_a_calendar_with_fewer_absences() {
    let event = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20261102T090000Z\nEND:VEVENT\n";
    assert_eq!(read(event).map(drop), Err(FeedError::CutOff));
    assert!(matches!(read("<html>Sign in</html>\n"), Ok(feed) if feed.skipped.len() == 1));
    assert_eq!(read("X:1\n").map(drop), Err(FeedError::NotACalendar { line: 1 }));
    let crossed = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\nEND:VEVENT\n";
    assert_eq!(read(crossed).map(drop), Err(FeedError::NotACalendar { line: 3 }));
}

#[test]
fn m1_6_depth_numbers_and_sizes_end_in_an_error() {
    let deep = format!("BEGIN:VCALENDAR\n{}", "BEGIN:VEVENT\n".repeat(100_000));
    assert_eq!(read(&deep).map(drop), Err(FeedError::NotACalendar { line: 9 }));
    let many =
        format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", "BEGIN:VEVENT\nEND:VEVENT\n".repeat(20_001));
    assert_eq!(read(&many).map(drop), Err(FeedError::TooLarge));
    let wide = format!(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\n{}END:VEVENT\nEND:VCALENDAR\n",
        "X:1\n".repeat(2_001)
    );
    assert_eq!(read(&wide).map(drop), Err(FeedError::TooLarge));
}

#[test]
fn m1_6_an_event_for_all_time_is_an_error_and_soon() {
    let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:00010101T000000Z\nRRULE:FREQ=DAILY\nDURATION:P60000D\nEND:VEVENT\nEND:VCALENDAR\n";
    let feed = read(text).unwrap();
    let all = Span { start: Timestamp::MIN, end: Timestamp::MAX };
    assert_eq!(feed.busy(all), Err(CalendarError::TooFar));
}

proptest! {
    #[test]
    fn m1_6_no_text_makes_the_reader_panic(text in "(?s)\\PC{0,300}") {
        let _ = read(&text);
    }

    #[test]
    fn m1_6_no_mixture_of_lines_makes_the_reader_panic(
        lines in proptest::collection::vec(prop_oneof![
            Just("BEGIN:VCALENDAR".to_owned()), Just("END:VCALENDAR".to_owned()),
            Just("BEGIN:VEVENT".to_owned()), Just("END:VEVENT".to_owned()),
            "(DTSTART|DTEND|EXDATE|RDATE|RECURRENCE-ID)(;VALUE=DATE|;TZID=[A-Z/a-z_]{0,12})?:[0-9TZ,]{0,18}",
            "RRULE:FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;[A-Z]{2,9}=[-0-9A-Z,]{0,9}){0,3}",
            "DURATION:P[0-9DWTHMS]{0,8}", "SUMMARY:\\PC{0,20}", " [a-z]{0,5}",
        ], 0..30)
    ) {
        let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{}\nEND:VEVENT\nEND:VCALENDAR", lines.join("\n"));
        if let Ok(feed) = read_feed(&text, &zone("Pacific/Apia").unwrap()) {
            let during = Span {
                start: "2011-12-01T00:00:00Z".parse().unwrap(),
                end: "2012-03-01T00:00:00Z".parse().unwrap(),
            };
            let _ = feed.busy(during);
        }
    }
}
