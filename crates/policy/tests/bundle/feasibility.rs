//! Whether the needs of rules can be met by the people there are.

use domain::authentication::Authentication;
use domain::event::OrganisationEvent;
use domain::ids::{AbsenceId, AccountId, DelegationId, PersonId, SigningKeyId};
use domain::organisation::{
    Absence, Criticality, Delegation, Directory, KeyHolder, Member, Person, RoleBinding,
    SigningKey, Status,
};
use jiff::{SignedDuration, Timestamp};
use policy::feasibility::{Feasibility, Horizon, NeedFeasibility, WeaknessKind, feasibility};

use crate::support::{bundle, edited, person, service};
use policy::bundle::Bundle;

const SSH_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFbNXZ056vcyI9orL635rFFrtKZAq/yxaVf4IyM890Kg";

/// Friday, 27 November 2026.
fn friday() -> Timestamp {
    "2026-11-27T00:20:00Z".parse().unwrap()
}

fn organisation(people: &[(u8, &str, &[&str])]) -> Directory {
    let mut directory = Directory::default();
    directory.apply(&OrganisationEvent::ServicePut(service("checkout", Criticality::High, &[])));
    for (number, zone, roles) in people {
        directory.apply(&OrganisationEvent::PersonPut(Person {
            id: person(*number),
            name: format!("Person {number}").into(),
            emails: Vec::new(),
            time_zone: (*zone).to_owned(),
            place: None,
            status: Status::Active,
        }));
        for role in *roles {
            bind(&mut directory, person(*number), role);
        }
    }
    directory
}

fn bind(directory: &mut Directory, person: PersonId, role: &str) {
    directory.apply(&OrganisationEvent::RoleBound(RoleBinding {
        role: role.parse().unwrap(),
        scope: "organisation".parse().unwrap(),
        member: Member::Person(person),
    }));
}

fn look(bundle: &Bundle, directory: &Directory, days: u16) -> Feasibility {
    feasibility(bundle, directory, Horizon { from: friday(), hours: days * 24 })
}

fn need<'f>(found: &'f Feasibility, key: &str) -> &'f NeedFeasibility {
    let keys: Vec<&str> = found.needs.iter().map(|need| need.key.as_str()).collect();
    found.needs.iter().find(|need| need.key == key).unwrap_or_else(|| panic!("{key}: {keys:?}"))
}

fn kind(found: &Feasibility, key: &str) -> Option<WeaknessKind> {
    need(found, key).weakness.as_ref().map(|weakness| weakness.kind)
}

#[test]
fn m5_5_people_are_counted_by_the_hours_they_work() {
    let people = [
        (1, "UTC", ["peer"].as_slice()),
        (2, "Pacific/Auckland", &["peer"]),
        (3, "UTC", &["service-owner"]),
    ];
    let found = look(&bundle("small-team"), &organisation(&people), 7);
    let peers = need(&found, "second-pair-of-eyes/peer+service-owner");
    assert_eq!(peers.available.len(), 168);
    assert_eq!(peers.people, 3);
    // Friday: Auckland (+13) works from 20:00 UTC of the day before to 04:00, UTC from 09:00.
    let by_hour: Vec<u16> = peers.available.iter().take(24).copied().collect();
    let wanted = [vec![1; 4], vec![0; 5], vec![2; 8], vec![0; 7]].concat();
    assert_eq!(by_hour, wanted);
    assert_eq!(found.from, "2026-11-27T00:00:00Z".parse().unwrap());
}

#[test]
fn m5_5_who_is_away_is_not_there() {
    let mut directory = organisation(&[(1, "UTC", &["peer"])]);
    let peers = |directory: &Directory| -> Vec<u16> {
        let found = look(&bundle("small-team"), directory, 1);
        need(&found, "second-pair-of-eyes/peer+service-owner").available.clone()
    };
    assert_eq!(peers(&directory).iter().map(|n| usize::from(*n)).sum::<usize>(), 8);
    directory.apply(&OrganisationEvent::AbsenceEntered(Absence {
        id: AbsenceId::new(friday(), [1; 10]),
        person: person(1),
        from: "2026-11-27T09:00:00Z".parse().unwrap(),
        until: "2026-11-27T12:00:00Z".parse().unwrap(),
        reason: None,
        origin: None,
    }));
    let with_leave = peers(&directory);
    assert_eq!(with_leave.iter().map(|n| usize::from(*n)).sum::<usize>(), 5);
    assert_eq!(with_leave.get(9..12), Some([0, 0, 0].as_slice()));
}

#[test]
fn m5_5_a_role_nobody_holds_is_the_weakest_link() {
    let found = look(
        &bundle("small-team"),
        &organisation(&[(1, "UTC", &["peer"]), (2, "UTC", &["peer"])]),
        21,
    );
    assert_eq!(kind(&found, "risky/service-owner"), Some(WeaknessKind::Nobody));
    let (first, weakness) = found.weakest()[0];
    assert_eq!(first.roles[0].as_str(), "service-owner");
    assert_eq!(weakness.message, "1 of service-owner needed for checkout, and 0 hold the role");
    assert!(weakness.kind.blocks());
    // Peers there are, though not on weekends, and an emergency can't wait that long.
    let emergency = need(&found, "emergency/peer+service-owner").weakness.as_ref().unwrap();
    assert_eq!(emergency.kind, WeaknessKind::Late);
    assert_eq!(
        emergency.message,
        "peer or service-owner for checkout: not enough people work from Fri 27 Nov 17:00 to Mon 30 \
         Nov 09:00 UTC (64 h), and an answer is due after 30 min"
    );
}

