//! Briefings: an approval that policy wants informed rests on what was opened and confirmed.

use crate::change::{ChangeEvent, RoleBriefing, Uninformed, VoteDecision};
use crate::fixture::*;
use crate::refusal::Refusal;
use crate::requirement::Requirement;

const TEXT: &str = "I read what changes for our customers.";

fn informed_requirement(dwell_seconds: u32) -> Requirement {
    Requirement {
        briefings: vec![RoleBriefing {
            role: "security".parse().unwrap(),
            stakeholder: true,
            acknowledgement: Some(TEXT.to_owned()),
            required: true,
            dwell_seconds,
            second_if_rapid: false,
        }],
        ..requirement("security", 1)
    }
}

/// A change that asks for an informed approval by security, and what Ed is shown.
fn opened(dwell_seconds: u32) -> crate::change::Change {
    let mut change = submitted(material(), assessment(vec![informed_requirement(dwell_seconds)]));
    let shown = shown_to_ed(&change);
    for event in change.open_briefing(&person("ed"), &shown) {
        change.apply(&event, at(1)).unwrap();
    }
    change
}

fn requirements(change: &crate::change::Change) -> Vec<Requirement> {
    change.assessment.as_ref().unwrap().requirements.clone()
}

fn briefing_of_ed(change: &crate::change::Change) -> crate::change::Briefing {
    change.briefing(&person("ed"), &requirements(change), &directory(), at(1)).unwrap()
}

fn shown_to_ed(change: &crate::change::Change) -> crate::change::Digest {
    change.shown(&briefing_of_ed(change)).unwrap()
}

fn vote(
    change: &crate::change::Change,
    decision: VoteDecision,
    minute: i64,
) -> Result<Vec<ChangeEvent>, Refusal> {
    change.vote(ballot("ed", decision, 7), &requirements(change), &directory(), at(minute))
}

fn acknowledge(change: &mut crate::change::Change) {
    let briefing = briefing_of_ed(change);
    let shown = shown_to_ed(change);
    let roles = ["security".parse().unwrap()];
    let events = change.acknowledge_briefing(&person("ed"), (&briefing, &shown), &roles).unwrap();
    for event in events {
        change.apply(&event, at(2)).unwrap();
    }
}

#[test]
fn m5_4_an_uninformed_approval_is_refused_and_a_rejection_is_not() {
    let change = submitted(material(), assessment(vec![informed_requirement(0)]));
    let refused = vote(&change, VoteDecision::Approve, 3).unwrap_err();
    assert_eq!(refused, Refusal::NotInformed(Uninformed::NotOpened));
    assert!(vote(&change, VoteDecision::Reject, 3).is_ok());
    let refused = vote(&opened(0), VoteDecision::Approve, 3).unwrap_err();
    assert_eq!(refused, Refusal::NotInformed(Uninformed::NotAcknowledged));
}

#[test]
fn m5_4_the_vote_keeps_what_was_shown_confirmed_and_how_long_it_took() {
    let mut change = opened(0);
    acknowledge(&mut change);
    let events = vote(&change, VoteDecision::Approve, 3).unwrap();
    let ChangeEvent::VoteRecorded(vote) = &events[0] else { panic!("{events:?}") };
    let informed = vote.informed.as_ref().unwrap();
    assert_eq!(informed.shown, shown_to_ed(&change));
    assert_eq!(informed.seconds, 120);
    assert_eq!(informed.acknowledged[0].text, TEXT);
    assert!(!informed.rapid);
    change.apply(&events[0], at(3)).unwrap();
    assert!(decided(&change, &directory(), at(4)).approved);
}

#[test]
fn c18_a_rapid_approval_is_marked_and_dwell_holds_it_back() {
    let mut change = opened(0);
    acknowledge(&mut change);
    let events = vote(&change, VoteDecision::Approve, 1).unwrap();
    let ChangeEvent::VoteRecorded(rapid) = &events[0] else { panic!("{events:?}") };
    assert!(rapid.informed.as_ref().unwrap().rapid, "it is marked, and it counts");
    let mut change = opened(300);
    acknowledge(&mut change);
    let refused = vote(&change, VoteDecision::Approve, 3).unwrap_err();
    assert_eq!(refused, Refusal::NotInformed(Uninformed::TooSoon { seconds: 180 }));
    assert!(vote(&change, VoteDecision::Approve, 6).is_ok());
}

