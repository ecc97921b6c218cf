use crate::change::{ChangeEvent, Revision, VoteDecision};
use crate::explanation::Outcome;
use crate::fixture::*;
use crate::ids::{AccountId, VoteId};
use crate::organisation::{Account, OrganisationEvent, ServiceAccount, Status};
use crate::refusal::Refusal;
use jiff::Timestamp;

fn refusal(name: &str, contributors: &[&str]) -> Refusal {
    let mut material = material();
    material.contributors = contributors.iter().map(|c| contributor(c)).collect();
    let change = submitted(material, assessment(vec![requirement("release-manager", 1)]));
    let requirements = change.assessment.clone().unwrap().requirements;
    let ballot = ballot(name, VoteDecision::Approve, 1);
    change.vote(ballot, &requirements, &directory(), at(1)).unwrap_err()
}

#[test]
fn b01_an_author_cannot_approve() {
    assert_eq!(refusal("cy", &["Cy <cy@example.com>"]).code(), "sod_author");
    assert_eq!(refusal("cy", &["CY@EXAMPLE.COM"]).code(), "sod_author");
    assert_eq!(refusal("cy", &["cy"]).code(), "sod_author");
}

#[test]
fn b01_a_requester_cannot_approve_even_with_the_role() {
    let mut directory = directory();
    directory.apply(&OrganisationEvent::RoleBound(binding(
        "release-manager",
        "organisation",
        "ana",
    )));
    let change = submitted(material(), assessment(vec![requirement("release-manager", 1)]));
    let requirements = change.assessment.clone().unwrap().requirements;
    let ballot = ballot("ana", VoteDecision::Approve, 1);
    let no = change.vote(ballot, &requirements, &directory, at(1)).unwrap_err();
    assert_eq!(no.code(), "sod_author");
}

#[test]
fn b02_a_second_account_of_the_author_is_the_author() {
    let mut directory = directory();
    let second = AccountId::new(Timestamp::UNIX_EPOCH, [77; 10]);
    directory.apply(&OrganisationEvent::AccountAdded(Account {
        id: second.clone(),
        person: person("ana"),
        issuer: "local".to_owned(),
        subject: "ana-admin".to_owned(),
        password: None,
        status: Status::Active,
    }));
    directory.apply(&OrganisationEvent::RoleBound(binding(
        "release-manager",
        "organisation",
        "ana",
    )));
    let change = submitted(material(), assessment(vec![requirement("release-manager", 1)]));
    let requirements = change.assessment.clone().unwrap().requirements;
    let mut ballot = ballot("ana", VoteDecision::Approve, 1);
    ballot.account = second;
    let no = change.vote(ballot, &requirements, &directory, at(1)).unwrap_err();
    assert_eq!(no.code(), "sod_author");
}

#[test]
fn b03_an_unknown_author_frees_nobody_and_blocks_where_policy_wants_to_know() {
    let mut material = material();
    material.contributors = vec![contributor("colleague@elsewhere.example")];
    let mut asked = assessment(vec![requirement("release-manager", 1)]);
    asked.known_contributors = true;
    let mut change = submitted(material, asked);
    let directory = directory();
    approve(&mut change, "cy", &directory);
    let decision = decided(&change, &directory, at(2));
    assert!(!decision.approved);
    assert_eq!(decision.explanation.outcome, Outcome::Unknown);
    assert!(decision.explanation.walk().any(|n| n.code == "unknown_contributor"));
}

#[test]
fn g01_the_owner_of_the_machine_that_asked_cannot_approve() {
    let mut directory = directory();
    let id = crate::ids::ServiceAccountId::new(at(0), [5; 10]);
    directory.apply(&OrganisationEvent::ServiceAccountPut(ServiceAccount {
        id: id.clone(),
        name: "ci".to_owned(),
        purpose: String::new(),
        owner: person("cy"),
        status: Status::Active,
    }));
    let mut change = submitted(material(), assessment(vec![requirement("release-manager", 1)]));
    change.requester = crate::actor::Actor::ServiceAccount { service_account: id };
    let requirements = change.assessment.clone().unwrap().requirements;
    let no = change.may_vote(&person("cy"), &requirements, &directory, at(1)).unwrap_err();
    assert_eq!(no.code(), "sod_author");
}

