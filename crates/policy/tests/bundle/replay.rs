//! Replay: the same outcomes as the enforcing evaluation, and what is added up over a history.

use std::sync::Arc;

use domain::actor::Actor;
use domain::change::{
    Assessment, ChangeEvent, ChangeType, Counted, DeploymentOutcome, Material, Revision, Vote,
    VoteDecision,
};
use domain::event::{OrganisationEvent, PolicyEvent, PolicyFile};
use domain::explanation::CountedVote;
use domain::ids::{AccountId, ChangeId, ChangeNumber, DeploymentId, VoteId};
use domain::organisation::{Criticality, Directory, Service};
use domain::private::Private;
use domain::service_history::ServiceRecord;
use jiff::{SignedDuration, Timestamp};
use policy::bundle::{Assessed, AssessmentFacts, Bundle};
use policy::replay::{Kind, Outcome, Replay, Report, outcomes};
use policy::starter;
use proptest::prelude::*;

use crate::properties::any_material;
use crate::support::{
    directory, edited, evidence, files, known_history, material, now, person, requester, service,
    template,
};

fn loaded(files: &[PolicyFile]) -> Arc<Bundle> {
    Arc::new(Bundle::load(files).unwrap().bundle)
}

/// The small team, with a rule that answers for most normal changes whose facts are all there.
fn with_automation() -> Vec<PolicyFile> {
    let rule = "rules:\n  - id: quiet\n    title: It is a test\n    tiers: [T2, T3]\n    kinds: [normal]\n    \
                answers: [second-pair-of-eyes]\n    when:\n      - evidence.exists(e, e.kind == 'tests')\n      \
                - getOr(change.parameters, 'x', '') != 'off'\n";
    edited("small-team", "automation.yaml", "rules:\n", rule)
}

/// All starters, one with a rule that often approves, and one of which a rule or a factor can't be
/// decided for some changes.
fn bundles() -> Vec<Arc<Bundle>> {
    let mut all: Vec<_> = starter::names().into_iter().map(|name| loaded(&files(name))).collect();
    let overflow = "size(change.attributes) * 9223372036854775807 > 0";
    let mut with_rule = files("regulated-company");
    with_rule.push(PolicyFile {
        path: "rules/overflow.yaml".to_owned(),
        text: format!(
            "rules:\n  - id: overflow\n    title: Overflows\n    when: {overflow}\n    needs:\n      - role: service-owner\n        why: It is a test\n"
        ),
    });
    all.extend([loaded(&with_automation()), loaded(&with_rule)]);
    let risk = with_rule.iter_mut().find(|file| file.path == "risk.yaml").unwrap();
    let at = risk.text.find("factors:\n").unwrap() + "factors:\n".len();
    risk.text.insert_str(
        at,
        &format!("  - name: overflow\n    when: {overflow} && change.impact == 'high'\n    points: 3\n    why: It is a test\n"),
    );
    all.push(loaded(&with_rule));
    all
}

static BUNDLES: std::sync::LazyLock<Vec<Arc<Bundle>>> = std::sync::LazyLock::new(bundles);

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn d14_a_replay_has_the_outcomes_of_the_enforcing_evaluation(
        materials in prop::collection::vec(any_material(), 1..40),
        failures in 0u32..30,
        machine in any::<bool>(),
    ) {
        let (directory, requester) = (directory(), requester());
        let requester = if machine { crate::support::machine() } else { requester };
        let revisions: Vec<Revision> = materials
            .into_iter()
            .map(|material| Revision::new(1, material, [0; 16], requester.clone(), now()).unwrap())
            .collect();
        let history = known_history(30, failures).filter(|_| failures <= 20);
        let facts: Vec<AssessmentFacts<'_>> = revisions
            .iter()
            .map(|revision| AssessmentFacts {
                revision,
                requester: &requester,
                directory: &directory,
                now: now(),
                history: history.as_ref(),
            })
            .collect();
        for bundle in BUNDLES.iter() {
            let enforced: Vec<Outcome> =
                facts.iter().map(|facts| Outcome::from(&bundle.assess(facts))).collect();
            prop_assert_eq!(outcomes(bundle, &facts), enforced);
        }
    }
}

