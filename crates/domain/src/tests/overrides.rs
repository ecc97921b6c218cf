//! Overrides: who may, for how long, what still beats them, and that none is ever an approval.

use proptest::prelude::*;

use crate::change::{
    Change, ChangeEvent, Deployment, DeploymentOutcome, Hold, NotBy, OverrideTerms, ReviewClaim,
    ReviewOutcome, Revision, State, VoteDecision,
};
use crate::fixture::*;
use crate::gate::{Answer, Verdict};
use crate::ids::{DeploymentId, GrantId, HoldId, OverrideId};
use crate::organisation::{Directory, OrganisationEvent, RegisteredOverride, Status};
use crate::private::Private;

fn verdict(change: &Change, minute: i64) -> Verdict {
    ask(&question(change), change, &directory(), at(minute))
}

fn opened() -> Change {
    let mut change = emergency();
    override_by(&mut change, "bo", &directory(), 2);
    change
}

fn redeem(change: &mut Change, minute: i64) {
    let deployment = Deployment {
        id: DeploymentId::new(at(minute), [1; 10]),
        grant: GrantId::new(at(minute), [1; 10]),
        by: actor("ana"),
        began_at: at(minute),
        ended_at: None,
        outcome: None,
        exit_code: None,
        note: None,
        override_id: verdict(change, minute).override_id,
    };
    let id = deployment.id.clone();
    let grant = deployment.grant.clone();
    let begun = ChangeEvent::GrantRedeemed { grant, deployment: Box::new(deployment) };
    change.apply(&begun, at(minute)).unwrap();
    let ended = ChangeEvent::DeploymentFinished {
        deployment: id,
        outcome: DeploymentOutcome::Failed,
        exit_code: None,
        note: None,
    };
    change.apply(&ended, at(minute + 1)).unwrap();
}

fn review(by: &str, findings: &str) -> ReviewClaim {
    ReviewClaim {
        id: claim("bo").id,
        person: person(by),
        account: account(by),
        outcome: ReviewOutcome::Justified,
        findings: findings.to_owned(),
    }
}

#[test]
fn g05_an_override_opens_and_is_never_called_approved() {
    let change = opened();
    let verdict = verdict(&change, 3);
    assert_eq!((verdict.answer, verdict.code.as_str()), (Answer::Allow, "override"));
    assert_eq!(verdict.override_id, Some(claim("bo").id));
    assert!(verdict.summary.starts_with("not approved"));
    let says_approved = verdict.explanation.walk().any(|n| n.code == "approved");
    assert!(!says_approved, "{:#?}", verdict.explanation);
    assert!(verdict.explanation.walk().any(|n| n.code == "requirement_missing"));
}

#[test]
fn without_terms_in_policy_nobody_overrides() {
    let refusal = emergency().open_override(claim("bo"), None, &directory(), at(2)).unwrap_err();
    assert_eq!(refusal.code(), "override_not_allowed");
}

#[test]
fn g02_only_an_emergency_with_its_incident_is_overridden() {
    let change = submitted(material(), assessment(vec![requirement("release-manager", 1)]));
    let refusal =
        change.open_override(claim("bo"), Some(&terms()), &directory(), at(2)).unwrap_err();
    assert_eq!(refusal.code(), "not_an_emergency");
}

#[test]
fn g02_minutes_reason_role_and_revision_are_checked() {
    let change = emergency();
    let open = |claim| change.open_override(claim, Some(&terms()), &directory(), at(2));
    let code = |claim| open(claim).unwrap_err().code().to_owned();
    assert_eq!(code(claim("flo")), "no_role");
    let long = crate::change::OverrideClaim { minutes: Some(31), ..claim("bo") };
    assert_eq!(code(long), "invalid_field");
    let none = crate::change::OverrideClaim { minutes: Some(0), ..claim("bo") };
    assert_eq!(code(none), "invalid_field");
    let silent = crate::change::OverrideClaim { reason: " ".to_owned(), ..claim("bo") };
    assert_eq!(code(silent), "invalid_field");
    let stale = crate::change::OverrideClaim { expected_revision: 2, ..claim("bo") };
    assert_eq!(code(stale), "stale_revision");
    assert!(open(claim("bo")).is_ok());
}