#[test]
fn somebody_without_a_role_that_is_asked_for_cannot_vote() {
    assert_eq!(refusal("flo", &[]).code(), "no_role");
    assert_eq!(refusal("ed", &[]).code(), "no_role");
}

#[test]
fn m1_2_a_leaver_votes_no_more_and_their_vote_dies() {
    let mut directory = directory();
    let mut change = submitted(material(), assessment(vec![requirement("release-manager", 1)]));
    approve(&mut change, "cy", &directory);
    assert!(decided(&change, &directory, at(2)).approved);
    let person = person("cy");
    directory.apply(&OrganisationEvent::PersonStatusSet { person, status: Status::Inactive });
    let decision = decided(&change, &directory, at(2));
    assert!(!decision.approved);
    assert_eq!(decision.explanation.dead[0].code, "not_active");
}

#[test]
fn b11_a_vote_dies_with_the_role_it_was_given_in() {
    let mut directory = directory();
    let mut change = submitted(material(), assessment(vec![requirement("release-manager", 1)]));
    approve(&mut change, "cy", &directory);
    directory.apply(&OrganisationEvent::RoleUnbound(binding(
        "release-manager",
        "organisation",
        "cy",
    )));
    let decision = decided(&change, &directory, at(2));
    assert!(!decision.approved);
    assert_eq!(decision.explanation.dead[0].code, "no_role");
}

#[test]
fn b18_an_empty_role_blocks_and_says_so() {
    let change = submitted(material(), assessment(vec![requirement("data-protection", 1)]));
    let decision = decided(&change, &directory(), at(1));
    assert_eq!(decision.explanation.outcome, Outcome::Denied);
    assert!(decision.explanation.walk().any(|n| n.code == "no_eligible_approver"));
}

#[test]
fn b18_a_role_whose_every_member_is_excluded_blocks() {
    let mut material = material();
    material.contributors = vec![contributor("cy"), contributor("di")];
    let change = submitted(material, assessment(vec![requirement("release-manager", 1)]));
    let decision = decided(&change, &directory(), at(1));
    assert!(decision.explanation.walk().any(|n| n.code == "no_eligible_approver"));
}

#[test]
fn b19_one_person_in_two_roles_fills_one_place() {
    let mut directory = directory();
    directory.apply(&OrganisationEvent::RoleBound(binding("security", "organisation", "cy")));
    let asked = vec![requirement("release-manager", 1), requirement("security", 1)];
    let mut change = submitted(material(), assessment(asked));
    approve(&mut change, "cy", &directory);
    assert!(!decided(&change, &directory, at(2)).approved);
    approve(&mut change, "ed", &directory);
    assert!(decided(&change, &directory, at(2)).approved);
}

#[test]
fn c07_the_same_vote_again_is_the_same_vote() {
    let directory = directory();
    let mut change = submitted(material(), assessment(vec![requirement("release-manager", 2)]));
    approve(&mut change, "cy", &directory);
    let requirements = change.assessment.clone().unwrap().requirements;
    let again =
        change.vote(ballot("cy", VoteDecision::Approve, 9), &requirements, &directory, at(1));
    assert_eq!(again, Ok(Vec::new()));
}

#[test]
fn c10_a_vote_at_the_deadline_is_late() {
    let change = submitted(material(), assessment(vec![requirement("release-manager", 1)]));
    let requirements = change.assessment.clone().unwrap().requirements;
    let vote =
        |now| change.vote(ballot("cy", VoteDecision::Approve, 1), &requirements, &directory(), now);
    assert!(vote(at(99)).is_ok());
    assert_eq!(vote(at(100)).unwrap_err().code(), "expired");
}

#[test]
fn a03_a_new_revision_voids_votes_and_says_what_moved() {
    let directory = directory();
    let mut change = submitted(material(), assessment(vec![requirement("release-manager", 1)]));
    approve(&mut change, "cy", &directory);
    settle(&mut change, &directory);
    let mut moved = material();
    moved.artifacts[0].digest = digest("other");
    let revision = Revision::new(2, moved, [2; 16], actor("ana"), at(3)).unwrap();
    let event = change.revise(revision).unwrap();
    let ChangeEvent::RevisionMade { moved, .. } = &event else { panic!("{event:?}") };
    assert_eq!(moved, &["artifacts"]);
    change.apply(&event, at(3)).unwrap();
    let asked = assessment(vec![requirement("release-manager", 1)]);
    change.apply(&ChangeEvent::ChangeAssessed(Box::new(asked)), at(3)).unwrap();
    let decision = decided(&change, &directory, at(4));
    assert!(!decision.approved);
    assert_eq!(decision.explanation.dead[0].code, "older_revision");
}

