//! M5.2: delegation by role, scope and time, and everything it must not do.

use jiff::Timestamp;

use crate::change::{Ballot, Change, VoteDecision};
use crate::explanation::Outcome;
use crate::fixture::*;
use crate::ids::DelegationId;
use crate::organisation::{Delegation, Directory, OrganisationEvent, Status};
use crate::refusal::Refusal;
use crate::requirement::Requirement;

fn id(n: u8) -> DelegationId {
    DelegationId::new(at(0), [n; 10])
}

fn given(n: u8, from: &str, to: &str, role: &str, scope: &str) -> Delegation {
    Delegation {
        id: id(n),
        delegator: person(from),
        delegate: person(to),
        role: role.parse().unwrap(),
        scope: scope.parse().unwrap(),
        from: at(0),
        until: at(50),
        reason: "away".into(),
    }
}

const WEEK: Option<u32> = Some(7 * 24 * 60);

fn delegated(delegations: &[Delegation]) -> Directory {
    let mut directory = directory();
    for delegation in delegations {
        let event = directory.delegate(delegation.clone(), WEEK, &[], at(0)).unwrap();
        directory.apply(&event);
    }
    directory
}

fn awaiting(requirements: Vec<Requirement>) -> Change {
    submitted(material(), assessment(requirements))
}

fn codes(change: &Change, directory: &Directory, now: Timestamp) -> Vec<String> {
    decided(change, directory, now).explanation.dead.into_iter().map(|d| d.code).collect()
}

fn end(directory: &mut Directory, by: &str, now: Timestamp) {
    let event = directory.end_delegation(&id(1), &person(by), now).unwrap();
    directory.apply(&event);
}

#[test]
fn m5_2_a_delegate_answers_and_both_names_are_on_the_vote() {
    let directory = delegated(&[given(1, "cy", "flo", "release-manager", "service:checkout")]);
    let mut change = awaiting(vec![requirement("release-manager", 1)]);
    approve(&mut change, "flo", &directory);
    let vote = change.votes.first().unwrap();
    let other = vote.on_behalf_of.as_ref().unwrap();
    assert_eq!((&vote.person, &other.person), (&person("flo"), &person("cy")));
    let decision = decided(&change, &directory, at(2));
    assert!(decision.approved);
    let counted = decision.counted.first().unwrap().votes.first().unwrap();
    assert_eq!(counted.on_behalf_of, Some(person("cy")));
}

#[test]
fn m5_2_limits_of_policy_hold() {
    let directory = directory();
    let ask = |d: &Delegation, longest| directory.delegate(d.clone(), longest, &[], at(0));
    let plain = given(1, "cy", "flo", "release-manager", "organisation");
    let code = |r: Result<OrganisationEvent, Refusal>| r.unwrap_err().code().to_owned();
    assert!(ask(&plain, WEEK).is_ok());
    assert_eq!(code(ask(&plain, None)), "not_delegable");
    assert_eq!(code(ask(&plain, Some(49))), "delegation_too_long");
    assert!(ask(&plain, Some(50)).is_ok());
    for wrong in [
        Delegation { delegate: person("cy"), ..plain.clone() },
        Delegation { delegate: person("nobody"), ..plain.clone() },
        Delegation { until: at(0), ..plain.clone() },
        Delegation { from: at(-1), ..plain.clone() },
        Delegation { reason: " ".into(), ..plain.clone() },
        // What the delegator does not hold, or not so far.
        Delegation { role: "security".parse().unwrap(), ..plain.clone() },
        given(1, "bo", "flo", "service-owner", "domain:payments"),
    ] {
        assert_eq!(code(ask(&wrong, WEEK)), "invalid_field", "{wrong:?}");
    }
}

#[test]
fn m5_2_a_delegated_right_is_not_delegated_on() {
    let directory = delegated(&[given(1, "cy", "flo", "release-manager", "organisation")]);
    let on = given(2, "flo", "bo", "release-manager", "organisation");
    let no = directory.delegate(on.clone(), WEEK, &[], at(0)).unwrap_err();
    assert_eq!(no.code(), "redelegation");
    // Even if it were on the record, it would carry nothing.
    let mut forged = directory;
    forged.apply(&OrganisationEvent::DelegationMade(on));
    let change = awaiting(vec![requirement("release-manager", 1)]);
    let requirements = [requirement("release-manager", 1)];
    assert!(change.may_vote(&person("bo"), &requirements, &forged, at(1)).is_err());
}

#[test]
fn m5_2_a_role_that_policy_does_not_let_go_is_not_answered_by_delegates() {
    let directory = delegated(&[given(1, "cy", "flo", "release-manager", "organisation")]);
    let strict = Requirement { delegable: Vec::new(), ..requirement("release-manager", 1) };
    let mut change = awaiting(vec![requirement("release-manager", 1)]);
    approve(&mut change, "flo", &directory);
    assert!(
        change.may_vote(&person("flo"), std::slice::from_ref(&strict), &directory, at(1)).is_err()
    );
    // Policy that gets stricter applies at once: the vote dies under the live bundle.
    change.assessment = Some(assessment(vec![strict]));
    assert_eq!(codes(&change, &directory, at(2)), ["delegation_over"]);
}

