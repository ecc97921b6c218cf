//! Tables of zones that do what most zones never do.

use calendar::{CalendarError, Place, Span, Week, zone};
use jiff::{SignedDuration, Timestamp};

use super::{at, place};

/// A working day, its local date, and the real hours it has.
fn day_of(place: &Place, date: &str) -> Vec<(String, String)> {
    let day: jiff::civil::Date = date.parse().unwrap();
    let midnight = |day: jiff::civil::Date| day.to_zoned(place.zone().clone()).unwrap().timestamp();
    let during = Span { start: midnight(day), end: midnight(day.tomorrow().unwrap()) };
    let spans = place.working_spans(during).unwrap();
    spans.iter().map(|span| (span.start.to_string(), span.end.to_string())).collect()
}

fn assert_day(place: &Place, date: &str, spans: &[(&str, &str)]) {
    let found = day_of(place, date);
    let found: Vec<(&str, &str)> = found.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(found, spans, "{date}");
}

#[test]
fn m1_6_lord_howe_moves_its_clocks_by_half_an_hour() {
    let nights = place("Australia/Lord_Howe", &[("mon-sun", "00:00-24:00")]);
    let hours = |date: &str| {
        day_of(&nights, date)
            .iter()
            .map(|(a, b)| at(b).duration_since(at(a)).as_mins())
            .sum::<i64>()
    };
    assert_eq!(hours("2026-04-05"), 24 * 60 + 30, "clocks go back from 02:00 to 01:30");
    assert_eq!(hours("2026-10-04"), 24 * 60 - 30, "clocks go forward from 02:00 to 02:30");
    let early = place("Australia/Lord_Howe", &[("sun", "02:15-03:00")]);
    // 02:00 to 02:30 does not exist: half an hour is left, from the moment of the jump.
    assert_day(&early, "2026-10-04", &[("2026-10-03T15:30:00Z", "2026-10-03T16:00:00Z")]);
}

#[test]
fn m1_6_chatham_is_off_by_a_quarter_of_an_hour() {
    let office = Place::office(zone("Pacific/Chatham").unwrap());
    assert_day(&office, "2026-07-01", &[("2026-06-30T20:15:00Z", "2026-07-01T04:15:00Z")]);
    assert_day(&office, "2026-12-01", &[("2026-11-30T19:15:00Z", "2026-12-01T03:15:00Z")]);
}

#[test]
fn m1_6_morocco_leaves_its_offset_for_ramadan() {
    let office = Place::office(zone("Africa/Casablanca").unwrap());
    // +01:00 all year, +00:00 in Ramadan 2026 (15 February to 22 March).
    assert_day(&office, "2026-02-13", &[("2026-02-13T08:00:00Z", "2026-02-13T16:00:00Z")]);
    assert_day(&office, "2026-02-16", &[("2026-02-16T09:00:00Z", "2026-02-16T17:00:00Z")]);
    assert_day(&office, "2026-03-23", &[("2026-03-23T08:00:00Z", "2026-03-23T16:00:00Z")]);
}

#[test]
fn m1_6_samoa_had_no_thirtieth_of_december_2011() {
    // A Friday that never was: Thursday is followed by Saturday.
    let office = place("Pacific/Apia", &[("mon-fri", "09:00-17:00")]);
    let thursday_evening = at("2011-12-30T03:00:00Z");
    assert_eq!(office.next_working(thursday_evening), Ok(at("2012-01-01T19:00:00Z")));
    let nights = place("Pacific/Apia", &[("mon-sun", "22:00-06:00")]);
    // The night of the 29th lasts until the jump, that of the 30th from the jump on: eight hours.
    let during = Span { start: at("2011-12-30T00:00:00Z"), end: at("2012-01-01T00:00:00Z") };
    assert_eq!(
        nights.working_spans(during).unwrap(),
        [
            Span { start: at("2011-12-30T08:00:00Z"), end: at("2011-12-30T10:00:00Z") },
            Span { start: at("2011-12-30T10:00:00Z"), end: at("2011-12-30T16:00:00Z") },
            Span { start: at("2011-12-31T08:00:00Z"), end: at("2011-12-31T16:00:00Z") },
        ]
    );
}

