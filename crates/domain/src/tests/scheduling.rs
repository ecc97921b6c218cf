//! The earliest safe start, with every bound by name. `at(0)` is a Friday at 10:40 UTC.

use calendar::{Place, zone};
use jiff::Timestamp;

use crate::asking::{
    EscalationStep, EscalationTarget, FirstAsk, Places, ResponseClock, ResponsePlan,
};
use crate::change::{Assessment, Change, Material, Window};
use crate::decision::Authority;
use crate::fixture::*;
use crate::freeze::Freeze;
use crate::ids::{ChangeId, ChangeNumber};
use crate::maintenance::{MaintenanceWindow, Opening};
use crate::organisation::{Absence, Directory, OrganisationEvent, Person, Service};
use crate::private::Private;
use crate::requirement::{Reach, Requirement, RuleRef};
use crate::scheduling::{Part, Schedule, SchedulingFacts, earliest};

/// Everybody works in São Paulo, where it is three hours earlier.
struct SaoPaulo;

impl Places for SaoPaulo {
    fn of(&self, _: &Person) -> Place {
        Place::office(zone("America/Sao_Paulo").unwrap())
    }
    fn organisation(&self) -> Place {
        Place::office(zone("UTC").unwrap())
    }
}

fn rule(id: &str) -> RuleRef {
    RuleRef { id: id.to_owned(), file: "f".to_owned(), line: 1 }
}

fn promised(role: &str, minutes: u32) -> Requirement {
    let plan = ResponsePlan {
        plan: rule("plan"),
        within_minutes: minutes,
        clock: ResponseClock::Approver,
        ask: 1,
        first: FirstAsk::AtWork,
        remind_minutes: Vec::new(),
        after_hours: false,
        steps: Vec::new(),
    };
    Requirement { response: Some(Box::new(plan)), ..requirement(role, 1) }
}

fn asked(requirements: Vec<Requirement>, window: Option<(i64, i64)>) -> Change {
    let window = window.map(|(from, until)| Window { from: at(from), until: at(until) });
    submitted(Material { window, ..material() }, patient(requirements))
}

/// What is asked for with all the time in the world.
fn patient(requirements: Vec<Requirement>) -> Assessment {
    let minutes = 100_000;
    Assessment { pending_minutes: minutes, validity_minutes: minutes, ..assessment(requirements) }
}

fn schedule(
    change: &Change,
    directory: &Directory,
    freezes: &[Freeze],
    windows: Option<&[MaintenanceWindow]>,
) -> Schedule {
    let requirements = &change.assessment.as_ref().unwrap().requirements;
    let unmet: Vec<&Requirement> = requirements.iter().collect();
    let own =
        Part { change, unmet, freezes: freezes.to_vec(), windows: windows.map(<[_]>::to_vec) };
    earliest(&own, alone(directory), at(0))
}

/// Nothing else is planned, and it is in no set.
fn alone(directory: &Directory) -> SchedulingFacts<'_> {
    SchedulingFacts { directory, places: &SaoPaulo, set: &[], authorities: &[], planned: &[] }
}

fn part(change: &Change) -> Part<'_> {
    let unmet = change.assessment.as_ref().unwrap().requirements.iter().collect();
    Part { change, unmet, freezes: Vec::new(), windows: None }
}

/// So many minutes after `at(0)`.
fn minute(of: Timestamp) -> i64 {
    of.duration_since(at(0)).as_mins()
}

fn codes(schedule: &Schedule) -> Vec<&str> {
    schedule.bounds.iter().map(|b| b.code).collect()
}

fn freeze(from: i64, until: i64) -> Freeze {
    Freeze {
        id: "month-end".to_owned(),
        title: Private::from("Month end"),
        reason: Private::from("books"),
        scope: "organisation".parse().unwrap(),
        environments: Vec::new(),
        tiers: Vec::new(),
        lets_through: Vec::new(),
        from: at(from),
        until: at(until),
        approvers: vec!["security".parse().unwrap()],
        reach: Reach::Covering,
        rule: rule("freeze:month-end"),
        by: None,
    }
}