/// A history that is written event by event, under one bundle.
struct Story {
    bundle: Arc<Bundle>,
    directory: Directory,
    replay: Replay,
    clock: Timestamp,
    next: u8,
    record: ServiceRecord,
}

impl Story {
    fn new(base: &[PolicyFile], candidate: &[PolicyFile], since: Option<Timestamp>) -> Self {
        let bundle = loaded(base);
        let mut story = Self {
            replay: Replay::new(Arc::clone(&bundle), loaded(candidate), since).reproducing(),
            bundle,
            directory: directory(),
            clock: now(),
            next: 0,
            record: ServiceRecord::default(),
        };
        for name in ["checkout", "blog"] {
            story.put(service(name, Criticality::Critical, &[]));
        }
        let digest = story.bundle.digest().to_owned();
        let reason = || Private::from("first start");
        story.replay.policy(&PolicyEvent::BundleProposed {
            digest: digest.clone(),
            files: Private::new(base.to_vec()),
            reason: reason(),
        });
        story.replay.policy(&PolicyEvent::BundleActivated { digest, reason: reason() });
        story
    }

    fn put(&mut self, service: Service) {
        let event = OrganisationEvent::ServicePut(service);
        self.directory = {
            let mut directory = Directory::default();
            for known in self.directory.services() {
                directory.apply(&OrganisationEvent::ServicePut(known.clone()));
            }
            directory.apply(&event);
            directory
        };
        self.replay.organisation(&event);
    }

    fn later(&mut self, hours: i64) {
        self.clock = self.clock.checked_add(SignedDuration::from_hours(hours)).unwrap();
    }

    fn tell(&mut self, id: &ChangeId, event: ChangeEvent) {
        self.replay.change(id, event, self.clock);
    }

    /// A change that was asked for and assessed.
    fn asked(&mut self, material: Material) -> (ChangeId, Assessment) {
        self.next += 1;
        let id = ChangeId::new(self.clock, [self.next; 10]);
        let actor = Actor::System;
        let revision = Revision::new(1, material, [0; 16], actor.clone(), self.clock).unwrap();
        let assessed = self.bundle.assess(&AssessmentFacts {
            revision: &revision,
            requester: &actor,
            directory: &self.directory,
            now: self.clock,
            history: self.record.history(self.clock).as_ref(),
        });
        let Assessed::Assessed { assessment, .. } = assessed else { panic!("{assessed:#?}") };
        let number = ChangeNumber(u64::from(self.next));
        let created = ChangeEvent::ChangeCreated {
            id: id.clone(),
            number,
            requester: actor,
            revision: revision.into(),
            set: None,
        };
        self.tell(&id, created);
        self.tell(&id, ChangeEvent::ChangeAssessed(assessment.clone()));
        (id, *assessment)
    }

    /// Everybody who is asked approves, so many hours later.
    fn approved(&mut self, id: &ChangeId, assessment: &Assessment, hours: i64) {
        self.later(hours);
        let mut counted = Vec::new();
        for (n, requirement) in (1..).zip(&assessment.requirements) {
            let vote = VoteId::new(self.clock, [n; 10]);
            self.tell(
                id,
                ChangeEvent::VoteRecorded(Box::new(Vote {
                    id: vote.clone(),
                    person: person(n),
                    account: AccountId::new(self.clock, [n; 10]),
                    on_behalf_of: None,
                    revision: 1,
                    revision_digest: crate::support::digest(),
                    decision: VoteDecision::Approve,
                    justification: Private::from("fine"),
                    meaning: None,
                    roles: requirement.roles.clone(),
                    policy: assessment.policy.clone(),
                    authentication: None,
                    informed: None,
                    signature: None,
                    bulk: None,
                    at: self.clock,
                })),
            );
            counted.push(Counted {
                requirement: requirement.key.clone(),
                automatic: None,
                votes: vec![CountedVote {
                    vote,
                    person: person(n),
                    role: requirement.roles.first().cloned().unwrap(),
                    on_behalf_of: None,
                    deputy_of: None,
                    in_bulk: false,
                }],
            });
        }
        let policy = assessment.policy.clone();
        self.tell(
            id,
            ChangeEvent::ChangeApproved { revision: 1, policy, counted, valid_until: None },
        );
    }

