//! `calendars.yaml`: what it means and what is said about one that can't be.

use domain::event::PolicyFile;
use policy::bundle::Bundle;

use crate::support::{bundle, edited, errors_of, files, now};

const FILE: &str = "calendars.yaml";

#[test]
fn m1_6_places_are_read_with_zone_hours_and_holidays() {
    let bundle = bundle("regulated-company");
    let calendars = bundle.calendars();
    assert_eq!(calendars.default_place().name.as_str(), "london");
    assert_eq!(calendars.places().count(), 4);
    let named = |name: &str| calendars.place(&name.parse().unwrap()).unwrap().place.clone();
    let at = |text: &str| text.parse().unwrap();
    assert_eq!(named("london").is_working(at("2026-12-24T11:00:00Z")), Ok(true));
    assert_eq!(named("london").is_working(at("2026-12-24T13:00:00Z")), Ok(false));
    assert_eq!(named("london").is_working(at("2026-12-28T13:00:00Z")), Ok(false), "Boxing Day");
    assert_eq!(named("london-operations").is_working(at("2026-12-25T03:00:00Z")), Ok(true));
    assert_eq!(named("new-york").is_working(at("2026-11-26T15:00:00Z")), Ok(false), "Thanksgiving");
}

#[test]
fn m1_6_everybody_works_somewhere() {
    let bundle = bundle("regulated-company");
    let calendars = bundle.calendars();
    let zone = |named: Option<&str>, zone: &str| {
        let named = named.map(|name| name.parse().unwrap());
        let place = calendars.place_of(named.as_ref(), zone);
        (place.zone().iana_name().unwrap().to_owned(), place.holidays().source().map(str::to_owned))
    };
    let pair = |zone: &str, region: Option<&str>| (zone.to_owned(), region.map(str::to_owned));
    assert_eq!(zone(Some("singapore"), "UTC"), pair("Asia/Singapore", Some("SG")));
    assert_eq!(zone(None, "Asia/Tokyo"), pair("Asia/Tokyo", None));
    assert_eq!(zone(None, "Europe/London"), pair("Europe/London", Some("GB-ENG")));
    // A place that policy no longer has, and a zone nobody knows.
    assert_eq!(zone(Some("atlantis"), "Atlantis/City"), pair("Europe/London", Some("GB-ENG")));
}

#[test]
fn m1_6_a_bundle_without_calendars_keeps_its_ways() {
    let files: Vec<_> = files("small-team").into_iter().filter(|file| file.path != FILE).collect();
    let bundle = Bundle::load(&files).unwrap().bundle;
    let place = &bundle.calendars().default_place().place;
    assert_eq!(place.is_working(now()), Ok(true), "a Tuesday at ten, UTC");
    assert_eq!(bundle.calendars().places().count(), 0);
}

#[test]
fn m1_6_a_calendar_that_can_not_be_is_refused_where_it_stands() {
    for (from, to, code, marked, help) in [
        ("default: london", "default: lundon", "unknown_reference", "lundon", "`london`"),
        (
            "zone: Europe/London",
            "zone: Europe/Londin",
            "unknown_zone",
            "Europe/Londin",
            "`Europe/London`",
        ),
        ("zone: Europe/London", "zone: BST+1", "unknown_zone", "BST+1", "IANA"),
        ("mon-fri: 09:00-17:30", "mo-fr: 09:00-17:30", "bad_hours", "09:00-17:30", "`mon-fri`"),
        ("mon-fri: 09:00-17:30", "mon-fri: 9-17", "bad_hours", "9-17", "`09:00-17:00`"),
        (
            "mon-fri: 09:00-17:30",
            "mon-fri: 09:00-17:30, 17:00-18:00",
            "bad_hours",
            "17:00-18:00",
            "overlap",
        ),
        ("22:00-06:00\n", "22:00-06:30\n", "bad_hours", "london-operations", "overlap"),
        ("holidays: GB-ENG", "holidays: gb-eng", "unknown_region", "gb-eng", "`GB-ENG`"),
        ("holidays: GB-ENG", "holidays: GB-LND", "unknown_region", "GB-LND", "GB-SCT"),
        ("holidays: GB-ENG", "holidays: England", "unknown_region", "England", "`none`"),
        ("    holidays: GB-ENG\n", "", "missing_key", "", ""),
        ("date: 2026-12-24", "date: 24.12.2026", "bad_date", "24.12.2026", "`2026-12-24`"),
        ("date: 2026-12-31", "date: 2026-12-24", "duplicate_id", "2026-12-24", ""),
        ("hours: \"09:00-12:00\"", "hours: morning", "bad_hours", "morning", "`09:00-17:00`"),
        ("name: singapore", "name: london", "duplicate_id", "london", ""),
        ("title: Singapore", "titel: Singapore", "unknown_key", "titel", "`title`"),
    ] {
        let files = edited("regulated-company", FILE, from, to);
        let found = errors_of(&files);
        let text = &files.iter().find(|file| file.path == FILE).unwrap().text;
        let fits = found.iter().any(|d| {
            d.code == code
                && d.file == FILE
                && text.get(d.span.range()).is_some_and(|text| text.contains(marked))
                && d.help.as_deref().unwrap_or_default().contains(help)
        });
        assert!(fits, "{to:?}: {found:#?}");
    }
}