#[test]
fn m3_6_approvers_have_time_to_answer_before_an_override() {
    let terms = OverrideTerms { after_minutes: Some(15), ..terms() };
    let mut change = emergency();
    let open = |change: &Change, minute| {
        change.open_override(claim("bo"), Some(&terms), &directory(), at(minute))
    };
    let State::AwaitingApproval { since, .. } = change.state else { unreachable!() };
    let waits = since.duration_since(at(0)).as_mins();
    let early = open(&change, waits + 14).unwrap_err();
    assert_eq!(early.code(), "override_too_early");
    let from = at(waits + 15);
    assert!(early.to_string().contains(&format!("from {from:.0}")), "{early}");
    assert!(open(&change, waits + 15).is_ok());
    let asked = ChangeEvent::ApproversAsked {
        requirement: "r/release-manager".to_owned(),
        step: 0,
        people: vec![person("cy")],
        instead_of: Vec::new(),
        on_call: Vec::new(),
        why: "their role is asked for".to_owned(),
        next: None,
    };
    change.apply(&asked, at(waits + 10)).unwrap();
    assert_eq!(open(&change, waits + 24).unwrap_err().code(), "override_too_early");
    assert!(open(&change, waits + 25).is_ok(), "it counts from when somebody was asked");
}

#[test]
fn m3_6_nobody_overrides_their_own_change_where_policy_says_so() {
    let mut directory = directory();
    let binds =
        |name| OrganisationEvent::RoleBound(binding("release-manager", "organisation", name));
    for name in ["ana", "bo"] {
        directory.apply(&binds(name));
    }
    let change = emergency();
    let open = |name: &str, not_by: &[NotBy]| {
        let terms = OverrideTerms { not_by: not_by.to_vec(), ..terms() };
        change.open_override(claim(name), Some(&terms), &directory, at(2))
    };
    assert!(open("ana", &[]).is_ok(), "nobody is barred unless policy says so");
    let refused = open("ana", &[NotBy::Requester]).unwrap_err();
    assert_eq!(refused.code(), "sod_author");
    assert!(refused.to_string().contains("requester"), "{refused}");
    assert!(open("bo", &[NotBy::Requester, NotBy::Contributors]).is_ok());

    let mut opened = change.clone();
    override_by(&mut opened, "ana", &directory, 2);
    let gate = |directory: &Directory| ask(&question(&opened), &opened, directory, at(3)).answer;
    assert_eq!(gate(&directory), Answer::Allow);
    let stricter = OverrideTerms { not_by: vec![NotBy::Requester], ..terms() };
    let dies = opened.role_to_override(&person("ana"), &stricter, &directory, at(3));
    assert_eq!(
        dies.unwrap_err().code(),
        "sod_author",
        "and so it dies when policy becomes stricter"
    );
}

#[test]
fn g02_an_override_ends_with_its_minutes_and_opens_once() {
    let mut change = opened();
    assert_eq!(verdict(&change, 31).answer, Answer::Allow);
    assert_eq!(verdict(&change, 32).answer, Answer::Pending);
    redeem(&mut change, 3);
    let again = verdict(&change, 6);
    assert_eq!((again.answer, again.code.as_str()), (Answer::Deny, "already_consumed"));
}

/// Found by the simulation: the clock was set back, and the one before had not begun by it.
#[test]
fn m3_6_only_one_override_is_open_also_when_a_clock_was_ahead() {
    let change = opened();
    for minute in [0, 1, 2, 31] {
        let refusal = change.open_override(claim("cy"), Some(&terms()), &directory(), at(minute));
        let refusal = refusal.unwrap_err();
        assert_eq!(refusal.code(), "already_exists", "at minute {minute}");
        assert!(refusal.next_action().contains("wait until its time is over"));
    }
    assert!(change.open_override(claim("cy"), Some(&terms()), &directory(), at(32)).is_ok());
    // By that clock it opens nothing yet.
    assert!(change.live_override(at(1)).is_none());
}

