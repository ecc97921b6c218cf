//! Plans that ask whoever is on call first. `at(0)` is a Friday at 10:40 UTC.

use crate::asking::{FirstAsk, ResponsePlan};
use crate::change::{Change, ChangeEvent};
use crate::fixture::*;
use crate::ids::RotaId;
use crate::organisation::{Directory, Handover, OrganisationEvent, Rota};
use crate::requirement::Requirement;
use crate::tests::asking::{Offices, UTC, awaiting, away, look, plan, said, wider};

/// 03:00 on Saturday.
const NIGHT: i64 = 980;
/// 09:00 on Saturday: a handover.
const HANDOVER: i64 = 1340;

/// Cy, then Di, by turns of a day from Friday at nine.
pub(super) fn rota(people: &[&str]) -> Rota {
    Rota {
        id: RotaId::new(at(0), [1; 10]),
        name: "duty".to_owned(),
        role: "release-manager".parse().unwrap(),
        scope: "organisation".parse().unwrap(),
        time_zone: "UTC".to_owned(),
        first: "1971-11-26T09:00:00".parse().unwrap(),
        handover: Handover::Days(1),
        people: people.iter().map(|name| person(name)).collect(),
        hours: None,
    }
}

fn with_rota(people: &[&str]) -> Directory {
    let mut directory = directory();
    directory.apply(&OrganisationEvent::RotaPut(rota(people)));
    directory
}

/// Whoever is on call is asked first, and those who sleep may be.
fn on_call_first(ask: u32) -> ResponsePlan {
    ResponsePlan {
        first: FirstAsk::OnCall,
        after_hours: true,
        remind_minutes: Vec::new(),
        ..plan(ask, Vec::new())
    }
}

fn incident() -> Change {
    awaiting("release-manager", on_call_first(2))
}

#[test]
fn m1_5_at_night_an_incident_asks_whoever_is_on_call_and_nobody_who_sleeps() {
    let mut change = incident();
    let step = look(&mut change, &UTC, &with_rota(&["di", "cy"]), at(NIGHT));
    assert_eq!(said(&step), ["asked di"]);
    let ChangeEvent::ApproversAsked { on_call, why, .. } = &step.events[0] else { panic!() };
    assert_eq!((on_call.as_slice(), why.as_str()), ([person("di")].as_slice(), "they are on call"));
    assert_eq!(step.next_edge, Some(at(HANDOVER)));
}

#[test]
fn m1_5_who_is_on_call_is_asked_at_any_hour_also_where_the_plan_lets_others_sleep() {
    let daytime = ResponsePlan { after_hours: false, ..on_call_first(1) };
    let mut change = awaiting("release-manager", daytime);
    assert_eq!(said(&look(&mut change, &UTC, &with_rota(&["di"]), at(NIGHT))), ["asked di"]);
}

#[test]
fn m1_5_where_two_are_needed_a_sleeper_is_asked_beside_whoever_is_on_call() {
    let mut change = incident();
    let assessment = change.assessment.as_mut().unwrap();
    let needed = Requirement { count: 2, ..assessment.requirements[0].clone() };
    assessment.requirements = vec![needed];
    let step = look(&mut change, &UTC, &with_rota(&["di"]), at(NIGHT));
    assert_eq!(said(&step), ["asked di+cy"]);
}

#[test]
fn m1_5_without_anybody_on_call_who_may_answer_those_at_work_are_asked() {
    // Ana asked for the change, and Flo holds no role: a rota gives no right.
    let places = Offices(&[("di", "Asia/Tokyo")]);
    for people in [&["ana"][..], &["flo"]] {
        let directory = with_rota(people);
        let mut change = awaiting("release-manager", on_call_first(1));
        assert_eq!(said(&look(&mut change, &places, &directory, at(0))), ["asked cy"]);
    }
    // Nobody is before the first turn.
    let mut directory = directory();
    let tomorrow = Rota { first: "1971-11-27T09:00:00".parse().unwrap(), ..rota(&["di"]) };
    directory.apply(&OrganisationEvent::RotaPut(tomorrow));
    let mut change = awaiting("release-manager", on_call_first(1));
    assert_eq!(said(&look(&mut change, &places, &directory, at(0))), ["asked cy"]);
}

#[test]
fn m1_5_an_open_ask_goes_over_with_the_turn() {
    let directory = with_rota(&["di", "cy"]);
    let mut change = awaiting("release-manager", on_call_first(1));
    let _ = look(&mut change, &UTC, &directory, at(NIGHT));
    let step = look(&mut change, &UTC, &directory, at(HANDOVER));
    assert_eq!(said(&step), ["asked cy for di"]);
    let ChangeEvent::ApproversAsked { why, .. } = &step.events[0] else { panic!() };
    assert_eq!(why, "the turn on call is over");
    // A day later it is Di's turn again.
    assert_eq!(step.next_edge, Some(at(HANDOVER + 1440)));
    let step = look(&mut change, &UTC, &directory, at(HANDOVER + 1440));
    assert_eq!(said(&step), ["asked di for cy"]);
}

#[test]
fn m1_5_who_alone_takes_turns_keeps_the_ask() {
    let mut change = awaiting("release-manager", on_call_first(1));
    let directory = with_rota(&["di"]);
    assert_eq!(look(&mut change, &UTC, &directory, at(NIGHT)).next_edge, None);
    assert_eq!(look(&mut change, &UTC, &directory, at(HANDOVER)).events, []);
}

#[test]
fn m1_5_when_the_rota_is_removed_the_ask_goes_to_somebody_at_work() {
    // Cy's Saturday night is a working day nowhere: so on Friday, with Di asleep in Tokyo.
    let places = Offices(&[("di", "Asia/Tokyo")]);
    let mut directory = with_rota(&["di"]);
    let mut change = awaiting("release-manager", on_call_first(1));
    assert_eq!(said(&look(&mut change, &places, &directory, at(0))), ["asked di"]);
    let rota = RotaId::new(at(0), [1; 10]);
    directory.apply(&OrganisationEvent::RotaRemoved { rota });
    assert_eq!(said(&look(&mut change, &places, &directory, at(5))), ["asked cy for di"]);
}

#[test]
fn m1_5_who_is_on_call_and_leaves_is_replaced() {
    let mut directory = with_rota(&["di"]);
    let mut change = awaiting("release-manager", on_call_first(1));
    let _ = look(&mut change, &UTC, &directory, at(0));
    away(&mut directory, "di", 5, 2000);
    assert_eq!(said(&look(&mut change, &UTC, &directory, at(5))), ["asked cy for di"]);
}

#[test]
fn m1_5_a_step_wakes_others() {
    let widens = ResponsePlan { steps: vec![wider(30)], ..on_call_first(2) };
    let mut change = awaiting("release-manager", widens);
    let directory = with_rota(&["di"]);
    let _ = look(&mut change, &UTC, &directory, at(NIGHT));
    let step = look(&mut change, &UTC, &directory, at(NIGHT + 30));
    assert_eq!(said(&step), ["escalated to more holders of the role", "asked cy"]);
}

#[test]
fn i5_a_plan_of_before_keeps_its_bytes() {
    let words = serde_json::to_string(&plan(1, Vec::new())).unwrap();
    assert!(!words.contains("first"), "{words}");
    assert_eq!(serde_json::from_str::<ResponsePlan>(&words).unwrap(), plan(1, Vec::new()));
}
