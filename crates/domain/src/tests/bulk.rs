//! Approving several changes in one step: only of one template that policy offers, up to T2 (C17).

use proptest::prelude::*;

use crate::change::bulk::{TIER_MAX, check_named, of_one_template};
use crate::change::{
    Added, Assessment, Change, ChangeEvent, InBulk, RoleBriefing, SetMembership, TemplateRef,
    VoteDecision,
};
use crate::fixture::*;
use crate::ids::{BulkId, ChangeId, ChangeNumber};
use crate::refusal::Refusal;
use crate::requirement::Requirement;

fn template(name: &str, version: u32) -> TemplateRef {
    TemplateRef { name: name.parse().unwrap(), version }
}

fn offered(tier: u8) -> Assessment {
    Assessment { tier, bulk: true, ..assessment(vec![requirement("security", 1)]) }
}

/// A change by a template, assessed like this.
fn by(name: &str, assessed: Assessment) -> Change {
    let mut material = material();
    material.template = Some(template(name, 1));
    submitted(material, assessed)
}

fn why_not(change: &Change, live: Option<&Assessment>) -> String {
    change.bulk_template(live, Some(&template("dns", 1))).unwrap_err().to_string()
}

#[test]
fn c17_changes_of_one_template_that_policy_offers_are_approved_in_one_step() {
    let (one, other) = (by("dns", offered(1)), by("dns", offered(2)));
    let live = offered(2);
    let both = [(&one, Some(&live)), (&other, Some(&live))];
    assert_eq!(of_one_template(&both).unwrap(), template("dns", 1));
}

#[test]
fn c17_what_is_not_offered_is_too_strict_or_of_another_template_refuses_the_whole_step() {
    let fine = by("dns", offered(2));
    let none = submitted(material(), offered(2));
    let mut newer = material();
    newer.template = Some(template("dns", 2));
    let newer = submitted(newer, offered(2));
    let alone = Assessment { bulk: false, ..offered(2) };
    let live = offered(2);
    for (change, live, says) in [
        (&none, Some(&live), "not made by a template"),
        (&by("flag", offered(2)), Some(&live), "made by `flag version 1`"),
        (&newer, Some(&live), "`dns version 2`"),
        (&by("dns", offered(3)), Some(&live), "tier T3"),
        (&fine, Some(&offered(4)), "tier T4"),
        (&by("dns", alone.clone()), Some(&live), "one change at a time"),
        (&fine, Some(&alone), "one change at a time"),
        (&fine, None, "policy has not said"),
    ] {
        let told = why_not(change, live);
        assert!(told.contains("CHG-1001") && told.contains(says), "{told}");
        let both = [(&fine, Some(&offered(2))), (change, live)];
        assert!(of_one_template(&both).is_err(), "{says}");
    }
    let mut draft_material = material();
    draft_material.template = Some(template("dns", 1));
    assert!(why_not(&draft(draft_material), Some(&live)).contains("policy has not said"));
}

#[test]
fn c17_what_a_stricter_bundle_added_is_asked_as_well() {
    let mut change = by("dns", offered(2));
    let added = Assessment { bulk: false, ..offered(2) };
    change.added.push(Added { at: at(1), assessment: added });
    assert!(why_not(&change, Some(&offered(2))).contains("one change at a time"));
}

#[test]
fn c17_an_item_of_a_change_set_is_decided_on_its_page() {
    let mut change = by("dns", offered(1));
    let items = vec![change.id.clone(), ChangeId::new(at(0), [9; 10])];
    let set = SetMembership::new("Both".to_owned(), "together".to_owned(), items).unwrap();
    change.set = Some(Box::new(set));
    assert!(why_not(&change, Some(&offered(1))).contains("change set"));
}

#[test]
fn c17_a_step_names_one_to_fifty_changes_each_once() {
    let ids = |count: u8| -> Vec<ChangeId> {
        (0..count).map(|n| ChangeId::new(at(0), [n; 10])).collect()
    };
    assert!(check_named(&ids(1)).is_ok() && check_named(&ids(50)).is_ok());
    let twice = [ids(3), ids(1)].concat();
    for wrong in [ids(0), ids(51), twice] {
        assert_eq!(check_named(&wrong).unwrap_err().code(), "invalid_field");
    }
}

/// Ed approves in bulk, where the briefing of security asks for something.
fn voted(
    change: &Change,
    requirements: &[Requirement],
    minute: i64,
) -> Result<Vec<ChangeEvent>, Refusal> {
    let bulk = Some(InBulk { id: BulkId::new(at(0), [5; 10]), changes: 12 });
    let ballot = crate::change::Ballot { bulk, ..ballot("ed", VoteDecision::Approve, 4) };
    change.vote(ballot, requirements, &directory(), at(minute))
}

fn briefed(edit: impl FnOnce(&mut RoleBriefing)) -> Vec<Requirement> {
    let mut briefing = RoleBriefing {
        role: "security".parse().unwrap(),
        stakeholder: false,
        acknowledgement: None,
        required: false,
        dwell_seconds: 0,
        second_if_rapid: false,
    };
    edit(&mut briefing);
    vec![Requirement { briefings: vec![briefing], ..requirement("security", 1) }]
}