#[test]
fn m1_6_a_place_where_nobody_works_is_refused() {
    let files = edited("small-team", FILE, "      mon-fri: 09:00-17:00\n", "      {}\n");
    assert!(errors_of(&files).iter().any(|d| d.code == "no_hours"));
}

/// The small team's bundle with the holidays of an iCalendar file.
fn with_file(holidays: &str, path: &str, text: &str) -> Vec<PolicyFile> {
    let mut files = edited("small-team", FILE, "holidays: none", &format!("holidays: {holidays}"));
    files.push(PolicyFile { path: path.to_owned(), text: text.to_owned() });
    files
}

const NZ: &str = "holidays/nz.ics";
const WAITANGI: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:20260206_x@example.com\r\n\
    SUMMARY:Waitangi Day\r\nDTSTART;VALUE=DATE:20260206\r\nRRULE:FREQ=YEARLY;COUNT=2\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

#[test]
fn m1_6_holidays_come_from_an_icalendar_file_of_the_bundle() {
    let files = with_file(NZ, NZ, WAITANGI);
    let loaded = Bundle::load(&files).unwrap();
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    let office = &loaded.bundle.calendars().default_place().place;
    let at = |text: &str| text.parse().unwrap();
    assert_eq!(office.is_working(at("2026-02-06T10:00:00Z")), Ok(false));
    assert_eq!(office.is_working(at("2026-02-05T10:00:00Z")), Ok(true));
    assert!(office.is_working(at("2028-02-07T10:00:00Z")).is_err(), "the file ends with 2027");
    // A note beside it is no calendar.
    let mut noted = with_file(NZ, NZ, WAITANGI);
    let path = "holidays/README.md".to_owned();
    noted.push(PolicyFile { path, text: "Renewed each December.".to_owned() });
    assert!(Bundle::load(&noted).is_ok());
    // The file is part of what the bundle is.
    let other = with_file(NZ, NZ, &WAITANGI.replace("COUNT=2", "COUNT=3"));
    assert_ne!(loaded.bundle.digest(), Bundle::load(&other).unwrap().bundle.digest());
}

#[test]
fn m1_6_a_file_of_holidays_that_can_not_be_read_is_refused_where_it_stands() {
    let broken = WAITANGI.replace("DTSTART;VALUE=DATE:20260206", "DTSTART:20260206T090000Z");
    let rule = WAITANGI.replace("FREQ=YEARLY", "FREQ=MINUTELY");
    for (holidays, path, text, file, code, line, said) in [
        (NZ, NZ, "", NZ, "bad_holidays", 1, "it has no day"),
        (NZ, NZ, "# to be exported\n", NZ, "bad_holidays", 1, "not a line of iCalendar"),
        (NZ, NZ, &WAITANGI[..90], NZ, "bad_holidays", 1, "cut off"),
        (NZ, NZ, &broken, NZ, "bad_holidays", 3, "whole day"),
        (NZ, NZ, &rule, NZ, "bad_holidays", 3, "`MINUTELY` is not a frequency"),
        ("holidays/au.ics", NZ, WAITANGI, FILE, "missing_file", 10, "no `holidays/au.ics`"),
        ("nz.ics", NZ, WAITANGI, FILE, "missing_file", 10, "no `nz.ics`"),
        (NZ, "nz.ics", WAITANGI, "nz.ics", "unknown_file", 1, "no file of a bundle"),
        (NZ, "holidays/a/nz.ics", WAITANGI, "holidays/a/nz.ics", "unknown_file", 1, "no file of"),
        (NZ, "holidays/nz.yaml", WAITANGI, "holidays/nz.yaml", "unknown_file", 1, "no file of"),
    ] {
        let files = with_file(holidays, path, text);
        let found = errors_of(&files);
        let fits = found.iter().find(|d| d.code == code && d.file == file && d.line == line);
        assert!(fits.is_some_and(|d| d.message.contains(said)), "{said}: {found:#?}");
    }
    let shown = errors_of(&with_file(NZ, NZ, &rule))[0].render(&rule);
    assert!(shown.starts_with("holidays/nz.ics:3:1: error[bad_holidays]"), "{shown}");
    assert!(shown.contains("BEGIN:VEVENT") && shown.contains("^^^^^^^^^^^^"), "{shown}");
}

#[test]
fn m1_6_a_file_of_holidays_nobody_names_is_a_warning_and_never_a_holiday() {
    let loaded = Bundle::load(&with_file("none", NZ, WAITANGI)).unwrap();
    assert_eq!(loaded.warnings.iter().map(|d| d.code).collect::<Vec<_>>(), ["unused_file"]);
    let office = &loaded.bundle.calendars().default_place().place;
    assert_eq!(office.is_working("2026-02-06T10:00:00Z".parse().unwrap()), Ok(true));
}
