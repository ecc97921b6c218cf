//! Going back to what people approved before: what counts for it, and all that counts against it.

use crate::change::{
    Change, ChangeEvent, Deployment, DeploymentOutcome, Hold, Material, Plan, State,
};
use crate::fixture::*;
use crate::ids::{ChangeId, DeploymentId, GrantId, HoldId, OverrideId};
use crate::precedent::approved_before;
use crate::private::Private;

fn change(n: u8, material: Material) -> Change {
    let mut change = submitted(material, assessment(vec![requirement("service-owner", 1)]));
    change.id = ChangeId::new(at(0), [n; 10]);
    change
}

fn ran(mut change: Change, minute: i64, outcome: Option<DeploymentOutcome>) -> Change {
    let ended = outcome.map(|_| at(minute));
    change.deployments.push(Deployment {
        id: DeploymentId::new(at(minute), [1; 10]),
        grant: GrantId::new(at(minute), [1; 10]),
        by: actor("ana"),
        began_at: at(minute - 1),
        ended_at: ended,
        outcome,
        exit_code: None,
        note: None,
        override_id: None,
    });
    if let Some(outcome) = outcome {
        change.state = State::Completed { outcome, at: at(minute), valid_until: at(minute + 60) };
    }
    change
}

/// Deployed well at minute 10.
fn good() -> Change {
    ran(change(1, material()), 10, Some(DeploymentOutcome::Successful))
}

fn count(asked: &Change, seen: &[&Change]) -> usize {
    approved_before(asked, seen).len()
}

#[test]
fn j05_going_back_to_exactly_what_people_approved_and_ran_has_evidence() {
    let asked = change(9, material());
    let found = approved_before(&asked, &[&asked, &good()]);
    assert_eq!(found.len(), material().digests().len());
    assert!(found.iter().all(|e| e.passed && e.issued_at == at(10)), "{found:#?}");
    assert_eq!(count(&asked, &[]), 0, "never seen here");
    assert_eq!(count(&asked, &[&asked]), 0, "nothing is its own precedent");
}

#[test]
fn j05_anything_else_than_exactly_that_has_none() {
    let edits: [fn(&mut Material); 5] = [
        |m| {
            m.parameters.insert("replicas".to_owned(), "0".to_owned());
        },
        |m| m.artifacts[0].digest = digest("another"),
        |m| m.environment = "staging".parse().unwrap(),
        |m| m.service = "basket".parse().unwrap(),
        |m| m.plan = Some(Plan { hash: digest("plan"), state_serial: None }),
    ];
    for (n, edit) in edits.into_iter().enumerate() {
        let mut other = material();
        edit(&mut other);
        assert_eq!(count(&change(9, other.clone()), &[&good()]), 0, "edit {n}");
        let before = ran(change(1, other), 10, Some(DeploymentOutcome::Successful));
        assert_eq!(count(&change(9, material()), &[&before]), 0, "edit {n} of the precedent");
    }
}

#[test]
fn j05_what_a_rule_or_an_override_let_through_is_no_precedent() {
    let asked = change(9, material());
    let mut overridden = good();
    overridden.deployments[0].override_id = Some(OverrideId::new(at(1), [1; 10]));
    assert_eq!(count(&asked, &[&overridden]), 0);
    let mut by_rule = good();
    by_rule.automatic_approvals = crate::tests::automation::approved().automatic_approvals;
    assert!(!by_rule.automatic_approvals.is_empty());
    assert_eq!(count(&asked, &[&by_rule]), 0);
}

#[test]
fn j05_trouble_since_or_an_unknown_end_leaves_it_to_a_person() {
    let asked = change(9, material());
    let hold = Hold {
        id: HoldId::new(at(1), [1; 10]),
        by: actor("bo"),
        reason: Private::from("it leaks"),
        at: at(1),
    };
    let held = |mut change: Change| {
        change.apply(&ChangeEvent::HoldPlaced(hold.clone()), at(11)).unwrap();
        change
    };
    let rejected = |minute| {
        let mut change = change(2, material());
        change.state = State::Rejected { at: at(minute) };
        change
    };
    let again = |minute, outcome| ran(change(2, material()), minute, outcome);
    let table = [
        (held(good()), good(), 0),
        (held(change(2, material())), good(), 0),
        (rejected(20), good(), 0),
        (rejected(5), good(), material().digests().len()),
        (again(20, Some(DeploymentOutcome::Failed)), good(), 0),
        (again(20, Some(DeploymentOutcome::RolledBack)), good(), 0),
        (again(20, Some(DeploymentOutcome::WithIssues)), good(), 0),
        (again(5, Some(DeploymentOutcome::Failed)), good(), material().digests().len()),
        (again(20, None), good(), 0),
    ];
    for (n, (other, good, expected)) in table.iter().enumerate() {
        assert_eq!(count(&asked, &[good, other]), *expected, "case {n}");
    }
    let failed_itself = ran(change(9, material()), 30, Some(DeploymentOutcome::Failed));
    assert_eq!(count(&failed_itself, &[&good()]), 0);
}
