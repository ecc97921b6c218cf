//! M5.2: deputies of groups answer for members who are away, within the limits of delegation.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::change::{Ballot, Change, VoteDecision};
use crate::fixture::*;
use crate::ids::{DelegationId, GroupId};
use crate::organisation::{
    Deputy, Directory, Group, Member, OrganisationEvent, RoleBinding, Status,
};
use crate::refusal::Refusal;
use crate::requirement::{Reach, Requirement};
use crate::tests::asking::away;

const HOUR: Option<u32> = Some(60);

fn id(n: u8) -> DelegationId {
    DelegationId::new(at(0), [n; 10])
}

fn board() -> GroupId {
    GroupId::new(at(0), [1; 10])
}

fn members(names: &[&str]) -> OrganisationEvent {
    let members: BTreeSet<_> = names.iter().map(|name| person(name)).collect();
    OrganisationEvent::GroupPut(Group { id: board(), name: "Board".to_owned(), members })
}

fn holds(role: &str, scope: &str) -> OrganisationEvent {
    OrganisationEvent::RoleBound(RoleBinding {
        role: role.parse().unwrap(),
        scope: scope.parse().unwrap(),
        member: Member::Group(board()),
    })
}

fn named(n: u8, name: &str) -> Deputy {
    Deputy {
        id: id(n),
        group: board(),
        person: person(name),
        role: "cab".parse().unwrap(),
        longest_minutes: 0,
        since: at(0),
        reason: "holidays".into(),
    }
}

/// Cy and Di are the board, which holds `cab`; Flo is its deputy for an hour an absence at most.
fn organisation() -> Directory {
    let mut directory = directory();
    directory.apply(&members(&["cy", "di"]));
    directory.apply(&holds("cab", "organisation"));
    let event = directory.name_deputy(named(1, "flo"), HOUR, &[]).unwrap();
    directory.apply(&event);
    directory
}

fn needs() -> Vec<Requirement> {
    vec![requirement("cab", 1)]
}

fn awaiting() -> Change {
    submitted(material(), assessment(needs()))
}

fn may(change: &Change, name: &str, directory: &Directory, now: Timestamp) -> Result<(), Refusal> {
    change.may_vote(&person(name), &needs(), directory, now).map(drop)
}

fn codes(change: &Change, directory: &Directory, now: Timestamp) -> Vec<String> {
    decided(change, directory, now).explanation.dead.into_iter().map(|d| d.code).collect()
}

#[test]
fn m5_2_a_deputy_answers_for_a_member_who_is_away_and_the_record_and_the_tree_say_for_whom() {
    let mut directory = organisation();
    let mut change = awaiting();
    assert!(may(&change, "flo", &directory, at(1)).is_err(), "nobody is away");
    away(&mut directory, "cy", 0, 50);
    approve(&mut change, "flo", &directory);
    let other = change.votes.first().unwrap().on_behalf_of.clone().unwrap();
    assert_eq!((other.person, other.delegation), (person("cy"), id(1)));
    let decision = decided(&change, &directory, at(2));
    assert!(decision.approved);
    let counted = decision.counted.first().unwrap().votes.first().unwrap();
    assert_eq!(counted.on_behalf_of, Some(person("cy")));
    assert_eq!(counted.deputy_of, Some(board()));
    // The absence is over: no new vote, and the one that was given stands.
    assert!(may(&awaiting(), "flo", &directory, at(50)).is_err());
    assert!(decided(&change, &directory, at(50)).approved);
}

#[test]
fn m5_2_a_deputy_answers_no_longer_within_an_absence_than_policy_lets_a_delegation_last() {
    let mut directory = organisation();
    away(&mut directory, "cy", 0, 5000);
    assert!(may(&awaiting(), "flo", &directory, at(59)).is_ok());
    assert!(may(&awaiting(), "flo", &directory, at(60)).is_err());
    // What is kept of a change is looked at again then.
    assert_eq!(directory.next_edge(at(1)), Some(at(60)));
    // Named while somebody is away: from then on, and the hour counts from the absence.
    let late = Deputy { since: at(30), ..named(2, "ed") };
    let event = directory.name_deputy(late, HOUR, &[]).unwrap();
    directory.apply(&event);
    let open = [29, 30, 59, 60].map(|t| may(&awaiting(), "ed", &directory, at(t)).is_ok());
    assert_eq!(open, [false, true, true, false]);
}

