//! The agenda of the board: the riskiest, the conflicting, and what waits to be aligned.

use crate::cab::{BoardItem, CabFacts, CabPlace, CabReason, place};
use crate::change::{Assessment, Change, ChangeEvent, Window};
use crate::conflict::{Conflict, ConflictKind};
use crate::fixture::*;
use crate::ids::{ChangeId, ChangeNumber};
use crate::organisation::Lacking;

fn codes(change: &Change, said: Option<&Assessment>, conflicts: &[Conflict]) -> Vec<&'static str> {
    let directory = directory();
    let facts =
        CabFacts { assessment: said, highest: Some("cab"), conflicts, directory: &directory };
    match place(change, facts) {
        CabPlace::Agenda(reasons) => reasons.iter().map(CabReason::code).collect(),
        CabPlace::Told => vec!["told"],
        CabPlace::Out => Vec::new(),
    }
}

fn asked() -> Assessment {
    assessment(vec![requirement("release-manager", 1)])
}

#[test]
fn m5_6_high_risk_and_conflicts_are_talked_over_and_the_rest_is_told() {
    let change = submitted(material(), asked());
    assert_eq!(codes(&change, Some(&asked()), &[]), ["told"]);
    let risky = Assessment { level: "cab".to_owned(), ..asked() };
    assert_eq!(codes(&change, Some(&risky), &[]), ["high_risk"]);
    let conflict = Conflict {
        with: ChangeId::new(at(0), [8; 10]),
        number: ChangeNumber(7),
        kind: ConflictKind::Service,
        during: Window { from: at(1), until: at(2) },
    };
    assert_eq!(codes(&change, Some(&risky), &[conflict]), ["high_risk", "conflict"]);
}

#[test]
fn m5_6_what_policy_cannot_judge_is_talked_over() {
    let change = submitted(material(), asked());
    assert_eq!(codes(&change, None, &[]), ["risk_unknown"]);
}

#[test]
fn m5_6_a_draft_is_on_the_agenda_only_while_it_waits_to_be_aligned() {
    let mut wanted = Assessment { level: "cab".to_owned(), ..asked() };
    let change = draft(material());
    assert_eq!(codes(&change, Some(&wanted), &[]), Vec::<&str>::new(), "it is not handed in");
    wanted.alignment = vec![wanted.requirements[0].rule.clone()];
    let directory = directory();
    let (highest, conflicts) = (Some("cab"), &[][..]);
    let facts = CabFacts { assessment: Some(&wanted), highest, conflicts, directory: &directory };
    let waits = CabReason::Alignment(Lacking::Session);
    assert_eq!(place(&change, facts), CabPlace::Agenda(vec![waits]));
}

#[test]
fn m5_6_what_is_over_is_neither_talked_over_nor_told() {
    let mut change = submitted(material(), asked());
    let event = ChangeEvent::ChangeWithdrawn { reason: "no".into() };
    change.apply(&event, at(1)).unwrap();
    assert_eq!(codes(&change, None, &[]), Vec::<&str>::new());
}

#[test]
fn m5_6_a_digest_says_few_reasons_of_an_item_and_counts_the_others() {
    let change = submitted(material(), asked());
    let conflict = |number| Conflict {
        with: ChangeId::new(at(0), [8; 10]),
        number: ChangeNumber(number),
        kind: ConflictKind::Service,
        during: Window { from: at(1), until: at(2) },
    };
    let reasons: Vec<CabReason> = (1..=8).map(|n| CabReason::Conflict(conflict(n))).collect();
    let why = BoardItem::of(&change, &reasons).why;
    assert_eq!((why.len(), why[0].as_str()), (6, "in conflict with CHG-1"));
    assert_eq!(why[5], "and 3 more");
    assert_eq!(BoardItem::of(&change, &reasons[..5]).why.len(), 5);
}
