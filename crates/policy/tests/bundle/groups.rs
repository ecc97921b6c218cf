//! Roles that a bundle gives to groups, by their id: what must not load, what counts, and that a recorded
//! assessment comes out again.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::actor::Actor;
use domain::change::{ChangeEvent, Revision};
use domain::event::{OrganisationEvent, PolicyEvent, PolicyFile};
use domain::ids::{ChangeId, ChangeNumber, GroupId, RoleName};
use domain::organisation::{Directory, Group, Service};
use domain::private::Private;
use jiff::Timestamp;
use policy::bundle::{Assessed, AssessmentFacts, Bundle};
use policy::feasibility::{Horizon, feasibility};
use policy::replay::Replay;

use crate::support::{directory, edited, errors_of, files, material, now, person, requester};

fn group(number: u8) -> GroupId {
    GroupId::new(Timestamp::UNIX_EPOCH, [number; 10])
}

fn put(number: u8, name: &str, members: &[u8]) -> OrganisationEvent {
    let members: BTreeSet<_> = members.iter().map(|n| person(*n)).collect();
    OrganisationEvent::GroupPut(Group { id: group(number), name: name.to_owned(), members })
}

fn line(group: &str, role: &str, scope: &str) -> String {
    format!("  - {{ group: \"{group}\", role: {role}, scope: \"{scope}\" }}\n")
}

/// A starter that gives groups these roles.
fn giving(lines: &[String]) -> Vec<PolicyFile> {
    edited("small-team", "roles.yaml", "roles:\n", &format!("groups:\n{}roles:\n", lines.concat()))
}

fn loaded(files: &[PolicyFile]) -> Arc<Bundle> {
    Arc::new(Bundle::load(files).unwrap().bundle)
}

#[test]
fn b14_a_mapping_names_a_group_by_its_id_and_a_role_that_policy_may_give() {
    let id = group(1).to_string();
    let wrong = [
        (line("prod-approvers", "peer", "organisation"), "bad_name", "names change hands"),
        (line("", "peer", "organisation"), "bad_name", "names change hands"),
        (line(&id, "peers", "organisation"), "unknown_reference", "did you mean `peer`"),
        (line(&id, "peer", "shop"), "bad_name", ""),
        (line(&id, "peer", ""), "bad_name", ""),
        (line(&id, "peer", "organisation").repeat(2), "duplicate_id", ""),
        (line(&id, "admin", "organisation"), "access_role_mapped", "countersign roles add"),
        (line(&id, "policy-author", "organisation"), "access_role_mapped", "an admin gives it"),
    ];
    for (lines, code, help) in wrong {
        let errors = errors_of(&giving(std::slice::from_ref(&lines)));
        let fits = errors.iter().any(|e| {
            e.code == code && e.line > 1 && e.help.as_deref().unwrap_or_default().contains(help)
        });
        assert!(fits, "{lines}: {errors:#?}");
    }
    let left_out = format!("  - {{ group: \"{id}\", role: peer }}\n");
    assert!(!errors_of(&giving(&[left_out])).is_empty(), "a scope that is left out is none");
    for role in ["peer", "requester", "auditor"] {
        let bundle = loaded(&giving(&[line(&id, role, "service:checkout")]));
        assert_eq!(bundle.mapping().len(), 1, "{role}");
    }
}

#[test]
fn d06_a_group_that_is_given_a_role_or_loses_one_makes_policy_weaker() {
    let (without, id) = (loaded(&files("small-team")), group(1).to_string());
    let with = loaded(&giving(&[line(&id, "peer", "organisation")]));
    let said = with.weaker_than(&without, now());
    assert_eq!(said, [format!("role `peer` on `organisation` is held by group `{id}`")]);
    let said = without.weaker_than(&with, now());
    assert_eq!(
        said,
        [format!("role `peer` on `organisation` is not held by group `{id}` any more")]
    );
    let wider = loaded(&giving(&[line(&id, "peer", "service:blog")]));
    assert_eq!(with.weaker_than(&wider, now()).len(), 2);
    assert!(with.weaker_than(&with, now()).is_empty());
}

#[test]
fn b14_who_is_in_a_mapped_group_holds_the_role_while_they_are_and_while_it_is_there() {
    let bundle = loaded(&giving(&[line(group(1).as_str(), "peer", "service:checkout")]));
    let peer: RoleName = "peer".parse().unwrap();
    let mut people = directory();
    people.apply(&put(1, "approvers", &[2]));
    let holds = |people: &Directory| {
        let mapped = bundle.mapped(people);
        let seen: Vec<bool> = [1, 2].map(|n| mapped.holds(&person(n), "peer")).into();
        let held = mapped.holders(&peer, |_| true).into_iter().cloned().collect::<Vec<_>>();
        let all = [1, 2].map(person).into_iter().zip(&seen);
        assert_eq!(held, all.filter(|(_, is)| **is).map(|(p, _)| p).collect::<Vec<_>>());
        assert!(mapped.holders(&peer, |scope| scope.to_string() == "organisation").is_empty());
        seen
    };
    assert!(!people.holds(&person(2), "peer"), "nothing is held before the bundle is live");
    assert_eq!(holds(&people), [false, true]);
    // Renamed it is the same group, and a group of its old name is another one.
    people.apply(&put(1, "renamed", &[2]));
    people.apply(&put(2, "approvers", &[1]));
    assert_eq!(holds(&people), [false, true]);
    people.apply(&put(1, "renamed", &[1]));
    assert_eq!(holds(&people), [true, false]);
    people.apply(&OrganisationEvent::GroupRemoved { group: group(1) });
    assert_eq!(holds(&people), [false, false]);
}