#[test]
fn a_vote_on_an_older_revision_is_refused() {
    let change = submitted(material(), assessment(vec![requirement("release-manager", 1)]));
    let requirements = change.assessment.clone().unwrap().requirements;
    let mut ballot = ballot("cy", VoteDecision::Approve, 1);
    ballot.expected_revision = 2;
    let no = change.vote(ballot, &requirements, &directory(), at(1)).unwrap_err();
    assert_eq!(no.code(), "stale_revision");
}

#[test]
fn changes_requested_blocks_until_the_same_person_votes_again() {
    let directory = directory();
    let mut change = submitted(material(), assessment(vec![requirement("release-manager", 1)]));
    approve(&mut change, "cy", &directory);
    let requirements = change.assessment.clone().unwrap().requirements;
    let ask = ballot("di", VoteDecision::RequestChanges, 2);
    for event in change.vote(ask, &requirements, &directory, at(1)).unwrap() {
        change.apply(&event, at(1)).unwrap();
    }
    assert_eq!(decided(&change, &directory, at(2)).explanation.outcome, Outcome::Denied);
    approve(&mut change, "di", &directory);
    assert!(decided(&change, &directory, at(2)).approved);
}

#[test]
fn a_no_needs_a_reason() {
    let change = submitted(material(), assessment(vec![requirement("release-manager", 1)]));
    let requirements = change.assessment.clone().unwrap().requirements;
    let mut ballot = ballot("cy", VoteDecision::Reject, 1);
    ballot.justification = " ".to_owned();
    ballot.id = VoteId::new(at(0), [1; 10]);
    let no = change.vote(ballot, &requirements, &directory(), at(1)).unwrap_err();
    assert_eq!(no.code(), "invalid_field");
}

#[test]
fn a05_a_change_that_is_opened_again_has_no_approvals() {
    let directory = directory();
    let mut change = submitted(material(), assessment(vec![requirement("release-manager", 1)]));
    approve(&mut change, "cy", &directory);
    settle(&mut change, &directory);
    let expired = change.expire(at(1_000)).unwrap();
    change.apply(&expired, at(1_000)).unwrap();
    // The same title, target and artifact names again: names carry no trust.
    let revision = Revision::new(2, material(), [2; 16], actor("ana"), at(1_001)).unwrap();
    let event = change.revise(revision).unwrap();
    change.apply(&event, at(1_001)).unwrap();
    let asked = assessment(vec![requirement("release-manager", 1)]);
    change.apply(&ChangeEvent::ChangeAssessed(Box::new(asked)), at(1_001)).unwrap();
    assert_eq!(change.current_votes().count(), 0);
    assert!(!decided(&change, &directory, at(1_002)).approved);
}

#[test]
fn b14_a_group_is_its_id_and_not_its_name() {
    use std::collections::BTreeSet;

    use crate::ids::GroupId;
    use crate::organisation::{Group, Member, RoleBinding};

    let mut directory = directory();
    let group = |n: u8, name: &str, member: &str| {
        OrganisationEvent::GroupPut(Group {
            id: GroupId::new(Timestamp::UNIX_EPOCH, [n; 10]),
            name: name.to_owned(),
            members: BTreeSet::from([person(member)]),
        })
    };
    directory.apply(&group(1, "prod-approvers", "bo"));
    directory.apply(&OrganisationEvent::RoleBound(RoleBinding {
        role: "data-protection".parse().unwrap(),
        scope: "organisation".parse().unwrap(),
        member: Member::Group(GroupId::new(Timestamp::UNIX_EPOCH, [1; 10])),
    }));
    // The group gets another name, and a new one takes the old name.
    directory.apply(&group(1, "prod-approvers-x", "bo"));
    directory.apply(&group(2, "prod-approvers", "flo"));
    assert!(directory.holds(&person("bo"), "data-protection"));
    assert!(!directory.holds(&person("flo"), "data-protection"));
}
