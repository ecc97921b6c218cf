use crate::change::{Change, ChangeEvent, DeploymentOutcome, Expired, Revision, State, StateName};
use crate::fixture::*;
use crate::ids::{ChangeId, DeploymentId};

fn in_state(name: StateName) -> Change {
    let asked = assessment(vec![requirement("release-manager", 1)]);
    let mut change = submitted(material(), asked);
    let deployment = DeploymentId::new(at(4), [1; 10]);
    change.state = match name {
        StateName::Draft => State::Draft,
        StateName::Assessing => State::Assessing,
        StateName::AwaitingApproval => {
            State::AwaitingApproval { since: at(0), expires_at: at(100) }
        }
        StateName::Approved => State::Approved { at: at(1), valid_until: at(60) },
        StateName::Implementing => State::Implementing { deployment, valid_until: at(60) },
        StateName::Completed => State::Completed {
            outcome: DeploymentOutcome::Successful,
            at: at(5),
            valid_until: at(60),
        },
        StateName::Closed => State::Closed { at: at(6) },
        StateName::Rejected => State::Rejected { at: at(6) },
        StateName::Cancelled => State::Cancelled { at: at(6) },
        StateName::Expired => State::Expired { at: at(6) },
        StateName::Superseded => State::Superseded { by: ChangeId::new(at(0), [8; 10]), at: at(6) },
    };
    change
}

/// Which actions each state allows, as a table: every other one is a typed refusal (C08).
#[test]
fn c08_every_state_allows_exactly_its_actions() {
    use StateName as S;
    for state in StateName::ALL {
        let change = in_state(state);
        let directory = directory();
        let ballot = ballot("cy", crate::change::VoteDecision::Approve, 1);
        let requirements = change.assessment.clone().unwrap().requirements;
        let may_vote = change.vote(ballot, &requirements, &directory, at(2)).is_ok();
        assert_eq!(may_vote, matches!(state, S::AwaitingApproval | S::Approved), "vote {state:?}");

        let mut other = material();
        other.complexity = crate::change::Level::High;
        let revision = Revision::new(2, other, [2; 16], actor("ana"), at(2)).unwrap();
        let open = [S::Draft, S::Assessing, S::AwaitingApproval, S::Approved, S::Expired];
        assert_eq!(change.revise(revision).is_ok(), open.contains(&state), "revise {state:?}");

        let withdraw = change.withdraw(&actor("ana"), "no need".to_owned(), &directory);
        let open = [S::Draft, S::Assessing, S::AwaitingApproval, S::Approved];
        assert_eq!(withdraw.is_ok(), open.contains(&state), "withdraw {state:?}");

        let close = change.close(&actor("ana"), "went well".to_owned());
        assert_eq!(close.is_ok(), state == S::Completed, "close {state:?}");
        if let Err(refusal) = close {
            assert_eq!(refusal.code(), "illegal_state");
        }
        assert_eq!(change.state.name(), state);
    }
}

#[test]
fn only_the_requester_or_an_admin_withdraws() {
    let change = in_state(StateName::Approved);
    let no = change.withdraw(&actor("flo"), "mine".to_owned(), &directory()).unwrap_err();
    assert_eq!(no.code(), "not_entitled");
}

#[test]
fn f04_pending_and_approved_expire_neutrally() {
    let pending = in_state(StateName::AwaitingApproval);
    assert_eq!(pending.expire(at(99)), None);
    let expired = Some(ChangeEvent::ChangeExpired { was: Expired::Pending });
    assert_eq!(pending.expire(at(100)), expired);
    let approved = in_state(StateName::Approved);
    let expired = Some(ChangeEvent::ChangeExpired { was: Expired::Approved });
    assert_eq!(approved.expire(at(60)), expired);
    assert_eq!(in_state(StateName::Rejected).expire(at(1_000)), None);
}

#[test]
fn c14_a_superseded_change_names_what_took_its_place() {
    let mut change = in_state(StateName::Approved);
    let other = ChangeId::new(at(9), [9; 10]);
    let events = change.supersede(&actor("ana"), other.clone(), &directory()).unwrap();
    change.apply(&events[0], at(9)).unwrap();
    assert!(matches!(&change.state, State::Superseded { by, .. } if *by == other));
    let verdict = ask(&question(&change), &change, &directory(), at(9));
    assert_eq!(verdict.code, "superseded");
}

#[test]
fn a_stream_that_makes_no_sense_is_inconsistent() {
    let mut change = in_state(StateName::Draft);
    let event = ChangeEvent::DeploymentFinished {
        deployment: DeploymentId::new(at(4), [1; 10]),
        outcome: DeploymentOutcome::Successful,
        exit_code: None,
        note: None,
    };
    assert!(change.apply(&event, at(5)).is_err());
    assert!(Change::begin(&event, at(5)).is_err());
}

#[test]
fn the_digest_covers_every_material_field() {
    let base = Revision::new(1, material(), [1; 16], actor("ana"), at(0)).unwrap();
    let fields = serde_json::to_value(material()).unwrap();
    let others = serde_json::json!({
        "title": {"$private": "x"}, "description": {"$private": "x"}, "reason": {"$private": "x"},
        "kind": "emergency", "template": {"name": "t", "version": 1}, "service": "other",
        "environment": "staging", "artifacts": [], "parameters": {}, "plan": {"hash": digest("p")},
        "evidence": [{"kind": "k", "issuer": "i", "subject": digest("s"),
            "issued_at": "2026-01-01T00:00:00Z", "passed": true}],
        "window": {"from": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"},
        "contributors": [{"contribution": "author", "identity": {"$private": "x"}}],
        "source": {"repository": "r", "commit": "c"}, "impact": "high", "urgency": "high",
        "complexity": "high", "incident": "INC-1", "attributes": {"a": "b"}
    });
    for key in fields.as_object().unwrap().keys() {
        let mut altered = fields.clone();
        altered[key] = others[key].clone();
        let altered = serde_json::from_value(altered).unwrap_or_else(|e| panic!("{key}: {e}"));
        let revision = Revision::new(1, altered, [1; 16], actor("ana"), at(0)).unwrap();
        assert_ne!(revision.digest, base.digest, "{key} is not covered");
    }
}

#[test]
fn events_read_back_as_they_were_written() {
    let change = in_state(StateName::Approved);
    let text = serde_json::to_string(&change).unwrap();
    assert_eq!(serde_json::from_str::<Change>(&text).unwrap(), change);
}

#[test]
fn what_would_not_fit_a_leaf_is_refused_by_field() {
    let mut long = material();
    long.parameters.insert("values".to_owned(), "x".repeat(20_001));
    assert_eq!(long.check().unwrap_err()[0].field, "parameters");
    let mut marked = material();
    marked.attributes.insert("$commitment".to_owned(), "x".to_owned());
    assert_eq!(marked.check().unwrap_err()[0].field, "parameters");
    assert!(material().check().is_ok());
}
