//! Lazy consensus: silence is consent only where it was heard, and any no ends it (M4.3).

use calendar::{Place, zone};
use jiff::Timestamp;

use crate::asking::Places;
use crate::change::{
    Assessment, AutomaticRule, Change, ChangeEvent, ChangeType, Hold, LazyStep, MatchedCondition,
    Objection, ReviewTerms, ReviewTime, Revision,
};
use crate::decision::{Witnessed, automatic_approvals};
use crate::fixture::*;
use crate::ids::{AutomationStopId, HoldId};
use crate::lazy::{Arrivals, LazyFacts, next};
use crate::organisation::{
    Absence, AutomationResumption, AutomationStop, Directory, OrganisationEvent, Person, StopScope,
};
use crate::private::Private;
use crate::requirement::RuleRef;

/// `at(0)` is a Friday at 10:40 UTC; the office closes at 17:00 and opens on Monday at 9:00.
struct Office;

impl Places for Office {
    fn of(&self, _: &Person) -> Place {
        self.organisation()
    }
    fn organisation(&self) -> Place {
        Place::office(zone("UTC").unwrap())
    }
}

const MONDAY: i64 = 4220;
/// Eight working hours after `at(0)`.
const END: i64 = MONDAY + 100;

fn terms() -> ReviewTerms {
    ReviewTerms {
        window_minutes: 480,
        remind_minutes: 60,
        tell: vec!["release-manager".parse().unwrap(), "security".parse().unwrap()],
    }
}

fn rule() -> AutomaticRule {
    AutomaticRule {
        rule: RuleRef { id: "quiet".to_owned(), file: "automation.yaml".to_owned(), line: 4 },
        title: "Nobody has to say yes.".to_owned(),
        answers: vec!["rule/service-owner".to_owned()],
        conditions: vec![MatchedCondition {
            condition: "environment.tier == 3".to_owned(),
            values: Vec::new(),
        }],
        evidence: Vec::new(),
        review: Some(terms()),
    }
}

fn wanted() -> Assessment {
    Assessment {
        automatic: vec![rule()],
        pending_minutes: 20_000,
        ..assessment(vec![requirement("service-owner", 1)])
    }
}

/// One change on its way, with a mail system that can be silent.
struct Story {
    change: Change,
    directory: Directory,
    /// Whom no notice reaches.
    deaf: Vec<&'static str>,
}

impl Story {
    fn new() -> Self {
        Self { change: submitted(material(), wanted()), directory: directory(), deaf: Vec::new() }
    }

    fn arrivals(&self) -> Arrivals {
        let mut arrivals = Arrivals::default();
        for notice in self.change.lazy_reviews.iter().flat_map(|r| &r.notices) {
            arrivals.looked.push(notice.at);
            for person in notice.told.iter().flat_map(|t| &t.people) {
                if !self.deaf.iter().any(|name| crate::fixture::person(name) == *person) {
                    arrivals.arrived.insert((notice.at, person.clone()), notice.at);
                }
            }
        }
        arrivals
    }

    fn decided(&self, minute: i64, arrivals: Option<&Arrivals>) -> Vec<ChangeEvent> {
        let assessment = self.change.assessment.as_ref().unwrap();
        let facts = LazyFacts {
            assessments: &[assessment, assessment],
            directory: &self.directory,
            witnessed: Witnessed { deployments: &[], now: at(minute) },
            places: &Office,
            arrivals,
        };
        next(&self.change, facts)
    }

    /// Does what follows at a minute, until nothing does.
    fn run(&mut self, minute: i64) {
        for _ in 0..9 {
            let arrivals = self.arrivals();
            let events = self.decided(minute, Some(&arrivals));
            if events.is_empty() {
                return;
            }
            for event in &events {
                self.change.apply(event, at(minute)).unwrap();
            }
        }
        panic!("it never comes to rest");
    }

    fn tell(&mut self, event: &ChangeEvent, minute: i64) {
        self.change.apply(event, at(minute)).unwrap();
    }

    fn approved(&self, minute: i64) -> bool {
        decided(&self.change, &self.directory, at(minute)).approved
    }

    fn time(&self) -> &ReviewTime {
        &self.change.lazy_review("quiet").unwrap().time
    }

    fn ends_at(&self) -> Timestamp {
        match self.time() {
            ReviewTime::Runs { ends_at, .. } => *ends_at,
            waits @ ReviewTime::Waits { .. } => panic!("{waits:?}"),
        }
    }

    fn why(&self) -> &str {
        match self.time() {
            ReviewTime::Waits { why, .. } => why,
            runs @ ReviewTime::Runs { .. } => panic!("{runs:?}"),
        }
    }