    fn deployed(&mut self, id: &ChangeId, outcome: DeploymentOutcome) {
        let deployment = DeploymentId::new(self.clock, [1; 10]);
        let finished =
            ChangeEvent::DeploymentFinished { deployment, outcome, exit_code: None, note: None };
        self.tell(id, finished);
        self.record.ended(self.clock, outcome.is_failure(), None);
    }
}

fn changes(report: &Report, kind: Kind) -> u64 {
    report.kinds.iter().find(|found| found.kind == kind).map_or(0, |found| found.changes)
}

/// The small team's policy, and one in which everything in production also needs a duty manager.
fn small_and_stricter() -> (Vec<PolicyFile>, Vec<PolicyFile>) {
    let base = files("small-team");
    let mut stricter = base.clone();
    stricter.push(PolicyFile {
        path: "rules/more.yaml".to_owned(),
        text: "rules:\n  - id: more\n    title: One more\n    when: environment.name == 'production'\n    needs:\n      - role: peer\n        count: 3\n        why: It is a test\n".to_owned(),
    });
    (base, stricter)
}

#[test]
fn m7_6_the_same_bundle_moves_nothing_and_reproduces_every_record() {
    let base = files("small-team");
    let mut story = Story::new(&base, &base, None);
    for environment in ["production", "staging", "production"] {
        let (id, assessment) = story.asked(material("checkout", environment));
        story.approved(&id, &assessment, 1);
        story.deployed(&id, DeploymentOutcome::Failed);
    }
    let report = story.replay.report();
    assert_eq!((report.counts.changes, report.counts.same), (3, 3));
    assert!(report.kinds.is_empty());
    assert_eq!((report.reproduced.identical, report.reproduced.different), (3, 0));
    assert_eq!((report.failed.changes, report.failed.more, report.failed.fewer), (3, 0, 0));
}

#[test]
fn m7_6_a_stricter_bundle_shows_whom_it_asks_and_what_it_would_have_caught() {
    let (base, stricter) = small_and_stricter();
    for (from, to, more) in [(&base, &stricter, true), (&stricter, &base, false)] {
        let mut story = Story::new(from, to, None);
        let (failed, assessment) = story.asked(material("checkout", "production"));
        story.approved(&failed, &assessment, 2);
        story.deployed(&failed, DeploymentOutcome::RolledBack);
        let (fine, assessment) = story.asked(material("blog", "production"));
        story.approved(&fine, &assessment, 4);
        story.deployed(&fine, DeploymentOutcome::Successful);
        story.asked(material("blog", "production"));
        let report = story.replay.report();
        assert_eq!(report.counts.changes, 3);
        let moved = if more { report.counts.stricter } else { report.counts.looser };
        assert_eq!(moved, 3);
        let kind = if more { Kind::ApprovalsAdded } else { Kind::ApprovalsRemoved };
        assert_eq!(changes(&report, kind), 3);
        assert_eq!(report.failed.changes, 1);
        assert_eq!((report.failed.more, report.failed.fewer), (u64::from(more), u64::from(!more)));
        assert_eq!((report.open, report.open_moved), (1, 1));
        assert_eq!(report.open_named[0].number, ChangeNumber(3));
        let effects: Vec<_> = report.roles.values().filter(|e| e.added + e.removed > 0).collect();
        let [effect] = effects.as_slice() else { panic!("{:#?}", report.roles) };
        assert_eq!(if more { effect.added } else { effect.removed }, 9);
    }
}

