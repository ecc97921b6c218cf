//! Recurrences across changes of the clocks, and their exceptions.

use calendar::{Length, Recurrence, zone};
use jiff::SignedDuration;
use jiff::civil::date;

use super::{during, recurrence};

fn times(of: &Recurrence, from: &str, to: &str) -> Vec<String> {
    let found = of.occurrences(during(from, to)).unwrap();
    found.into_iter().map(|at| at.to_string()).collect()
}

#[test]
fn m1_6_a_window_keeps_its_time_on_the_wall() {
    let window = recurrence("2026-10-17T22:00:00", "Europe/Berlin", "FREQ=WEEKLY");
    assert_eq!(
        times(&window, "2026-10-20T00:00:00Z", "2026-11-02T00:00:00Z"),
        ["2026-10-24T20:00:00Z", "2026-10-31T21:00:00Z"]
    );
}

#[test]
fn m1_6_a_skipped_time_is_read_by_the_offset_before_and_a_double_one_is_the_first() {
    let early = recurrence("2026-03-28T02:30:00", "Europe/Berlin", "FREQ=DAILY;COUNT=3");
    assert_eq!(
        times(&early, "2026-03-01T00:00:00Z", "2026-04-30T00:00:00Z"),
        ["2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"]
    );
    let twice = recurrence("2026-10-25T02:30:00", "Europe/Berlin", "FREQ=DAILY;COUNT=1");
    assert_eq!(
        times(&twice, "2026-10-24T00:00:00Z", "2026-10-26T00:00:00Z"),
        ["2026-10-25T00:30:00Z"]
    );
}

#[test]
fn m1_6_half_hour_clocks_and_the_day_samoa_skipped() {
    let lord_howe = recurrence("2026-10-03T02:10:00", "Australia/Lord_Howe", "FREQ=DAILY;COUNT=2");
    // On 4 October 02:10 does not exist; by the offset before (+10:30) it is 02:40.
    assert_eq!(
        times(&lord_howe, "2026-10-01T00:00:00Z", "2026-10-09T00:00:00Z"),
        ["2026-10-02T15:40:00Z", "2026-10-03T15:40:00Z"]
    );
    let samoa = recurrence("2011-12-29T12:00:00", "Pacific/Apia", "FREQ=DAILY;COUNT=3");
    // The 30th, read by the offset before, is the noon of the 31st; it happens once.
    assert_eq!(
        times(&samoa, "2011-12-01T00:00:00Z", "2012-01-31T00:00:00Z"),
        ["2011-12-29T22:00:00Z", "2011-12-30T22:00:00Z"]
    );
}

#[test]
fn m1_6_exceptions_are_left_out_and_counted() {
    let daily = recurrence("2026-11-02T09:00:00", "Pacific/Auckland", "FREQ=DAILY;COUNT=4")
        .except_at(["2026-11-02T20:00:00Z".parse().unwrap()])
        .except_on([date(2026, 11, 5)])
        .and_at(["2026-12-24T20:00:00Z".parse().unwrap()]);
    assert_eq!(
        times(&daily, "2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ["2026-11-01T20:00:00Z", "2026-11-03T20:00:00Z", "2026-12-24T20:00:00Z"]
    );
    let after = "2026-11-04T00:00:00Z".parse().unwrap();
    assert_eq!(daily.next_at_or_after(after), Ok(Some("2026-12-24T20:00:00Z".parse().unwrap())));
    let after = "2026-12-24T20:00:01Z".parse().unwrap();
    assert_eq!(daily.next_at_or_after(after), Ok(None));
}

#[test]
fn m1_6_until_counts_and_may_be_a_day_a_time_or_a_moment() {
    for (until, wanted) in [
        ("20261104", 3),
        ("20261104T085959", 2),
        ("20261104T090000", 3),
        ("20261103T200000Z", 3),
        ("20261103T195959Z", 2),
    ] {
        let rule = format!("FREQ=DAILY;UNTIL={until}");
        let daily = recurrence("2026-11-02T09:00:00", "Pacific/Auckland", &rule);
        let found = times(&daily, "2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z");
        assert_eq!(found.len(), wanted, "{until}");
    }
}

#[test]
fn m1_6_days_of_the_calendar_last_as_long_as_they_do() {
    let sunday = recurrence("2026-10-18T00:00:00", "Europe/Berlin", "FREQ=WEEKLY");
    let spans = sunday
        .spans(Length::Days(1), during("2026-10-18T12:00:00Z", "2026-10-26T00:00:00Z"))
        .unwrap();
    let hours: Vec<i64> = spans.iter().map(|span| span.duration().as_hours()).collect();
    assert_eq!(hours, [24, 25], "the one that has begun already counts");
    let once = Recurrence::new(date(2026, 10, 18).at(9, 0, 0, 0), zone("UTC").unwrap(), None);
    let spans = once
        .spans(
            Length::Exact(SignedDuration::from_hours(2)),
            during("2026-10-18T10:00:00Z", "2026-10-18T10:30:00Z"),
        )
        .unwrap();
    assert_eq!(spans.len(), 1);
}

#[test]
fn m1_6_rules_that_never_come_true_end_with_an_error_and_soon() {
    let never = recurrence("2026-01-01T00:00:00", "UTC", "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30");
    let from = "2026-01-01T00:00:00Z".parse().unwrap();
    assert!(never.next_at_or_after(from).is_err());
    let all = recurrence("0001-01-01T00:00:00", "UTC", "FREQ=DAILY");
    assert!(all.occurrences(during("0001-01-02T00:00:00Z", "9999-12-30T00:00:00Z")).is_err());
    let soon = all.next_at_or_after("2026-11-27T00:00:00Z".parse().unwrap());
    assert_eq!(soon, Ok(Some("2026-11-27T00:00:00Z".parse().unwrap())));
}

#[test]
fn m5_5_a_window_opens_and_closes_by_the_clock_on_the_wall_across_daylight_saving() {
    let weekend = recurrence("2026-01-02T18:00:00", "Europe/Berlin", "FREQ=WEEKLY");
    let monday = Length::Clock { days: 3, until: jiff::civil::time(8, 0, 0, 0) };
    let spans = |from: &str, to: &str| {
        let found = weekend.spans(monday, during(from, to)).unwrap();
        found.iter().map(|s| (s.start.to_string(), s.end.to_string())).collect::<Vec<_>>()
    };
    let pair = |from: &str, until: &str| (from.to_owned(), until.to_owned());
    // The clocks go back on Sunday 25 October 2026, and forward on 28 March 2027.
    assert_eq!(
        spans("2026-10-25T12:00:00Z", "2026-10-25T12:01:00Z"),
        [pair("2026-10-23T16:00:00Z", "2026-10-26T07:00:00Z")]
    );
    assert_eq!(
        spans("2027-03-28T12:00:00Z", "2027-03-28T12:01:00Z"),
        [pair("2027-03-26T17:00:00Z", "2027-03-29T06:00:00Z")]
    );
    // A window within the hour that the clock skips is read by the offset before, at both ends.
    let skipped = recurrence("2027-03-28T02:15:00", "Europe/Berlin", "FREQ=DAILY;COUNT=1");
    let length = Length::Clock { days: 0, until: jiff::civil::time(2, 45, 0, 0) };
    let found = skipped.spans(length, during("2027-03-27T00:00:00Z", "2027-03-30T00:00:00Z"));
    let minutes: Vec<i64> = found.unwrap().iter().map(|s| s.duration().as_mins()).collect();
    assert_eq!(minutes, [30]);
}