    fn node(&self, code: &str, minute: i64) -> Option<crate::explanation::Explanation> {
        let decision = decided(&self.change, &self.directory, at(minute));
        decision.explanation.walk().find(|n| n.code == code).cloned()
    }
}

fn hold(minute: i64) -> ChangeEvent {
    ChangeEvent::HoldPlaced(Hold {
        id: HoldId::new(at(0), [1; 10]),
        by: actor("ed"),
        reason: Private::from("wait"),
        at: at(minute),
    })
}

fn objection(name: &str) -> Objection {
    Objection { by: person(name), account: account(name), revision: 1, reason: None, at: at(1) }
}

#[test]
fn m4_3_a_change_is_approved_after_its_window_of_working_time_and_not_before() {
    let mut story = Story::new();
    story.run(0);
    assert_eq!(story.ends_at(), at(END), "the weekend does not count");
    let node = story.node("lazy_review_runs", 1).unwrap();
    assert!(node.title.contains("if nobody objects"), "{}", node.title);
    assert!(node.detail.as_ref().unwrap().contains("release-manager and security"), "{node:?}");
    assert_eq!(node.next.unwrap().at, at(END));
    story.run(END - 61);
    assert_eq!(story.change.lazy_review("quiet").unwrap().notices.len(), 1);
    story.run(END - 60);
    assert_eq!(story.change.lazy_review("quiet").unwrap().notices.len(), 2, "told again");
    story.run(END - 1);
    assert!(!story.approved(END - 1));
    story.run(END);
    assert!(story.approved(END));
    let approval = story.change.automatic_approval("quiet").unwrap();
    let held = approval.review.as_ref().unwrap();
    assert_eq!((approval.policy.as_str(), held.terms.window_minutes), ("sha256:p", 480));
    assert_eq!(held.notices.len(), 2);
    assert!(held.arrived.iter().any(|a| a.person == person("ed") && a.at == at(0)));
    assert_eq!(story.change.current_votes().count(), 0, "and it is nobody's vote");
    let node = story.node("automatic_approval", END).unwrap();
    assert!(node.title.contains("after a review of 8 hours in which nobody objected"), "{node:?}");
}

#[test]
fn m4_3_a_rule_with_a_review_never_approves_at_once() {
    let story = Story::new();
    let assessment = story.change.assessment.as_ref().unwrap();
    let witnessed = Witnessed { deployments: &[], now: at(1) };
    let all = [assessment, assessment];
    assert_eq!(automatic_approvals(&story.change, &all, &story.directory, witnessed), []);
    // An approval at once, from before policy asked for a review, does not count for it either.
    let at_once = Assessment {
        automatic: vec![AutomaticRule { review: None, ..rule() }],
        ..assessment.clone()
    };
    let mut change = submitted(material(), at_once.clone());
    let given = automatic_approvals(&change, &[&at_once, &at_once], &story.directory, witnessed);
    let event = ChangeEvent::AutomaticallyApproved(Box::new(given[0].clone()));
    change.apply(&event, at(1)).unwrap();
    assert!(decided(&change, &story.directory, at(2)).approved);
    change.assessment = Some(wanted());
    assert!(!decided(&change, &story.directory, at(2)).approved);
}

#[test]
fn m4_3_a_quiet_channel_stops_the_clock_and_says_why() {
    let mut story = Story::new();
    story.deaf = vec!["ed"];
    story.run(0);
    assert!(story.why().contains("reached nobody who holds security"), "{}", story.why());
    let node = story.node("lazy_review_waits", 1).unwrap();
    assert!(node.title.contains("nobody who holds security"), "{}", node.title);
    story.run(MONDAY);
    assert!(story.why().contains("security"), "days later still");
    story.run(END + 5_000);
    assert!(!story.approved(END + 5_000));
    story.deaf = Vec::new();
    story.run(END + 5_001);
    let from = END + 5_001;
    assert!(story.ends_at() >= at(from + 480), "the whole window is ahead");
    // One of two holders of a role is enough; both is nobody.
    let mut story = Story::new();
    story.deaf = vec!["cy"];
    story.run(0);
    assert_eq!(story.ends_at(), at(END));
    let mut story = Story::new();
    story.deaf = vec!["cy", "di"];
    story.run(0);
    assert!(story.why().contains("release-manager"));
}