#[test]
fn m5_2_delegator_and_delegate_fill_one_place_between_them() {
    let delegations = [
        given(1, "cy", "flo", "release-manager", "organisation"),
        given(2, "cy", "ed", "release-manager", "organisation"),
    ];
    let directory = delegated(&delegations);
    let mut change = awaiting(vec![requirement("release-manager", 2)]);
    for name in ["flo", "ed", "cy"] {
        approve(&mut change, name, &directory);
    }
    let decision = decided(&change, &directory, at(2));
    assert!(!decision.approved);
    assert_eq!(codes(&change, &directory, at(2)), ["counts_once", "counts_once"]);
    // The other release manager is another party.
    approve(&mut change, "di", &directory);
    assert!(decided(&change, &directory, at(2)).approved);
}

#[test]
fn m5_2_a_party_of_several_still_fills_whichever_place_it_can() {
    // Ed answers security himself, and release-manager for Cy, who voted too: still two parties
    // are needed, and no order of votes dead-ends.
    let directory = delegated(&[given(1, "cy", "flo", "release-manager", "organisation")]);
    let both = vec![requirement("release-manager", 1), requirement("security", 1)];
    let mut change = awaiting(both);
    for name in ["flo", "cy", "ed"] {
        approve(&mut change, name, &directory);
    }
    assert!(decided(&change, &directory, at(2)).approved);
}

#[test]
fn i4_who_acts_for_somebody_with_a_hand_in_it_does_not_vote() {
    // Di wrote it. Bo owns the service himself, but acts for Di for now.
    let directory = delegated(&[given(1, "di", "bo", "release-manager", "organisation")]);
    let mut material = material();
    material.contributors = vec![contributor("di@example.com")];
    let needs = [requirement("service-owner", 1), requirement("release-manager", 1)];
    let change = submitted(material, assessment(needs.to_vec()));
    let no = change.may_vote(&person("bo"), &needs, &directory, at(1)).unwrap_err();
    assert_eq!(no.code(), "sod_author");
    // After it ended he answers for himself again.
    assert!(change.may_vote(&person("bo"), &needs, &directory, at(50)).is_ok());
    // A delegation about another service does not make him act for Di here.
    let elsewhere = given(1, "di", "bo", "release-manager", "service:billing");
    let directory = delegated(&[elsewhere]);
    assert!(change.may_vote(&person("bo"), &needs, &directory, at(1)).is_ok());
}

#[test]
fn m5_2_never_to_the_requester() {
    // Whom a right is given to is known before the change is: it is looked at when it is used.
    let directory = delegated(&[given(1, "cy", "ana", "release-manager", "organisation")]);
    let change = awaiting(vec![requirement("release-manager", 1)]);
    let needs = [requirement("release-manager", 1)];
    let no = change.may_vote(&person("ana"), &needs, &directory, at(1)).unwrap_err();
    assert_eq!(no.code(), "sod_author");
    let missing = decided(&change, &directory, at(1)).explanation;
    let missing = missing.walk().find_map(|n| n.missing.clone()).unwrap();
    assert_eq!(missing.people, [person("cy"), person("di")]);
}

#[test]
fn m5_2_it_ends_with_its_time_early_by_either_side_and_with_the_role() {
    let needs = [requirement("release-manager", 1)];
    let given = given(1, "cy", "flo", "release-manager", "organisation");
    let fresh = || {
        let directory = delegated(std::slice::from_ref(&given));
        let mut change = awaiting(needs.to_vec());
        approve(&mut change, "flo", &directory);
        (change, directory)
    };
    // A vote given in time stands when the time is over; a new one is not taken.
    let (change, directory) = fresh();
    assert!(decided(&change, &directory, at(60)).approved);
    assert!(change.may_vote(&person("flo"), &needs, &directory, at(60)).is_err());
    // Ending it early takes back what was not used yet.
    for by in ["cy", "flo"] {
        let (change, mut directory) = fresh();
        end(&mut directory, by, at(10));
        assert_eq!(codes(&change, &directory, at(11)), ["delegation_over"], "{by}");
    }
    let (_, directory) = fresh();
    assert!(directory.end_delegation(&id(1), &person("di"), at(10)).is_err());
    // The delegator's role, or the delegator, goes: so does the right.
    for event in [
        OrganisationEvent::RoleUnbound(binding("release-manager", "organisation", "cy")),
        OrganisationEvent::PersonStatusSet { person: person("cy"), status: Status::Inactive },
    ] {
        let (change, mut directory) = fresh();
        directory.apply(&event);
        assert_eq!(codes(&change, &directory, at(11)), ["delegation_over"], "{event:?}");
    }
}

#[test]
fn m5_2_a_delegate_widens_nobodys_reach() {
    // Cy holds the role on the organisation; a requirement that wants it held on the service is
    // not answered by delegating it there.
    let directory = delegated(&[given(1, "cy", "flo", "release-manager", "service:checkout")]);
    let reach = crate::requirement::Reach::Service;
    let needs = [Requirement { reach, ..requirement("release-manager", 1) }];
    let change = awaiting(needs.to_vec());
    assert!(change.may_vote(&person("flo"), &needs, &directory, at(1)).is_err());
}