#[test]
fn m1_6_asked_in_auckland_on_friday_evening_and_owned_in_sao_paulo() {
    let auckland = place("Pacific/Auckland", &[("mon-fri", "09:00-17:00")]);
    let sao_paulo = place("America/Sao_Paulo", &[("mon-fri", "09:00-18:00")]);
    let four_hours = SignedDuration::from_hours(4);
    // Friday 27 November 2026, 16:55 in Auckland (+13) is 00:55 in São Paulo (-03).
    let asked = at("2026-11-27T03:55:00Z");
    assert_eq!(auckland.is_working(asked), Ok(true));
    assert_eq!(sao_paulo.is_working(asked), Ok(false));
    // By Auckland's own hours: five minutes on Friday, the rest on Monday until 12:55.
    assert_eq!(auckland.add_working(asked, four_hours), Ok(at("2026-11-29T23:55:00Z")));
    // By the owner's: the same Friday, from 09:00 to 13:00.
    assert_eq!(sao_paulo.next_working(asked), Ok(at("2026-11-27T12:00:00Z")));
    assert_eq!(sao_paulo.add_working(asked, four_hours), Ok(at("2026-11-27T16:00:00Z")));
}

#[test]
fn m1_6_a_clock_set_back_over_midnight_shows_the_next_day_twice() {
    // St John's, 7 November 2010: 00:01 became 23:01. The shift of the 7th began already.
    let place = place("America/St_Johns", &[("sun", "00:00-08:00")]);
    let began = at("2010-11-07T02:30:00Z");
    assert_eq!(place.next_working(at("2010-11-07T00:00:00Z")), Ok(began));
    for minutes in [0, 1, 30, 60] {
        assert_eq!(place.is_working(began + SignedDuration::from_mins(minutes)), Ok(true));
    }
}

#[test]
fn m1_6_hours_inside_a_gap_are_not_worked_and_those_in_a_fold_once() {
    let place = place("Europe/Berlin", &[("sun", "02:15-02:45")]);
    assert_day(&place, "2026-03-29", &[]);
    assert_day(&place, "2026-10-25", &[("2026-10-25T00:15:00Z", "2026-10-25T00:45:00Z")]);
    assert_day(&place, "2026-10-18", &[("2026-10-18T00:15:00Z", "2026-10-18T00:45:00Z")]);
}

#[test]
fn m1_6_night_shifts_keep_their_length_by_the_clock_on_the_wall() {
    let place = place("Europe/Berlin", &[("sat", "22:00-06:00")]);
    let length = |from: &str| {
        let start = place.next_working(at(from)).unwrap();
        place.next_edge(start).unwrap().duration_since(start).as_hours()
    };
    assert_eq!(length("2026-03-22T12:00:00Z"), 7);
    assert_eq!(length("2026-10-18T12:00:00Z"), 9);
    assert_eq!(length("2026-06-01T12:00:00Z"), 8);
}

#[test]
fn m1_6_split_days_have_a_break() {
    let place = place("Europe/Madrid", &[("mon-fri", "09:00-14:00, 16:30-19:30")]);
    assert_day(
        &place,
        "2026-11-25",
        &[
            ("2026-11-25T08:00:00Z", "2026-11-25T13:00:00Z"),
            ("2026-11-25T15:30:00Z", "2026-11-25T18:30:00Z"),
        ],
    );
    assert_eq!(place.is_working(at("2026-11-25T13:00:00Z")), Ok(false), "an end is not worked");
}

#[test]
fn m1_6_a_place_without_working_time_never_answers_now() {
    let never = Place::new(zone("UTC").unwrap(), Week::default());
    let now = at("2026-11-27T12:00:00Z");
    assert_eq!(never.is_working(now), Ok(false));
    let none = Err(CalendarError::NoWorkingTime);
    assert_eq!(never.next_working(now), none);
    assert_eq!(never.next_edge(now), none);
    assert_eq!(never.add_working(now, SignedDuration::from_hours(1)), none);
    assert_eq!(never.add_working(now, SignedDuration::from_hours(-1)), none);
    let later = now + SignedDuration::from_hours(100);
    assert_eq!(never.working_between(now, later), Ok(SignedDuration::ZERO));
}

#[test]
fn m1_6_the_ends_of_time_are_errors_and_cost_little() {
    let office = Place::office(zone("Pacific/Auckland").unwrap());
    let long = SignedDuration::MAX;
    assert!(office.add_working(at("2026-11-27T12:00:00Z"), long).is_err());
    assert!(office.add_working(at("2026-11-27T12:00:00Z"), SignedDuration::MIN).is_err());
    assert!(office.next_working(Timestamp::MAX).is_err());
    assert!(office.add_working(Timestamp::MIN, -SignedDuration::from_hours(1)).is_err());
    let all = (Timestamp::MIN, Timestamp::MAX);
    assert_eq!(office.working_between(all.0, all.1), Err(CalendarError::TooFar));
}