fn away(directory: &mut Directory, name: &str, from: i64, until: i64) {
    directory.apply(&OrganisationEvent::AbsenceEntered(Absence {
        id: crate::ids::AbsenceId::new(at(0), [7; 10]),
        person: person(name),
        from: at(from),
        until: at(until),
        reason: None,
        origin: None,
    }));
}

#[test]
fn m5_5_an_answer_is_due_in_the_working_time_of_who_gives_it() {
    let directory = directory();
    // Work begins at 12:00 UTC in São Paulo, 80 minutes from now.
    let short = schedule(&asked(vec![promised("security", 60)], None), &directory, &[], None);
    assert_eq!(minute(short.earliest.unwrap()), 80 + 60);
    assert_eq!(short.bounds[0].what, "security answers");
    assert_eq!(short.bounds[0].zone.as_deref(), Some("America/Sao_Paulo"));
    // Ten hours of work are not in a Friday: the rest is Monday's.
    let long = schedule(&asked(vec![promised("security", 600)], None), &directory, &[], None);
    let monday = long.earliest.unwrap();
    assert_eq!(monday.duration_since(short.earliest.unwrap()).as_hours(), 73);
    assert_eq!(long.trouble, None);
}

#[test]
fn m5_5_who_is_away_answers_after_they_are_back() {
    let mut directory = directory();
    away(&mut directory, "ed", -60, 3 * 24 * 60);
    let change = asked(vec![promised("security", 60)], None);
    let found = schedule(&change, &directory, &[], None).earliest.unwrap();
    assert!(found >= at(3 * 24 * 60 + 60), "{found}");
    // An absence that begins before the answer is due counts too.
    let mut directory = crate::fixture::directory();
    away(&mut directory, "ed", 100, 3 * 24 * 60);
    let found = schedule(&change, &directory, &[], None).earliest.unwrap();
    assert!(found >= at(3 * 24 * 60 + 60), "{found}");
}

#[test]
fn m5_5_freezes_and_maintenance_windows_move_the_start_and_are_named() {
    let directory = directory();
    let change = asked(vec![promised("security", 60)], None);
    let windows = |opens: &[(i64, i64)]| {
        let one = |(from, until): &(i64, i64)| MaintenanceWindow {
            name: "night".to_owned(),
            title: "Night".to_owned(),
            scope: "organisation".parse().unwrap(),
            environments: Vec::new(),
            tiers: Vec::new(),
            lets_through: Vec::new(),
            opening: Some(Opening { from: at(*from), until: at(*until) }),
            rule: rule("window:night"),
        };
        opens.iter().map(one).collect::<Vec<_>>()
    };
    let open = windows(&[(100, 130), (300, 400), (900, 950)]);
    let found = schedule(&change, &directory, &[freeze(250, 600)], Some(&open));
    assert_eq!(codes(&found), ["answer", "maintenance_window", "freeze", "maintenance_window"]);
    assert_eq!(minute(found.earliest.unwrap()), 900);
    let none = schedule(&change, &directory, &[], Some(&windows(&[(100, 130)])));
    assert_eq!((none.earliest, none.bounds.last().unwrap().at), (None, None));
    assert!(none.trouble.unwrap().contains("no maintenance window"));
}

#[test]
fn m5_5_a_plan_that_can_not_be_met_is_flagged_with_what_would_have_to_give() {
    let directory = directory();
    let late = asked(vec![promised("security", 60)], Some((100, 400)));
    let found = schedule(&late, &directory, &[], None);
    assert_eq!((found.planned, minute(found.earliest.unwrap())), (Some(at(100)), 140));
    let words = found.trouble.unwrap();
    assert!(words.contains("security answers") && words.contains("planned"), "{words}");
    let never = asked(vec![promised("security", 60)], Some((100, 130)));
    let words = schedule(&never, &directory, &[], None).trouble.unwrap();
    assert!(words.contains("can't be met"), "{words}");
    let fine = asked(vec![promised("security", 60)], Some((200, 300)));
    let found = schedule(&fine, &directory, &[], None);
    assert_eq!((found.earliest, found.trouble), (Some(at(200)), None));
}