#[test]
fn an_override_is_for_exactly_its_revision() {
    let mut change = opened();
    let mut other = change.revision().material.clone();
    other.parameters.insert("replicas".to_owned(), "9".to_owned());
    let revision = Revision::new(2, other, [2; 16], actor("ana"), at(4)).unwrap();
    let event = change.revise(revision).unwrap();
    change.apply(&event, at(4)).unwrap();
    let asked = assessment(vec![requirement("release-manager", 1)]);
    change.apply(&ChangeEvent::ChangeAssessed(Box::new(asked)), at(4)).unwrap();
    assert!(change.live_override(at(5)).is_none());
    assert_eq!(verdict(&change, 5).answer, Answer::Pending);
    let mut question = question(&opened());
    question.parameters.insert("replicas".to_owned(), "9".to_owned());
    let denied = ask(&question, &opened(), &directory(), at(5));
    assert_eq!(denied.code, "parameters_mismatch");
}

#[test]
fn i6_hold_objection_and_expiry_beat_an_override() {
    let mut held = opened();
    held.holds.push(Hold {
        id: HoldId::new(at(3), [1; 10]),
        by: actor("cy"),
        reason: Private::from("wait"),
        at: at(3),
    });
    assert_eq!(verdict(&held, 4).code, "held");

    for (decision, code) in
        [(VoteDecision::Reject, "rejected"), (VoteDecision::RequestChanges, "changes_requested")]
    {
        let mut change = opened();
        let requirements = change.assessment.clone().unwrap().requirements;
        let ballot = ballot("cy", decision, 1);
        for event in change.vote(ballot, &requirements, &directory(), at(3)).unwrap() {
            change.apply(&event, at(3)).unwrap();
        }
        let verdict = verdict(&change, 4);
        assert_eq!((verdict.answer, verdict.code.as_str()), (Answer::Deny, code));
        let refusal = change.open_override(claim("bo"), Some(&terms()), &directory(), at(4));
        assert!(refusal.is_err());
    }

    let mut change = emergency();
    override_by(&mut change, "bo", &directory(), 95);
    assert_eq!(verdict(&change, 99).answer, Answer::Allow);
    assert_eq!(verdict(&change, 100).code, "expired");
}

#[test]
fn an_override_dies_with_the_role_and_the_policy_it_was_opened_in() {
    let change = opened();
    let mut after = directory();
    after.apply(&OrganisationEvent::PersonStatusSet {
        person: person("bo"),
        status: Status::Inactive,
    });
    let verdict = ask(&question(&change), &change, &after, at(3));
    assert_eq!((verdict.answer, verdict.code.as_str()), (Answer::Deny, "override_died"));
}

#[test]
fn a_complete_decision_comes_before_an_override() {
    let mut change = opened();
    approve(&mut change, "cy", &directory());
    settle(&mut change, &directory());
    let verdict = verdict(&change, 4);
    assert_eq!((verdict.code.as_str(), verdict.override_id), ("approved", None));
}

#[test]
fn g04_the_review_is_by_somebody_with_clean_hands() {
    let change = opened();
    let refused = |by| change.review_override(review(by, "fine"), &directory(), at(5)).unwrap_err();
    assert_eq!(refused("ana").code(), "sod_author");
    assert_eq!(refused("bo").code(), "sod_author");
    assert_eq!(refused("flo").code(), "no_role");
    let silent = change.review_override(review("ed", ""), &directory(), at(5)).unwrap_err();
    assert_eq!(silent.code(), "invalid_field");
    assert!(change.review_override(review("ed", "could not wait"), &directory(), at(5)).is_ok());
}

#[test]
fn g04_a_missing_review_escalates_when_due_and_after_one_and_three_days() {
    let mut change = opened();
    let due = 2 + 24 * 60;
    let mut seen = Vec::new();
    for minute in [due - 1, due, due, due + 24 * 60, due + 72 * 60, due + 500 * 60] {
        for event in change.escalate_overrides(at(minute)) {
            change.apply(&event, at(minute)).unwrap();
            let ChangeEvent::OverrideReviewEscalated { step, .. } = event else { unreachable!() };
            seen.push((minute - due, step));
        }
    }
    assert_eq!(seen, [(0, 1), (24 * 60, 2), (72 * 60, 3)]);
    assert_eq!(change.override_edge(), None);
}

