//! What a stricter policy asks for of changes that wait already, and people being asked for it.

use std::collections::BTreeMap;

use calendar::{Place, zone};

use crate::asking::{AskingFacts, FirstAsk, Places, ResponseClock, ResponsePlan, added, next};
use crate::change::{Assessment, Change, ChangeEvent, VoteDecision};
use crate::decision::{Witnessed, decide};
use crate::fixture::*;
use crate::ids::PersonId;
use crate::organisation::{Directory, Person};
use crate::requirement::{Reach, Requirement, RuleRef};

struct Utc;

impl Places for Utc {
    fn of(&self, _: &Person) -> Place {
        self.organisation()
    }
    fn organisation(&self) -> Place {
        Place::office(zone("UTC").unwrap())
    }
}

/// A requirement with a response plan.
fn planned(role: &str, count: u32) -> Requirement {
    let plan = ResponsePlan {
        plan: RuleRef { id: "plan".to_owned(), file: "response.yaml".to_owned(), line: 1 },
        within_minutes: 30,
        clock: ResponseClock::Wall,
        ask: 1,
        first: FirstAsk::AtWork,
        remind_minutes: Vec::new(),
        after_hours: true,
        steps: Vec::new(),
    };
    Requirement { response: Some(Box::new(plan)), ..requirement(role, count) }
}

fn under(policy: &str, requirements: Vec<Requirement>) -> Assessment {
    Assessment { policy: policy.to_owned(), ..assessment(requirements) }
}

fn look(change: &Change, live: &Assessment, minute: i64) -> Option<ChangeEvent> {
    added(change, live, &directory(), Witnessed { deployments: &[], now: at(minute) })
}

/// Adds what a bundle asks for, as it must.
fn add(change: &mut Change, live: &Assessment, minute: i64) {
    let event = look(change, live, minute).unwrap();
    change.apply(&event, at(minute)).unwrap();
    assert_eq!(look(change, live, minute), None, "once");
}

/// Who is asked for what now.
fn asked(change: &mut Change, minute: i64) -> Vec<(String, Vec<PersonId>)> {
    let (directory, load) = (directory(), BTreeMap::new());
    let facts = AskingFacts { directory: &directory, places: &Utc, load: &load };
    let step = next(change, facts, at(minute));
    for event in &step.events {
        change.apply(event, at(minute)).unwrap();
    }
    assert_eq!(next(change, facts, at(minute)).events, Vec::new(), "the same again");
    let one = |event: ChangeEvent| match event {
        ChangeEvent::ApproversAsked { requirement, people, instead_of, .. } => {
            assert_eq!(instead_of, Vec::new());
            (requirement, people)
        }
        other => panic!("{other:?}"),
    };
    step.events.into_iter().map(one).collect()
}

fn vote(change: &mut Change, name: &str, directory: &Directory) {
    let requirements = change.requirements().into_owned();
    let n = u8::try_from(change.votes.len()).unwrap() + 1;
    let ballot = ballot(name, VoteDecision::Approve, n);
    for event in change.vote(ballot, &requirements, directory, at(5)).unwrap() {
        change.apply(&event, at(5)).unwrap();
    }
}

fn approved(change: &Change) -> bool {
    let witnessed = Witnessed { deployments: &[], now: at(6) };
    change.assessments().all(|a| decide(change, a, &directory(), witnessed).approved)
}

#[test]
fn m3_2_people_are_asked_for_what_a_stricter_policy_adds_and_votes_that_were_given_count() {
    let owner = || planned("service-owner", 1);
    let mut change = submitted(material(), assessment(vec![owner()]));
    assert_eq!(asked(&mut change, 0), [("rule/service-owner".into(), vec![person("bo")])]);
    vote(&mut change, "bo", &directory());
    assert!(approved(&change));
    add(&mut change, &under("stricter", vec![owner(), planned("security", 1)]), 6);
    assert!(!approved(&change), "approved only when what was added is answered as well");
    assert_eq!(asked(&mut change, 6), [("rule/security".into(), vec![person("ed")])]);
    vote(&mut change, "ed", &directory());
    assert!(approved(&change), "Bo is not asked again");
}

#[test]
fn m3_2_where_more_of_a_role_are_wanted_just_the_difference_is_asked() {
    let managers = |count| planned("release-manager", count);
    let mut change = submitted(material(), assessment(vec![managers(1)]));
    assert_eq!(asked(&mut change, 0), [("rule/release-manager".into(), vec![person("cy")])]);
    add(&mut change, &under("stricter", vec![managers(2)]), 1);
    assert_eq!(asked(&mut change, 1), [("rule/release-manager".into(), vec![person("di")])]);
    vote(&mut change, "cy", &directory());
    assert!(!approved(&change));
    vote(&mut change, "di", &directory());
    assert!(approved(&change));
}

#[test]
fn m3_2_what_was_added_stays_for_the_revision_and_a_new_one_is_free_of_it() {
    let owner = || vec![requirement("service-owner", 1)];
    let strict =
        under("stricter", vec![requirement("service-owner", 1), requirement("security", 1)]);
    let mut change = submitted(material(), assessment(owner()));
    add(&mut change, &strict, 1);
    assert_eq!(look(&change, &under("weaker", owner()), 2), None);
    vote(&mut change, "bo", &directory());
    assert!(!approved(&change), "weaker is for later revisions only");
    let mut material = material();
    material.parameters.insert("replicas".to_owned(), "4".to_owned());
    let next = crate::change::Revision::new(2, material, [2; 16], actor("ana"), at(3)).unwrap();
    let revised = change.revise(next).unwrap();
    change.apply(&revised, at(3)).unwrap();
    assert_eq!(change.assessments().count(), 0);
}

#[test]
fn m3_2_a_rule_that_got_another_name_or_line_adds_nothing() {
    let change = submitted(material(), assessment(vec![requirement("service-owner", 2)]));
    let renamed = |count| {
        let rule = RuleRef { id: "renamed".to_owned(), file: "other.yaml".to_owned(), line: 9 };
        let key = "renamed/service-owner".to_owned();
        under("other", vec![Requirement { key, rule, ..requirement("service-owner", count) }])
    };
    assert_eq!(look(&change, &renamed(2), 1), None);
    assert_eq!(look(&change, &renamed(1), 1), None, "nor does one that asks for fewer");
    assert!(look(&change, &renamed(3), 1).is_some());
    let wider = Requirement { reach: Reach::Organisation, ..requirement("service-owner", 1) };
    assert!(look(&change, &under("other", vec![wider]), 1).is_some(), "held elsewhere");
    let split = vec![requirement("service-owner", 1), requirement("security", 1)];
    assert!(look(&change, &under("other", split), 1).is_some());
}

#[test]
fn m3_2_nothing_is_added_to_what_is_over_or_sent_back_or_about_another_revision() {
    let strict = under("stricter", vec![requirement("security", 1)]);
    let change = submitted(material(), assessment(vec![requirement("service-owner", 1)]));
    assert!(look(&change, &strict, 99).is_some());
    assert_eq!(look(&change, &strict, 100), None, "its time is up");
    let other = Assessment { revision: 2, ..strict.clone() };
    assert_eq!(look(&change, &other, 1), None);
    assert_eq!(look(&draft(material()), &strict, 1), None);
    let mut back = change;
    let requirements = back.requirements().into_owned();
    let no = ballot("bo", VoteDecision::RequestChanges, 1);
    for event in back.vote(no, &requirements, &directory(), at(1)).unwrap() {
        back.apply(&event, at(1)).unwrap();
    }
    assert_eq!(look(&back, &strict, 2), None, "a new revision comes first");
}
