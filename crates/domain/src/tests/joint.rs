//! Joint approval of a change set: all or nothing, by distinct people for each domain (M5.3).

use std::collections::{BTreeMap, BTreeSet};

use crate::change::{Change, ChangeEvent, Revision, SetMembership, State, VoteDecision};
use crate::decision::{Decision, Item, Joint, joint};
use crate::explanation::Outcome;
use crate::fixture::{
    actor, approve, assessment, at, ballot, binding, decided, digest, directory, material, person,
    question, redeem, requirement,
};
use crate::gate::{Answer, Standing, answer};
use crate::ids::{ChangeId, ChangeNumber};
use crate::organisation::{Criticality, Directory, OrganisationEvent, Service, Status};
use crate::requirement::Reach;

/// Payments has checkout, identity has login. Bo owns both, Cy owns payments, Di owns identity.
fn two_domains() -> Directory {
    let mut directory = directory();
    directory.apply(&OrganisationEvent::DomainPut {
        name: "identity".parse().unwrap(),
        title: "Identity".to_owned(),
    });
    directory.apply(&OrganisationEvent::ServicePut(Service {
        name: "login".parse().unwrap(),
        title: "Login".to_owned(),
        domain: Some("identity".parse().unwrap()),
        criticality: Criticality::High,
        labels: BTreeMap::new(),
        status: Status::Active,
        depends_on: BTreeSet::new(),
    }));
    for (scope, name) in
        [("service:login", "bo"), ("domain:payments", "cy"), ("domain:identity", "di")]
    {
        directory.apply(&OrganisationEvent::RoleBound(binding("service-owner", scope, name)));
    }
    directory
}

fn ids(count: u8) -> Vec<ChangeId> {
    (1..=count).map(|n| ChangeId::new(at(0), [n; 10])).collect()
}

/// A set of one item for each service, each waiting for one of its owners.
fn set(services: &[&str]) -> Vec<Change> {
    let ids = ids(u8::try_from(services.len()).unwrap());
    let membership = SetMembership::new(
        "Sign in at checkout".into(),
        "they rest on each other".into(),
        ids.clone(),
    )
    .unwrap();
    let item = |(n, service): (usize, &&str)| {
        let mut material = material();
        material.service = service.parse().unwrap();
        material.artifacts[0].digest = digest(&format!("{service}{n}"));
        let revision = Revision::new(1, material, [1; 16], actor("ana"), at(0)).unwrap();
        let number = ChangeNumber(1001 + u64::try_from(n).unwrap());
        let created = Change::create(ids[n].clone(), number, actor("ana"), revision).unwrap();
        let mut change = Change::begin(&membership.tie(created), at(0)).unwrap();
        let asked = Box::new(assessment(vec![requirement("service-owner", 1)]));
        change.apply(&ChangeEvent::ChangeAssessed(asked), at(0)).unwrap();
        change
    };
    services.iter().enumerate().map(item).collect()
}

/// Records the approval of every item whose own votes add up to one.
fn settle(items: &mut [Change], directory: &Directory) {
    for change in items.iter_mut() {
        let decision = decided(change, directory, at(2));
        if decision.approved && matches!(change.state, State::AwaitingApproval { .. }) {
            let (revision, policy) = (change.revision().number, "sha256:p".to_owned());
            let event = ChangeEvent::ChangeApproved {
                revision,
                policy,
                counted: decision.counted,
                valid_until: None,
            };
            change.apply(&event, at(2)).unwrap();
        }
    }
}

fn stands(items: &[Change], directory: &Directory) -> Joint {
    let decisions: Vec<[Decision; 1]> =
        items.iter().map(|c| [decided(c, directory, at(3))]).collect();
    let items: Vec<Item<'_>> = items
        .iter()
        .zip(&decisions)
        .map(|(change, decisions)| Item {
            change,
            // On the record, and by the live bundle, which says the same.
            assessments: change.assessment.iter().chain(&change.assessment).collect(),
            decisions,
        })
        .collect();
    joint(&items, directory, at(3))
}

fn gate(item: &Change, joint: Option<&Joint>, directory: &Directory) -> (Answer, String) {
    let decisions = [decided(item, directory, at(3))];
    let found = item.revision().found_digest();
    let standing = Standing {
        reruns_after_failure: 1,
        decisions: &decisions,
        found_digest: found.as_ref(),
        freezes: &[],
        maintenance: &[],
        joint: joint.map(|j| &j.explanation),
        witnesses: None,
        override_terms: None,
        directory,
    };
    let verdict = answer(&question(item), item, standing, at(3));
    (verdict.answer, verdict.code)
}