#[test]
fn m5_2_limits_of_policy_and_fields_hold_for_deputies() {
    let directory = organisation();
    let code = |deputy: Deputy, longest, competence: &[&str]| {
        let competence: Vec<_> = competence.iter().map(|role| role.parse().unwrap()).collect();
        let named = directory.name_deputy(deputy, longest, &competence);
        named.map_or_else(|refused| refused.code().to_owned(), |_| "named".to_owned())
    };
    assert_eq!(code(named(2, "ed"), HOUR, &[]), "named");
    assert_eq!(code(named(2, "ed"), None, &[]), "not_delegable");
    assert_eq!(code(named(2, "bo"), HOUR, &["service-owner"]), "delegate_not_competent");
    assert_eq!(code(named(2, "cy"), HOUR, &["release-manager"]), "named");
    assert_eq!(code(named(2, "flo"), HOUR, &[]), "already_exists");
    let elsewhere = GroupId::new(at(0), [9; 10]);
    assert_eq!(code(Deputy { group: elsewhere, ..named(2, "ed") }, HOUR, &[]), "not_found");
    for wrong in [
        Deputy { person: person("nobody"), ..named(2, "ed") },
        Deputy { reason: " ".into(), ..named(2, "ed") },
        // The group does not hold it, though a member does.
        Deputy { role: "release-manager".parse().unwrap(), ..named(2, "ed") },
    ] {
        assert_eq!(code(wrong, HOUR, &[]), "invalid_field");
    }
    // A requirement that is not answered by delegates is not answered by deputies.
    let mut directory = organisation();
    away(&mut directory, "cy", 0, 50);
    let strict = [Requirement { delegable: Vec::new(), ..requirement("cab", 1) }];
    assert!(awaiting().may_vote(&person("flo"), &strict, &directory, at(1)).is_err());
    let role = "cab".parse().unwrap();
    let competence = [(role, vec!["security".parse().unwrap()])].into();
    let competent = [Requirement { competence, ..requirement("cab", 1) }];
    assert!(awaiting().may_vote(&person("flo"), &competent, &directory, at(1)).is_err());
}

#[test]
fn i4_a_deputy_never_answers_for_somebody_with_a_hand_in_the_change_nor_with_one_of_their_own() {
    // Cy wrote it and goes away: the deputy answers for nobody of the board, so Cy gains nothing.
    let mut directory = organisation();
    away(&mut directory, "cy", 0, 50);
    away(&mut directory, "di", 0, 50);
    let mut material = material();
    material.contributors = vec![contributor("cy@example.com")];
    let change = submitted(material, assessment(needs()));
    assert_eq!(may(&change, "flo", &directory, at(1)).unwrap_err().code(), "sod_author");
    // The deputy asked for it: Ana is the requester of every change here.
    let event = directory.name_deputy(named(2, "ana"), HOUR, &[]).unwrap();
    directory.apply(&event);
    assert_eq!(may(&awaiting(), "ana", &directory, at(1)).unwrap_err().code(), "sod_author");
    let missing = decided(&awaiting(), &directory, at(1)).explanation;
    let missing = missing.walk().find_map(|node| node.missing.clone()).unwrap();
    assert!(!missing.people.contains(&person("ana")), "{missing:?}");
}

