use std::collections::BTreeSet;

use crate::actor::Actor;
use crate::change::{
    Change, ChangeEvent, DeploymentOutcome, Evidence, EvidenceRequirement, Grant, Hold, Plan,
    Window,
};
use crate::decision::{Witnessed, decide};
use crate::explanation::Outcome;
use crate::fixture::*;
use crate::gate::{Answer, Standing, Verdict, WitnessLag, answer};
use crate::ids::{DeploymentId, GrantId, HoldId};
use crate::private::Private;

fn approved() -> Change {
    let directory = directory();
    let mut change = submitted(material(), assessment(vec![requirement("release-manager", 1)]));
    approve(&mut change, "cy", &directory);
    settle(&mut change, &directory);
    change
}

fn verdict(change: &Change, now: i64) -> Verdict {
    ask(&question(change), change, &directory(), at(now))
}

fn grant(change: &Change) -> Grant {
    let question = question(change);
    let material = &change.revision().material;
    Grant {
        id: GrantId::new(at(3), [4; 10]),
        change: change.id.clone(),
        revision: change.revision().number,
        revision_digest: change.revision().digest.clone(),
        service: material.service.clone(),
        environment: material.environment.clone(),
        artifacts: material.artifacts.clone(),
        parameters: material.parameters.clone(),
        plan: None,
        window: None,
        policy: "sha256:p".to_owned(),
        question: question.id,
        asked_by: actor("ana"),
        nonce: "00".to_owned(),
        issued_at: at(3),
        expires_at: at(13),
        override_id: None,
    }
}

fn finish(change: &mut Change, n: u8, outcome: DeploymentOutcome) {
    let event = ChangeEvent::DeploymentFinished {
        deployment: DeploymentId::new(at(4), [n; 10]),
        outcome,
        exit_code: Some(0),
        note: None,
    };
    change.apply(&event, at(5)).unwrap();
}

#[test]
fn exactly_what_was_approved_is_allowed() {
    assert_eq!(verdict(&approved(), 3).answer, Answer::Allow);
}

#[test]
fn a01_another_digest_is_denied_and_both_are_named() {
    let change = approved();
    let mut question = question(&change);
    question.artifacts = BTreeSet::from([digest("other")]);
    let verdict = ask(&question, &change, &directory(), at(3));
    assert_eq!((verdict.answer, verdict.code.as_str()), (Answer::Deny, "digest_mismatch"));
    let node =
        verdict.explanation.walk().find(|n| n.code == "digest_mismatch" && n.detail.is_some());
    let detail = node.unwrap().detail.clone().unwrap();
    assert!(detail.contains(digest("app").as_str()) && detail.contains(digest("other").as_str()));
}

#[test]
fn a06_another_target_is_denied() {
    let change = approved();
    let mut question = question(&change);
    question.environment = "staging".parse().unwrap();
    assert_eq!(ask(&question, &change, &directory(), at(3)).code, "target_mismatch");
}

#[test]
fn a10_a_plan_against_a_moved_state_is_denied() {
    let mut planned = material();
    planned.plan = Some(Plan { hash: digest("plan"), state_serial: Some("7".to_owned()) });
    let directory = directory();
    let mut change = submitted(planned, assessment(vec![requirement("release-manager", 1)]));
    approve(&mut change, "cy", &directory);
    settle(&mut change, &directory);
    let mut question = question(&change);
    question.plan = Some(digest("plan"));
    question.state_serial = Some("7".to_owned());
    assert_eq!(ask(&question, &change, &directory, at(3)).answer, Answer::Allow);
    question.state_serial = Some("8".to_owned());
    assert_eq!(ask(&question, &change, &directory, at(3)).code, "plan_mismatch");
    question.state_serial = Some("7".to_owned());
    question.plan = None;
    assert_eq!(ask(&question, &change, &directory, at(3)).code, "plan_mismatch");
}

#[test]
fn a11_other_parameters_are_denied() {
    let change = approved();
    let mut question = question(&change);
    question.parameters.insert("replicas".to_owned(), "30".to_owned());
    assert_eq!(ask(&question, &change, &directory(), at(3)).code, "parameters_mismatch");
    question.parameters.clear();
    assert_eq!(ask(&question, &change, &directory(), at(3)).code, "parameters_mismatch");
}