#[test]
fn m7_6_hours_are_those_that_answers_of_the_role_took_and_unknown_without_any() {
    let (base, stricter) = small_and_stricter();
    let mut story = Story::new(&stricter, &base, None);
    for hours in [2, 4] {
        let (id, assessment) = story.asked(material("checkout", "production"));
        story.approved(&id, &assessment, hours);
        story.deployed(&id, DeploymentOutcome::Successful);
    }
    let report = story.replay.report();
    // Two changes, three people each, three hours each on average.
    assert!((report.waiting.saved_hours - 18.0).abs() < 1e-9, "{:?}", report.waiting);
    assert_eq!(report.waiting.removed_unknown, 0);
    // Nobody ever answered: the hours are not known, and not zero.
    let mut story = Story::new(&base, &stricter, None);
    story.asked(material("checkout", "production"));
    let report = story.replay.report();
    let known = report.roles.values().any(|effect| effect.answered > 0);
    assert!(!known);
    assert_eq!(report.waiting.added_unknown, 3);
    assert!(report.waiting.added_hours.abs() < 1e-9);
}

#[test]
fn m7_6_m4_1_a_replay_says_what_rules_may_answer_in_place_of_people() {
    let (people, rules) = (files("small-team"), with_automation());
    for (from, to, loosens) in [(&people, &rules, true), (&rules, &people, false)] {
        let mut story = Story::new(from, to, None);
        let mut whole = material("checkout", "production");
        whole.evidence.push(evidence("tests", crate::support::digest()));
        whole.parameters.insert("x".to_owned(), "on".to_owned());
        let (failed, assessment) = story.asked(whole.clone());
        story.approved(&failed, &assessment, 3);
        story.deployed(&failed, DeploymentOutcome::Failed);
        // A fact that a condition reads is missing: people are asked under both.
        whole.parameters.clear();
        story.asked(whole);
        let report = story.replay.report();
        let moved = (report.counts.stricter, report.counts.looser, report.counts.same);
        assert_eq!(moved, if loosens { (0, 1, 1) } else { (1, 0, 1) });
        let (kind, other) = match loosens {
            true => (Kind::RulesAnswer, Kind::PeopleAnswer),
            false => (Kind::PeopleAnswer, Kind::RulesAnswer),
        };
        assert_eq!((changes(&report, kind), changes(&report, other)), (1, 0));
        let role = &report.roles["peer or service-owner"];
        let (rules, people) = (u64::from(loosens), u64::from(!loosens));
        assert_eq!(
            (role.to_rules, role.to_people, role.added, role.removed),
            (rules, people, 0, 0)
        );
        let hours = (report.waiting.rules_hours, report.waiting.added_hours);
        assert_eq!(hours, if loosens { (3.0, 0.0) } else { (0.0, 3.0) });
        let failed = (report.failed.by_rules, report.failed.fewer, report.failed.more);
        assert_eq!(failed, (rules, rules, people));
        assert_eq!((report.reproduced.identical, report.reproduced.different), (2, 0));
    }
}

#[test]
fn d14_a_replayed_change_is_judged_by_the_organisation_as_it_was() {
    let base = files("regulated-company");
    let mut story = Story::new(&base, &base, None);
    let (_, before) = story.asked(material("checkout", "production"));
    story.put(service("checkout", Criticality::Low, &[("sox", "true"), ("data", "personal")]));
    let (_, after) = story.asked(material("checkout", "production"));
    assert_ne!(before.requirements, after.requirements, "the labels ask for somebody else");
    let report = story.replay.report();
    assert_eq!((report.reproduced.identical, report.reproduced.different), (2, 0));
}

/// The small team without any condition on the past of a service.
fn without_history() -> Vec<PolicyFile> {
    let mut files = files("small-team");
    files.retain(|file| file.path != "automation.yaml" && file.path != "tests/automation.yaml");
    files
}

/// The same with a risk factor for services that failed lately.
fn wary() -> Vec<PolicyFile> {
    let factor = "factors:\n  - name: failed-lately\n    when: has(history) && history.failures > 0\n    \
                  points: 40\n    why: it failed lately\n";
    let mut files = without_history();
    let risk = files.iter_mut().find(|file| file.path == "risk.yaml").unwrap();
    risk.text = risk.text.replace("factors:\n", factor);
    files
}

