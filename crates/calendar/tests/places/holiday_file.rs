//! Public holidays that stand in an iCalendar file.

use calendar::{CalendarError, Holidays};
use jiff::civil::date;

use super::{at, place};

fn day(summary: &str, rest: &str) -> String {
    format!("BEGIN:VEVENT\nUID:{summary}\nSUMMARY:{summary}\n{rest}\nEND:VEVENT\n")
}

fn file(events: &[String]) -> String {
    format!("BEGIN:VCALENDAR\nVERSION:2.0\n{}END:VCALENDAR\n", events.concat())
}

fn read(events: &[String]) -> Result<Holidays, Vec<String>> {
    Holidays::of_file("holidays/nz.ics", &file(events)).map_err(|found| {
        found.into_iter().map(|skipped| format!("{}: {}", skipped.line, skipped.reason)).collect()
    })
}

#[test]
fn m1_6_whole_days_of_a_file_are_holidays_with_their_names() {
    let events = [
        day("Company closed", "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227"),
        day("Labour Day", "DTSTART;VALUE=DATE:20200501\nRRULE:FREQ=YEARLY"),
        day("", "DTSTART;VALUE=DATE:20210201\nRRULE:FREQ=YEARLY;COUNT=6"),
        // What calendars of holidays say of every day: nobody is busy.
        day("Waitangi Day", "DTSTART;VALUE=DATE:20260206\nTRANSP:TRANSPARENT"),
        day("Called off", "DTSTART;VALUE=DATE:20260303\nSTATUS:CANCELLED"),
    ];
    let holidays = read(&events).unwrap();
    let days = holidays.iter().filter(|(day, _)| day.year() == 2026);
    let days: Vec<String> = days.map(|(day, name)| format!("{day} {name}")).collect();
    assert_eq!(
        days,
        [
            "2026-02-01 Holiday",
            "2026-02-06 Waitangi Day",
            "2026-05-01 Labour Day",
            "2026-12-24 Company closed",
            "2026-12-25 Company closed",
            "2026-12-26 Company closed",
        ]
    );
    assert_eq!(holidays.source(), Some("holidays/nz.ics"));
    let office = place("Pacific/Auckland", &[("mon-fri", "09:00-17:00")]).with_holidays(holidays);
    assert_eq!(office.is_working(at("2026-12-24T00:00:00Z")), Ok(false));
    assert_eq!(office.is_working(at("2026-12-23T00:00:00Z")), Ok(true));
    let stops = office.next_working(at("2026-12-31T10:00:00Z"));
    assert!(
        matches!(
            &stops,
            Err(CalendarError::HolidaysUnknown { region, known_until: 2026, .. }) if region == "holidays/nz.ics"
        ),
        "{stops:?}"
    );
}

#[test]
fn m1_6_a_file_reaches_as_far_as_what_ends_in_it() {
    let endless = day("New Year", "DTSTART;VALUE=DATE:20200101\nRRULE:FREQ=YEARLY");
    let until = "DTSTART;VALUE=DATE:20200106\nRRULE:FREQ=YEARLY;UNTIL=20290106";
    let known = |events: &[String]| read(events).unwrap().known_years();
    assert_eq!(known(std::slice::from_ref(&endless)), Some((2020, 2099)));
    let easter = day("Easter Monday", "DTSTART;VALUE=DATE:20270329");
    assert_eq!(known(&[endless.clone(), easter.clone()]), Some((2020, 2027)));
    assert_eq!(
        known(&[easter, endless, day("Epiphany", until)]),
        Some((2020, 2027)),
        "Easter ends before Epiphany"
    );
    let ruled = [day("Epiphany", until)];
    assert_eq!(known(&ruled), Some((2020, 2029)));
}

#[test]
fn m1_6_a_file_that_would_leave_a_day_out_is_refused_with_the_line() {
    let good = day("Good", "DTSTART;VALUE=DATE:20260206");
    for (events, expected) in [
        (vec![], "1: it has no day"),
        (vec![day("Off", "DTSTART;VALUE=DATE:20260206\nSTATUS:CANCELLED")], "1: it has no day"),
        (vec![good.clone(), day("Timed", "DTSTART:20260206T090000Z")], "8: it has times; write a"),
        (vec![good.clone(), day("None", "SUMMARY:x")], "8: it has no DTSTART"),
        (
            vec![good.clone(), day("Bad", "DTSTART;VALUE=DATE:20260206\nRRULE:FREQ=HOURLY")],
            "8: its RRULE is not read",
        ),
        (
            vec![
                good.clone(),
                day("Empty", "DTSTART;VALUE=DATE:20260206\nDTEND;VALUE=DATE:20260206"),
            ],
            "8: it takes up no day",
        ),
        (
            vec![day("Long", "DTSTART;VALUE=DATE:20260206\nDTEND;VALUE=DATE:20270206")],
            "3: it takes 365 days",
        ),
        (vec![good.clone(), "nonsense\n".to_owned()], "8: not a line of iCalendar"),
        (
            vec![good.clone(), day("Later", "DTSTART;VALUE=DATE:20280206")],
            "1: it has days that come once up to 2028, but none in 2027",
        ),
        (
            vec![day("Every day", "DTSTART;VALUE=DATE:20260206\nRRULE:FREQ=DAILY")],
            "3: that is further away",
        ),
        (
            vec![
                day("Days", "DTSTART;VALUE=DATE:19900206\nRRULE:FREQ=DAILY;COUNT=10000"),
                day("More", "DTSTART;VALUE=DATE:20260206\nRRULE:FREQ=DAILY;COUNT=5000"),
            ],
            "1: it has more than 10000 days",
        ),
        (
            vec![
                day("New Year", "DTSTART;VALUE=DATE:20200101\nRRULE:FREQ=YEARLY"),
                day("Easter Monday", "DTSTART;VALUE=DATE:20250421"),
                day("Easter Monday", "DTSTART;VALUE=DATE:20280417"),
            ],
            "1: it has days that come once up to 2028, but none in 2026",
        ),
        (
            vec![day("Half", "DTSTART;VALUE=DATE:20261224\nDTEND:20261226T120000Z")],
            "3: it ends in the middle of a day",
        ),
        (vec![good.clone(); 2_001], "1: it has more than 2000 events"),
    ] {
        let found = read(&events).unwrap_err();
        assert!(found.iter().any(|reason| reason.starts_with(expected)), "{expected}: {found:?}");
    }
    for (text, expected) in [
        ("", 1),
        ("not a calendar", 1),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260206\n", 1),
        ("BEGIN:VCALENDAR\nEND:VEVENT\n", 2),
    ] {
        let found = Holidays::of_file("x.ics", text).unwrap_err();
        assert_eq!(found.first().unwrap().line, expected, "{text}: {found:?}");
    }
}

#[test]
fn m1_6_a_file_knows_no_year_before_its_first() {
    let holidays = read(&[day("Good", "DTSTART;VALUE=DATE:20260206")]).unwrap();
    assert!(matches!(
        holidays.on(date(2025, 12, 25)),
        Err(CalendarError::HolidaysForgotten { known_from: 2026, .. })
    ));
}
