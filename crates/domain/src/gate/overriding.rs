//! What the gate checks when an override stands in for approvals that are missing.

use jiff::Timestamp;

use super::{Standing, denied, satisfied};
use crate::change::{Change, Override, State, VoteDecision};
use crate::explanation::{Edge, Explanation, Outcome};

/// The override itself, that nobody said no, and the state. How the approvals stand is shown as it
/// is and does not decide.
pub(super) fn checks(
    change: &Change,
    opened: &Override,
    state: Explanation,
    standing: Standing<'_>,
    now: Timestamp,
) -> Vec<Explanation> {
    let mut checks = vec![
        check_override(change, opened, standing, now),
        check_state(change, state, now),
        check_objections(change),
    ];
    let shown = standing.decisions.iter().map(|d| d.explanation.clone()).collect();
    let title = "it is not approved; this is what the override passes over";
    checks.push(Explanation::new(Outcome::Info, "not_approved", title).children(shown));
    checks
}

/// It must still be one that could be opened now: stricter policy applies at once, and it dies with
/// the role it was opened in.
fn check_override(
    change: &Change,
    opened: &Override,
    standing: Standing<'_>,
    now: Timestamp,
) -> Explanation {
    let Some(terms) = standing.override_terms else {
        return denied("override_not_allowed", "policy lets nobody override in this tier any more");
    };
    let directory = standing.directory;
    let role = change.role_to_override(&opened.by, terms, directory, now);
    if role.is_err() || !directory.is_usable(&opened.account) {
        return denied("override_died", "who opened the override may not any more");
    }
    let mut node = satisfied("override", "an override opens it once, for exactly this")
        .rule(opened.rule.clone())
        .detail(format!(
            "{}, by {} as {}; to be reviewed by {:.0}",
            opened.incident, opened.by, opened.role, opened.review_due_at
        ));
    let what = "the override ends".to_owned();
    node.next = Some(Edge { at: opened.valid_until, what });
    node
}

/// An override passes over a wait for approval and a deployment that failed; no other state.
fn check_state(change: &Change, state: Explanation, now: Timestamp) -> Explanation {
    match &change.state {
        State::AwaitingApproval { expires_at, .. } if now < *expires_at => {
            satisfied("state", "it waits for approval, which the override passes over")
        }
        // An approval that does not stand, while it is not recorded yet that it lapsed.
        State::Approved { valid_until, .. } if now < *valid_until => {
            satisfied("state", "its approval does not stand, which the override passes over")
        }
        State::Completed { outcome, .. } if outcome.is_failure() => {
            satisfied("state", "its last deployment failed; the override lets another begin")
        }
        _ => state,
    }
}

/// A person's no beats an override (I6).
fn check_objections(change: &Change) -> Explanation {
    let says = |decision| change.current_votes().any(|v| v.decision == decision);
    if says(VoteDecision::Reject) {
        denied("rejected", "somebody entitled rejected it")
    } else if says(VoteDecision::RequestChanges) {
        denied("changes_requested", "somebody entitled asks for a new revision")
    } else {
        satisfied("no_objection", "nobody entitled said no")
    }
}