#[test]
fn i4_deputy_and_member_fill_one_place_between_them_and_a_member_is_not_their_own_deputy() {
    let mut directory = organisation();
    away(&mut directory, "cy", 0, 50);
    let two = vec![requirement("cab", 2)];
    let mut change = submitted(material(), assessment(two));
    approve(&mut change, "flo", &directory);
    approve(&mut change, "cy", &directory);
    assert!(!decided(&change, &directory, at(2)).approved, "one party");
    approve(&mut change, "di", &directory);
    assert!(decided(&change, &directory, at(2)).approved);
    // Di is a deputy too: for Cy or for himself, and one person all the same.
    let event = directory.name_deputy(named(2, "di"), HOUR, &[]).unwrap();
    directory.apply(&event);
    away(&mut directory, "di", 0, 50);
    let may = awaiting().may_vote(&person("di"), &needs(), &directory, at(1)).unwrap();
    let whose: Vec<_> = may.into_iter().map(|c| c.on_behalf_of.map(|o| o.person)).collect();
    assert_eq!(whose, [None, Some(person("cy"))]);
}

#[test]
fn m5_2_a_deputy_of_a_deputy_answers_nothing_and_delegates_nothing_on() {
    let mut directory = organisation();
    away(&mut directory, "cy", 0, 50);
    // Flo, who answers for the board, is a member of another group with a deputy, and goes away.
    let second = GroupId::new(at(0), [2; 10]);
    let group =
        Group { id: second.clone(), name: "Two".to_owned(), members: [person("flo")].into() };
    directory.apply(&OrganisationEvent::GroupPut(group));
    directory.apply(&OrganisationEvent::RoleBound(RoleBinding {
        role: "other".parse().unwrap(),
        scope: "organisation".parse().unwrap(),
        member: Member::Group(second.clone()),
    }));
    for role in ["other", "cab"] {
        // Even one that is on the record for a role the group does not hold carries nothing.
        let deputy =
            Deputy { group: second.clone(), role: role.parse().unwrap(), ..named(3, "ed") };
        directory.apply(&OrganisationEvent::DeputyNamed(Deputy { longest_minutes: 60, ..deputy }));
    }
    away(&mut directory, "flo", 0, 50);
    assert!(may(&awaiting(), "ed", &directory, at(1)).is_err());
    // Nor does a deputy let somebody else answer.
    let on = crate::organisation::Delegation {
        id: id(4),
        delegator: person("flo"),
        delegate: person("ed"),
        role: "cab".parse().unwrap(),
        scope: "organisation".parse().unwrap(),
        from: at(1),
        until: at(40),
        reason: "away".into(),
    };
    assert!(directory.delegate(on.clone(), HOUR, &[], at(1)).is_err());
    directory.apply(&OrganisationEvent::DelegationMade(on));
    assert!(may(&awaiting(), "ed", &directory, at(2)).is_err());
}

#[test]
fn m5_2_what_a_deputy_answered_falls_with_the_removal_the_return_the_member_and_the_role() {
    let unbound = |event| match event {
        OrganisationEvent::RoleBound(binding) => OrganisationEvent::RoleUnbound(binding),
        other => other,
    };
    let absence = crate::ids::AbsenceId::new(at(0), *b"0123456789");
    for event in [
        organisation().remove_deputy(&board(), &id(1), at(10)).unwrap(),
        OrganisationEvent::AbsenceCancelled { absence },
        members(&["di"]),
        unbound(holds("cab", "organisation")),
        OrganisationEvent::GroupRemoved { group: board() },
        OrganisationEvent::PersonStatusSet { person: person("cy"), status: Status::Inactive },
        OrganisationEvent::PersonStatusSet { person: person("flo"), status: Status::Inactive },
    ] {
        let mut directory = organisation();
        away(&mut directory, "cy", 0, 50);
        let mut change = awaiting();
        approve(&mut change, "flo", &directory);
        assert!(decided(&change, &directory, at(11)).approved);
        directory.apply(&event);
        assert!(!decided(&change, &directory, at(11)).approved, "{event:?}");
        assert_eq!(codes(&change, &directory, at(11)).len(), 1, "{event:?}");
    }
    let directory = organisation();
    assert!(directory.remove_deputy(&board(), &id(9), at(1)).is_err());
}

