//! `calendars.yaml`: what it means and what is said about one that can't be.

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
        (place.zone().iana_name().unwrap().to_owned(), place.holidays().region().map(str::to_owned))
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
