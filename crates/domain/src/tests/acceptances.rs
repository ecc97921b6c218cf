//! Accepted risks: explicit, limited, never a vote and never alone.

use crate::change::{Change, EvidenceRequirement};
use crate::fixture::*;
use crate::ids::RiskAcceptanceId;
use crate::organisation::{
    AcceptanceClaim, AcceptanceOutcome, AcceptanceReview, AcceptanceState, Directory,
    OrganisationEvent,
};
use crate::private::Private;
use crate::requirement::{AcceptanceTerms, Reach, Requirement, RuleRef};

fn terms() -> AcceptanceTerms {
    AcceptanceTerms {
        roles: vec!["release-manager".parse().unwrap()],
        reach: Reach::Covering,
        longest_minutes: 1_000,
    }
}

/// Security must agree by a rule whose risk a release manager may accept, and an owner anyway.
fn asked() -> Vec<Requirement> {
    let of = |name: &str| RuleRef { id: name.to_owned(), file: "r".to_owned(), line: 1 };
    let security = Requirement {
        rule: of("security"),
        acceptable: Some(terms()),
        ..requirement("security", 1)
    };
    vec![security, Requirement { rule: of("owner"), ..requirement("service-owner", 1) }]
}

fn claim(by: &str) -> AcceptanceClaim {
    AcceptanceClaim {
        id: RiskAcceptanceId::new(at(0), [1; 10]),
        person: person(by),
        account: account(by),
        rule: "security".to_owned(),
        service: "checkout".parse().unwrap(),
        environment: "production".parse().unwrap(),
        reason: "the only reviewer is away, and the change is a text".to_owned(),
        expires_at: at(100),
        review_at: at(50),
        policy: "sha256:p".to_owned(),
    }
}

fn accepted(by: &str) -> Directory {
    let mut directory = directory();
    let accepted = directory.accept_risk(claim(by), Some(&terms()), at(0)).unwrap();
    directory.apply(&OrganisationEvent::RiskAccepted(Box::new(accepted)));
    directory
}

fn review(by: &str, outcome: AcceptanceOutcome, minute: i64) -> AcceptanceReview {
    AcceptanceReview {
        acceptance: claim("cy").id,
        by: person(by),
        outcome,
        findings: Private::from("looked again"),
        at: at(minute),
    }
}

fn owned(directory: &Directory) -> Change {
    let mut change = submitted(material(), assessment(asked()));
    approve(&mut change, "bo", directory);
    change
}

#[test]
fn m3_6_an_accepted_risk_stands_in_for_its_rule_and_is_no_vote() {
    let directory = accepted("cy");
    let decision = decided(&owned(&directory), &directory, at(2));
    assert!(decision.approved, "{:#?}", decision.explanation);
    let node = decision.explanation.walk().find(|n| n.code == "risk_accepted").unwrap();
    assert!(node.title.starts_with("not approved"));
    assert!(node.counted.is_empty());
    assert_eq!(decision.counted.len(), 1, "only the vote of the owner counts");
}

#[test]
fn m3_6_accepted_risks_alone_approve_nothing() {
    let directory = accepted("cy");
    let only = vec![asked().remove(0)];
    let change = submitted(material(), assessment(only));
    let decision = decided(&change, &directory, at(2));
    assert!(!decision.approved);
    assert!(decision.explanation.walk().any(|n| n.code == "risk_acceptance_alone"));
}

#[test]
fn m3_6_it_counts_for_its_service_environment_and_rule_alone() {
    let directory = accepted("cy");
    let mut elsewhere = material();
    elsewhere.environment = "staging".parse().unwrap();
    let mut change = submitted(elsewhere, assessment(asked()));
    approve(&mut change, "bo", &directory);
    assert!(!decided(&change, &directory, at(2)).approved);

    let mut without_terms = asked();
    without_terms[0].acceptable = None;
    let mut change = submitted(material(), assessment(without_terms));
    approve(&mut change, "bo", &directory);
    assert!(!decided(&change, &directory, at(2)).approved, "policy does not let it be accepted");
}

