//! A small organisation and one change, for the tests of this crate.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::actor::Actor;
use crate::asking::ResponseClock;
use crate::change::{
    Artifact, Assessment, Ballot, Change, ChangeEvent, ChangeType, Contribution, Contributor,
    Deployment, Digest, Level, Material, OverrideClaim, OverrideTerms, Revision, RiskSummary,
    VoteDecision,
};
use crate::decision::{Decision, Witnessed, decide};
use crate::freeze::Freeze;
use crate::gate::{Question, Standing, Verdict, answer};
use crate::ids::{
    AccountId, ChangeId, ChangeNumber, DeploymentId, GrantId, OverrideId, PersonId, QuestionId,
    VoteId,
};
use crate::maintenance::MaintenanceWindow;
use crate::organisation::{
    Account, Criticality, Directory, Member, OrganisationEvent, Person, RoleBinding, Service,
    Status,
};
use crate::private::Private;
use crate::requirement::{Reach, Requirement, RuleRef};

pub(crate) fn at(minute: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute + 1_000_000)
}

fn bits(name: &str) -> [u8; 10] {
    let mut bits = [0; 10];
    for (slot, byte) in bits.iter_mut().zip(name.bytes()) {
        *slot = byte;
    }
    bits
}

pub(crate) fn person(name: &str) -> PersonId {
    PersonId::new(Timestamp::UNIX_EPOCH, bits(name))
}

pub(crate) fn account(name: &str) -> AccountId {
    AccountId::new(Timestamp::UNIX_EPOCH, bits(name))
}

pub(crate) fn actor(name: &str) -> Actor {
    Actor::Person { person: person(name), account: account(name) }
}

pub(crate) fn binding(role: &str, scope: &str, name: &str) -> RoleBinding {
    RoleBinding {
        role: role.parse().unwrap(),
        scope: scope.parse().unwrap(),
        member: Member::Person(person(name)),
    }
}

/// Ana asks; Bo owns checkout; Cy and Di manage releases; Ed is on security; Flo holds nothing.
pub(crate) fn directory() -> Directory {
    let mut directory = Directory::default();
    for name in ["ana", "bo", "cy", "di", "ed", "flo"] {
        directory.apply(&OrganisationEvent::PersonPut(Person {
            id: person(name),
            name: Private::from(name),
            emails: vec![Private::new(format!("{name}@example.com"))],
            time_zone: "UTC".to_owned(),
            place: None,
            status: Status::Active,
        }));
        directory.apply(&OrganisationEvent::AccountAdded(Account {
            id: account(name),
            person: person(name),
            issuer: "local".to_owned(),
            subject: name.to_owned(),
            password: None,
            status: Status::Active,
        }));
    }
    directory.apply(&OrganisationEvent::DomainPut {
        name: "payments".parse().unwrap(),
        title: "Payments".to_owned(),
    });
    directory.apply(&OrganisationEvent::ServicePut(Service {
        name: "checkout".parse().unwrap(),
        title: "Checkout".to_owned(),
        domain: Some("payments".parse().unwrap()),
        criticality: Criticality::High,
        labels: BTreeMap::new(),
        depends_on: [].into(),
        status: Status::Active,
    }));
    for (role, scope, name) in [
        ("service-owner", "service:checkout", "bo"),
        ("release-manager", "organisation", "cy"),
        ("release-manager", "organisation", "di"),
        ("security", "domain:payments", "ed"),
    ] {
        directory.apply(&OrganisationEvent::RoleBound(binding(role, scope, name)));
    }
    directory
}

pub(crate) fn requirement(role: &str, count: u32) -> Requirement {
    Requirement {
        key: format!("rule/{role}"),
        rule: RuleRef { id: "rule".to_owned(), file: "rules.yaml".to_owned(), line: 1 },
        roles: vec![role.parse().unwrap()],
        reach: Reach::Covering,
        count,
        delegable: vec![role.parse().unwrap()],
        competence: BTreeMap::new(),
        why: format!("{role} must agree"),
        meaning: None,
        briefings: Vec::new(),
        due_minutes: None,
        due_clock: ResponseClock::Wall,
        response: None,
        controls: Vec::new(),
        acceptable: None,
    }
}