#[test]
fn m4_3_a_role_without_a_person_who_is_here_and_has_clean_hands_stops_the_clock() {
    let mut empty = Story::new();
    empty.directory.apply(&OrganisationEvent::RoleUnbound(binding(
        "security",
        "domain:payments",
        "ed",
    )));
    empty.run(0);
    assert!(empty.why().contains("holds security"), "{}", empty.why());
    let mut away = Story::new();
    away.directory.apply(&OrganisationEvent::AbsenceEntered(Absence {
        id: crate::ids::AbsenceId::new(at(0), [2; 10]),
        person: person("ed"),
        from: at(-10),
        until: at(90_000),
        reason: None,
        origin: None,
    }));
    away.run(0);
    assert!(away.why().contains("holds security"), "{}", away.why());
}

#[test]
fn m4_3_a_reminder_that_reached_nobody_keeps_the_end_from_coming() {
    let mut story = Story::new();
    story.run(0);
    story.deaf = vec!["ed"];
    // It had heard of the start: what arrived stays arrived.
    let mut arrivals = story.arrivals();
    arrivals.arrived.insert((at(0), person("ed")), at(0));
    for minute in [END - 60, END, END + 10] {
        let mut looked = story.arrivals();
        looked.arrived.extend(arrivals.arrived.clone());
        for event in story.decided(minute, Some(&looked)) {
            story.change.apply(&event, at(minute)).unwrap();
        }
    }
    assert!(!story.approved(END + 10));
    assert!(story.why().contains("security"));
    story.deaf = Vec::new();
    // It arrived after the end: whoever reads it still has the time that policy gives them.
    story.run(END + 20);
    assert_eq!(story.ends_at(), at(END + 80));
    story.run(END + 79);
    assert!(!story.approved(END + 79));
    story.run(END + 80);
    assert!(story.approved(END + 80));
}

#[test]
fn m4_3_after_a_late_reminder_there_is_as_much_time_left_as_policy_says() {
    let mut story = Story::new();
    story.run(0);
    // Nobody looked for days: the server was down.
    let late = MONDAY + 200;
    story.run(late);
    assert_eq!(story.ends_at(), at(late + 60));
    assert!(!story.approved(late + 59));
    story.run(late + 60);
    assert!(story.approved(late + 60));
}

#[test]
fn m4_3_without_a_look_at_what_arrived_no_time_begins_to_run() {
    let mut story = Story::new();
    for event in story.decided(0, None) {
        story.change.apply(&event, at(0)).unwrap();
    }
    assert!(story.why().contains("on their way"));
    assert_eq!(story.decided(END, None), []);
    assert_eq!(story.decided(END, Some(&Arrivals::default())), [], "other notices were looked for");
}

#[test]
fn m4_3_one_objection_ends_it_for_this_revision_and_a_new_one_begins_anew() {
    let mut story = Story::new();
    story.run(0);
    for event in story.change.object(objection("ed"), &story.directory).unwrap() {
        story.tell(&event, 5);
    }
    story.run(6);
    assert!(story.change.lazy_review("quiet").is_none());
    assert!(story.node("automation_objected", 6).is_some());
    story.run(END + 500);
    assert!(!story.approved(END + 500));
    let mut other = material();
    other.parameters.insert("replicas".to_owned(), "9".to_owned());
    let revision = Revision::new(2, other, [2; 16], actor("ana"), at(END)).unwrap();
    let moved = story.change.revise(revision).unwrap();
    story.tell(&moved, MONDAY);
    story.tell(
        &ChangeEvent::ChangeAssessed(Box::new(Assessment { revision: 2, ..wanted() })),
        MONDAY,
    );
    story.run(MONDAY);
    assert_eq!(story.ends_at(), at(MONDAY + 480), "the window starts again");
}

#[test]
fn i6_an_objection_beats_what_was_approved_already() {
    let mut story = Story::new();
    for minute in [0, END - 60, END] {
        story.run(minute);
    }
    assert!(story.approved(END));
    for event in story.change.object(objection("cy"), &story.directory).unwrap() {
        story.tell(&event, END + 1);
    }
    assert!(!story.approved(END + 1));
}

#[test]
fn m4_3_whoever_may_hold_may_object_and_only_where_something_is_automatic() {
    let story = Story::new();
    for name in ["ana", "bo", "cy", "ed"] {
        assert!(story.change.object(objection(name), &story.directory).is_ok(), "{name}");
    }
    let refused = story.change.object(objection("flo"), &story.directory).unwrap_err();
    assert_eq!(refused.code(), "not_entitled");
    let plain = submitted(material(), assessment(vec![requirement("service-owner", 1)]));
    let refused = plain.object(objection("ed"), &story.directory).unwrap_err();
    assert_eq!(refused.code(), "nothing_automatic");
    let asked = draft(material()).object(objection("ed"), &story.directory).unwrap_err();
    assert_eq!(asked.code(), "illegal_state");
}

