use crate::change::{Change, ChangeEvent, State};
use crate::fixture::*;

fn shorter() -> crate::change::Assessment {
    let asked = vec![requirement("security", 1)];
    crate::change::Assessment { pending_minutes: 7, validity_minutes: 5, ..assessment(asked) }
}

fn waiting() -> Change {
    submitted(material(), assessment(vec![requirement("release-manager", 1)]))
}

#[test]
fn m7_6_a_change_supposed_under_another_bundle_waits_and_stands_on_its_terms() {
    let directory = directory();
    let mut change = waiting();
    let supposed = change.supposing(Some(&shorter()), at(0));
    assert_eq!(supposed.state, State::AwaitingApproval { since: at(0), expires_at: at(7) });
    approve(&mut change, "cy", &directory);
    settle(&mut change, &directory);
    let supposed = change.supposing(Some(&shorter()), at(0));
    assert_eq!(supposed.state, State::Approved { at: at(2), valid_until: at(7) });
    assert_eq!(supposed.assessment, Some(shorter()));
    assert_eq!(supposed.votes, change.votes, "nobody's vote is made up or taken away");
}

#[test]
fn m7_6_what_another_bundle_could_not_say_is_no_approval() {
    let directory = directory();
    let mut change = waiting();
    approve(&mut change, "cy", &directory);
    settle(&mut change, &directory);
    let supposed = change.supposing(None, at(0));
    assert_eq!((supposed.state, supposed.assessment), (State::Assessing, None));
}

#[test]
fn m7_6_what_live_policy_could_not_say_another_bundle_may() {
    let mut change = draft(material());
    let reason = "rule_error".to_owned();
    change.apply(&ChangeEvent::ChangeSubmitted { revision: 1, reason }, at(3)).unwrap();
    let supposed = change.supposing(Some(&shorter()), at(3));
    assert_eq!(supposed.state, State::AwaitingApproval { since: at(3), expires_at: at(10) });
}

#[test]
fn m7_6_what_is_over_stays_over_whatever_is_supposed() {
    let mut change = waiting();
    change.state = State::Cancelled { at: at(4) };
    assert_eq!(change.supposing(Some(&shorter()), at(0)).state, State::Cancelled { at: at(4) });
}