#[test]
fn c17_a_vote_in_bulk_says_so_and_counts_like_any_other() {
    let mut change = by("dns", offered(2));
    let events = voted(&change, &[requirement("security", 1)], 1).unwrap();
    let ChangeEvent::VoteRecorded(vote) = &events[0] else { panic!("{events:?}") };
    assert_eq!(vote.bulk.as_ref().unwrap().changes, 12);
    assert_eq!(vote.informed, None, "nobody opened it, so nobody is said to have");
    change.apply(&events[0], at(1)).unwrap();
    let decision = decided(&change, &directory(), at(2));
    assert!(decision.approved);
    assert!(decision.counted[0].votes[0].in_bulk, "the explanation says so");
    assert_eq!(voted(&change, &[requirement("security", 1)], 2).unwrap(), [], "it counts once");
}

#[test]
fn c17_what_wants_the_voters_time_is_opened_and_voted_on_there() {
    let dwell = briefed(|b| b.dwell_seconds = 30);
    let second = briefed(|b| b.second_if_rapid = true);
    for (requirements, says) in [(dwell, "time for reading"), (second, "second approval")] {
        let mut change = by("dns", Assessment { requirements, ..offered(2) });
        let requirements = change.assessment.as_ref().unwrap().requirements.clone();
        let briefing = change.briefing(&person("ed"), &requirements, &directory(), at(1)).unwrap();
        let shown = change.shown(&briefing).unwrap();
        for event in change.open_briefing(&person("ed"), &shown) {
            change.apply(&event, at(1)).unwrap();
        }
        let refused = voted(&change, &requirements, 50).unwrap_err();
        assert_eq!(
            (refused.code(), refused.next_action()),
            ("not_in_bulk", "open it and vote there")
        );
        assert!(refused.to_string().contains(says), "{refused}");
        let alone = ballot("ed", VoteDecision::Approve, 4);
        assert!(change.vote(alone, &requirements, &directory(), at(50)).is_ok(), "alone it may");
    }
}

#[test]
fn c17_a_briefing_that_policy_requires_is_opened_for_each_change() {
    let requirements = briefed(|b| b.required = true);
    let mut change = by("dns", Assessment { requirements: requirements.clone(), ..offered(2) });
    assert_eq!(voted(&change, &requirements, 1).unwrap_err().code(), "not_informed");
    let briefing = change.briefing(&person("ed"), &requirements, &directory(), at(1)).unwrap();
    let shown = change.shown(&briefing).unwrap();
    for event in change.open_briefing(&person("ed"), &shown) {
        change.apply(&event, at(1)).unwrap();
    }
    let events = voted(&change, &requirements, 2).unwrap();
    let ChangeEvent::VoteRecorded(vote) = &events[0] else { panic!("{events:?}") };
    assert_eq!(vote.informed.as_ref().unwrap().shown, shown);
}

#[test]
fn c17_a_vote_from_before_there_was_bulk_reads_on() {
    let change = by("dns", Assessment { bulk: false, ..offered(2) });
    let stored = serde_json::to_value(change.assessment.as_ref().unwrap()).unwrap();
    assert_eq!(stored.get("bulk"), None, "what is not offered is written as before");
    let alone = change
        .vote(
            ballot("ed", VoteDecision::Approve, 1),
            &[requirement("security", 1)],
            &directory(),
            at(1),
        )
        .unwrap();
    let written = serde_json::to_value(&alone[0]).unwrap();
    assert!(!written.to_string().contains("bulk"), "{written}");
    assert_eq!(serde_json::from_value::<ChangeEvent>(written).unwrap(), alone[0]);
}

proptest! {
    #[test]
    fn c17_no_step_holds_a_change_that_policy_wants_decided_by_itself(
        of in prop::collection::vec((0u8..5, any::<bool>(), 0u8..2, any::<bool>()), 1..6),
        live_tier in 0u8..5,
        live_offers in any::<bool>(),
    ) {
        let changes: Vec<Change> = of.iter().enumerate().map(|(n, (tier, bulk, which, made))| {
            let mut material = material();
            let name = if *which == 0 { "dns" } else { "flag" };
            material.template = made.then(|| template(name, 1));
            let mut change = submitted(material, Assessment { bulk: *bulk, ..offered(*tier) });
            change.number = ChangeNumber(n as u64);
            change
        }).collect();
        let live = Assessment { bulk: live_offers, ..offered(live_tier) };
        let all: Vec<_> = changes.iter().map(|change| (change, Some(&live))).collect();
        let fits = |(tier, bulk, which, made): &(u8, bool, u8, bool)| {
            *tier <= TIER_MAX && *bulk && *made && *which == of[0].2
        };
        let expected = live_tier <= TIER_MAX && live_offers && of.iter().all(fits);
        prop_assert_eq!(of_one_template(&all).is_ok(), expected);
    }
}