#[test]
fn m5_3_no_item_passes_before_every_domain_has_agreed() {
    let directory = two_domains();
    let mut items = set(&["checkout", "login"]);
    approve(&mut items[0], "cy", &directory);
    settle(&mut items, &directory);
    let waiting = stands(&items, &directory);
    let (gave, code) = gate(&items[0], Some(&waiting), &directory);
    assert_eq!((gave, code.as_str()), (Answer::Pending, "requirement_missing"));
    assert_eq!((waiting.authorities[0].missing, waiting.authorities[1].missing), (1, 0));
    let people = waiting.explanation.walk().find_map(|n| n.missing.as_ref()).unwrap();
    assert!(people.people.contains(&person("di")), "{people:?}");

    approve(&mut items[1], "di", &directory);
    settle(&mut items, &directory);
    let agreed = stands(&items, &directory);
    for item in &items {
        assert_eq!(gate(item, Some(&agreed), &directory).0, Answer::Allow, "{agreed:#?}");
    }
}

#[test]
fn m5_3_whoever_holds_both_domains_speaks_for_one_only() {
    let directory = two_domains();
    let mut items = set(&["checkout", "login"]);
    approve(&mut items[0], "bo", &directory);
    approve(&mut items[1], "bo", &directory);
    settle(&mut items, &directory);
    assert!(items.iter().all(|c| matches!(c.state, State::Approved { .. })));
    let alone = stands(&items, &directory);
    assert_eq!(alone.explanation.outcome, Outcome::Missing);
    assert_eq!(alone.authorities.iter().map(|a| a.missing).sum::<u32>(), 1);
    assert!(items.iter().all(|c| gate(c, Some(&alone), &directory).0 == Answer::Pending));
    let told = alone.explanation.walk().find_map(|n| n.detail.clone().filter(|d| d.contains("bo")));
    assert!(told.unwrap().contains("nobody speaks for two"));

    // Whichever domain the other person speaks for, Bo counts for the one that is left.
    for (n, name) in [(0, "cy"), (1, "di")] {
        let mut items = items.clone();
        approve(&mut items[n], name, &directory);
        let both = stands(&items, &directory);
        assert_eq!(both.explanation.outcome, Outcome::Satisfied, "{name}: {both:#?}");
    }
}

/// Found by the simulation: the matching fills one place a domain, and whom it takes for that is not
/// always who has to be left where they are.
#[test]
fn i7_a_set_that_is_complete_in_any_way_is_not_refused() {
    let mut directory = two_domains();
    directory.apply(&OrganisationEvent::RoleBound(binding(
        "service-owner",
        "service:basket",
        "bo",
    )));
    directory.apply(&OrganisationEvent::ServicePut(Service {
        name: "basket".parse().unwrap(),
        domain: Some("payments".parse().unwrap()),
        ..directory.service(&"checkout".parse().unwrap()).unwrap().clone()
    }));
    for [checkout, basket, login] in
        [["cy", "bo", "bo"], ["bo", "cy", "bo"], ["bo", "bo", "bo"], ["cy", "cy", "bo"]]
    {
        let mut items = set(&["checkout", "basket", "login"]);
        for (item, name) in items.iter_mut().zip([checkout, basket, login]) {
            approve(item, name, &directory);
        }
        approve(&mut items[2], "di", &directory);
        settle(&mut items, &directory);
        let found = stands(&items, &directory);
        assert_eq!(found.explanation.outcome, Outcome::Satisfied, "{found:#?}");
        assert!(found.authorities.iter().all(|a| a.missing == 0 && !a.speakers.is_empty()));
        let [identity, payments] = found.authorities.as_slice() else { panic!("{found:#?}") };
        assert!(identity.speakers.iter().all(|p| !payments.speakers.contains(p)));
    }
    // Without Di, Bo can't be given to both.
    let mut items = set(&["checkout", "basket", "login"]);
    for (item, name) in items.iter_mut().zip(["cy", "bo", "bo"]) {
        approve(item, name, &directory);
    }
    settle(&mut items, &directory);
    assert_eq!(stands(&items, &directory).explanation.outcome, Outcome::Missing);
}