#[test]
fn i6_a_hold_pauses_it_and_nothing_automatic_lifts_a_hold() {
    let mut story = Story::new();
    story.run(0);
    story.tell(&hold(100), 100);
    story.run(100);
    assert!(story.why().contains("holds the change"));
    story.run(END + 1_000);
    assert!(story.change.is_held() && !story.approved(END + 1_000));
    let lifted = ChangeEvent::HoldReleased {
        hold: HoldId::new(at(0), [1; 10]),
        reason: Private::from("go on"),
    };
    story.tell(&lifted, MONDAY);
    for event in story.decided(MONDAY, None) {
        story.tell(&event, MONDAY);
    }
    assert_eq!(story.change.next_review(), Some(at(MONDAY)), "it is looked at again at once");
    story.run(MONDAY);
    assert_eq!(story.ends_at(), at(MONDAY + 380), "100 of 480 minutes had passed");
}

#[test]
fn m4_4_a_stop_beats_it_and_the_window_starts_again_after_it() {
    let mut story = Story::new();
    story.run(0);
    let id = AutomationStopId::new(at(1), [9; 10]);
    story.directory.apply(&OrganisationEvent::AutomationStopped(Box::new(AutomationStop {
        id: id.clone(),
        scope: StopScope::Everything,
        by: Some(person("ed")),
        account: Some(account("ed")),
        finding: None,
        reason: Private::from("no"),
        at: at(1),
    })));
    story.directory.apply(&OrganisationEvent::AutomationResumed(Box::new(AutomationResumption {
        stop: id,
        by: person("cy"),
        reason: Private::from("yes"),
        at: at(2),
    })));
    // Nobody looked in between; the record says all the same that it was begun before the stop.
    let minute = MONDAY;
    let events = story.decided(minute, Some(&story.arrivals()));
    let steps: Vec<_> = events
        .iter()
        .map(|event| match event {
            ChangeEvent::LazyReview(step) => step.as_ref(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(matches!(steps[..], [LazyStep::Ended { .. }, LazyStep::Begun { .. }]), "{steps:?}");
    for event in &events {
        story.tell(event, minute);
    }
    story.run(minute);
    assert_eq!(story.ends_at(), at(MONDAY + 480));
}

#[test]
fn m4_3_votes_are_welcome_all_along_and_end_it() {
    let mut story = Story::new();
    story.run(0);
    approve(&mut story.change, "bo", &story.directory);
    assert!(story.approved(3));
    story.run(4);
    assert!(story.change.lazy_review("quiet").is_none(), "nothing is missing any more");
}

#[test]
fn m4_3_two_policies_with_different_windows_approve_nothing() {
    let story = Story::new();
    let one = story.change.assessment.clone().unwrap();
    let longer = ReviewTerms { window_minutes: 960, ..terms() };
    let other = Assessment {
        automatic: vec![AutomaticRule { review: Some(longer), ..rule() }],
        ..one.clone()
    };
    let facts = LazyFacts {
        assessments: &[&one, &other],
        directory: &story.directory,
        witnessed: Witnessed { deployments: &[], now: at(0) },
        places: &Office,
        arrivals: None,
    };
    assert_eq!(next(&story.change, facts), []);
}

#[test]
fn m4_3_never_for_t4_or_an_emergency_whatever_a_recorded_assessment_says() {
    let mut urgent = material();
    urgent.kind = ChangeType::Emergency;
    urgent.incident = Some("INC-1".to_owned());
    let strict = Assessment { tier: 4, ..wanted() };
    for change in [submitted(urgent, wanted()), submitted(material(), strict)] {
        let mut story = Story { change, ..Story::new() };
        story.run(0);
        story.run(END);
        assert!(story.change.lazy_reviews.is_empty() && !story.approved(END));
    }
}

#[test]
fn m4_3_a_review_survives_as_its_record() {
    let mut story = Story::new();
    story.run(0);
    let kept = serde_json::to_vec(&story.change).unwrap();
    story.change = serde_json::from_slice(&kept).unwrap();
    assert_eq!(story.change.next_review(), Some(at(END - 60)));
    for minute in [END - 60, END] {
        story.run(minute);
    }
    assert!(story.approved(END));
    let approval = story.change.automatic_approval("quiet").unwrap().clone();
    let event = ChangeEvent::LazilyApproved(Box::new(approval));
    let kept = serde_json::to_value(&event).unwrap();
    assert_eq!(serde_json::from_value::<ChangeEvent>(kept).unwrap(), event);
}
