//! Findings: raised once, dealt with by who answers for them, and never forgotten.

use crate::fixture::*;
use crate::ids::{ChangeId, ChangeNumber, FindingId};
use crate::organisation::{
    Directory, FINDING_DUE, Finding, FindingAcknowledgement, FindingKind, FindingResolution,
    FindingState, OrganisationEvent,
};
use crate::private::Private;

fn finding(n: u8, code: &str) -> Finding {
    Finding {
        id: FindingId::new(at(n.into()), [n; 10]),
        kind: FindingKind::LetThrough,
        about: format!("change {n}"),
        service: "checkout".parse().unwrap(),
        environment: "dev".parse().unwrap(),
        change: (ChangeId::new(at(0), [3; 10]), ChangeNumber(1001)),
        code: code.to_owned(),
        evidence: Vec::new(),
        subject: None,
        owner: directory().finding_owner(&"checkout".parse().unwrap()),
        raised_at: at(n.into()),
        due_at: at(n.into()) + FINDING_DUE,
    }
}

fn raised(all: &[Finding]) -> Directory {
    let mut directory = directory();
    for one in all {
        directory.apply(&OrganisationEvent::FindingRaised(Box::new(one.clone())));
    }
    directory
}

fn acknowledgement(of: &Finding, name: &str) -> FindingAcknowledgement {
    let (finding, by, account) = (of.id.clone(), person(name), account(name));
    FindingAcknowledgement { finding, by, account, at: at(9) }
}

fn resolution(of: &Finding, name: &str, reason: &str) -> FindingResolution {
    let (finding, by, account) = (of.id.clone(), person(name), account(name));
    FindingResolution { finding, by, account, reason: Private::from(reason), at: at(9) }
}

#[test]
fn m2_3_the_service_owner_answers_for_it_and_others_do_not() {
    let one = finding(1, "held");
    assert_eq!(one.owner, Some(person("bo")), "who owns the service most closely");
    let directory = raised(std::slice::from_ref(&one));
    assert!(directory.check_acknowledgement(&acknowledgement(&one, "bo")).unwrap());
    let refused = directory.check_acknowledgement(&acknowledgement(&one, "ed")).unwrap_err();
    assert_eq!(refused.code(), "not_entitled");
    let refused = directory.check_finding_resolution(&resolution(&one, "flo", "no")).unwrap_err();
    assert_eq!(refused.code(), "not_entitled");
}

#[test]
fn m2_3_it_is_resolved_with_a_reason_and_once() {
    let one = finding(1, "held");
    let mut directory = raised(std::slice::from_ref(&one));
    assert!(directory.has_finding(FindingKind::LetThrough, "change 1"));
    let silent = directory.check_finding_resolution(&resolution(&one, "bo", " ")).unwrap_err();
    assert_eq!(silent.code(), "invalid_field");
    let seen = acknowledgement(&one, "bo");
    directory.apply(&OrganisationEvent::FindingAcknowledged(Box::new(seen.clone())));
    assert_eq!(directory.finding(&one.id).unwrap().state(), FindingState::Acknowledged);
    assert!(!directory.check_acknowledgement(&seen).unwrap(), "somebody does already");
    let end = resolution(&one, "bo", "rolled back");
    directory.check_finding_resolution(&end).unwrap();
    directory.apply(&OrganisationEvent::FindingResolved(Box::new(end.clone())));
    assert_eq!(directory.finding(&one.id).unwrap().state(), FindingState::Resolved);
    assert_eq!(directory.check_finding_resolution(&end).unwrap_err().code(), "finding_resolved");
    assert!(!directory.has_finding(FindingKind::LetThrough, "change 1"), "it can come again");
}

#[test]
fn m2_3_an_overdue_finding_says_so_until_it_is_resolved() {
    let one = finding(1, "held");
    let mut directory = raised(std::slice::from_ref(&one));
    let known = directory.finding(&one.id).unwrap();
    assert!(!known.is_overdue(at(2)) && known.is_overdue(one.due_at));
    let end = resolution(&one, "bo", "done");
    directory.apply(&OrganisationEvent::FindingResolved(Box::new(end)));
    assert!(!directory.finding(&one.id).unwrap().is_overdue(one.due_at));
}

#[test]
fn m2_3_a_report_says_what_an_enforcing_gate_would_have_stopped() {
    let all = [finding(1, "held"), finding(2, "requirement_missing"), finding(3, "held")];
    let mut directory = raised(&all);
    let end = resolution(&all[0], "bo", "done");
    directory.apply(&OrganisationEvent::FindingResolved(Box::new(end)));
    let report = directory.let_through();
    assert_eq!(report.len(), 1);
    assert_eq!((report[0].total, report[0].open, report[0].reasons["held"]), (3, 2, 2));
}

#[test]
fn m4_5_whose_doing_a_finding_looks_at_has_no_say_in_it() {
    let (owner, checkout) = (person("bo"), "checkout".parse().unwrap());
    let mut finding = finding(1, "automation_burst");
    finding.subject = Some(owner.clone());
    let directory = raised(std::slice::from_ref(&finding));
    assert_eq!(directory.finding_owner(&checkout), Some(owner.clone()));
    assert_ne!(directory.finding_owner_but(&checkout, Some(&owner)), Some(owner.clone()));
    assert!(!directory.may_deal_with(&owner, &finding));
    finding.subject = None;
    assert!(directory.may_deal_with(&owner, &finding));
}

#[test]
fn m4_5_the_same_suspicion_is_raised_once_a_period_whether_it_was_resolved_or_not() {
    let finding = finding(1, "automation_burst");
    let directory = raised(std::slice::from_ref(&finding));
    let (kind, about) = (finding.kind, finding.about.as_str());
    assert!(directory.has_finding_since(kind, about, at(500)), "it is open");
    let mut directory = directory;
    directory.apply(&OrganisationEvent::FindingResolved(Box::new(FindingResolution {
        finding: finding.id.clone(),
        by: person("bo"),
        account: account("bo"),
        reason: Private::from("looked at"),
        at: at(2),
    })));
    assert!(directory.has_finding_since(kind, about, at(1)), "it was raised in this period");
    assert!(!directory.has_finding_since(kind, about, at(2)));
}
