//! Automatic approval: a rule's word, bound to a revision, beaten by any person's no.

use jiff::Timestamp;

use crate::change::{
    Assessment, AutomaticRule, Change, ChangeEvent, ChangeType, Evidence, EvidenceRequirement,
    Hold, MatchedCondition, MatchedValue, Revision, State, VoteDecision,
};
use crate::decision::{Decision, Witnessed, automatic_approvals};
use crate::fixture::*;
use crate::ids::{AutomationStopId, HoldId};
use crate::organisation::{
    AutomationResumption, AutomationStop, AutomationTerms, Directory, OrganisationEvent, StopScope,
};
use crate::private::Private;
use crate::refusal::Refusal;
use crate::requirement::RuleRef;

fn rule() -> AutomaticRule {
    let value = MatchedValue {
        fact: "environment.tier".to_owned(),
        value: "3".to_owned(),
        from: "environments.yaml".to_owned(),
    };
    AutomaticRule {
        rule: RuleRef { id: "chores".to_owned(), file: "automation.yaml".to_owned(), line: 4 },
        title: "Chores need nobody.".to_owned(),
        answers: vec!["rule/service-owner".to_owned()],
        conditions: vec![MatchedCondition {
            condition: "environment.tier == 3".to_owned(),
            values: vec![value],
        }],
        evidence: Vec::new(),
        review: None,
    }
}

fn wanted(rule: AutomaticRule) -> Assessment {
    Assessment { automatic: vec![rule], ..assessment(vec![requirement("service-owner", 1)]) }
}

fn approves(change: &Change, directory: &Directory, now: Timestamp) -> Vec<ChangeEvent> {
    let assessment = change.assessment.as_ref().unwrap();
    let witnessed = Witnessed { deployments: &[], now };
    automatic_approvals(change, &[assessment, assessment], directory, witnessed)
        .into_iter()
        .map(|approval| ChangeEvent::AutomaticallyApproved(Box::new(approval)))
        .collect()
}

/// Approves as far as rules do, and says how many did.
fn run(change: &mut Change, directory: &Directory, minute: i64) -> usize {
    let events = approves(change, directory, at(minute));
    for event in &events {
        change.apply(event, at(minute)).unwrap();
    }
    events.len()
}

/// A change that the rule approved at minute 1.
pub(super) fn approved() -> Change {
    let mut change = submitted(material(), wanted(rule()));
    assert_eq!(run(&mut change, &directory(), 1), 1);
    change
}

fn codes(decision: &Decision) -> Vec<String> {
    decision.explanation.walk().map(|node| node.code.clone()).collect()
}

fn stop(scope: StopScope, minute: i64) -> OrganisationEvent {
    OrganisationEvent::AutomationStopped(Box::new(AutomationStop {
        id: AutomationStopId::new(at(minute), [9; 10]),
        scope,
        by: Some(person("ed")),
        account: Some(account("ed")),
        finding: None,
        reason: Private::from("it is wrong"),
        at: at(minute),
    }))
}

fn resumed(stopped: i64, minute: i64) -> OrganisationEvent {
    OrganisationEvent::AutomationResumed(Box::new(AutomationResumption {
        stop: AutomationStopId::new(at(stopped), [9; 10]),
        by: person("cy"),
        reason: Private::from("it is right again"),
        at: at(minute),
    }))
}

#[test]
fn m4_1_a_rule_answers_its_requirement_and_is_nobodys_vote() {
    let mut change = submitted(material(), wanted(rule()));
    assert!(
        !decided(&change, &directory(), at(1)).approved,
        "nothing counts before it is recorded"
    );
    assert_eq!(run(&mut change, &directory(), 1), 1);
    assert_eq!(run(&mut change, &directory(), 1), 0, "once is enough");
    let decision = decided(&change, &directory(), at(2));
    assert!(decision.approved);
    assert_eq!(change.current_votes().count(), 0);
    assert_eq!(decision.counted[0].automatic.as_deref(), Some("chores"));
    assert!(decision.counted[0].votes.is_empty());
    let node = decision.explanation.walk().find(|n| n.code == "automatic_approval").unwrap();
    assert_eq!(node.rule.as_ref().unwrap().id, "chores");
    assert_eq!(node.requirement.as_deref(), Some("rule/service-owner"));
    assert!(node.title.contains("by nobody in person"), "{}", node.title);
}

