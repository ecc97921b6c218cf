//! Turns of a rota that change by a rule (RFC 5545).

use jiff::{SignedDuration, Timestamp, ToSpan as _};
use proptest::prelude::*;

use crate::fixture::*;
use crate::organisation::{Directory, Handover, OrganisationEvent, Rota};
use crate::tests::on_call::rota;

fn by(rule: &str, zone: &str, first: &str, people: &[&str]) -> Rota {
    Rota {
        handover: Handover::Rule(rule.to_owned()),
        time_zone: zone.to_owned(),
        first: first.parse().unwrap(),
        ..rota(people)
    }
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn on_call(rota: &Rota, at: &str) -> Option<&'static str> {
    let found = rota.on_call(time(at)).cloned();
    ["ana", "bo", "cy", "di", "ed"].into_iter().find(|name| Some(person(name)) == found)
}

#[test]
fn m1_5_turns_change_by_a_rule_at_an_hour_on_the_wall_across_daylight_saving() {
    let rota = by("FREQ=WEEKLY;BYDAY=MO", "Europe/Berlin", "2026-03-16T09:00:00", &["cy", "di"]);
    // Clocks go forward on Sunday, 29 March 2026, and back on 25 October.
    for (at, who) in [
        ("2026-03-16T07:59:59Z", None),
        ("2026-03-16T08:00:00Z", Some("cy")),
        ("2026-03-23T07:59:59Z", Some("cy")),
        ("2026-03-23T08:00:00Z", Some("di")),
        ("2026-03-30T06:59:59Z", Some("di")),
        ("2026-03-30T07:00:00Z", Some("cy")),
        ("2026-10-26T07:59:59Z", Some("di")),
        ("2026-10-26T08:00:00Z", Some("cy")),
    ] {
        assert_eq!(on_call(&rota, at), who, "{at}");
    }
    let turns = rota.turns(time("2026-03-25T12:00:00Z"), 3);
    let turns: Vec<_> = turns.iter().map(|t| (t.person.clone(), t.from, t.until)).collect();
    assert_eq!(
        turns,
        [
            (person("di"), time("2026-03-23T08:00:00Z"), time("2026-03-30T07:00:00Z")),
            (person("cy"), time("2026-03-30T07:00:00Z"), time("2026-04-06T07:00:00Z")),
            (person("di"), time("2026-04-06T07:00:00Z"), time("2026-04-13T07:00:00Z")),
        ]
    );
}

#[test]
fn m1_5_the_first_turn_begins_when_it_says_and_ends_with_the_first_time_of_the_rule() {
    // A Wednesday; the rule hands over on Mondays and Fridays.
    let rota = by("FREQ=WEEKLY;BYDAY=MO,FR", "UTC", "2026-11-04T09:00:00", &["cy", "di", "ed"]);
    assert_eq!(on_call(&rota, "2026-11-04T09:00:00Z"), Some("cy"));
    assert_eq!(on_call(&rota, "2026-11-06T09:00:00Z"), Some("di"));
    assert_eq!(on_call(&rota, "2026-11-09T09:00:00Z"), Some("ed"));
    let before = rota.turns(time("2026-11-01T00:00:00Z"), 1);
    assert_eq!(before.first().map(|turn| turn.from), Some(time("2026-11-04T09:00:00Z")));
}

#[test]
fn m1_5_a_handover_in_the_hour_the_clock_skips_takes_place_once() {
    // Half past two does not exist on 29 March 2026: read by the offset before, half past three.
    let rota = by("FREQ=DAILY", "Europe/Berlin", "2026-03-28T02:30:00", &["cy", "di"]);
    assert_eq!(on_call(&rota, "2026-03-29T01:29:59Z"), Some("cy"));
    assert_eq!(on_call(&rota, "2026-03-29T01:30:00Z"), Some("di"));
    assert_eq!(on_call(&rota, "2026-03-30T00:30:00Z"), Some("cy"));
    // And the one that comes twice is the first.
    let rota = by("FREQ=DAILY", "Europe/Berlin", "2026-10-24T02:30:00", &["cy", "di"]);
    assert_eq!(on_call(&rota, "2026-10-25T00:30:00Z"), Some("di"));
    assert_eq!(on_call(&rota, "2026-10-25T01:30:00Z"), Some("di"));
    assert_eq!(on_call(&rota, "2026-10-26T01:30:00Z"), Some("cy"));
}

