//! Drills: the escalation path of policy, run on a test clock.

use std::collections::BTreeMap;

use domain::event::OrganisationEvent;
use domain::ids::AbsenceId;
use domain::organisation::{Absence, Criticality, Directory, Member, RoleBinding};
use policy::bundle::Bundle;
use policy::diagnostic::Diagnostic;
use policy::drill::{Drill, DrillEnd, DrillReport, DrillWhat, LivePeople};

use crate::support::*;

const FILE: &str = "drills/weekend.yaml";
const SATURDAY: &str =
    "an urgent change above the threshold on Saturday night, two of the CAB on leave";

fn drill<'b>(bundle: &'b Bundle, name: &str) -> &'b Drill {
    bundle.drills().iter().find(|drill| drill.name == name).unwrap()
}

/// The timeline of one requirement: minute, what, to whom.
fn path(report: &DrillReport, requirement: &str) -> Vec<(i64, String)> {
    let of = report.timeline.iter().filter(|entry| entry.requirement == requirement);
    of.map(|entry| {
        let names: Vec<&str> = entry.people.iter().map(|p| p.name.as_str()).collect();
        let what = match entry.what {
            DrillWhat::Asked => format!("asked {}", names.join("+")),
            DrillWhat::Reminded => format!("reminded {}", names.join("+")),
            DrillWhat::Escalated => format!("to {}", entry.to.as_deref().unwrap_or_default()),
            DrillWhat::Answered => format!("answered {}", names.join("+")),
        };
        (entry.minutes, what)
    })
    .collect()
}

fn failures(files: &[domain::event::PolicyFile]) -> Vec<Diagnostic> {
    Bundle::load(files).unwrap().bundle.drill_diagnostics()
}

#[test]
fn m3_5_every_starter_ships_drills_that_pass_and_show_who_is_asked() {
    for name in policy::starter::names() {
        let bundle = bundle(name);
        assert!(bundle.drills().len() >= 2, "{name}");
        for drill in bundle.drills() {
            let report = bundle.drill(drill);
            assert_eq!(report.problems, Vec::new(), "{name}: {report:#?}");
            assert!(!report.timeline.is_empty(), "{name}: {}", drill.name);
        }
    }
}

#[test]
fn m3_5_a_saturday_night_shows_who_would_be_asked_when() {
    let bundle = bundle("regulated-company");
    let report = bundle.drill(drill(&bundle, SATURDAY));
    assert_eq!(report.end, DrillEnd::Unanswered);
    assert_eq!(
        path(&report, "cab-decides/cab"),
        [
            (0, "asked cab 3+cab 4"),
            (60, "reminded cab 3+cab 4"),
            (120, "to more holders of the role"),
            (240, "to release-manager"),
            (240, "asked release-manager 1+release-manager 2+release-manager 3"),
            (360, "to operations on call"),
            (360, "asked operations 1"),
        ]
        .map(|(at, what)| (at, what.to_owned()))
        .to_vec(),
        "{report:#?}"
    );
    let first = report.timeline.iter().find(|e| e.requirement == "cab-decides/cab").unwrap();
    assert_eq!(first.people[0].local, "Sun 07:00 +08");
    assert!(!first.people[0].at_work);
}

#[test]
fn m3_5_a_drill_in_which_people_answer_ends_when_everything_is_met() {
    let bundle = bundle("regulated-company");
    let report =
        bundle.drill(drill(&bundle, "the same, and whoever is asked answers within the hour"));
    assert_eq!(report.end, DrillEnd::Answered);
    assert_eq!(report.ended_at.duration_since(report.start).as_mins(), 50);
}

#[test]
fn m3_5_a_drill_that_dead_ends_is_an_error_where_it_stands() {
    let files =
        edited("regulated-company", FILE, "- { role: cab, count: 2 }", "- { role: cab, count: 4 }");
    let mut files = files;
    for file in &mut files {
        if file.path == "response.yaml" {
            file.text = file
                .text
                .replace("      - { after: 4h, role: release-manager }\n      - { after: 6h, on_call: operations }\n", "");
        }
    }
    let found = failures(&files);
    let dead = found.iter().find(|d| d.message.contains("dead-ends")).unwrap();
    assert_eq!((dead.file.as_str(), dead.line, dead.code), (FILE, 4, "drill_failed"));
    assert!(dead.is_error());
    assert!(dead.message.contains("too many are away"), "{}", dead.message);
    let help = dead.help.clone().unwrap_or_default();
    assert!(help.contains("add a step to a fallback role"), "{help}");
}