#[test]
fn m4_1_requirements_the_rule_does_not_answer_wait_for_people() {
    let both = vec![requirement("service-owner", 1), requirement("security", 1)];
    let wanted = Assessment { automatic: vec![rule()], ..assessment(both) };
    let mut change = submitted(material(), wanted);
    assert_eq!(run(&mut change, &directory(), 1), 1);
    let decision = decided(&change, &directory(), at(2));
    assert_eq!((decision.approved, decision.unmet), (false, vec!["rule/security".to_owned()]));
    approve(&mut change, "ed", &directory());
    assert!(decided(&change, &directory(), at(3)).approved);
}

#[test]
fn m4_2_the_record_names_rule_bundle_conditions_values_and_their_origin() {
    let change = approved();
    let approval = change.automatic_approval("chores").unwrap();
    assert_eq!(approval.policy, "sha256:p");
    assert_eq!(approval.revision_digest, change.revision().digest);
    let value = &approval.by.conditions[0].values[0];
    assert_eq!(
        (value.fact.as_str(), value.value.as_str(), value.from.as_str()),
        ("environment.tier", "3", "environments.yaml")
    );
    let kept = serde_json::to_value(ChangeEvent::AutomaticallyApproved(Box::new(approval.clone())));
    let kept: ChangeEvent = serde_json::from_value(kept.unwrap()).unwrap();
    assert_eq!(kept, ChangeEvent::AutomaticallyApproved(Box::new(approval.clone())));
}

#[test]
fn m4_1_an_approval_is_for_one_revision() {
    let mut change = approved();
    let mut other = material();
    other.parameters.insert("replicas".to_owned(), "9".to_owned());
    let revision = Revision::new(2, other, [2; 16], actor("ana"), at(2)).unwrap();
    let moved = change.revise(revision).unwrap();
    change.apply(&moved, at(2)).unwrap();
    let next = Assessment { revision: 2, ..wanted(rule()) };
    change.apply(&ChangeEvent::ChangeAssessed(Box::new(next)), at(2)).unwrap();
    assert!(!decided(&change, &directory(), at(3)).approved);
}

#[test]
fn i6_whoever_says_no_beats_the_rule_on_this_revision_and_the_next() {
    let mut change = approved();
    let asked = change.assessment.as_ref().unwrap().requirements.clone();
    let no = ballot("bo", VoteDecision::RequestChanges, 7);
    for event in change.vote(no, &asked, &directory(), at(2)).unwrap() {
        change.apply(&event, at(2)).unwrap();
    }
    let decision = decided(&change, &directory(), at(3));
    assert!(!decision.approved);
    assert!(codes(&decision).contains(&"automation_objected".to_owned()));
    let mut other = material();
    other.parameters.insert("replicas".to_owned(), "9".to_owned());
    let revision = Revision::new(2, other, [2; 16], actor("ana"), at(4)).unwrap();
    let moved = change.revise(revision).unwrap();
    change.apply(&moved, at(4)).unwrap();
    let next = Assessment { revision: 2, ..wanted(rule()) };
    change.apply(&ChangeEvent::ChangeAssessed(Box::new(next)), at(4)).unwrap();
    assert_eq!(run(&mut change, &directory(), 5), 0, "automation never reopens");
}

#[test]
fn i6_nothing_is_approved_by_itself_while_somebody_holds_it() {
    let mut change = submitted(material(), wanted(rule()));
    let hold = Hold {
        id: HoldId::new(at(1), [1; 10]),
        by: actor("ed"),
        reason: Private::from("wait"),
        at: at(1),
    };
    change.apply(&ChangeEvent::HoldPlaced(hold), at(1)).unwrap();
    assert_eq!(run(&mut change, &directory(), 2), 0);
}

#[test]
fn m4_4_a_stop_acts_at_once_and_what_was_before_it_stays_without_effect() {
    for scope in [
        StopScope::Everything,
        StopScope::Rule("chores".to_owned()),
        StopScope::Service("checkout".parse().unwrap()),
    ] {
        let (mut change, mut directory) = (approved(), directory());
        directory.apply(&stop(scope, 2));
        let decision = decided(&change, &directory, at(3));
        assert!(!decision.approved);
        assert!(codes(&decision).contains(&"automation_stopped".to_owned()));
        assert_eq!(run(&mut change, &directory, 3), 0);
        directory.apply(&resumed(2, 4));
        let decision = decided(&change, &directory, at(5));
        assert!(!decision.approved, "what was before the stop stays without effect");
        assert!(codes(&decision).contains(&"automation_before_stop".to_owned()));
        assert_eq!(run(&mut change, &directory, 5), 1);
        assert!(decided(&change, &directory, at(6)).approved);
    }
}