#[test]
fn m5_5_feasibility_counts_who_the_bundle_that_is_looked_at_would_give_a_role() {
    let mut people = directory();
    people.apply(&put(1, "reviewers", &[2]));
    let count = |files: &[PolicyFile], people: &Directory| {
        let found = feasibility(&loaded(files), people, Horizon { from: now(), hours: 24 });
        let key = "second-pair-of-eyes/peer+service-owner";
        found.needs.iter().find(|need| need.key == key).unwrap().people
    };
    let with = giving(&[line(group(1).as_str(), "peer", "organisation")]);
    assert_eq!(count(&files("small-team"), &people), 1);
    assert_eq!(count(&with, &people), 2);
    // What is live now does not count for a bundle that is not.
    people.set_mapping(loaded(&with).mapping());
    assert_eq!(count(&files("small-team"), &people), 1);
}

/// The starter asks owners too where whoever asks is a peer.
fn by_role(lines: &[String]) -> Vec<PolicyFile> {
    let mut files = giving(lines);
    files.push(PolicyFile {
        path: "rules/peers.yaml".to_owned(),
        text: "rules:\n  - id: of-peers\n    title: Peers ask owners\n    when: '\"peer\" in requester.roles'\n    \
               needs:\n      - role: service-owner\n        why: It is a test\n"
            .to_owned(),
    });
    files
}

#[test]
fn i5_what_a_mapping_said_of_a_requester_comes_out_again_under_another_bundle() {
    let with = by_role(&[line(group(1).as_str(), "peer", "organisation")]);
    let without = by_role(&[line(group(2).as_str(), "peer", "organisation")]);
    let (old, new) = (loaded(&with), loaded(&without));
    let mut people = directory();
    let members = put(1, "reviewers", &[1]);
    people.apply(&members);
    // As it is once the other bundle is live.
    people.set_mapping(new.mapping());
    let actor = requester();
    let revision =
        Revision::new(1, material("blog", "production"), [0; 16], actor.clone(), now()).unwrap();
    let assess = |bundle: &Bundle| {
        let facts = AssessmentFacts {
            revision: &revision,
            requester: &actor,
            directory: &people,
            now: now(),
            history: None,
        };
        match bundle.assess(&facts) {
            Assessed::Assessed { assessment, .. } => assessment,
            other => panic!("{other:#?}"),
        }
    };
    let asks =
        |bundle: &Bundle| assess(bundle).requirements.iter().any(|r| r.key.contains("of-peers"));
    assert_eq!((asks(&old), asks(&new)), (true, false));

    let mut replay = Replay::new(Arc::clone(&old), Arc::clone(&new), None).reproducing();
    let known: Vec<Service> = people.services().cloned().collect();
    for event in people.people().cloned().map(OrganisationEvent::PersonPut) {
        replay.organisation(&event);
    }
    for event in known.into_iter().map(OrganisationEvent::ServicePut).chain([members]) {
        replay.organisation(&event);
    }
    let (digest, reason) = (old.digest().to_owned(), || Private::from("it is a test"));
    let files = Private::new(with);
    replay.policy(&PolicyEvent::BundleProposed { digest: digest.clone(), files, reason: reason() });
    replay.policy(&PolicyEvent::BundleActivated { digest, reason: reason() });
    let id = ChangeId::new(now(), [1; 10]);
    let created = ChangeEvent::ChangeCreated {
        id: id.clone(),
        number: ChangeNumber(1),
        requester: actor.clone(),
        revision: Box::new(revision.clone()),
        set: None,
    };
    replay.change(&id, created, now());
    replay.change(&id, ChangeEvent::ChangeAssessed(assess(&old)), now());
    let report = replay.report();
    assert_eq!((report.reproduced.identical, report.reproduced.different), (1, 0));
    assert_eq!(report.open_moved, 1, "the other bundle sees nobody it knows as a peer");
    assert!(matches!(actor, Actor::Person { .. }));
}

#[test]
fn b14_a_group_that_the_directory_does_not_have_is_named_with_what_nobody_holds_by_it() {
    let given = |n, role, scope| line(&group(n).to_string(), role, scope);
    let bundle = loaded(&giving(&[
        given(1, "peer", "organisation"),
        given(2, "peer", "organisation"),
        given(2, "auditor", "organisation"),
        given(2, "peer", "service:checkout"),
    ]));
    let mut people = Directory::default();
    people.apply(&put(1, "Peers", &[1]));
    let unknown = bundle.unknown_groups(|id| people.group(id).is_some());
    assert_eq!(unknown.len(), 1, "{unknown:?}");
    let words = unknown[0].words();
    assert!(words.contains(&group(2).to_string()) && words.contains("auditor, peer"), "{words}");
    assert!(words.contains("countersign roles groups"), "what to do: {words}");
    people.apply(&put(2, "Others", &[]));
    assert_eq!(bundle.unknown_groups(|id| people.group(id).is_some()), []);
}