/// Whichever domain's name comes first: whoever approved what is being deployed spoke for it.
#[test]
fn m5_3_who_approved_what_is_being_deployed_speaks_for_no_other_domain() {
    let directory = two_domains();
    for services in [["checkout", "login"], ["login", "checkout"]] {
        let mut items = set(&services);
        approve(&mut items[0], "bo", &directory);
        approve(&mut items[1], "bo", &directory);
        settle(&mut items, &directory);
        redeem(&mut items[0], 1);
        let stuck = stands(&items, &directory);
        let outcomes: Vec<Outcome> =
            stuck.explanation.children.iter().map(|node| node.outcome).collect();
        assert_eq!(outcomes, [Outcome::Satisfied, Outcome::Missing], "{services:?}: {stuck:#?}");
        // A second voice for the one that waits, and it may follow.
        let second = if services[1] == "login" { "di" } else { "cy" };
        approve(&mut items[1], second, &directory);
        let agreed = stands(&items, &directory);
        assert_eq!(agreed.explanation.outcome, Outcome::Satisfied, "{services:?}: {agreed:#?}");
        // Whoever lost the role since is missed by what is being deployed, and by nothing else.
        let mut later = directory.clone();
        let scope = if services[0] == "login" { "service:login" } else { "service:checkout" };
        later.apply(&OrganisationEvent::RoleUnbound(binding("service-owner", scope, "bo")));
        let agreed = stands(&items, &later);
        assert_eq!(agreed.explanation.outcome, Outcome::Satisfied, "{services:?}: {agreed:#?}");
    }
}

/// What domain a service is in counts when the set is looked at, not when its items were approved.
#[test]
fn m5_3_an_item_that_moves_into_the_domain_of_its_voter_is_complete_again() {
    let mut directory = two_domains();
    let login = directory.service(&"login".parse().unwrap()).unwrap().clone();
    let mut items = set(&["checkout", "login", "checkout"]);
    for item in &mut items {
        approve(item, "bo", &directory);
    }
    approve(&mut items[1], "di", &directory);
    settle(&mut items, &directory);
    redeem(&mut items[0], 1);
    assert_eq!(stands(&items, &directory).explanation.outcome, Outcome::Satisfied);
    let gone = binding("service-owner", "domain:identity", "di");
    directory.apply(&OrganisationEvent::RoleUnbound(gone));
    assert_eq!(stands(&items, &directory).explanation.outcome, Outcome::Denied);
    // With both in one domain Bo may answer for all of them.
    directory.apply(&OrganisationEvent::ServicePut(Service {
        domain: Some("payments".parse().unwrap()),
        ..login
    }));
    assert_eq!(stands(&items, &directory).explanation.outcome, Outcome::Satisfied);
}

#[test]
fn m5_3_when_nobody_else_can_speak_for_a_domain_it_says_so() {
    let mut directory = two_domains();
    let gone = binding("service-owner", "domain:identity", "di");
    directory.apply(&OrganisationEvent::RoleUnbound(gone));
    let other = binding("service-owner", "domain:payments", "cy");
    directory.apply(&OrganisationEvent::RoleUnbound(other));
    let mut items = set(&["checkout", "login"]);
    approve(&mut items[0], "bo", &directory);
    approve(&mut items[1], "bo", &directory);
    settle(&mut items, &directory);
    let stuck = stands(&items, &directory);
    let (gave, code) = gate(&items[0], Some(&stuck), &directory);
    assert_eq!((gave, code.as_str()), (Answer::Deny, "no_other_authority"));
}

#[test]
fn m5_3_central_authority_may_answer_for_every_domain() {
    let directory = two_domains();
    let mut items = set(&["checkout", "login"]);
    for item in &mut items {
        let mut central = requirement("release-manager", 1);
        central.reach = Reach::Organisation;
        let asked = Box::new(assessment(vec![central]));
        item.apply(&ChangeEvent::ChangeAssessed(asked), at(0)).unwrap();
        approve(item, "di", &directory);
    }
    settle(&mut items, &directory);
    assert_eq!(stands(&items, &directory).explanation.outcome, Outcome::Satisfied);
}