#[test]
fn m4_4_the_place_in_the_journal_says_what_was_before_a_stop_and_no_clock() {
    // The node that approved is an hour ahead of the one that stopped, and the other way round.
    for (approved_at, stopped_at) in [(60, 2), (2, 60)] {
        let (mut change, mut directory) = (submitted(material(), wanted(rule())), directory());
        let early = approves(&change, &directory, at(1));
        let ChangeEvent::AutomaticallyApproved(mut approval) = early[0].clone() else { panic!() };
        approval.at = at(approved_at);
        change.apply(&ChangeEvent::AutomaticallyApproved(approval), at(approved_at)).unwrap();
        directory.apply(&stop(StopScope::Everything, stopped_at));
        directory.apply(&resumed(stopped_at, stopped_at + 1));
        let decision = decided(&change, &directory, at(61));
        assert!(!decision.approved, "it was decided before the stop");
        assert!(codes(&decision).contains(&"automation_before_stop".to_owned()));
        // What is decided on the journal after it counts, though its clock says before.
        assert_eq!(run(&mut change, &directory, 1), 1);
        assert!(decided(&change, &directory, at(61)).approved);
    }
}

#[test]
fn m4_4_an_approval_that_does_not_say_what_it_was_decided_on_is_before_any_stop() {
    let (change, mut directory) = (approved(), directory());
    let mut kept = serde_json::to_value(change.automatic_approval("chores").unwrap()).unwrap();
    kept.as_object_mut().unwrap().remove("decided_on").unwrap();
    let mut old = submitted(material(), wanted(rule()));
    let event = ChangeEvent::AutomaticallyApproved(serde_json::from_value(kept).unwrap());
    old.apply(&event, at(1)).unwrap();
    assert!(decided(&old, &directory, at(2)).approved);
    directory.apply(&stop(StopScope::Everything, 0));
    directory.apply(&resumed(0, 1));
    assert!(!decided(&old, &directory, at(2)).approved);
}

#[test]
fn m4_4_a_stop_of_something_else_changes_nothing() {
    let (change, mut directory) = (approved(), directory());
    directory.apply(&stop(StopScope::Rule("another".to_owned()), 2));
    assert!(decided(&change, &directory, at(3)).approved);
}

#[test]
fn m4_4_people_stop_by_role_and_only_others_named_let_it_go_on() {
    let mut directory = directory();
    let terms = AutomationTerms {
        stop: vec!["security".parse().unwrap(), "service-owner".parse().unwrap()],
        resume: vec!["release-manager".parse().unwrap()],
    };
    let checkout = StopScope::Service("checkout".parse().unwrap());
    let may = |name: &str, scope: &StopScope| {
        directory.may_stop_automation(&person(name), scope, Some(&terms)).is_ok()
    };
    assert!(may("ed", &StopScope::Everything) && may("bo", &checkout));
    assert!(!may("flo", &StopScope::Everything) && !may("ana", &checkout));
    let none = directory.may_stop_automation(&person("ed"), &checkout, None).unwrap_err();
    assert_eq!(none.code(), "no_automation");
    directory.apply(&stop(StopScope::Everything, 2));
    let OrganisationEvent::AutomationResumed(by_cy) = resumed(2, 3) else { panic!() };
    let mut by_ed = (*by_cy).clone();
    by_ed.by = person("ed");
    assert_eq!(directory.check_resumption(&by_ed, Some(&terms)).unwrap_err().code(), "no_role");
    assert!(directory.check_resumption(&by_cy, Some(&terms)).is_ok());
    let silent = AutomationResumption { reason: Private::from(" "), ..(*by_cy).clone() };
    assert_eq!(
        directory.check_resumption(&silent, Some(&terms)).unwrap_err().code(),
        "invalid_field"
    );
    directory.apply(&OrganisationEvent::AutomationResumed(by_cy.clone()));
    assert!(directory.check_resumption(&by_cy, Some(&terms)).is_err(), "it is over");
}