#[test]
fn m5_5_nobody_who_can_answer_is_no_start_and_one_person_answers_once() {
    let directory = directory();
    let three = Requirement { count: 3, ..promised("release-manager", 60) };
    let found = schedule(&asked(vec![three], None), &directory, &[], None);
    assert_eq!(found.earliest, None);
    assert!(found.trouble.unwrap().contains("only 2 can"));
    let twice = Requirement { key: "other/security".to_owned(), ..promised("security", 60) };
    let both = schedule(&asked(vec![promised("security", 60), twice], None), &directory, &[], None);
    assert_eq!((codes(&both), both.earliest), (vec!["answer", "answer", "same_people"], None));
}

#[test]
fn m5_5_a_step_of_the_response_plan_reaches_somebody_else() {
    let mut directory = directory();
    away(&mut directory, "ed", -60, 30 * 24 * 60);
    let mut wanted = promised("security", 60);
    let roles = vec!["release-manager".parse().unwrap()];
    if let Some(plan) = wanted.response.as_mut() {
        let to = EscalationTarget::Roles { roles, reach: Reach::Covering };
        plan.steps.push(EscalationStep { after_minutes: 30, to, ask: 1 });
    }
    let found = schedule(&asked(vec![wanted], None), &directory, &[], None);
    assert_eq!(minute(found.earliest.unwrap()), 80 + 60);
}

/// The same change once more, under another number and with a window.
fn planned(number: u8, change: &Change, window: (i64, i64)) -> Change {
    let window = Some(Window { from: at(window.0), until: at(window.1) });
    let material = Material { window, ..change.revision().material.clone() };
    let mut other = submitted(material, patient(vec![promised("security", 60)]));
    other.id = ChangeId::new(at(0), [number; 10]);
    other.number = ChangeNumber(u64::from(number));
    other
}

#[test]
fn m5_5_another_planned_change_in_the_way_moves_the_start_and_is_named() {
    let directory = directory();
    let change = asked(vec![promised("security", 60)], Some((200, 400)));
    let (one, two) = (planned(11, &change, (150, 250)), planned(12, &change, (240, 300)));
    let facts = SchedulingFacts { planned: &[&one, &two], ..alone(&directory) };
    let found = earliest(&part(&change), facts, at(0));
    assert_eq!(codes(&found), ["answer", "planned", "conflict", "conflict"]);
    assert_eq!(minute(found.earliest.unwrap()), 300);
    let words = found.trouble.unwrap();
    assert!(words.contains("CHG-12") && words.contains("one of the two would have to"), "{words}");
    // One whose window closes when this may begin, and one elsewhere, are in nobody's way.
    let before = planned(13, &change, (100, 200));
    let facts = SchedulingFacts { planned: &[&before], ..alone(&directory) };
    assert_eq!(earliest(&part(&change), facts, at(0)).trouble, None);
}

#[test]
fn m5_5_answers_due_after_it_expires_are_flagged_while_it_waits() {
    let directory = directory();
    let pending = |minutes: u32| {
        let mut asked_for = patient(vec![promised("security", 60)]);
        asked_for.pending_minutes = minutes;
        submitted(material(), asked_for)
    };
    let words = earliest(&part(&pending(139)), alone(&directory), at(0)).trouble.unwrap();
    assert!(words.contains("expires undecided"), "{words}");
    assert_eq!(earliest(&part(&pending(141)), alone(&directory), at(0)).trouble, None);
}

