//! Who is asked, who is reminded, and where it goes when nobody answers.

use std::collections::BTreeMap;

use calendar::{Place, zone};
use jiff::Timestamp;

use crate::asking::{
    AskingFacts, AskingStep, EscalationStep, EscalationTarget, FirstAsk, Places, ResponseClock,
    ResponsePlan, next,
};
use crate::change::{Change, ChangeEvent, VoteDecision};
use crate::explanation::Outcome;
use crate::fixture::*;
use crate::ids::PersonId;
use crate::organisation::{Absence, Directory, Handover, OrganisationEvent, Person, Rota, Status};
use crate::requirement::{Reach, Requirement, RuleRef};

/// Offices, in UTC unless said otherwise. `at(0)` is a Friday at 10:40 UTC.
pub(super) struct Offices(pub(super) &'static [(&'static str, &'static str)]);

impl Places for Offices {
    fn of(&self, who: &Person) -> Place {
        let found = self.0.iter().find(|(name, _)| person(name) == who.id);
        Place::office(zone(found.map_or("UTC", |(_, zone)| zone)).unwrap())
    }
    fn organisation(&self) -> Place {
        Place::office(zone("UTC").unwrap())
    }
}

pub(super) const UTC: Offices = Offices(&[]);
const MONDAY_MORNING: i64 = 4220;

pub(super) fn plan(ask: u32, steps: Vec<EscalationStep>) -> ResponsePlan {
    ResponsePlan {
        plan: RuleRef { id: "plan".to_owned(), file: "response.yaml".to_owned(), line: 1 },
        within_minutes: 30,
        clock: ResponseClock::Wall,
        ask,
        first: FirstAsk::AtWork,
        remind_minutes: vec![10],
        after_hours: false,
        steps,
    }
}

pub(super) fn wider(after_minutes: u32) -> EscalationStep {
    EscalationStep { after_minutes, to: EscalationTarget::Wider, ask: 1 }
}

fn fallback(after_minutes: u32, role: &str) -> EscalationStep {
    let roles = vec![role.parse().unwrap()];
    let to = EscalationTarget::Roles { roles, reach: Reach::Covering };
    EscalationStep { after_minutes, to, ask: 1 }
}

pub(super) fn awaiting(role: &str, plan: ResponsePlan) -> Change {
    let asked = Requirement { response: Some(Box::new(plan)), ..requirement(role, 1) };
    let mut assessment = assessment(vec![asked]);
    assessment.pending_minutes = 100_000;
    submitted(material(), assessment)
}

/// Decides, folds in, and checks that the same facts set nothing off twice.
pub(super) fn look(
    change: &mut Change,
    places: &dyn Places,
    directory: &Directory,
    now: Timestamp,
) -> AskingStep {
    let load = BTreeMap::new();
    let facts = AskingFacts { directory, places, load: &load };
    let step = next(change, facts, now);
    for event in &step.events {
        change.apply(event, now).unwrap();
    }
    let again = next(change, facts, now);
    assert_eq!(again.events, Vec::new(), "the same again at {now}");
    assert!(again.next_edge.is_none_or(|edge| edge > now), "due still: {again:?}");
    assert_eq!(again.next_edge, step.next_edge);
    step
}

/// What happened, in short: `asked cy`, `asked di for cy`, `reminded cy`, `escalated to …`.
pub(super) fn said(step: &AskingStep) -> Vec<String> {
    let known = ["ana", "bo", "cy", "di", "ed", "flo"];
    let names = |people: &[PersonId]| {
        let name = |p: &PersonId| *known.iter().find(|n| person(n) == *p).unwrap();
        people.iter().map(name).collect::<Vec<_>>().join("+")
    };
    let one = |event: &ChangeEvent| match event {
        ChangeEvent::ApproversAsked { people, instead_of, .. } if instead_of.is_empty() => {
            format!("asked {}", names(people))
        }
        ChangeEvent::ApproversAsked { people, instead_of, .. } => {
            format!("asked {} for {}", names(people), names(instead_of))
        }
        ChangeEvent::ApproversReminded { people, .. } => format!("reminded {}", names(people)),
        ChangeEvent::RequirementEscalated { to, .. } => format!("escalated to {}", to.words()),
        other => format!("{other:?}"),
    };
    step.events.iter().map(one).collect()
}

/// Everything that happens by itself until a minute, each with its minute.
pub(super) fn run(change: &mut Change, directory: &Directory, until: i64) -> Vec<(i64, String)> {
    let (mut now, mut all) = (at(0), Vec::new());
    loop {
        let step = look(change, &UTC, directory, now);
        let minute = now.duration_since(at(0)).as_mins();
        all.extend(said(&step).into_iter().map(|words| (minute, words)));
        match step.next_edge {
            Some(edge) if edge <= at(until) => now = edge,
            _ => return all,
        }
    }
}

pub(super) fn lines(all: &[(i64, String)]) -> Vec<(i64, &str)> {
    all.iter().map(|(minute, words)| (*minute, words.as_str())).collect()
}

pub(super) fn away(directory: &mut Directory, name: &str, from: i64, until: i64) {
    directory.apply(&OrganisationEvent::AbsenceEntered(Absence {
        id: crate::ids::AbsenceId::new(at(from), *b"0123456789"),
        person: person(name),
        from: at(from),
        until: at(until),
        reason: None,
        origin: None,
    }));
}

#[test]
fn m1_6_those_at_work_now_are_asked_first() {
    // Cy's Friday in Tokyo is over; Di is at work.
    let places = Offices(&[("cy", "Asia/Tokyo")]);
    let mut change = awaiting("release-manager", plan(1, Vec::new()));
    assert_eq!(said(&look(&mut change, &places, &directory(), at(0))), ["asked di"]);
}

#[test]
fn m1_6_nobody_is_asked_after_hours_unless_the_plan_allows_it() {
    let evening = at(600);
    let mut change = awaiting("release-manager", plan(1, Vec::new()));
    let step = look(&mut change, &UTC, &directory(), evening);
    assert_eq!(
        (said(&step), step.next_edge),
        (vec!["asked ".to_owned()], Some(at(MONDAY_MORNING)))
    );
    let step = look(&mut change, &UTC, &directory(), at(MONDAY_MORNING));
    assert_eq!(said(&step), ["asked cy"]);
    let urgent = ResponsePlan { after_hours: true, ..plan(1, Vec::new()) };
    let mut change = awaiting("release-manager", urgent);
    assert_eq!(said(&look(&mut change, &UTC, &directory(), evening)), ["asked cy"]);
}

#[test]
fn m1_6_who_has_the_fewest_open_asks_is_asked() {
    let change = awaiting("release-manager", plan(1, Vec::new()));
    let load = BTreeMap::from([(person("cy"), 3), (person("di"), 2)]);
    let facts = AskingFacts { directory: &directory(), places: &UTC, load: &load };
    assert_eq!(said(&next(&change, facts, at(0))), ["asked di"]);
}

#[test]
fn m1_5_it_reminds_then_widens_then_falls_back_by_itself() {
    let steps = vec![wider(30), fallback(60, "security")];
    let mut change = awaiting("release-manager", plan(1, steps));
    let all = run(&mut change, &directory(), 1_000);
    assert_eq!(
        lines(&all),
        [
            (0, "asked cy"),
            (10, "reminded cy"),
            (30, "escalated to more holders of the role"),
            (30, "asked di"),
            (60, "escalated to security"),
            (60, "asked ed"),
        ]
    );
}

#[test]
fn f04_after_the_last_step_it_waits_and_then_expires() {
    let mut change = awaiting("release-manager", plan(1, vec![wider(30)]));
    let _ = run(&mut change, &directory(), 1_000);
    let step = look(&mut change, &UTC, &directory(), at(1_000));
    assert_eq!(step, AskingStep { events: Vec::new(), next_edge: None });
    assert!(change.expire(at(100_000)).is_some());
}

#[test]
fn m3_3_a_fallbacks_vote_counts_only_after_the_escalation_that_called_on_it() {
    let directory = directory();
    let mut change = awaiting("release-manager", plan(1, vec![fallback(30, "security")]));
    let needs = change.assessment.as_ref().unwrap().requirements.clone();
    let _ = look(&mut change, &UTC, &directory, at(0));
    assert_eq!(
        change.may_vote(&person("ed"), &needs, &directory, at(1)).unwrap_err().code(),
        "no_role"
    );
    let _ = look(&mut change, &UTC, &directory, at(10));
    let _ = look(&mut change, &UTC, &directory, at(30));
    approve(&mut change, "ed", &directory);
    assert!(decided(&change, &directory, at(31)).approved);
    // Policy that no longer names the fallback takes it back at once.
    let strict = Requirement { response: None, ..requirement("release-manager", 1) };
    change.assessment = Some(assessment(vec![strict]));
    assert!(!decided(&change, &directory, at(31)).approved);
}

#[test]
fn m3_3_planned_absence_skips_straight_to_the_fallback() {
    let mut directory = directory();
    away(&mut directory, "cy", -10, 5_000);
    away(&mut directory, "di", -20, 6_000);
    let mut change =
        awaiting("release-manager", plan(1, vec![wider(30), fallback(60, "security")]));
    let step = look(&mut change, &UTC, &directory, at(0));
    assert_eq!(
        said(&step),
        ["escalated to more holders of the role", "escalated to security", "asked ed"]
    );
}

#[test]
fn b18_an_empty_role_escalates_and_blocks_and_never_passes() {
    let directory = directory();
    let mut change = awaiting("nobody-holds-it", plan(1, vec![fallback(30, "nor-this")]));
    let step = look(&mut change, &UTC, &directory, at(0));
    assert_eq!(said(&step), ["escalated to nor-this"]);
    let node = decided(&change, &directory, at(1)).explanation.children.first().unwrap().clone();
    assert_eq!((node.outcome, node.code.as_str()), (Outcome::Denied, "no_eligible_approver"));
    // Whoever gets the role is asked.
    let mut filled = directory;
    filled.apply(&OrganisationEvent::RoleBound(binding("nor-this", "organisation", "flo")));
    assert_eq!(said(&look(&mut change, &UTC, &filled, at(2))), ["asked flo"]);
}

#[test]
fn b11_who_left_or_is_away_is_replaced_at_once() {
    for gone in ["left", "away", "role"] {
        let mut directory = directory();
        let mut change = awaiting("release-manager", plan(1, vec![wider(30)]));
        assert_eq!(said(&look(&mut change, &UTC, &directory, at(0))), ["asked cy"]);
        match gone {
            "away" => away(&mut directory, "cy", 1, 5_000),
            "role" => directory.apply(&OrganisationEvent::RoleUnbound(binding(
                "release-manager",
                "organisation",
                "cy",
            ))),
            _ => directory.apply(&OrganisationEvent::PersonStatusSet {
                person: person("cy"),
                status: Status::Inactive,
            }),
        }
        assert_eq!(
            said(&look(&mut change, &UTC, &directory, at(2))),
            ["asked di for cy"],
            "{gone}"
        );
    }
}

#[test]
fn b11_a_voter_who_loses_the_role_is_replaced() {
    let mut directory = directory();
    let mut two = awaiting("release-manager", plan(1, Vec::new()));
    let needs = two.assessment.as_mut().unwrap();
    needs.requirements.push(requirement("security", 1));
    let _ = look(&mut two, &UTC, &directory, at(0));
    approve(&mut two, "cy", &directory);
    directory.apply(&OrganisationEvent::RoleUnbound(binding(
        "release-manager",
        "organisation",
        "cy",
    )));
    assert_eq!(said(&look(&mut two, &UTC, &directory, at(3))), ["asked di for cy"]);
}

#[test]
fn b11_a_voter_whose_account_is_disabled_is_asked_for_again() {
    let mut directory = directory();
    let mut two = awaiting("release-manager", plan(1, Vec::new()));
    let needs = two.assessment.as_mut().unwrap();
    needs.requirements.push(requirement("security", 1));
    let _ = look(&mut two, &UTC, &directory, at(0));
    approve(&mut two, "cy", &directory);
    directory.apply(&OrganisationEvent::AccountStatusSet {
        account: account("cy"),
        status: Status::Inactive,
    });
    // Cy is here and holds the role, and could vote with another account; others are asked first.
    assert_eq!(said(&look(&mut two, &UTC, &directory, at(3))), ["asked di for cy"]);
    let step = look(&mut two, &UTC, &directory, at(3));
    assert_eq!((step.events.len(), step.next_edge), (0, Some(at(10))));
}

#[test]
fn a_requester_who_must_act_first_lets_nobody_be_reminded() {
    let directory = directory();
    let mut change = awaiting("release-manager", plan(1, vec![wider(30)]));
    let _ = look(&mut change, &UTC, &directory, at(0));
    let needs = change.assessment.as_ref().unwrap().requirements.clone();
    let mut ballot = ballot("cy", VoteDecision::RequestChanges, 1);
    ballot.justification = "not like this".to_owned();
    for event in change.vote(ballot, &needs, &directory, at(1)).unwrap() {
        change.apply(&event, at(1)).unwrap();
    }
    let step = look(&mut change, &UTC, &directory, at(40));
    assert_eq!(step, AskingStep { events: Vec::new(), next_edge: None });
}

#[test]
fn m1_5_whoever_is_on_call_is_asked_first() {
    let mut directory = directory();
    for name in ["bo", "ed", "flo"] {
        directory.apply(&OrganisationEvent::RoleBound(binding("duty", "organisation", name)));
    }
    directory.apply(&OrganisationEvent::RotaPut(Rota {
        id: crate::ids::RotaId::new(at(0), [1; 10]),
        name: "duty".to_owned(),
        role: "duty".parse().unwrap(),
        scope: "organisation".parse().unwrap(),
        time_zone: "UTC".to_owned(),
        first: "1971-11-25T09:00:00".parse().unwrap(),
        handover: Handover::Days(1),
        people: vec![person("bo"), person("flo")],
        hours: None,
    }));
    let to = EscalationTarget::OnCall { role: "duty".parse().unwrap(), reach: Reach::Organisation };
    let step = EscalationStep { after_minutes: 30, to, ask: 1 };
    let mut change = awaiting("release-manager", plan(1, vec![step]));
    let all = run(&mut change, &directory, 100);
    assert_eq!(lines(&all).last(), Some(&(30, "asked flo")));
}

#[test]
fn m1_6_working_time_of_the_asked_runs_on_their_clock() {
    // Half past four on Friday: an hour of Cy's working time later is Monday at half past nine.
    let friday = at(350);
    let slow = ResponsePlan {
        clock: ResponseClock::Approver,
        remind_minutes: Vec::new(),
        ..plan(1, vec![wider(60)])
    };
    let mut change = awaiting("release-manager", slow);
    let step = look(&mut change, &UTC, &directory(), friday);
    assert_eq!(step.next_edge, Some(at(MONDAY_MORNING + 30)));
}

#[test]
fn j08_the_explanation_says_what_happens_next_and_when() {
    let mut change = awaiting("release-manager", plan(1, vec![fallback(30, "security")]));
    let _ = look(&mut change, &UTC, &directory(), at(0));
    let _ = look(&mut change, &UTC, &directory(), at(10));
    let tree = decided(&change, &directory(), at(11)).explanation;
    let node = tree.children.first().unwrap();
    let edge = node.next.as_ref().unwrap();
    assert_eq!((edge.at, edge.what.as_str()), (at(30), "it escalates to security"));
    assert_eq!(node.missing.as_ref().unwrap().asked, [person("cy")]);
}

#[test]
fn g10_reminders_that_fell_together_are_one() {
    let often = ResponsePlan { remind_minutes: vec![10, 20, 25], ..plan(1, Vec::new()) };
    let mut change = awaiting("release-manager", often);
    let _ = look(&mut change, &UTC, &directory(), at(0));
    // The server was down until half past.
    let step = look(&mut change, &UTC, &directory(), at(30));
    assert_eq!((said(&step), step.next_edge), (vec!["reminded cy".to_owned()], None));
}