#[test]
fn m3_5_nobody_at_work_before_it_expires_is_a_dead_end() {
    let files = edited("small-team", "environments.yaml", "pending: 14d", "pending: 14d");
    let mut files = files;
    for file in &mut files {
        if file.path == "environments.yaml" {
            file.text = file.text.replace("pending: 14d", "pending: 1d");
        }
    }
    let found = failures(&files);
    let dead = found.iter().find(|d| d.message.contains("dead-ends"));
    let message = &dead.unwrap_or_else(|| panic!("{found:#?}")).message;
    assert!(message.contains("not asked before it expires"), "{message}");
}

#[test]
fn m3_5_an_expectation_that_is_not_met_says_what_was_found() {
    let found = failures(&edited(
        "regulated-company",
        FILE,
        "- { to: release-manager, within: 4h }",
        "- { to: release-manager, within: 3h }",
    ));
    let [only] = found.as_slice() else { panic!("{found:#?}") };
    assert!(only.message.contains("expected it to escalate to release-manager within 3 h"));
}

#[test]
fn m3_5_a_drill_names_roles_places_and_times_that_there_are() {
    for (from, to, code) in [
        ("role: cab, count: 4", "role: cap, count: 4", "unknown_reference"),
        ("place: singapore", "place: singapur", "unknown_reference"),
        ("\"2026-12-05T23:00[Europe/London]\"", "\"2026-12-05T23:00Z\"", "bad_time"),
        ("within: 5m }", "within: soon }", "bad_duration"),
        ("    away:", "    absent:", "unknown_key"),
        ("count: 3, place: london", "count: 3, person: ana", "names_a_person"),
    ] {
        let found = errors_of(&edited("regulated-company", FILE, from, to));
        assert!(found.iter().any(|d| d.code == code && d.file == FILE), "{to}: {found:#?}");
    }
}

#[test]
fn m3_5_with_the_people_there_are_it_runs_on_the_next_such_night() {
    let bundle = bundle("regulated-company");
    let drill = drill(&bundle, "an incident on Saturday night, two of operations on leave");
    let mut directory = Directory::default();
    let checkout = service("checkout", Criticality::Critical, &[]);
    directory.apply(&OrganisationEvent::ServicePut(checkout.clone()));
    for number in 2..6 {
        directory.apply(&OrganisationEvent::PersonPut(someone(number)));
        directory.apply(&OrganisationEvent::RoleBound(RoleBinding {
            role: "operations".parse().unwrap(),
            scope: "organisation".parse().unwrap(),
            member: Member::Person(person(number)),
        }));
    }
    assert_eq!(drill.services(&directory), [&checkout]);
    let load = BTreeMap::new();
    let now = "2027-06-03T10:00:00Z".parse().unwrap();
    let people = LivePeople { directory: &directory, service: &checkout, load: &load, now };
    let report = bundle.drill_live(drill, people);
    // A Saturday in summer: eleven at night in London is ten in UTC.
    assert_eq!(report.start.to_string(), "2027-06-05T22:00:00Z");
    let asked: Vec<_> = report.timeline[0].people.iter().map(|p| p.person.clone()).collect();
    assert_eq!(asked, [person(4), person(5)], "two are on leave");
    assert!(bundle.drill_candidates(drill, people).contains(&person(4)));

    // Those who are away for real are away on top of it.
    let from = "2027-06-01T00:00:00Z".parse().unwrap();
    let until = "2027-07-01T00:00:00Z".parse().unwrap();
    for number in [2, 3] {
        directory.apply(&OrganisationEvent::AbsenceEntered(Absence {
            id: AbsenceId::new(now, [number; 10]),
            person: person(number),
            from,
            until,
            reason: None,
            origin: None,
        }));
    }
    let people = LivePeople { directory: &directory, service: &checkout, load: &load, now };
    let report = bundle.drill_live(drill, people);
    assert_eq!(report.end, DrillEnd::DeadEnd, "{report:#?}");
    assert!(!report.passed());
}