#[test]
fn m1_5_a_rule_no_turn_could_follow_is_refused_by_field() {
    let now = time("2026-11-24T10:00:00Z");
    let put = |rota: Rota| {
        let put = directory().put_rota(rota, now);
        put.map(drop).map_err(|refused| format!("{refused:?}"))
    };
    let first = "2026-01-05T09:00:00";
    assert_eq!(put(by("FREQ=WEEKLY;BYDAY=MO", "UTC", first, &["cy", "di"])), Ok(()));
    for (rule, first, field, why) in [
        ("every monday", first, "handover", "FREQ=WEEKLY"),
        ("FREQ=HOURLY", first, "handover", "not a frequency"),
        ("FREQ=WEEKLY;COUNT=3", first, "handover", "COUNT"),
        ("FREQ=WEEKLY;UNTIL=20270101", first, "handover", "UNTIL"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", first, "handover", "never hands over"),
        ("FREQ=DAILY", "2020-01-05T09:00:00", "first", "1000"),
        ("FREQ=DAILY", "1700-01-05T09:00:00", "first", "1000"),
    ] {
        let refused = put(by(rule, "UTC", first, &["cy"])).unwrap_err();
        assert!(refused.contains(&format!("\"{field}\"")) && refused.contains(why), "{refused}");
    }
    let both = Handover::asked(Some(7), Some("FREQ=WEEKLY".to_owned())).unwrap_err();
    assert!(format!("{both:?}").contains("not both"));
    for days in [0, 61] {
        let never = Rota { handover: Handover::Days(days), ..rota(&["cy"]) };
        assert!(put(never).unwrap_err().contains("\"days\""));
    }
    let unread = by("FREQ=HOURLY", "UTC", first, &["cy"]);
    assert_eq!(unread.on_call(now), None, "what can't be read is nobody's");
    assert_eq!(unread.turns(now, 3), []);
}

#[test]
fn m1_5_rotas_of_days_keep_their_bytes_and_are_read_for_ever() {
    let old = serde_json::json!({
        "id": rota(&[]).id, "name": "duty", "role": "release-manager", "scope": "organisation",
        "time_zone": "UTC", "first": "1971-11-26T09:00:00", "days": 1, "people": [person("cy")],
    });
    let read: Rota = serde_json::from_value(old.clone()).unwrap();
    assert_eq!(read, rota(&["cy"]));
    assert_eq!(serde_json::to_value(&read).unwrap(), old);
    let ruled = serde_json::json!({
        "id": rota(&[]).id, "name": "duty", "role": "release-manager", "scope": "organisation",
        "time_zone": "UTC", "first": "2026-01-05T09:00:00", "handover": "FREQ=DAILY",
        "people": [person("cy")],
    });
    let read: Rota = serde_json::from_value(ruled.clone()).unwrap();
    assert_eq!(read, by("FREQ=DAILY", "UTC", "2026-01-05T09:00:00", &["cy"]));
    assert_eq!(serde_json::to_value(&read).unwrap(), ruled);
    let mut unheard = ruled;
    unheard["unheard_of"] = serde_json::json!(1);
    assert!(serde_json::from_value::<Rota>(unheard).is_err());
}

const RULES: [&str; 6] = [
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=WEEKLY;BYDAY=MO",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,FR",
    "FREQ=MONTHLY;BYDAY=1MO,3WE",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
];
const ZONES: [&str; 5] =
    ["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Chatham"];

proptest! {
    /// Turns follow each other without a gap or an overlap, in the order of the people, and whoever is
    /// on call at any time is whoever's turn it is.
    #[test]
    fn m1_5_turns_by_a_rule_tile_time(
        rule in prop::sample::select(&RULES[..]),
        zone in prop::sample::select(&ZONES[..]),
        minute in 0_i64..1440,
        days in 0_i64..400,
        looks in prop::collection::vec(0_i64..40 * 1440, 8),
    ) {
        let first = jiff::civil::date(2026, 1, 5).at(0, 0, 0, 0) + minute.minutes();
        let people = ["cy", "di", "ed"];
        let rota = by(rule, zone, &first.to_string(), &people);
        let begin = time("2026-01-06T12:00:00Z") + SignedDuration::from_hours(24 * days);
        let turns = rota.turns(begin, 45);
        prop_assert_eq!(turns.len(), 45);
        prop_assert!(turns[0].from <= begin.max(turns[0].from) && begin < turns[0].until);
        for pair in turns.windows(2) {
            prop_assert_eq!(pair[0].until, pair[1].from);
            prop_assert!(pair[0].from < pair[0].until);
            let place = |p| rota.people.iter().position(|known| known == p).unwrap();
            prop_assert_eq!((place(pair[0].person) + 1) % people.len(), place(pair[1].person));
        }
        let mut directory = Directory::default();
        directory.apply(&OrganisationEvent::RotaPut(rota.clone()));
        for look in looks {
            let at = begin + SignedDuration::from_mins(look);
            let own = turns.iter().find(|turn| turn.from <= at && at < turn.until);
            if let Some(own) = own.filter(|turn| turn.from <= at) {
                prop_assert_eq!(rota.on_call(at), Some(own.person));
                // Looked at from there, the turns are the same.
                prop_assert_eq!(rota.turns(at, 1), vec![*own]);
            }
        }
    }
}