#[test]
fn b18_delegates_do_not_hide_that_nobody_is_left() {
    // Two release managers are needed and one of them asked for it: a delegate of the other one
    // is no second person.
    let directory = delegated(&[given(1, "cy", "flo", "release-manager", "organisation")]);
    let mut material = material();
    material.contributors = vec![contributor("di@example.com")];
    let change = submitted(material, assessment(vec![requirement("release-manager", 2)]));
    let decision = decided(&change, &directory, at(1));
    let node = decision.explanation.children.first().unwrap();
    assert_eq!((node.outcome, node.code.as_str()), (Outcome::Denied, "no_eligible_approver"));
}

#[test]
fn m5_2_whose_right_is_used_can_be_chosen() {
    let directory = delegated(&[given(1, "cy", "ed", "release-manager", "organisation")]);
    let needs = [requirement("release-manager", 1), requirement("security", 1)];
    let mut change = awaiting(needs.to_vec());
    let roles = |c: &Change| {
        c.votes.last().unwrap().roles.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    approve(&mut change, "ed", &directory);
    assert_eq!(roles(&change), ["security"]);
    let chosen =
        Ballot { on_behalf_of: Some(person("cy")), ..ballot("ed", VoteDecision::Approve, 7) };
    for event in change.vote(chosen.clone(), &needs, &directory, at(1)).unwrap() {
        change.apply(&event, at(1)).unwrap();
    }
    assert_eq!(roles(&change), ["release-manager"]);
    let unknown = Ballot { on_behalf_of: Some(person("di")), ..chosen };
    assert_eq!(
        change.vote(unknown, &needs, &directory, at(1)).unwrap_err().code(),
        "invalid_field"
    );
}

#[test]
fn absences_follow_each_other_and_are_the_persons_own() {
    let mut directory = directory();
    let absence = |n: u8, from, until| crate::organisation::Absence {
        id: crate::ids::AbsenceId::new(at(0), [n; 10]),
        person: person("bo"),
        from: at(from),
        until: at(until),
        reason: None,
        origin: None,
    };
    for (n, from, until) in [(1, 10, 20), (2, 15, 30), (3, 40, 50)] {
        let event = directory.enter_absence(absence(n, from, until), &person("bo"), at(0)).unwrap();
        directory.apply(&event);
    }
    assert_eq!(directory.away_until(&person("bo"), at(12)), Some(at(30)));
    assert_eq!(directory.away_until(&person("bo"), at(35)), None);
    let by_another = directory.enter_absence(absence(4, 60, 70), &person("cy"), at(0));
    assert_eq!(by_another.unwrap_err().code(), "not_entitled");
    let over = directory.enter_absence(absence(4, 60, 70), &person("bo"), at(80));
    assert_eq!(over.unwrap_err().code(), "invalid_field");
    let first = crate::ids::AbsenceId::new(at(0), [2; 10]);
    assert_eq!(directory.cancel_absence(&first, &person("cy")).unwrap_err().code(), "not_found");
    let event = directory.cancel_absence(&first, &person("bo")).unwrap();
    directory.apply(&event);
    assert_eq!(directory.away_until(&person("bo"), at(12)), Some(at(20)));
}

#[test]
fn m5_2_policy_can_want_a_delegate_who_holds_a_role_themself() {
    let directory = directory();
    let security = ["security".parse().unwrap()];
    let ask = |to: &str, scope: &str| {
        let given = given(1, "cy", to, "release-manager", scope);
        directory.delegate(given, WEEK, &security, at(0))
    };
    // Ed holds security over the domain of checkout: not over the organisation.
    assert!(ask("ed", "service:checkout").is_ok());
    for (to, scope) in [("flo", "service:checkout"), ("ed", "organisation")] {
        let refused = ask(to, scope).unwrap_err();
        assert_eq!(refused.code(), "delegate_not_competent");
        assert!(refused.to_string().contains("must hold security"), "{refused}");
    }
}

#[test]
fn m5_2_a_delegate_who_loses_that_role_does_not_count_any_more() {
    let mut directory = delegated(&[given(1, "cy", "ed", "release-manager", "service:checkout")]);
    let role = "release-manager".parse().unwrap();
    let wanted = [(role, vec!["security".parse().unwrap()])].into();
    let asked = Requirement { competence: wanted, ..requirement("release-manager", 1) };
    let mut change = awaiting(vec![asked]);
    approve(&mut change, "ed", &directory);
    assert_eq!(decided(&change, &directory, at(2)).unmet, Vec::<String>::new());
    let gone = binding("security", "domain:payments", "ed");
    directory.apply(&OrganisationEvent::RoleUnbound(gone));
    assert_eq!(decided(&change, &directory, at(2)).unmet, ["rule/release-manager"]);
    let needs = change.assessment.as_ref().unwrap().requirements.clone();
    let refused = change.may_vote(&person("ed"), &needs, &directory, at(2)).unwrap_err();
    assert_eq!(refused.code(), "no_role");
}