#[test]
fn a13_a_part_of_what_was_approved_is_denied() {
    let mut two = material();
    two.artifacts.push(crate::change::Artifact {
        name: "worker.bin".to_owned(),
        digest: digest("worker"),
        reference: None,
    });
    let directory = directory();
    let mut change = submitted(two, assessment(vec![requirement("release-manager", 1)]));
    approve(&mut change, "cy", &directory);
    settle(&mut change, &directory);
    let mut question = question(&change);
    question.artifacts = BTreeSet::from([digest("app")]);
    assert_eq!(ask(&question, &change, &directory, at(3)).code, "digest_mismatch");
}

#[test]
fn a09_a_grant_is_redeemed_once() {
    let mut change = approved();
    let grant = grant(&change);
    assert_eq!(change.check_redeemable(&grant, &actor("ana"), at(4)), Ok(()));
    redeem(&mut change, 1);
    let again = change.check_redeemable(&grant, &actor("ana"), at(4)).unwrap_err();
    assert_eq!(again.code(), "already_consumed");
    assert_eq!(verdict(&change, 4).code, "already_consumed");
    finish(&mut change, 1, DeploymentOutcome::Successful);
    assert_eq!(verdict(&change, 6).code, "already_consumed");
}

#[test]
fn a_failed_deployment_may_be_run_again_as_often_as_policy_says() {
    let mut change = approved();
    redeem(&mut change, 1);
    finish(&mut change, 1, DeploymentOutcome::Failed);
    assert_eq!(verdict(&change, 6).answer, Answer::Allow);
    redeem(&mut change, 2);
    finish(&mut change, 2, DeploymentOutcome::RolledBack);
    assert_eq!(verdict(&change, 6).code, "already_consumed");
}

#[test]
fn a_grant_of_somebody_else_or_an_expired_one_opens_nothing() {
    let change = approved();
    let grant = grant(&change);
    assert_eq!(
        change.check_redeemable(&grant, &actor("bo"), at(4)).unwrap_err().code(),
        "not_entitled"
    );
    assert_eq!(
        change.check_redeemable(&grant, &actor("ana"), at(13)).unwrap_err().code(),
        "expired"
    );
}

#[test]
fn f03_an_approval_ends() {
    let verdict = verdict(&approved(), 2 + 60);
    assert_eq!((verdict.answer, verdict.code.as_str()), (Answer::Deny, "approval_expired"));
}

#[test]
fn a_hold_wins_over_an_approval() {
    let mut change = approved();
    let hold = Hold {
        id: HoldId::new(at(3), [1; 10]),
        by: actor("bo"),
        reason: Private::from("wait"),
        at: at(3),
    };
    for event in change.hold(hold, &directory()).unwrap() {
        change.apply(&event, at(3)).unwrap();
    }
    assert_eq!(verdict(&change, 3).code, "held");
    let id = change.holds[0].id.clone();
    let by_requester = change.release(&id, &actor("ana"), "go".to_owned(), &directory(), at(2));
    assert_eq!(by_requester.unwrap_err().code(), "not_entitled");
    let by_machine = change.release(&id, &Actor::System, "go".to_owned(), &directory(), at(2));
    assert_eq!(by_machine.unwrap_err().code(), "people_only");
}

#[test]
fn a_window_opens_and_closes() {
    let mut windowed = material();
    windowed.window = Some(Window { from: at(10), until: at(20) });
    let directory = directory();
    let mut change = submitted(windowed, assessment(vec![requirement("release-manager", 1)]));
    approve(&mut change, "cy", &directory);
    settle(&mut change, &directory);
    let early = verdict(&change, 9);
    assert_eq!((early.answer, early.code.as_str()), (Answer::Pending, "window_not_open"));
    assert_eq!(early.explanation.next_edge().unwrap().at, at(10));
    assert_eq!(verdict(&change, 10).answer, Answer::Allow);
    assert_eq!(verdict(&change, 20).code, "window_closed");
}