#[test]
fn m4_1_in_t4_and_for_emergencies_only_people_approve() {
    let strict = Assessment { tier: 4, ..wanted(rule()) };
    assert_eq!(run(&mut submitted(material(), strict), &directory(), 1), 0);
    let mut urgent = material();
    urgent.kind = ChangeType::Emergency;
    urgent.incident = Some("INC-1".to_owned());
    assert_eq!(run(&mut submitted(urgent, wanted(rule())), &directory(), 1), 0);
}

#[test]
fn m4_1_a_rule_that_only_one_of_two_policies_has_approves_nothing() {
    let change = submitted(material(), wanted(rule()));
    let with = change.assessment.as_ref().unwrap();
    let without = Assessment { automatic: Vec::new(), ..with.clone() };
    let witnessed = Witnessed { deployments: &[], now: at(1) };
    for both in [[with, &without], [&without, with]] {
        assert_eq!(automatic_approvals(&change, &both, &directory(), witnessed), []);
    }
}

#[test]
fn a15_a_rule_rests_on_evidence_about_this_by_whom_policy_lists_and_fresh() {
    let evidence = |issuer: &str| Evidence {
        kind: "tests".to_owned(),
        issuer: issuer.to_owned(),
        subject: digest("app"),
        issued_at: at(0),
        passed: true,
        digest: None,
        url: None,
    };
    let resting = AutomaticRule {
        evidence: vec![EvidenceRequirement {
            key: "chores/tests".to_owned(),
            rule: rule().rule,
            kind: "tests".to_owned(),
            issuers: vec!["ci".to_owned()],
            max_age_minutes: Some(30),
            why: "tests ran".to_owned(),
            acceptable: None,
        }],
        ..rule()
    };
    let with = |issuer: &str| {
        let mut material = material();
        material.evidence = vec![evidence(issuer)];
        submitted(material, wanted(resting.clone()))
    };
    assert_eq!(run(&mut submitted(material(), wanted(resting.clone())), &directory(), 1), 0);
    assert_eq!(run(&mut with("somebody"), &directory(), 1), 0);
    let mut change = with("ci");
    assert_eq!(run(&mut change, &directory(), 1), 1);
    assert!(decided(&change, &directory(), at(2)).approved);
    let stale = decided(&change, &directory(), at(40));
    assert!(!stale.approved);
    assert!(codes(&stale).contains(&"automation_evidence".to_owned()));
}

#[test]
fn i7_a_contributor_nobody_knows_sends_it_to_a_person() {
    let mut unknown = material();
    unknown.contributors = vec![contributor("who@example.net")];
    assert_eq!(run(&mut submitted(unknown, wanted(rule())), &directory(), 1), 0);
}

#[test]
fn c_nothing_is_approved_by_itself_after_the_time_is_over() {
    let change = submitted(material(), wanted(rule()));
    assert!(matches!(change.state, State::AwaitingApproval { .. }));
    assert_eq!(approves(&change, &directory(), at(100)), []);
}

/// A stop that nobody made.
fn suspended(scope: StopScope, minute: i64) -> OrganisationEvent {
    OrganisationEvent::AutomationStopped(Box::new(AutomationStop {
        id: AutomationStopId::new(at(minute), [9; 10]),
        scope,
        by: None,
        account: None,
        finding: None,
        reason: Private::from("3 of 9 failed"),
        at: at(minute),
    }))
}

#[test]
fn g07_a_suspension_stops_its_template_until_a_person_lifts_it() {
    let name = "scale-service".parse().unwrap();
    let scope = StopScope::Template(name);
    let StopScope::Template(name) = &scope else { return };
    let mut directory = directory();
    assert!(directory.template_stop(name).is_none() && directory.may_suspend(&scope));
    directory.apply(&suspended(scope.clone(), 5));
    assert!(directory.template_stop(name).is_some(), "it is suspended");
    assert!(!directory.may_suspend(&scope), "once is enough");
    assert!(directory.automation_resumed_at(&scope).is_none());
    directory.apply(&resumed(5, 9));
    assert!(directory.template_stop(name).is_none(), "a person lifted it");
    assert_eq!(directory.automation_resumed_at(&scope), Some(at(9)));
}

#[test]
fn g07_nobody_but_a_person_makes_or_lifts_a_stop_by_hand() {
    let directory = directory();
    let OrganisationEvent::AutomationStopped(stop) = suspended(StopScope::Everything, 5) else {
        return;
    };
    let refused = directory.check_stop(&stop, None);
    assert!(matches!(refused, Err(Refusal::PeopleOnly { .. })), "{refused:?}");
}
