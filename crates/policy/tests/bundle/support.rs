//! A small organisation, revisions, and bundles that are edited starters.

use std::collections::BTreeMap;

use domain::actor::Actor;
use domain::change::{
    Artifact, Assessment, ChangeType, Contribution, Contributor, Digest, Evidence, Level, Material,
    Revision, TemplateRef,
};
use domain::event::{OrganisationEvent, PolicyFile};
use domain::ids::{AccountId, PersonId, RoleName, ServiceAccountId};
use domain::organisation::{
    Criticality, Directory, Member, Person, RoleBinding, Service, ServiceAccount, Status,
};
use domain::service_history::ServiceHistory;
use jiff::Timestamp;
use policy::bundle::{Assessed, AssessmentFacts, Bundle};
use policy::diagnostic::Diagnostic;
use policy::starter;

pub fn now() -> Timestamp {
    "2026-11-24T10:00:00Z".parse().unwrap()
}

pub fn files(name: &str) -> Vec<PolicyFile> {
    starter::files(name).unwrap()
}

pub fn bundle(name: &str) -> Bundle {
    Bundle::load(&files(name)).unwrap().bundle
}

/// A starter with one piece of text replaced.
pub fn edited(name: &str, path: &str, from: &str, to: &str) -> Vec<PolicyFile> {
    let mut files = files(name);
    let file = files.iter_mut().find(|file| file.path == path).expect(path);
    assert!(file.text.contains(from), "{path} does not contain {from:?}");
    file.text = file.text.replacen(from, to, 1);
    files
}

/// The errors of an edited starter.
pub fn errors_of(files: &[PolicyFile]) -> Vec<Diagnostic> {
    match Bundle::load(files) {
        Ok(_) => panic!("the bundle loaded"),
        Err(found) => found.into_iter().filter(Diagnostic::is_error).collect(),
    }
}

fn id<T>(make: fn(Timestamp, [u8; 10]) -> T, number: u8) -> T {
    make(Timestamp::UNIX_EPOCH, [number; 10])
}

pub fn person(number: u8) -> PersonId {
    id(PersonId::new, number)
}

pub fn requester() -> Actor {
    Actor::Person { person: person(1), account: id(AccountId::new, 1) }
}

pub fn machine() -> Actor {
    Actor::ServiceAccount { service_account: id(ServiceAccountId::new, 9) }
}

pub fn service(name: &str, criticality: Criticality, labels: &[(&str, &str)]) -> Service {
    Service {
        name: name.parse().unwrap(),
        title: name.to_owned(),
        domain: Some("payments".parse().unwrap()),
        criticality,
        labels: labels.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        depends_on: [].into(),
        status: Status::Active,
    }
}

pub fn directory() -> Directory {
    let mut directory = Directory::default();
    let put = |number, email: &str| {
        OrganisationEvent::PersonPut(Person {
            id: person(number),
            name: format!("Person {number}").into(),
            emails: vec![email.into()],
            time_zone: "Europe/Berlin".to_owned(),
            place: None,
            status: Status::Active,
        })
    };
    let events = [
        put(1, "ana@example.com"),
        put(2, "ben@example.com"),
        OrganisationEvent::RoleBound(RoleBinding {
            role: "service-owner".parse().unwrap(),
            scope: "organisation".parse().unwrap(),
            member: Member::Person(person(1)),
        }),
        OrganisationEvent::ServicePut(service("checkout", Criticality::Critical, &[])),
        OrganisationEvent::ServicePut(service("blog", Criticality::Low, &[])),
        OrganisationEvent::ServicePut(service(
            "ledger",
            Criticality::High,
            &[("sox", "true"), ("data", "personal")],
        )),
        OrganisationEvent::ServicePut(Service {
            depends_on: [].into(),
            status: Status::Inactive,
            ..service("retired", Criticality::Low, &[])
        }),
        OrganisationEvent::ServiceAccountPut(ServiceAccount {
            id: id(ServiceAccountId::new, 9),
            name: "ci".to_owned(),
            purpose: "builds".to_owned(),
            owner: person(1),
            status: Status::Active,
        }),
    ];
    for event in &events {
        directory.apply(event);
    }
    directory
}

pub fn digest() -> Digest {
    Digest::of(b"artifact")
}

pub fn material(service: &str, environment: &str) -> Material {
    Material {
        title: "Raise the limit".into(),
        description: "".into(),
        reason: "".into(),
        plain_summary: None,
        kind: ChangeType::Normal,
        template: None,
        service: service.parse().unwrap(),
        environment: environment.parse().unwrap(),
        artifacts: vec![Artifact { name: "app".to_owned(), digest: digest(), reference: None }],
        parameters: BTreeMap::new(),
        plan: None,
        evidence: Vec::new(),
        window: None,
        contributors: Vec::new(),
        source: None,
        impact: Level::Low,
        urgency: Level::Low,
        complexity: Level::Low,
        incident: None,
        attributes: BTreeMap::new(),
        version: None,
        paths: std::collections::BTreeSet::new(),
    }
}

pub fn contributor(identity: &str) -> Contributor {
    Contributor { contribution: Contribution::Author, identity: identity.into() }
}

pub fn evidence(kind: &str, subject: Digest) -> Evidence {
    Evidence {
        kind: kind.to_owned(),
        issuer: "ci".to_owned(),
        subject,
        issued_at: now(),
        passed: true,
        digest: None,
        url: None,
    }
}

pub fn template(name: &str, version: u32) -> Option<TemplateRef> {
    Some(TemplateRef { name: name.parse().unwrap(), version })
}

/// So many recent deployments, the last of them of version 1.4.2.
pub fn known_history(deployments: u32, failures: u32) -> Option<ServiceHistory> {
    let day = |n: i64| now().checked_sub(jiff::SignedDuration::from_hours(24 * n)).unwrap();
    Some(ServiceHistory {
        deployments,
        failures,
        last_failure: (failures > 0).then(|| day(3)),
        calm_since: if failures > 0 { day(3) } else { day(20) },
        version: Some("1.4.2".to_owned()),
        exposure: None,
    })
}

pub fn assess_with(bundle: &Bundle, material: Material, history: policy::History<'_>) -> Assessed {
    let requester = requester();
    let revision = Revision::new(1, material, [0; 16], requester.clone(), now()).unwrap();
    let directory = directory();
    bundle.assess(&AssessmentFacts {
        revision: &revision,
        requester: &requester,
        directory: &directory,
        now: now(),
        history,
    })
}

pub fn assess(bundle: &Bundle, material: Material) -> Assessed {
    assess_with(bundle, material, known_history(20, 0).as_ref())
}

/// The requirements as `role+role×count`, in their order.
pub fn asked(assessment: &Assessment) -> Vec<String> {
    let one = |requirement: &domain::requirement::Requirement| {
        let roles: Vec<&str> = requirement.roles.iter().map(RoleName::as_str).collect();
        format!("{}×{}", roles.join("+"), requirement.count)
    };
    assessment.requirements.iter().map(one).collect()
}

pub fn expect_assessed(assessed: Assessed) -> Assessment {
    match assessed {
        Assessed::Assessed { assessment, .. } => *assessment,
        other => panic!("{other:#?}"),
    }
}

/// Somebody active in UTC.
pub fn someone(number: u8) -> Person {
    Person {
        id: person(number),
        name: format!("person {number}").into(),
        emails: Vec::new(),
        time_zone: "UTC".to_owned(),
        place: None,
        status: Status::Active,
    }
}