#[test]
fn d14_the_past_a_replay_counts_is_the_one_that_policy_saw() {
    for base in [wary(), without_history()] {
        let mut story = Story::new(&base, &wary(), None);
        let (first, assessment) = story.asked(material("checkout", "production"));
        story.approved(&first, &assessment, 1);
        story.deployed(&first, DeploymentOutcome::Failed);
        // The run that follows is of a change that is over for the replay otherwise.
        story.later(1);
        story.deployed(&first, DeploymentOutcome::Successful);
        story.later(1);
        let (_, second) = story.asked(material("checkout", "production"));
        let reads = story.bundle.reads_history();
        assert_eq!(
            second.history.as_ref().map(|h| (h.deployments, h.failures)),
            reads.then_some((2, 1))
        );
        let report = story.replay.report();
        assert_eq!((report.reproduced.identical, report.reproduced.different), (2, 0));
        let stricter = if reads { 0 } else { 1 };
        assert_eq!(report.counts.stricter, stricter, "{:#?}", report.counts);
    }
}

#[test]
fn m7_6_a_record_that_does_not_come_out_again_is_named() {
    let base = files("small-team");
    let mut story = Story::new(&base, &base, None);
    let (id, mut assessment) = story.asked(material("checkout", "production"));
    assessment.requirements.clear();
    story.tell(&id, ChangeEvent::ChangeAssessed(Box::new(assessment)));
    let report = story.replay.report();
    assert_eq!((report.reproduced.identical, report.reproduced.different), (1, 1));
    assert_eq!(report.reproduced.examples, [ChangeNumber(1)]);
    assert_eq!(report.counts.changes, 1);
}

#[test]
fn m7_6_d08_a_bundle_that_refuses_unknown_environments_is_stricter_and_the_other_way_round() {
    let base = files("small-team");
    let refuses =
        edited("small-team", "environments.yaml", "unclassified: T4", "unclassified: refuse");
    let mut story = Story::new(&base, &refuses, None);
    story.asked(material("checkout", "elsewhere"));
    story.asked(material("checkout", "production"));
    let report = story.replay.report();
    assert_eq!((report.counts.stricter, report.counts.same), (1, 1), "{:#?}", report.kinds);
    assert_eq!(changes(&report, Kind::Refused), 1);
}

#[test]
fn m7_6_m1_3_a_standard_change_without_its_template_is_not_standard_any_more() {
    let base = files("regulated-company");
    let without =
        edited("regulated-company", "templates/standard.yaml", "version: 1", "version: 2");
    let mut standard = material("checkout", "production");
    standard.kind = ChangeType::Standard;
    standard.template = template("feature-flag", 1);
    standard.parameters =
        [("flag", "a-flag"), ("state", "on")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    let mut story = Story::new(&base, &without, None);
    story.asked(standard);
    let report = story.replay.report();
    assert_eq!(changes(&report, Kind::Refused), 1);
    assert_eq!(changes(&report, Kind::NotStandard), 1);
    assert_eq!(report.counts.stricter, 1);
}

#[test]
fn m7_6_only_changes_of_the_time_that_is_looked_at_count() {
    let base = files("small-team");
    let since = now().checked_add(SignedDuration::from_hours(24)).unwrap();
    let mut story = Story::new(&base, &base, Some(since));
    let (id, assessment) = story.asked(material("checkout", "production"));
    story.approved(&id, &assessment, 30);
    story.deployed(&id, DeploymentOutcome::Failed);
    story.asked(material("checkout", "production"));
    let report = story.replay.report();
    assert_eq!(report.counts.changes, 1);
    assert_eq!(report.failed.changes, 0);
}

#[test]
fn m7_6_a_report_midway_and_the_rest_are_one_replay() {
    let (base, stricter) = small_and_stricter();
    let run = |stops: bool| {
        let mut story = Story::new(&base, &stricter, None);
        for n in 0..6 {
            let (id, assessment) = story.asked(material("checkout", "production"));
            if stops {
                let _ = story.replay.report();
            }
            if n % 2 == 0 {
                story.approved(&id, &assessment, n);
                story.deployed(&id, DeploymentOutcome::Successful);
            }
        }
        story.replay.report()
    };
    assert_eq!(run(true), run(false));
}