#[test]
fn m5_5_nobody_to_spare_is_said_before_somebody_has_a_hand_in_it() {
    let people = [(1, "UTC", ["service-owner"].as_slice()), (2, "UTC", &["peer"])];
    let found = look(&bundle("small-team"), &organisation(&people), 7);
    assert_eq!(kind(&found, "risky/service-owner"), Some(WeaknessKind::NobodyToSpare));
}

#[test]
fn m5_5_every_service_has_its_own_weak_link_with_who_is_left() {
    let mut directory = organisation(&[(1, "UTC", &["service-owner"]), (2, "UTC", &["peer"])]);
    directory.apply(&OrganisationEvent::ServicePut(service("ledger", Criticality::High, &[])));
    let found = look(&bundle("small-team"), &directory, 7);
    let links: Vec<_> =
        found.links.iter().filter(|found| found.link.need == "risky/service-owner").collect();
    let services: Vec<_> = links.iter().filter_map(|l| l.link.service.as_ref()).collect();
    assert_eq!(services.iter().map(|s| s.as_str()).collect::<Vec<_>>(), ["checkout", "ledger"]);
    assert!(links.iter().all(|l| l.link.kind == WeaknessKind::NobodyToSpare), "{links:#?}");
    assert!(links.iter().all(|l| l.who == [person(1)]), "{links:#?}");
    // An answer that is late on every weekend is seen on the page and told to nobody.
    assert!(found.links.iter().all(|found| found.link.kind != WeaknessKind::Late));
}

#[test]
fn m5_5_a_gap_longer_than_changes_wait_blocks() {
    let files = edited(
        "small-team",
        "environments.yaml",
        "title: production\n    gate: enforce\n    pending: 14d",
        "title: production\n    gate: enforce\n    pending: 2d",
    );
    let bundle = Bundle::load(&files).unwrap().bundle;
    let people: Vec<(u8, &str, &[&str])> =
        (1..5).map(|n| (n, "UTC", ["peer", "service-owner"].as_slice())).collect();
    let found = look(&bundle, &organisation(&people), 21);
    let weakness = need(&found, "risky/service-owner").weakness.as_ref().unwrap();
    assert_eq!(weakness.kind, WeaknessKind::Expires);
    assert!(weakness.message.contains("expires after 2 d"), "{}", weakness.message);
}

#[test]
fn m5_5_needs_that_only_the_same_person_could_meet_are_a_conflict() {
    let people = [(1, "UTC", ["service-owner", "peer"].as_slice())];
    let found = look(&bundle("small-team"), &organisation(&people), 7);
    let conflict = &found.conflicts[0];
    assert_eq!((conflict.needed, conflict.possible), (2, 1));
    assert_eq!(conflict.keys, ["second-pair-of-eyes/peer+service-owner", "risky/service-owner"]);
}

#[test]
fn m5_5_an_unknown_calendar_counts_nobody_and_says_so() {
    let files = edited("small-team", "calendars.yaml", "holidays: none", "holidays: NZ");
    let bundle = Bundle::load(&files).unwrap().bundle;
    let directory = organisation(&[(1, "UTC", &["peer"]), (2, "UTC", &["service-owner"])]);
    let from = "2032-03-01T00:00:00Z".parse().unwrap();
    let found = feasibility(&bundle, &directory, Horizon { from, hours: 100 });
    assert_eq!(found.unknown.len(), 1);
    assert!(found.unknown[0].contains("known up to 2031"), "{}", found.unknown[0]);
    assert!(
        need(&found, "second-pair-of-eyes/peer+service-owner")
            .available
            .iter()
            .all(|count| *count == 0)
    );
}

#[test]
fn m5_5_every_need_of_every_starter_is_looked_at_and_an_empty_organisation_meets_none() {
    for name in policy::starter::names() {
        let bundle = bundle(name);
        let found = look(&bundle, &Directory::default(), 1);
        let needs: usize = bundle.rules().iter().map(|rule| rule.needs.len()).sum::<usize>()
            + bundle.templates().iter().map(|template| template.needs.len()).sum::<usize>();
        assert_eq!(found.needs.len(), needs, "{name}");
        assert_eq!(found.weakest().len(), needs, "{name}");
    }
}