#[test]
fn a08_no_requirement_and_no_explicit_exemption_is_no_yes() {
    let change = submitted(material(), assessment(Vec::new()));
    let decision = decided(&change, &directory(), at(1));
    assert!(!decision.approved);
    assert_eq!(decision.explanation.outcome, Outcome::Unknown);
    let directory = directory();
    let found = change.revision().found_digest();
    let standing = Standing {
        reruns_after_failure: 0,
        decisions: &[],
        found_digest: found.as_ref(),
        freezes: &[],
        joint: None,
        witnesses: None,
        maintenance: &[],
        override_terms: None,
        directory: &directory,
    };
    assert_eq!(answer(&question(&change), &change, standing, at(1)).answer, Answer::Unknown);
}

#[test]
fn an_altered_revision_is_unknown() {
    let change = approved();
    let mut stored = serde_json::to_value(&change).unwrap();
    stored["revisions"][0]["material"]["complexity"] = "low".into();
    let altered: Change = serde_json::from_value(stored).unwrap();
    assert_eq!(verdict(&altered, 3).code, "revision_damaged");
}

fn evidence_change(evidence: Vec<Evidence>) -> Change {
    let mut asked = assessment(vec![requirement("release-manager", 1)]);
    asked.evidence = vec![EvidenceRequirement {
        key: "rule/tests".to_owned(),
        rule: requirement("x", 1).rule,
        kind: "tests".to_owned(),
        issuers: vec!["ci".to_owned()],
        max_age_minutes: Some(30),
        why: "tests must pass".to_owned(),
        acceptable: None,
    }];
    let mut with = material();
    with.evidence = evidence;
    let mut change = submitted(with, asked);
    approve(&mut change, "cy", &directory());
    change
}

fn evidence(subject: &str, issuer: &str, issued: i64, passed: bool) -> Evidence {
    Evidence {
        kind: "tests".to_owned(),
        issuer: issuer.to_owned(),
        subject: digest(subject),
        issued_at: at(issued),
        passed,
        digest: None,
        url: None,
    }
}

#[test]
fn a14_a15_evidence_counts_for_its_artifact_by_a_listed_issuer_while_fresh() {
    let why = |evidence: Vec<Evidence>, now: i64| {
        let change = evidence_change(evidence);
        let assessment = change.assessment.clone().unwrap();
        let witnessed = Witnessed { deployments: &[], now: at(now) };
        let decision = decide(&change, &assessment, &directory(), witnessed);
        let node =
            decision.explanation.walk().find(|n| n.requirement.as_deref() == Some("rule/tests"));
        (decision.approved, node.unwrap().detail.clone().unwrap())
    };
    assert!(why(vec![evidence("app", "ci", 0, true)], 1).0);
    for (given, now, words) in [
        (vec![], 1, "no evidence"),
        (vec![evidence("other", "ci", 0, true)], 1, "another artifact"),
        (vec![evidence("app", "mallory", 0, true)], 1, "does not list"),
        (vec![evidence("app", "ci", 0, true)], 30, "stale"),
        (vec![evidence("app", "ci", 0, false)], 1, "failed"),
        (vec![evidence("app", "ci", 0, true), evidence("app", "ci", 0, false)], 1, "failed"),
    ] {
        let (approved, detail) = why(given, now);
        assert!(!approved && detail.contains(words), "{words}: {detail}");
    }
}

#[test]
fn h11_witnesses_that_are_too_far_behind_make_the_gate_wait() {
    let change = approved();
    let directory = directory();
    let decisions = [decided(&change, &directory, at(3))];
    let found = change.revision().found_digest();
    let ask = |unseen_since, now| {
        let standing = Standing {
            reruns_after_failure: 0,
            decisions: &decisions,
            found_digest: found.as_ref(),
            freezes: &[],
            maintenance: &[],
            joint: None,
            witnesses: Some(WitnessLag { unseen_since, max_minutes: 15 }),
            override_terms: None,
            directory: &directory,
        };
        answer(&question(&change), &change, standing, now)
    };
    assert_eq!(ask(None, at(3)).answer, Answer::Allow);
    assert_eq!(ask(Some(at(3)), at(18)).answer, Answer::Allow);
    let waits = ask(Some(at(3)), at(19));
    assert_eq!((waits.answer, waits.code.as_str()), (Answer::Pending, "witnesses_behind"));
    assert!(waits.explanation.next_edge().is_some(), "it says when to look again");
}