#[test]
fn m5_3_a_role_held_over_the_organisation_only_is_central() {
    let directory = two_domains();
    let mut items = set(&["checkout", "login"]);
    for (item, owner) in items.iter_mut().zip(["bo", "di"]) {
        let asked = vec![requirement("service-owner", 1), requirement("release-manager", 1)];
        item.apply(&ChangeEvent::ChangeAssessed(Box::new(assessment(asked))), at(0)).unwrap();
        approve(item, owner, &directory);
        approve(item, "cy", &directory);
    }
    settle(&mut items, &directory);
    let agreed = stands(&items, &directory);
    assert_eq!(agreed.explanation.outcome, Outcome::Satisfied, "{agreed:#?}");
}

#[test]
fn m5_3_within_one_domain_one_person_may_answer_for_all_items() {
    let directory = two_domains();
    let mut items = set(&["checkout", "checkout"]);
    approve(&mut items[0], "cy", &directory);
    approve(&mut items[1], "cy", &directory);
    settle(&mut items, &directory);
    let agreed = stands(&items, &directory);
    assert_eq!(agreed.explanation.outcome, Outcome::Satisfied);
    assert_eq!(agreed.authorities.len(), 1);
}

#[test]
fn m5_3_rejecting_withdrawing_or_holding_one_item_stops_the_others() {
    let directory = two_domains();
    let mut agreed = set(&["checkout", "login"]);
    approve(&mut agreed[0], "cy", &directory);
    approve(&mut agreed[1], "di", &directory);
    settle(&mut agreed, &directory);

    let mut rejected = agreed.clone();
    let requirements = [requirement("service-owner", 1)];
    let no = ballot("di", VoteDecision::Reject, 9);
    for event in rejected[1].vote(no, &requirements, &directory, at(2)).unwrap() {
        rejected[1].apply(&event, at(2)).unwrap();
    }
    let mut withdrawn = agreed.clone();
    for event in withdrawn[1].withdraw(&actor("ana"), "not now".into(), &directory).unwrap() {
        withdrawn[1].apply(&event, at(2)).unwrap();
    }
    let mut expired = agreed.clone();
    expired[1].state = State::Approved { at: at(0), valid_until: at(3) };
    for items in [rejected, withdrawn, expired] {
        let stopped = stands(&items, &directory);
        let (gave, code) = gate(&items[0], Some(&stopped), &directory);
        assert_eq!((gave, code.as_str()), (Answer::Deny, "set_item_stopped"));
    }
}

#[test]
fn m5_3_a_new_revision_of_one_item_voids_that_items_votes_only() {
    let directory = two_domains();
    let mut items = set(&["checkout", "login"]);
    approve(&mut items[0], "cy", &directory);
    approve(&mut items[1], "di", &directory);
    settle(&mut items, &directory);
    let mut other = items[1].revision().material.clone();
    other.artifacts[0].digest = digest("other");
    let revision = Revision::new(2, other, [2; 16], actor("ana"), at(2)).unwrap();
    let revised = items[1].revise(revision).unwrap();
    items[1].apply(&revised, at(2)).unwrap();
    let mut asked = assessment(vec![requirement("service-owner", 1)]);
    asked.revision = 2;
    items[1].apply(&ChangeEvent::ChangeAssessed(Box::new(asked)), at(2)).unwrap();
    let waiting = stands(&items, &directory);
    assert_eq!(gate(&items[0], Some(&waiting), &directory).0, Answer::Pending);
    assert_eq!(waiting.explanation.children[0].outcome, Outcome::Satisfied);
    assert_eq!(waiting.explanation.children[1].outcome, Outcome::Missing);
}

#[test]
fn m5_3_a_set_that_was_not_read_is_no_yes() {
    let directory = two_domains();
    let mut items = set(&["checkout", "login"]);
    approve(&mut items[0], "cy", &directory);
    settle(&mut items, &directory);
    let (gave, code) = gate(&items[0], None, &directory);
    assert_eq!((gave, code.as_str()), (Answer::Unknown, "set_not_read"));
}

#[test]
fn m5_3_a_set_has_two_to_twenty_different_items() {
    let tie = |ids: Vec<ChangeId>| SetMembership::new("t".into(), "r".into(), ids);
    assert!(tie(ids(1)).is_err());
    assert!(tie(ids(21)).is_err());
    assert!(tie(vec![ids(1)[0].clone(), ids(1)[0].clone()]).is_err());
    let set = tie(ids(2)).unwrap();
    assert_eq!(set.id.first_item(), ids(1)[0]);
    assert!(SetMembership::new(" ".into(), "r".into(), ids(2)).is_err());
}
