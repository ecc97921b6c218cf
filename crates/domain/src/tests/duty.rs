//! Who answers in a rota. `at(0)` is a Friday at 10:40 UTC; turns of a day begin at nine.

use crate::fixture::*;
use crate::ids::CoverId;
use crate::organisation::{Cover, Directory, OrganisationEvent, Rota, RotaHours};
use crate::tests::asking::away;
use crate::tests::on_call::rota;

const DAY: i64 = 1440;

fn duty(directory: &Directory, rota: &Rota, minute: i64) -> Option<&'static str> {
    let person_on = directory.on_duty(rota, at(minute)).cloned();
    ["ana", "bo", "cy", "di", "ed"].into_iter().find(|name| Some(person(name)) == person_on)
}

fn cover(whose: &str, by: &str, from: i64, until: i64) -> Cover {
    Cover {
        id: CoverId::new(at(0), [7; 10]),
        rota: rota(&[]).id,
        person: person(whose),
        by: person(by),
        from: at(from),
        until: at(until),
    }
}

fn with(rota: &Rota) -> Directory {
    let mut directory = directory();
    directory.apply(&OrganisationEvent::RotaPut(rota.clone()));
    directory
}

#[test]
fn m1_5_who_is_away_on_their_turn_is_skipped_for_the_next() {
    let rota = rota(&["cy", "di", "ed"]);
    let mut directory = with(&rota);
    away(&mut directory, "di", DAY, 2 * DAY);
    assert_eq!(duty(&directory, &rota, 0), Some("cy"));
    assert_eq!(duty(&directory, &rota, DAY), Some("ed"));
    // Nobody at all is nobody, and never whoever is away.
    away(&mut directory, "cy", DAY, 2 * DAY);
    away(&mut directory, "ed", DAY, 2 * DAY);
    assert_eq!(duty(&directory, &rota, DAY), None);
}

#[test]
fn m1_5_a_taken_over_turn_is_answered_by_whoever_took_it_and_then_goes_back() {
    let rota = rota(&["cy", "ed"]);
    let mut directory = with(&rota);
    let taken = directory.cover_shift(cover("cy", "di", 60, 120), &person("di"), at(0)).unwrap();
    directory.apply(&taken);
    let who = [0, 60, 119, 120].map(|minute| duty(&directory, &rota, minute));
    assert_eq!(who, [Some("cy"), Some("di"), Some("di"), Some("cy")]);
    assert_eq!(directory.next_duty(&rota, at(0)), Some(at(60)));
    assert_eq!(directory.next_duty(&rota, at(60)), Some(at(120)));
    let spans = directory.duties(&rota, at(0), at(200));
    let spans: Vec<_> = spans.iter().map(|d| (d.person.clone(), d.from, d.until)).collect();
    assert_eq!(
        spans,
        [
            (person("cy"), at(0), at(60)),
            (person("di"), at(60), at(120)),
            (person("cy"), at(120), at(200)),
        ]
    );
    // Whoever took it over falls ill: then it is the next one's, not theirs who gave it away.
    let mut ill = directory.clone();
    away(&mut ill, "di", 70, 200);
    assert_eq!(duty(&ill, &rota, 80), Some("ed"));
    let id = CoverId::new(at(0), [7; 10]);
    assert!(directory.end_cover(&id, &person("ed"), at(1)).is_err(), "only its two people");
    directory.apply(&directory.end_cover(&id, &person("cy"), at(1)).unwrap());
    assert_eq!(duty(&directory, &rota, 60), Some("cy"));
}

#[test]
fn m1_5_a_turn_is_taken_over_by_oneself_or_an_admin_and_by_who_holds_the_role() {
    let rota = rota(&["cy", "ed"]);
    let directory = with(&rota);
    let code = |cover, by: &str| {
        directory.cover_shift(cover, &person(by), at(0)).unwrap_err().code().to_owned()
    };
    assert_eq!(code(cover("cy", "di", 60, 120), "cy"), "not_entitled");
    for (refused, by) in [
        (cover("cy", "flo", 60, 120), "flo"),
        (cover("di", "di", 60, 120), "di"),
        (cover("cy", "cy", 60, 120), "cy"),
        (cover("cy", "di", 120, 60), "di"),
        (cover("cy", "di", 60, 60 + 61 * DAY), "di"),
    ] {
        assert_eq!(code(refused, by), "invalid_field");
    }
    let mut directory = directory.clone();
    let first = directory.cover_shift(cover("cy", "di", 60, 120), &person("di"), at(0)).unwrap();
    directory.apply(&first);
    let again = directory.cover_shift(cover("cy", "di", 90, 150), &person("di"), at(0));
    assert_eq!(again.unwrap_err().code(), "already_exists");
}

#[test]
fn m1_5_restricted_hours_are_on_the_clock_of_the_rota() {
    let hours = |weekdays: &str, shifts: &str| {
        Some(RotaHours { weekdays: weekdays.to_owned(), shifts: shifts.to_owned() })
    };
    // 10:40 UTC is 19:40 in Tokyo: outside its day, inside its night.
    let tokyo = |hours| Rota { time_zone: "Asia/Tokyo".to_owned(), hours, ..rota(&["cy"]) };
    let day = tokyo(hours("mon-fri", "09:00-17:00"));
    let directory = with(&day);
    assert_eq!(duty(&directory, &day, 0), None);
    // Monday, nine in the morning there: after a weekend without anybody.
    assert_eq!(directory.next_duty(&day, at(0)), Some(at(2 * DAY + 800)));
    let night = tokyo(hours("mon-fri", "17:00-09:00"));
    assert_eq!(duty(&directory, &night, 0), Some("cy"));
    let wrong = tokyo(hours("mon-fri", "9 to 5"));
    assert_eq!(directory.put_rota(wrong.clone(), at(0)).unwrap_err().code(), "invalid_field");
    assert_eq!(duty(&directory, &wrong, 0), None, "what can't be read is nobody's");
}