pub(crate) fn assessment(requirements: Vec<Requirement>) -> Assessment {
    Assessment {
        revision: 1,
        policy: "sha256:p".to_owned(),
        tier: 3,
        risk: RiskSummary {
            score: 10,
            level: "low".to_owned(),
            matrix_points: 10,
            factors: Vec::new(),
        },
        level: "peer-review".to_owned(),
        requirements,
        evidence: Vec::new(),
        automatic: Vec::new(),
        alignment: Vec::new(),
        exempt: None,
        pending_minutes: 100,
        validity_minutes: 60,
        expiry_clock: ResponseClock::Wall,
        deadlines: None,
        grant_minutes: 10,
        reruns_after_failure: 1,
        known_contributors: false,
        enforce: true,
        step_up: None,
        bulk: false,
        history: None,
    }
}

pub(crate) fn digest(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

pub(crate) fn material() -> Material {
    Material {
        title: Private::from("Release checkout 2"),
        description: Private::from(""),
        reason: Private::from("faster"),
        plain_summary: None,
        kind: ChangeType::Normal,
        template: None,
        service: "checkout".parse().unwrap(),
        environment: "production".parse().unwrap(),
        artifacts: vec![Artifact {
            name: "app.bin".to_owned(),
            digest: digest("app"),
            reference: None,
        }],
        parameters: BTreeMap::from([("replicas".to_owned(), "3".to_owned())]),
        plan: None,
        evidence: Vec::new(),
        window: None,
        contributors: Vec::new(),
        source: None,
        impact: Level::Medium,
        urgency: Level::Medium,
        complexity: Level::Medium,
        incident: None,
        attributes: BTreeMap::new(),
        version: None,
        paths: BTreeSet::new(),
    }
}

pub(crate) fn contributor(identity: &str) -> Contributor {
    Contributor { contribution: Contribution::Author, identity: Private::from(identity) }
}

/// A change of Ana's, submitted at minute 0 under an assessment.
pub(crate) fn submitted(material: Material, assessment: Assessment) -> Change {
    let mut change = draft(material);
    change.apply(&ChangeEvent::ChangeAssessed(Box::new(assessment)), at(0)).unwrap();
    change
}

pub(crate) fn draft(material: Material) -> Change {
    let revision = Revision::new(1, material, [1; 16], actor("ana"), at(0)).unwrap();
    let id = ChangeId::new(at(0), [3; 10]);
    let created = Change::create(id, ChangeNumber(1001), actor("ana"), revision).unwrap();
    Change::begin(&created, at(0)).unwrap()
}

pub(crate) fn ballot(name: &str, decision: VoteDecision, n: u8) -> Ballot {
    Ballot {
        id: VoteId::new(at(0), [n; 10]),
        person: person(name),
        account: account(name),
        on_behalf_of: None,
        expected_revision: 1,
        decision,
        justification: "looked at it".to_owned(),
        policy: "sha256:p".to_owned(),
        authentication: None,
        step_up: Vec::new(),
        signature: None,
        bulk: None,
    }
}

/// Votes and folds the events in.
pub(crate) fn approve(change: &mut Change, name: &str, directory: &Directory) {
    let requirements = change.assessment.as_ref().unwrap().requirements.clone();
    let n = u8::try_from(change.votes.len()).unwrap() + 1;
    let ballot = Ballot {
        expected_revision: change.revision().number,
        ..ballot(name, VoteDecision::Approve, n)
    };
    for event in change.vote(ballot, &requirements, directory, at(1)).unwrap() {
        change.apply(&event, at(1)).unwrap();
    }
}

pub(crate) fn decided(change: &Change, directory: &Directory, now: Timestamp) -> Decision {
    let assessment = change.assessment.as_ref().unwrap();
    decide(change, assessment, directory, Witnessed { deployments: &[], now })
}

/// Records the approval that the votes add up to.
pub(crate) fn settle(change: &mut Change, directory: &Directory) {
    let decision = decided(change, directory, at(2));
    assert!(decision.approved, "{:#?}", decision.explanation);
    let event = ChangeEvent::ChangeApproved {
        valid_until: None,
        revision: change.revision().number,
        policy: "sha256:p".to_owned(),
        counted: decision.counted,
    };
    change.apply(&event, at(2)).unwrap();
}

pub(crate) fn question(change: &Change) -> Question {
    let material = &change.revision().material;
    Question {
        id: QuestionId::new(at(3), [9; 10]),
        change: Some(change.id.clone()),
        service: material.service.clone(),
        environment: material.environment.clone(),
        artifacts: material.digests().into_iter().cloned().collect::<BTreeSet<_>>(),
        parameters: material.parameters.clone(),
        plan: None,
        state_serial: None,
        asked_by: actor("ana"),
    }
}

pub(crate) fn ask(
    question: &Question,
    change: &Change,
    directory: &Directory,
    now: Timestamp,
) -> Verdict {
    ask_frozen(question, change, directory, &[], now)
}

pub(crate) fn ask_frozen(
    question: &Question,
    change: &Change,
    directory: &Directory,
    freezes: &[Freeze],
    now: Timestamp,
) -> Verdict {
    ask_at_times(question, change, directory, (freezes, &[]), now)
}

pub(crate) fn ask_in_windows(
    question: &Question,
    change: &Change,
    windows: &[MaintenanceWindow],
    now: Timestamp,
) -> Verdict {
    ask_at_times(question, change, &directory(), (&[], windows), now)
}

fn ask_at_times(
    question: &Question,
    change: &Change,
    directory: &Directory,
    (freezes, maintenance): (&[Freeze], &[MaintenanceWindow]),
    now: Timestamp,
) -> Verdict {
    let reruns = change.assessment.as_ref().unwrap().reruns_after_failure;
    let decisions = [decided(change, directory, now)];
    let terms = terms();
    let found = change.revision().found_digest();
    let standing = Standing {
        reruns_after_failure: reruns,
        decisions: &decisions,
        found_digest: found.as_ref(),
        freezes,
        maintenance,
        joint: None,
        witnesses: None,
        override_terms: Some(&terms),
        directory,
    };
    answer(question, change, standing, now)
}

/// Owners and release managers may override for half an hour; security reviews within a day.
pub(crate) fn terms() -> OverrideTerms {
    OverrideTerms {
        roles: vec!["service-owner".parse().unwrap(), "release-manager".parse().unwrap()],
        reach: Reach::Covering,
        minutes: 30,
        review_roles: vec!["security".parse().unwrap(), "release-manager".parse().unwrap()],
        review_reach: Reach::Covering,
        review_minutes: 24 * 60,
        rule: RuleRef { id: "override".to_owned(), file: "override.yaml".to_owned(), line: 1 },
        sealed_minutes: Some(30 * 24 * 60),
        after_minutes: None,
        not_by: Vec::new(),
    }
}

/// A change of Ana's that answers an incident, waiting for one release manager.
pub(crate) fn emergency() -> Change {
    let material =
        Material { kind: ChangeType::Emergency, incident: Some("INC-7".to_owned()), ..material() };
    submitted(material, assessment(vec![requirement("release-manager", 1)]))
}

pub(crate) fn claim(name: &str) -> OverrideClaim {
    OverrideClaim {
        id: OverrideId::new(at(2), bits(name)),
        person: person(name),
        account: account(name),
        expected_revision: 1,
        reason: "customers can't pay, and nobody answers".to_owned(),
        minutes: None,
        policy: "sha256:p".to_owned(),
    }
}

/// Opens an override at a minute and folds it in.
pub(crate) fn override_by(change: &mut Change, name: &str, directory: &Directory, minute: i64) {
    let event = change.open_override(claim(name), Some(&terms()), directory, at(minute)).unwrap();
    change.apply(&event, at(minute)).unwrap();
}

/// The `n`th deployment of a change begins.
pub(crate) fn redeem(change: &mut Change, n: u8) {
    let deployment = Deployment {
        id: DeploymentId::new(at(4), [n; 10]),
        grant: GrantId::new(at(3), [4; 10]),
        by: actor("ana"),
        began_at: at(4),
        ended_at: None,
        outcome: None,
        exit_code: None,
        note: None,
        override_id: None,
    };
    let event = ChangeEvent::GrantRedeemed {
        grant: deployment.grant.clone(),
        deployment: Box::new(deployment),
    };
    change.apply(&event, at(4)).unwrap();
}