#[test]
fn m5_5_an_approval_that_lapses_before_the_window_opens_is_flagged() {
    let directory = directory();
    let valid = |minutes: u32| {
        let mut asked_for = patient(vec![promised("security", 60)]);
        asked_for.validity_minutes = minutes;
        let window = Some(Window { from: at(1_000), until: at(1_100) });
        submitted(Material { window, ..material() }, asked_for)
    };
    // All have answered after 140 minutes at the latest.
    let words = earliest(&part(&valid(860)), alone(&directory), at(0)).trouble.unwrap();
    assert!(words.contains("approval lapses"), "{words}");
    assert_eq!(earliest(&part(&valid(861)), alone(&directory), at(0)).trouble, None);
}

#[test]
fn m5_5_the_items_of_a_set_start_together_when_all_are_answered_and_none_is_frozen() {
    let directory = directory();
    let change = asked(vec![promised("security", 60)], None);
    let mut other = asked(vec![promised("release-manager", 120)], None);
    (other.id, other.number) = (ChangeId::new(at(0), [11; 10]), ChangeNumber(11));
    let set = [Part { freezes: vec![freeze(150, 600)], ..part(&other) }];
    let facts = SchedulingFacts { set: &set, ..alone(&directory) };
    let found = earliest(&part(&change), facts, at(0));
    assert_eq!(codes(&found), ["answer", "answer", "freeze"]);
    assert!(found.bounds[1].what.contains("CHG-11 of its change set"), "{:?}", found.bounds[1]);
    assert_eq!(minute(found.earliest.unwrap()), 600);
    // One that is planned for a time of its own goes by that; what it waits for is waited for still.
    let mut later = asked(vec![promised("release-manager", 120)], Some((9_000, 9_100)));
    later.id = ChangeId::new(at(0), [12; 10]);
    let set = [Part { freezes: vec![freeze(150, 600)], ..part(&later) }];
    let facts = SchedulingFacts { set: &set, ..alone(&directory) };
    assert_eq!(minute(earliest(&part(&change), facts, at(0)).earliest.unwrap()), 80 + 120);
}

#[test]
fn m5_3_nobody_answers_for_two_domains_of_a_set() {
    let mut directory = directory();
    directory.apply(&OrganisationEvent::DomainPut {
        name: "identity".parse().unwrap(),
        title: "Identity".to_owned(),
    });
    let checkout = directory.service(&"checkout".parse().unwrap()).unwrap().clone();
    directory.apply(&OrganisationEvent::ServicePut(Service {
        name: "login".parse().unwrap(),
        domain: Some("identity".parse().unwrap()),
        ..checkout
    }));
    // Ed is the security of both domains.
    let both = binding("security", "domain:identity", "ed");
    directory.apply(&OrganisationEvent::RoleBound(both));
    let one = asked(vec![promised("security", 60)], None);
    let login = Material { service: "login".parse().unwrap(), ..material() };
    let mut two = submitted(login, patient(vec![promised("security", 60)]));
    two.id = ChangeId::new(at(0), [12; 10]);
    let set = [part(&two)];
    let facts = SchedulingFacts { set: &set, ..alone(&directory) };
    let found = earliest(&part(&one), facts, at(0));
    assert_eq!(codes(&found), ["answer", "answer", "same_authority"]);
    assert!(found.trouble.unwrap().contains("nobody speaks for two domains"));
    // Di may answer for identity as well.
    directory.apply(&OrganisationEvent::RoleBound(binding("security", "domain:identity", "di")));
    let facts = SchedulingFacts { set: &set, ..alone(&directory) };
    assert_eq!(minute(earliest(&part(&one), facts, at(0)).earliest.unwrap()), 140);
    // Not if Di speaks for payments already: Ed does then.
    let authority = Authority {
        scope: "domain:payments".parse().unwrap(),
        items: Vec::new(),
        speakers: vec![person("di")],
        missing: 0,
    };
    let facts = SchedulingFacts { set: &set, authorities: &[authority], ..alone(&directory) };
    assert_eq!(earliest(&part(&one), facts, at(0)).earliest, None);
}