#[test]
fn g04_who_owes_a_review_opens_no_other_override() {
    let mut directory = directory();
    directory.apply(&OrganisationEvent::OverrideRegistered(owed("bo", 10)));
    let open = |minute, directory: &Directory| {
        emergency().open_override(claim("bo"), Some(&terms()), directory, at(minute))
    };
    assert!(open(9, &directory).is_ok(), "it is not due yet");
    assert_eq!(open(10, &directory).unwrap_err().code(), "override_review_overdue");
    let second = emergency().open_override(claim("cy"), Some(&terms()), &directory, at(10));
    assert!(second.is_ok(), "a second person may");
    directory.apply(&OrganisationEvent::OverrideSettled { id: owed("bo", 10).id });
    assert!(open(10, &directory).is_ok());
}

fn owed(by: &str, due: i64) -> RegisteredOverride {
    let change = emergency();
    RegisteredOverride {
        id: OverrideId::new(at(0), [5; 10]),
        change: change.id,
        number: change.number,
        service: "checkout".parse().unwrap(),
        environment: "production".parse().unwrap(),
        by: person(by),
        incident: "INC-6".to_owned(),
        opened_at: at(0),
        review_due_at: at(due),
        reviewed: false,
        sealed: None,
    }
}

#[test]
fn a_change_is_not_closed_before_its_override_is_reviewed() {
    let mut change = opened();
    redeem(&mut change, 3);
    let close = |change: &Change| change.close(&actor("ana"), "went well".to_owned());
    assert_eq!(close(&change).unwrap_err().code(), "override_not_reviewed");
    let event = change.review_override(review("ed", "fine"), &directory(), at(9)).unwrap();
    change.apply(&event, at(9)).unwrap();
    assert!(close(&change).is_ok());
}

proptest! {
    /// I1: whatever happens in whatever order, an `allow` rests on a complete recorded decision or
    /// on a live override, and says which.
    #[test]
    fn i1_no_allow_without_a_decision_or_an_override(
        steps in prop::collection::vec((0usize..6, 0usize..4, 0u8..5), 0..8),
        ask_at in 0i64..130,
        counts in 1u32..3,
    ) {
        let directory = directory();
        let mut change = emergency();
        change.assessment = Some(assessment(vec![requirement("release-manager", counts)]));
        let people = ["bo", "cy", "di", "ed"];
        for (n, (kind, who, minute)) in steps.into_iter().enumerate() {
            let now = at(i64::from(minute) + i64::try_from(n).unwrap());
            let events = match kind {
                0 | 1 => change.open_override(claim(people[who]), Some(&terms()), &directory, now)
                    .map(|e| vec![e]),
                2 | 3 => {
                    let requirements = change.assessment.clone().unwrap().requirements;
                    let decision = [VoteDecision::Approve, VoteDecision::RequestChanges][kind - 2];
                    let ballot = ballot(people[who], decision, u8::try_from(n).unwrap());
                    change.vote(ballot, &requirements, &directory, now)
                }
                4 => {
                    let deployable = ask(&question(&change), &change, &directory, now);
                    if deployable.answer == Answer::Allow && deployable.override_id.is_some() {
                        redeem(&mut change, i64::from(minute) + i64::try_from(n).unwrap());
                    }
                    Ok(Vec::new())
                }
                _ => change.hold(Hold {
                    id: HoldId::new(now, [u8::try_from(n).unwrap(); 10]),
                    by: actor("cy"), reason: Private::from("wait"), at: now,
                }, &directory),
            };
            for event in events.unwrap_or_default() {
                change.apply(&event, now).unwrap();
            }
        }
        let decision = decided(&change, &directory, at(ask_at));
        let verdict = ask(&question(&change), &change, &directory, at(ask_at));
        if verdict.answer == Answer::Allow {
            let live = change.live_override(at(ask_at)).map(|o| o.id.clone());
            prop_assert!(!change.is_held());
            // Nothing records `change_approved` here, so nothing but an override opens.
            prop_assert_eq!(&verdict.code, "override");
            prop_assert_eq!(verdict.override_id, live.clone());
            prop_assert!(live.is_some());
            let objects = |v: &&crate::change::Vote| v.decision == VoteDecision::RequestChanges;
            prop_assert!(change.current_votes().find(objects).is_none());
        } else {
            prop_assert!(verdict.override_id.is_none());
            prop_assert!(verdict.code != "approved" || decision.approved);
        }
    }
}