#[test]
fn m3_6_it_ends_with_its_time_its_review_and_its_holder() {
    let directory = accepted("cy");
    let change = owned(&directory);
    assert!(decided(&change, &directory, at(49)).approved);
    assert!(!decided(&change, &directory, at(50)).approved, "its review is overdue");

    let mut reviewed = directory.clone();
    let kept = review("di", AcceptanceOutcome::Keep, 40);
    reviewed.review_acceptance(&kept, Some(&terms())).unwrap();
    reviewed.apply(&OrganisationEvent::RiskAcceptanceReviewed(Box::new(kept)));
    assert!(decided(&change, &reviewed, at(99)).approved);
    assert!(!decided(&change, &reviewed, at(100)).approved, "it expired");

    let mut unbound = directory.clone();
    let binding = binding("release-manager", "organisation", "cy");
    unbound.apply(&OrganisationEvent::RoleUnbound(binding));
    assert!(!decided(&change, &unbound, at(2)).approved, "who accepted it lost the role");
}

#[test]
fn m3_6_nobody_with_a_hand_in_the_change_accepts_its_risk() {
    let directory = accepted("cy");
    let mut written = material();
    written.contributors = vec![contributor("cy@example.com")];
    let mut change = submitted(written, assessment(asked()));
    approve(&mut change, "bo", &directory);
    assert!(!decided(&change, &directory, at(2)).approved);
}

#[test]
fn m3_6_role_terms_and_times_are_checked() {
    let directory = directory();
    let code = |claim, terms: Option<&AcceptanceTerms>| {
        directory.accept_risk(claim, terms, at(0)).unwrap_err().code().to_owned()
    };
    assert_eq!(code(claim("cy"), None), "risk_not_acceptable");
    assert_eq!(code(claim("bo"), Some(&terms())), "no_role");
    let long = AcceptanceClaim { expires_at: at(1_001), ..claim("cy") };
    assert_eq!(code(long, Some(&terms())), "invalid_field");
    let unreviewed = AcceptanceClaim { review_at: at(101), ..claim("cy") };
    assert_eq!(code(unreviewed, Some(&terms())), "invalid_field");
    let silent = AcceptanceClaim { reason: " ".to_owned(), ..claim("cy") };
    assert_eq!(code(silent, Some(&terms())), "invalid_field");
}

#[test]
fn m3_6_who_accepted_a_risk_ends_it_but_does_not_keep_it() {
    let mut directory = accepted("cy");
    let own = review("cy", AcceptanceOutcome::Keep, 10);
    let refusal = directory.review_acceptance(&own, Some(&terms())).unwrap_err();
    assert_eq!(refusal.code(), "not_entitled");
    let end = review("cy", AcceptanceOutcome::End, 10);
    directory.review_acceptance(&end, Some(&terms())).unwrap();
    directory.apply(&OrganisationEvent::RiskAcceptanceReviewed(Box::new(end)));
    let known = directory.acceptance(&claim("cy").id).unwrap();
    assert_eq!(known.state(at(11)), AcceptanceState::Ended);
    let late = review("di", AcceptanceOutcome::Keep, 12);
    let refusal = directory.review_acceptance(&late, Some(&terms())).unwrap_err();
    assert_eq!(refusal.code(), "acceptance_over");
}

#[test]
fn m3_6_its_end_is_brought_to_mind_once() {
    let mut directory = accepted("cy");
    assert!(directory.acceptances_to_remind(at(24)).is_empty());
    let due = directory.acceptances_to_remind(at(25));
    assert_eq!(due.len(), 1, "halfway to its review");
    let acceptance = due[0].clone();
    directory.apply(&OrganisationEvent::RiskAcceptanceReminded { acceptance });
    assert!(directory.acceptances_to_remind(at(30)).is_empty());
}

#[test]
fn m3_6_evidence_can_be_missing_by_accepted_risk() {
    let directory = accepted("cy");
    let mut wanted = assessment(vec![requirement("service-owner", 1)]);
    wanted.evidence = vec![EvidenceRequirement {
        key: "security/scan".to_owned(),
        rule: RuleRef { id: "security".to_owned(), file: "r".to_owned(), line: 1 },
        kind: "scan".to_owned(),
        issuers: vec!["ci".to_owned()],
        max_age_minutes: None,
        why: "scanned".to_owned(),
        acceptable: Some(terms()),
    }];
    let mut change = submitted(material(), wanted);
    approve(&mut change, "bo", &directory);
    assert!(decided(&change, &directory, at(2)).approved);
    assert!(!decided(&change, &crate::fixture::directory(), at(2)).approved);
}