/// Counted with a loop over people and hours instead of bits.
#[test]
fn m5_5_counts_agree_with_asking_every_person_at_every_hour() {
    let zones =
        ["UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Chatham"];
    let people: Vec<(u8, &str, &[&str])> =
        (0..40).map(|n| (n, zones[usize::from(n) % zones.len()], ["peer"].as_slice())).collect();
    let directory = organisation(&people);
    let bundle = bundle("small-team");
    let found = look(&bundle, &directory, 14);
    let peers = need(&found, "second-pair-of-eyes/peer+service-owner");
    let half = SignedDuration::from_mins(30);
    for (hour, count) in peers.available.iter().enumerate() {
        let start = found.from + SignedDuration::from_hours(i64::try_from(hour).unwrap());
        let works = |zone: &str| {
            let place = bundle.calendars().place_of(None, zone);
            place.working_between(start, start + half + half).unwrap() >= half
        };
        let wanted = people.iter().filter(|(_, zone, _)| works(zone)).count();
        assert_eq!(usize::from(*count), wanted, "hour {hour}");
    }
}

fn delegate(directory: &mut Directory, from: u8, to: u8, span: (&str, &str)) {
    directory.apply(&OrganisationEvent::DelegationMade(Delegation {
        id: DelegationId::new(friday(), [to; 10]),
        delegator: person(from),
        delegate: person(to),
        role: "service-owner".parse().unwrap(),
        scope: "organisation".parse().unwrap(),
        from: span.0.parse().unwrap(),
        until: span.1.parse().unwrap(),
        reason: "on leave".into(),
    }));
}

#[test]
fn m5_5_whoever_answers_for_somebody_counts_while_the_delegation_holds() {
    let people = [(1, "UTC", ["service-owner"].as_slice()), (2, "UTC", &[]), (3, "UTC", &[])];
    let mut directory = organisation(&people);
    let owners = |directory: &Directory| {
        need(&look(&bundle("small-team"), directory, 4), "risky/service-owner").clone()
    };
    // Of Friday's eight hours the first half, and on Saturday nobody works.
    delegate(&mut directory, 1, 2, ("2026-11-27T00:00:00Z", "2026-11-27T13:00:00Z"));
    let found = owners(&directory);
    assert_eq!((found.people, found.delegates), (1, 1));
    let by_hour: Vec<u16> = found.available.iter().take(24).copied().collect();
    assert_eq!(by_hour, [vec![0; 9], vec![2; 4], vec![1; 4], vec![0; 7]].concat());
    assert_eq!(
        found.weakness.unwrap().message,
        "1 of service-owner needed for checkout, and just 1 hold the role; 1 more answers for one of \
         them while a delegation holds"
    );
    // It gives nothing of its own: it ends with the role, and with whoever got it.
    delegate(&mut directory, 1, 3, ("2026-11-27T00:00:00Z", "2026-11-27T13:00:00Z"));
    directory.apply(&OrganisationEvent::DelegationEnded {
        delegation: DelegationId::new(friday(), [3; 10]),
        at: friday(),
    });
    assert_eq!(owners(&directory).delegates, 1);
    directory.apply(&OrganisationEvent::RoleUnbound(RoleBinding {
        role: "service-owner".parse().unwrap(),
        scope: "organisation".parse().unwrap(),
        member: Member::Person(person(1)),
    }));
    let found = owners(&directory);
    assert_eq!((found.people, found.delegates), (0, 0));
    assert_eq!(found.weakness.unwrap().kind, WeaknessKind::Nobody);
}

#[test]
fn m5_5_where_policy_wants_a_signature_only_people_with_a_key_count() {
    let production = "title: production\n    gate: enforce";
    let signed = format!("{production}\n    step_up: {{ signature: required }}");
    let files = edited("small-team", "environments.yaml", production, &signed);
    let bundle = Bundle::load(&files).unwrap().bundle;
    let people = [(1, "UTC", ["service-owner"].as_slice()), (2, "UTC", &["service-owner"])];
    let mut directory = organisation(&people);
    let owners =
        |directory: &Directory| need(&look(&bundle, directory, 4), "risky/service-owner").clone();
    let found = owners(&directory);
    assert_eq!((found.people, found.without_key), (0, 2));
    let weakness = found.weakness.unwrap();
    assert_eq!(weakness.kind, WeaknessKind::Nobody);
    assert_eq!(
        weakness.message,
        "1 of service-owner needed for checkout, and 0 of 2 who hold the role have a key to sign with"
    );
    assert!(weakness.help.contains("countersign key add"), "{}", weakness.help);
    let key = SigningKey {
        id: SigningKeyId::new(friday(), [1; 10]),
        person: person(1),
        name: "laptop".into(),
        holder: KeyHolder::Ssh,
        public_key: SSH_KEY.parse().unwrap(),
        added_by: AccountId::new(friday(), [1; 10]),
        authentication: Authentication::password(friday()),
        added_at: friday(),
    };
    directory.apply(&OrganisationEvent::SigningKeyAdded(Box::new(key.clone())));
    let found = owners(&directory);
    assert_eq!((found.people, found.without_key), (1, 1));
    assert_eq!(found.weakness.unwrap().kind, WeaknessKind::NobodyToSpare);
    directory.apply(&OrganisationEvent::SigningKeyRemoved { key: key.id, at: friday() });
    assert_eq!(owners(&directory).people, 0, "a removed key signs nothing");
}