#[test]
fn m5_4_every_sentence_is_confirmed_of_exactly_what_was_opened() {
    let mut change = opened(0);
    let (briefing, shown) = (briefing_of_ed(&change), shown_to_ed(&change));
    let ed = person("ed");
    let refused = change.acknowledge_briefing(&ed, (&briefing, &shown), &[]).unwrap_err();
    assert_eq!(refused.code(), "invalid_field");
    let roles = ["security".parse().unwrap()];
    let other = digest("another page");
    let refused = change.acknowledge_briefing(&ed, (&briefing, &other), &roles).unwrap_err();
    assert_eq!(refused, Refusal::NotInformed(Uninformed::NotOpened));
    acknowledge(&mut change);
    let again = change.acknowledge_briefing(&ed, (&briefing, &shown), &roles).unwrap();
    assert!(again.is_empty(), "confirming twice is once");
    assert!(change.open_briefing(&ed, &shown).is_empty(), "opening twice is once");
}

#[test]
fn m5_4_an_approval_from_before_policy_asked_to_be_informed_stops_counting() {
    let mut change = submitted(material(), assessment(vec![requirement("security", 1)]));
    approve(&mut change, "ed", &directory());
    assert!(decided(&change, &directory(), at(2)).approved);
    change.assessment.as_mut().unwrap().requirements = vec![informed_requirement(0)];
    let decision = decided(&change, &directory(), at(2));
    assert!(!decision.approved);
    assert_eq!(decision.explanation.dead[0].code, "uninformed");
    // Ed can still give it: informed this time.
    let shown = shown_to_ed(&change);
    for event in change.open_briefing(&person("ed"), &shown) {
        change.apply(&event, at(3)).unwrap();
    }
    acknowledge(&mut change);
    for event in vote(&change, VoteDecision::Approve, 4).unwrap() {
        change.apply(&event, at(4)).unwrap();
    }
    assert!(decided(&change, &directory(), at(5)).approved);
}

/// The organisation with Flo on security as well.
fn two_of_security() -> crate::organisation::Directory {
    let mut directory = directory();
    let bound = binding("security", "domain:payments", "flo");
    directory.apply(&crate::organisation::OrganisationEvent::RoleBound(bound));
    directory
}

/// Opens and confirms at one minute, and approves at another.
fn approve_as(change: &mut crate::change::Change, name: &str, (opens, approves): (i64, i64)) {
    let (who, directory) = (person(name), two_of_security());
    let asked = requirements(change);
    let briefing = change.briefing(&who, &asked, &directory, at(opens)).unwrap();
    let shown = change.shown(&briefing).unwrap();
    let roles = ["security".parse().unwrap()];
    for event in change.open_briefing(&who, &shown) {
        change.apply(&event, at(opens)).unwrap();
    }
    for event in change.acknowledge_briefing(&who, (&briefing, &shown), &roles).unwrap() {
        change.apply(&event, at(opens)).unwrap();
    }
    let n = u8::try_from(change.votes.len()).unwrap() + 1;
    let ballot = ballot(name, VoteDecision::Approve, n);
    let events = change.vote(ballot, &asked, &directory, at(approves)).unwrap();
    assert_eq!(events.len(), 1, "it is recorded, never dropped");
    change.apply(&events[0], at(approves)).unwrap();
}

#[test]
fn c18_policy_may_want_a_second_approver_beside_a_rapid_one() {
    let directory = two_of_security();
    let mut asked = informed_requirement(0);
    asked.briefings[0].second_if_rapid = true;
    let mut change = submitted(material(), assessment(vec![asked]));
    approve_as(&mut change, "ed", (1, 1));
    let alone = decided(&change, &directory, at(2));
    assert!(!alone.approved);
    let node = &alone.explanation.children[0];
    assert_eq!(node.missing.as_ref().unwrap().count, 1);
    assert!(node.detail.as_ref().unwrap().contains("too fast"), "{node:?}");

    let mut read = change.clone();
    approve_as(&mut read, "ed", (1, 3));
    assert!(decided(&read, &directory, at(4)).approved, "Ed gave it again, having read it");

    approve_as(&mut change, "flo", (3, 7));
    assert!(decided(&change, &directory, at(8)).approved, "another person will do as well");
}

#[test]
fn c18_where_policy_does_not_want_a_second_a_rapid_approval_is_enough() {
    let mut change = submitted(material(), assessment(vec![informed_requirement(0)]));
    approve_as(&mut change, "ed", (1, 1));
    assert!(decided(&change, &two_of_security(), at(2)).approved);
}
