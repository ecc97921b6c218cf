//! Freezes: looked at when the gate is used, and passed by a vote of their own.

use crate::change::{Change, ChangeEvent, ChangeType, ExceptionClaim};
use crate::fixture::*;
use crate::freeze::{Freeze, reaches};
use crate::gate::{Answer, Verdict};
use crate::private::Private;
use crate::requirement::{Reach, RuleRef, Scope};

/// The month's end of payments, from minute 10 to 50.
fn freeze() -> Freeze {
    Freeze {
        id: "month-end".to_owned(),
        title: Private::from("Month end"),
        reason: Private::from("the books are being closed"),
        scope: "domain:payments".parse().unwrap(),
        environments: Vec::new(),
        tiers: vec![3, 4],
        lets_through: Vec::new(),
        from: at(10),
        until: at(50),
        approvers: vec!["security".parse().unwrap()],
        reach: Reach::Covering,
        rule: RuleRef { id: "freeze:month-end".to_owned(), file: "f".to_owned(), line: 1 },
        by: None,
    }
}

fn approved() -> Change {
    let mut change = submitted(material(), assessment(vec![requirement("release-manager", 1)]));
    approve(&mut change, "cy", &directory());
    settle(&mut change, &directory());
    change
}

fn verdict(change: &Change, minute: i64) -> Verdict {
    let freeze = freeze();
    ask_frozen(&question(change), change, &directory(), std::slice::from_ref(&freeze), at(minute))
}

fn claim(by: &str) -> ExceptionClaim {
    ExceptionClaim {
        freeze: "month-end".to_owned(),
        expected_revision: 1,
        by: actor(by),
        reason: "the old rates are illegal from tomorrow".to_owned(),
    }
}

#[test]
fn f05_a_freeze_that_starts_between_approval_and_deployment_denies() {
    let change = approved();
    assert_eq!(verdict(&change, 9).answer, Answer::Allow);
    let frozen = verdict(&change, 10);
    assert_eq!((frozen.answer, frozen.code.as_str()), (Answer::Deny, "frozen"));
    assert_eq!(frozen.explanation.next_edge().unwrap().at, at(50));
    assert_eq!(verdict(&change, 50).answer, Answer::Allow);
}

#[test]
fn f05_a_freeze_is_about_its_scope_tiers_and_types_of_change() {
    let material = material();
    let payments = "payments".parse().unwrap();
    let covers = |freeze: &Freeze, tier| freeze.covers(&material, Some(&payments), tier);
    assert!(covers(&freeze(), 3));
    assert!(!covers(&freeze(), 2));
    let other = Freeze { scope: "service:basket".parse().unwrap(), ..freeze() };
    assert!(!covers(&other, 3));
    let elsewhere = Freeze { environments: vec!["staging".parse().unwrap()], ..freeze() };
    assert!(!covers(&elsewhere, 3));
    let lax = Freeze { lets_through: vec![ChangeType::Normal], ..freeze() };
    assert!(!covers(&lax, 3));
}

#[test]
fn f05_an_exception_is_a_vote_of_its_own_by_somebody_else() {
    let mut change = approved();
    let (freeze, directory) = (freeze(), directory());
    let asked = change
        .ask_exception(claim("ana"), std::slice::from_ref(&freeze), &directory, at(11))
        .unwrap();
    change.apply(&asked, at(11)).unwrap();
    // The approval waits for the exception, and the approver of the change can't give it twice.
    assert!(!decided(&change, &directory, at(12)).approved);
    assert_eq!(verdict(&change, 12).answer, Answer::Pending);
    let again = change
        .ask_exception(claim("ana"), std::slice::from_ref(&freeze), &directory, at(12))
        .unwrap_err();
    assert_eq!(again.code(), "already_exists");

    let base = change.assessment.clone().unwrap().requirements;
    let requirements = change.with_exceptions(&base).into_owned();
    let ballot = ballot("ed", crate::change::VoteDecision::Approve, 9);
    for event in change.vote(ballot, &requirements, &directory, at(13)).unwrap() {
        change.apply(&event, at(13)).unwrap();
    }
    let excepted = verdict(&change, 14);
    assert_eq!(excepted.answer, Answer::Allow, "{:#?}", excepted.explanation);
    assert!(excepted.explanation.walk().any(|n| n.code == "freeze_excepted"));
}

#[test]
fn f05_a_freeze_beats_an_override_until_its_own_exception() {
    let mut change = emergency();
    override_by(&mut change, "bo", &directory(), 20);
    let frozen = verdict(&change, 21);
    assert_eq!((frozen.answer, frozen.code.as_str()), (Answer::Deny, "frozen"));
}

#[test]
fn an_exception_is_asked_by_the_requester_for_the_revision_they_saw() {
    let change = approved();
    let freeze = freeze();
    let code = |claim: ExceptionClaim| {
        let asked =
            change.ask_exception(claim, std::slice::from_ref(&freeze), &directory(), at(11));
        asked.unwrap_err().code().to_owned()
    };
    assert_eq!(code(claim("flo")), "not_entitled");
    assert_eq!(code(ExceptionClaim { expected_revision: 2, ..claim("ana") }), "stale_revision");
    assert_eq!(code(ExceptionClaim { reason: String::new(), ..claim("ana") }), "invalid_field");
    assert_eq!(code(ExceptionClaim { freeze: "other".to_owned(), ..claim("ana") }), "not_found");
}

#[test]
fn an_exception_dies_with_its_revision_and_with_a_stricter_freeze() {
    let mut change = approved();
    let frozen = freeze();
    let asked = change
        .ask_exception(claim("ana"), std::slice::from_ref(&frozen), &directory(), at(11))
        .unwrap();
    let ChangeEvent::FreezeExceptionAsked(exception) = &asked else { unreachable!() };
    assert_eq!(exception.requirement, frozen.requirement());
    change.apply(&asked, at(11)).unwrap();
    let stricter = Freeze { approvers: vec!["release-manager".parse().unwrap()], ..freeze() };
    let verdict = ask_frozen(&question(&change), &change, &directory(), &[stricter], at(12));
    assert_eq!(verdict.code, "frozen");
}

#[test]
fn authority_over_a_freeze_is_held_over_all_of_it() {
    let scope = |text: &str| text.parse::<Scope>().unwrap();
    let payments = "payments".parse().unwrap();
    assert!(reaches(&Scope::Organisation, &scope("domain:payments"), None));
    assert!(reaches(&scope("domain:payments"), &scope("service:checkout"), Some(&payments)));
    assert!(!reaches(&scope("domain:shop"), &scope("service:checkout"), Some(&payments)));
    assert!(!reaches(&scope("service:checkout"), &scope("domain:payments"), None));
    assert!(!reaches(&scope("domain:payments"), &Scope::Organisation, None));
}
