//! Maintenance windows: where policy names any, a change is deployed in one of them only.

use crate::fixture::*;
use crate::gate::{Answer, Verdict};
use crate::maintenance::{MaintenanceWindow, Opening};
use crate::requirement::RuleRef;

fn window(opening: Option<(i64, i64)>) -> MaintenanceWindow {
    MaintenanceWindow {
        name: "night".to_owned(),
        title: "Night".to_owned(),
        scope: "domain:payments".parse().unwrap(),
        environments: vec!["production".parse().unwrap()],
        tiers: Vec::new(),
        lets_through: vec![crate::change::ChangeType::Emergency],
        opening: opening.map(|(from, until)| Opening { from: at(from), until: at(until) }),
        rule: RuleRef { id: "window:night".to_owned(), file: "f".to_owned(), line: 1 },
    }
}

fn verdict(windows: &[MaintenanceWindow], minute: i64) -> Verdict {
    let mut change = submitted(material(), assessment(vec![requirement("release-manager", 1)]));
    approve(&mut change, "cy", &directory());
    settle(&mut change, &directory());
    ask_in_windows(&question(&change), &change, windows, at(minute))
}

#[test]
fn m5_5_what_a_maintenance_window_covers_waits_for_it_and_is_told_when_it_opens() {
    let night = [window(Some((20, 30)))];
    let early = verdict(&night, 10);
    assert_eq!(
        (early.answer, early.code.as_str()),
        (Answer::Pending, "outside_maintenance_window")
    );
    assert_eq!(early.explanation.next_edge().unwrap().at, at(20));
    assert_eq!(verdict(&night, 20).answer, Answer::Allow);
    assert_ne!(verdict(&night, 30).answer, Answer::Allow, "it closes");
    // Any of several does.
    let two = [window(Some((40, 50))), window(Some((5, 15)))];
    assert_eq!(verdict(&two, 10).answer, Answer::Allow);
}

#[test]
fn m5_5_a_window_that_never_opens_or_can_not_be_told_is_closed() {
    let over = verdict(&[window(None)], 10);
    assert_eq!((over.answer, over.code.as_str()), (Answer::Deny, "no_maintenance_window"));
    let words = over.explanation.walk().filter_map(|n| n.detail.clone()).collect::<String>();
    assert!(words.contains("policy author"), "{words}");
}

#[test]
fn m5_5_a_maintenance_window_is_about_its_scope_environments_and_types_of_change() {
    let (material, payments) = (material(), "payments".parse().unwrap());
    let covers = |w: &MaintenanceWindow| w.covers(&material, Some(&payments), 3);
    assert!(covers(&window(None)));
    let tiers = MaintenanceWindow { tiers: vec![4], ..window(None) };
    assert!(!covers(&tiers));
    let other = MaintenanceWindow { scope: "service:basket".parse().unwrap(), ..window(None) };
    assert!(!covers(&other));
    let elsewhere =
        MaintenanceWindow { environments: vec!["staging".parse().unwrap()], ..window(None) };
    assert!(!covers(&elsewhere));
    let urgent =
        crate::change::Material { kind: crate::change::ChangeType::Emergency, ..material.clone() };
    assert!(!window(None).covers(&urgent, Some(&payments), 3));
}
