//! Public holidays, special days, and the years nobody knows.

use std::collections::BTreeMap;

use calendar::{CalendarError, Holidays, SpecialDay, parse_shifts, regions};
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};

use super::{at, place};

#[test]
fn m1_6_a_holiday_is_not_worked_and_says_its_name() {
    let hours = [("mon-fri", "09:00-17:00")];
    let bavaria =
        place("Europe/Berlin", &hours).with_holidays(Holidays::of_region("DE-BY").unwrap());
    let berlin =
        place("Europe/Berlin", &hours).with_holidays(Holidays::of_region("DE-BE").unwrap());
    let epiphany = at("2026-01-06T10:00:00Z");
    assert_eq!(bavaria.is_working(epiphany), Ok(false));
    assert_eq!(berlin.is_working(epiphany), Ok(true));
    assert_eq!(bavaria.name_of(date(2026, 1, 6)), Ok(Some("Epiphany")));
    // From Thursday before Easter to Tuesday after.
    let evening = at("2026-04-02T16:00:00Z");
    assert_eq!(berlin.next_working(evening), Ok(at("2026-04-07T07:00:00Z")));
}

#[test]
fn m1_6_a_year_beyond_the_table_is_never_a_year_without_holidays() {
    let office = place("Europe/Berlin", &[("mon-fri", "09:00-17:00")])
        .with_holidays(Holidays::of_region("DE").unwrap());
    let unknown = |result: Result<Timestamp, CalendarError>| {
        matches!(result, Err(CalendarError::HolidaysUnknown { known_until: 2031, .. }))
    };
    assert!(unknown(office.next_working(at("2032-02-02T10:00:00Z"))));
    assert!(unknown(
        office.add_working(at("2031-12-31T10:00:00Z"), SignedDuration::from_hours(40))
    ));
    assert!(office.is_working(at("2032-02-02T10:00:00Z")).is_err());
    // A Saturday is free whatever the table says; so is every day for which policy says it itself.
    assert_eq!(office.is_working(at("2032-02-07T10:00:00Z")), Ok(false));
    assert!(matches!(
        office.is_working(at("2024-12-31T10:00:00Z")),
        Err(CalendarError::HolidaysForgotten { known_from: 2025, .. })
    ));
    assert_eq!(office.next_working(at("2025-01-01T00:00:00Z")), Ok(at("2025-01-02T08:00:00Z")));
}

#[test]
fn m1_6_special_days_win_over_week_and_holidays() {
    let special = BTreeMap::from([
        (
            date(2026, 12, 24),
            SpecialDay {
                name: "Christmas Eve".to_owned(),
                shifts: parse_shifts("09:00-12:00").unwrap(),
            },
        ),
        (
            date(2026, 12, 26),
            SpecialDay {
                name: "Stocktaking".to_owned(),
                shifts: parse_shifts("10:00-14:00").unwrap(),
            },
        ),
        (date(2026, 12, 28), SpecialDay { name: "Company day off".to_owned(), shifts: Vec::new() }),
    ]);
    let office = place("Europe/Berlin", &[("mon-fri", "09:00-17:00")])
        .with_holidays(Holidays::of_region("DE").unwrap())
        .with_special_days(special);
    let during =
        calendar::Span { start: at("2026-12-24T00:00:00Z"), end: at("2026-12-29T12:00:00Z") };
    let spans = office.working_spans(during).unwrap();
    let starts: Vec<String> = spans.iter().map(|span| span.start.to_string()).collect();
    assert_eq!(starts, ["2026-12-24T08:00:00Z", "2026-12-26T09:00:00Z", "2026-12-29T08:00:00Z"]);
    assert_eq!(office.name_of(date(2026, 12, 28)), Ok(Some("Company day off")));
}

#[test]
fn m1_6_a_night_shift_belongs_to_the_day_it_begins_on() {
    let nights = place("Europe/Berlin", &[("mon-sun", "22:00-06:00")])
        .with_holidays(Holidays::of_region("DE").unwrap());
    // Christmas Eve is no holiday: its night is worked into Christmas Day; that of the 25th is not.
    assert_eq!(nights.is_working(at("2026-12-25T04:00:00Z")), Ok(true));
    assert_eq!(nights.is_working(at("2026-12-25T22:00:00Z")), Ok(false));
    assert_eq!(nights.next_working(at("2026-12-25T12:00:00Z")), Ok(at("2026-12-27T21:00:00Z")));
}

#[test]
fn m1_6_every_region_of_the_table_has_holidays_at_both_of_its_ends() {
    for region in regions() {
        let holidays = Holidays::of_region(region.code).expect(region.code);
        let (from, until) = holidays.known_years().unwrap();
        for year in from..=until {
            let days = holidays.iter().filter(|(day, _)| day.year() == year).count();
            assert!((3..=60).contains(&days), "{} has {days} holidays in {year}", region.code);
        }
        assert!(holidays.on(date(from, 1, 1)).is_ok());
        assert!(holidays.on(date(until, 12, 31)).is_ok());
        assert!(holidays.on(date(until + 1, 1, 1)).is_err(), "{}", region.code);
        assert!(holidays.on(date(from - 1, 12, 31)).is_err(), "{}", region.code);
    }
    let sri_lanka = Holidays::of_region("LK").unwrap();
    assert_eq!(sri_lanka.known_years(), Some((2025, 2026)), "proclaimed year by year");
    assert!(Holidays::of_region("XX").is_none());
    assert!(Holidays::of_region("").is_none());
}