#[test]
fn m5_2_a_deputy_carries_what_the_member_holds_through_the_group_and_nothing_else() {
    // Cy holds release-manager directly, and cab through the board.
    let mut directory = organisation();
    directory.apply(&OrganisationEvent::DeputyNamed(Deputy {
        role: "release-manager".parse().unwrap(),
        longest_minutes: 60,
        ..named(2, "ed")
    }));
    away(&mut directory, "cy", 0, 50);
    let managers = [requirement("release-manager", 1)];
    let change = submitted(material(), assessment(managers.to_vec()));
    assert!(change.may_vote(&person("ed"), &managers, &directory, at(1)).is_err());
    // Held for the organisation, it is not held on the service.
    let near = [Requirement { reach: Reach::Service, ..requirement("cab", 1) }];
    assert!(awaiting().may_vote(&person("flo"), &near, &directory, at(1)).is_err());
    directory.apply(&holds("cab", "service:checkout"));
    assert!(awaiting().may_vote(&person("flo"), &near, &directory, at(1)).is_ok());
}

#[test]
fn m5_2_whom_a_deputy_answers_for_can_be_chosen() {
    let mut directory = organisation();
    away(&mut directory, "cy", 0, 50);
    away(&mut directory, "di", 0, 50);
    let change = awaiting();
    for name in ["cy", "di"] {
        let ballot =
            Ballot { on_behalf_of: Some(person(name)), ..ballot("flo", VoteDecision::Approve, 7) };
        assert!(change.vote(ballot, &needs(), &directory, at(1)).is_ok(), "{name}");
    }
    let ballot =
        Ballot { on_behalf_of: Some(person("bo")), ..ballot("flo", VoteDecision::Approve, 7) };
    assert!(change.vote(ballot, &needs(), &directory, at(1)).is_err());
}

#[test]
fn m5_2_a_deputy_is_told_once_of_each_absence_that_makes_them_answer_from_its_beginning_on() {
    let mut directory = organisation();
    assert!(directory.deputies_to_tell(at(1)).is_empty(), "nobody is away");
    away(&mut directory, "cy", 10, 200);
    let absence = directory.absences_of(&person("cy"))[0].id.clone();
    let told = |directory: &Directory, minute| directory.deputies_to_tell(at(minute));
    let due = vec![(id(1), absence.clone())];
    assert!(told(&directory, 9).is_empty(), "nothing is said while it is planned");
    assert_eq!(told(&directory, 10), due);
    assert_eq!(told(&directory, 69), due);
    assert!(told(&directory, 70).is_empty(), "they answer for an hour");
    for event in [
        directory.remove_deputy(&board(), &id(1), at(10)).unwrap(),
        OrganisationEvent::AbsenceCancelled { absence: absence.clone() },
        members(&["di"]),
        OrganisationEvent::GroupRemoved { group: board() },
        OrganisationEvent::PersonStatusSet { person: person("flo"), status: Status::Inactive },
        OrganisationEvent::DeputyTold { deputy: id(1), absence },
    ] {
        let mut directory = directory.clone();
        directory.apply(&event);
        assert!(told(&directory, 20).is_empty(), "{event:?}");
    }
}

#[test]
fn m5_2_a_removed_group_takes_its_deputies_with_it_on_the_record() {
    let mut directory = organisation();
    let removed = directory.remove_deputy(&board(), &id(1), at(3)).unwrap();
    let gone = OrganisationEvent::GroupRemoved { group: board() };
    assert_eq!(directory.remove_group(&board(), at(3)).unwrap(), [removed, gone]);
    for event in directory.remove_group(&board(), at(3)).unwrap() {
        directory.apply(&event);
    }
    assert_eq!(directory.deputy(&id(1)).unwrap().removed_at, Some(at(3)));
    assert!(matches!(directory.remove_group(&board(), at(4)), Err(Refusal::NotFound { .. })));
}
