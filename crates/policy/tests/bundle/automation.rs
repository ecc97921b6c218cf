//! Automation rules: what loads, when one holds, and what a guarantee makes of it.

use domain::change::{Assessment, ChangeType, Material, Revision};
use domain::event::PolicyFile;
use domain::ids::AutomationStopId;
use domain::organisation::{AutomationStop, Directory, OrganisationEvent, StopScope};
use domain::service_history::ServiceHistory;
use policy::prove::Standing;
use policy::{AssessmentFacts, Bundle};

use crate::support::*;

/// The small team with one automation rule for normal changes.
fn with_rule(lines: &str) -> Vec<PolicyFile> {
    let mut files = files("small-team");
    files.retain(|file| file.path != "automation.yaml" && file.path != "tests/automation.yaml");
    let text = format!(
        "stop: [peer]\nresume: [service-owner]\nrules:\n  - id: easy\n    title: Easy.\n{lines}"
    );
    files.push(PolicyFile { path: "automation.yaml".to_owned(), text });
    files
}

fn rule(tiers: &str, kinds: &str, answers: &str, when: &str) -> Vec<PolicyFile> {
    with_rule(&format!(
        "    tiers: {tiers}\n    kinds: {kinds}\n    answers: {answers}\n    when:\n      - '{when}'\n"
    ))
}

fn load(files: &[PolicyFile]) -> Bundle {
    Bundle::load(files).unwrap_or_else(|found| panic!("{found:#?}")).bundle
}

fn assessed(when: &str, change: impl FnOnce(&mut Material)) -> (Assessment, Vec<String>) {
    let bundle = load(&rule("[T3]", "[normal]", "[second-pair-of-eyes]", when));
    let mut material = material("blog", "production");
    change(&mut material);
    let assessed = assess(&bundle, material);
    let codes = assessed.explanation().walk().map(|node| node.code.clone()).collect();
    (expect_assessed(assessed), codes)
}

#[test]
fn m4_2_a_rule_that_holds_keeps_each_condition_its_values_and_where_they_came_from() {
    let (found, codes) = assessed("service.criticality == \"low\"", |_| {});
    let rule = &found.automatic[0];
    assert_eq!(rule.rule.id, "easy");
    assert_eq!(rule.answers, ["second-pair-of-eyes/peer+service-owner"]);
    assert_eq!(rule.conditions.len(), 2, "tiers and kinds are a condition too: {rule:#?}");
    let value = &rule.conditions[1].values[0];
    assert_eq!(value.fact, "service.criticality");
    assert!(value.value.contains("low"), "{value:?}");
    assert_eq!(value.from, "the directory");
    assert!(codes.contains(&"automation_matches".to_owned()), "{codes:?}");
    assert_eq!(found.requirements.len(), 1, "the requirement itself stays");
}

#[test]
fn m4_1_anything_but_a_plain_yes_sends_it_to_a_person() {
    for (when, code) in [
        ("service.criticality == \"high\"", "automation_does_not_match"),
        // A fact that is missing is no yes, whatever the condition makes of it.
        ("!has(change.incident)", "automation_data_missing"),
        ("getOr(change.attributes, \"touches\", \"none\") == \"none\"", "automation_data_missing"),
        ("!evidence.exists(e, e.passed == false)", "automation_data_missing"),
    ] {
        let (found, codes) = assessed(when, |_| {});
        assert_eq!(found.automatic, [], "{when}");
        assert!(codes.contains(&code.to_owned()), "{when}: {codes:?}");
    }
}

fn reviewed(tiers: &str, review: &str) -> Vec<PolicyFile> {
    with_rule(&format!(
        "    tiers: {tiers}\n    kinds: [normal]\n    answers: [second-pair-of-eyes]\n    when:\n      \
         - 'service.criticality == \"low\"'\n    review: {review}\n"
    ))
}

#[test]
fn m4_3_a_rule_with_a_review_says_so_and_keeps_its_terms() {
    let bundle = load(&reviewed("[T3]", "{ window: 8h, remind: 1h, tell: [service-owner] }"));
    let assessed = assess(&bundle, material("blog", "production"));
    let titles: Vec<_> = assessed.explanation().walk().map(|node| node.title.clone()).collect();
    assert!(titles.iter().any(|t| t.contains("after a review of 8 hours")), "{titles:?}");
    let terms = expect_assessed(assessed).automatic[0].review.clone().unwrap();
    assert_eq!((terms.window_minutes, terms.remind_minutes), (480, 60));
    assert_eq!(terms.tell[0].as_str(), "service-owner");
}

#[test]
fn m4_3_a_review_that_could_not_be_heard_of_does_not_load() {
    for (tiers, review, code) in [
        ("[T3]", "{ window: 8h, remind: 1h, tell: [] }", "review_without_stakeholders"),
        ("[T3]", "{ window: 8h, remind: 8h, tell: [peer] }", "bad_review"),
        ("[T3]", "{ window: 5m, remind: 1m, tell: [peer] }", "bad_review"),
        ("[T3]", "{ window: 60d, remind: 1h, tell: [peer] }", "bad_review"),
        ("[T3]", "{ window: soon, remind: 1h, tell: [peer] }", "bad_duration"),
        ("[T3]", "{ window: 8h, remind: 1h, tell: [nobody-knows] }", "unknown_reference"),
        ("[T4]", "{ window: 8h, remind: 1h, tell: [peer] }", "automation_in_t4"),
    ] {
        let found = Bundle::load(&reviewed(tiers, review)).unwrap_err();
        assert!(found.iter().any(|f| f.code == code), "{review}: {found:#?}");
    }
}

#[test]
fn m4_1_evidence_about_another_artifact_is_none() {
    let when = "evidence.exists(e, e.kind == \"tests\" && e.passed)";
    let with = |subject| {
        assessed(when, |material| material.evidence = vec![evidence("tests", subject)]).0.automatic
    };
    assert_eq!(with(digest()).len(), 1);
    assert_eq!(with(domain::change::Digest::of(b"another")), []);
}

#[test]
fn m4_1_a_rule_is_for_the_tiers_and_kinds_it_names() {
    let bundle =
        load(&rule("[T3]", "[normal]", "[second-pair-of-eyes]", "service.criticality == \"low\""));
    let unlisted = assess(&bundle, material("blog", "somewhere"));
    assert_eq!(expect_assessed(unlisted).automatic, [], "unclassified is T4");
    let mut urgent = material("blog", "production");
    urgent.kind = ChangeType::Emergency;
    urgent.incident = Some("INC-1".to_owned());
    assert_eq!(expect_assessed(assess(&bundle, urgent)).automatic, []);
}

#[test]
fn m4_1_a_rule_that_could_go_too_far_does_not_load() {
    let condition = "service.criticality == \"low\"";
    let answers = "[second-pair-of-eyes]";
    for (files, code) in [
        (rule("[T4]", "[normal]", answers, condition), "automation_in_t4"),
        (rule("[T3]", "[emergency]", answers, condition), "automation_of_emergency"),
        (rule("[T3]", "[policy]", answers, condition), "automation_of_policy"),
        (rule("[T3]", "[normal]", "[policy]", condition), "automation_of_policy"),
        (rule("[T3]", "[normal]", "[nothing-of-this-name]", condition), "unknown_reference"),
        (rule("[T3]", "[normal]", "[below-production]", condition), "asks_nothing"),
        (rule("[T3]", "[normal]", "[]", condition), "asks_nothing"),
        (rule("[]", "[normal]", answers, condition), "automation_without_scope"),
        (
            with_rule(
                "    tiers: [T3]\n    kinds: [normal]\n    answers: [second-pair-of-eyes]\n    when: []\n",
            ),
            "automation_without_condition",
        ),
    ] {
        let found = errors_of(&files);
        assert!(found.iter().any(|d| d.code == code), "{code}: {found:#?}");
    }
}

#[test]
fn m4_1_rules_without_people_who_stop_them_do_not_load() {
    let files = rule("[T3]", "[normal]", "[second-pair-of-eyes]", "service.criticality == \"low\"");
    for (from, to) in [("stop: [peer]", "stop: []"), ("resume: [service-owner]", "resume: []")] {
        let mut files = files.clone();
        let file = files.iter_mut().find(|file| file.path == "automation.yaml").unwrap();
        file.text = file.text.replace(from, to);
        let found = errors_of(&files);
        assert!(found.iter().any(|d| d.code == "need_without_role"), "{to}: {found:#?}");
    }
}

/// How the guarantee `four-eyes` of the small team stands with a rule.
fn four_eyes(files: &[PolicyFile]) -> Standing {
    let proof = load(files).prove();
    assert!(proof.exhaustive);
    proof.guarantees.into_iter().find(|g| g.id == "four-eyes").unwrap().standing
}

#[test]
fn m7_6_a_rule_that_takes_the_last_person_away_refutes_the_guarantee() {
    for when in [
        "service.criticality == \"low\"",
        // What can't be split into cases is taken to hold: whoever asks can bring it about.
        "evidence.exists(e, e.kind == \"tests\" && e.passed)",
    ] {
        let files = rule("[T3]", "[normal]", "[second-pair-of-eyes]", when);
        let Standing::Refuted { example } = four_eyes(&files) else { panic!("{when}") };
        assert_eq!(example.automatic, ["easy"], "{example:?}");
        assert!(example.requires.is_empty(), "{example:?}");
    }
}

#[test]
fn m7_6_a_rule_that_leaves_somebody_keeps_the_guarantee() {
    let standard =
        rule("[T3]", "[standard]", "[second-pair-of-eyes]", "service.criticality == \"low\"");
    assert_eq!(four_eyes(&standard), Standing::Proven);
}

#[test]
fn m3_4_a_bound_on_success_is_read_and_one_that_can_not_fail_is_refused() {
    let lines = |percent: &str| {
        with_rule(&format!(
            "    tiers: [T3]\n    kinds: [normal]\n    answers: [second-pair-of-eyes]\n    when:\n      \
             - 'contributors.unknown == 0'\n{percent}"
        ))
    };
    let bundle = load(&lines(""));
    assert_eq!(bundle.automations()[0].success_percent, 90);
    assert!(bundle.templates().iter().all(|template| template.success_percent == 90));
    let bundle = load(&lines("    success_percent: 97\n"));
    assert_eq!(bundle.automations()[0].success_percent, 97);
    for percent in ["0", "49", "100", "4000"] {
        let found = errors_of(&lines(&format!("    success_percent: {percent}\n")));
        assert!(found.iter().any(|d| d.code == "out_of_range"), "{percent}: {found:?}");
    }
}

#[test]
fn m4_5_the_limits_of_rules_and_templates_are_known_by_what_they_measure() {
    let bundle = load(&rule(
        "[T3]",
        "[standard]",
        "[\"template:scale-service\"]",
        "getOr(change.parameters, \"instances\", \"\") in [\"1\", \"2\", \"8\"] && risk.score < 30",
    ));
    let measured = bundle.measures("easy");
    assert_eq!(measured.get("instances"), Some(&8));
    assert_eq!(measured.get("risk.score"), Some(&30));
    assert_eq!(bundle.measures("template:scale-service").get("instances"), Some(&40));
    assert!(bundle.measures("unheard-of").is_empty());
}

#[test]
fn g07_without_its_template_a_standard_change_is_assessed_as_a_normal_one() {
    let bundle = bundle("small-team");
    let mut flag = material("blog", "production");
    flag.kind = ChangeType::Standard;
    flag.template = template("feature-flag", 1);
    flag.parameters = [("flag", "dark-mode"), ("state", "on")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
    let requester = requester();
    let revision = Revision::new(1, flag, [0; 16], requester.clone(), now()).unwrap();
    let mut directory = directory();
    let ask = |directory: &Directory| {
        bundle.assess(&AssessmentFacts {
            revision: &revision,
            requester: &requester,
            directory,
            now: now(),
            history: None,
        })
    };
    let before = expect_assessed(ask(&directory));
    assert!(before.requirements.is_empty() && before.exempt.is_some(), "{before:?}");
    directory.apply(&OrganisationEvent::AutomationStopped(Box::new(AutomationStop {
        id: AutomationStopId::new(now(), [1; 10]),
        scope: StopScope::Template("feature-flag".parse().unwrap()),
        by: None,
        account: None,
        finding: None,
        reason: "4 of 9 failed".into(),
        at: now(),
    })));
    let after = ask(&directory);
    let codes: Vec<_> = after.explanation().walk().map(|node| node.code.clone()).collect();
    assert!(codes.iter().any(|code| code == "template_suspended"), "{codes:?}");
    let after = expect_assessed(after);
    assert!(!after.requirements.is_empty() && after.exempt.is_none(), "{after:?}");
}

fn versioned(version: &str) -> Material {
    let mut material = material("blog", "production");
    material.version = Some(version.to_owned());
    material
}

const PATCH: &str = "has(change.version_step) && change.version_step in [\"none\", \"patch\"]";

#[test]
fn m4_1_a_patch_is_told_from_what_our_record_says_is_in_place() {
    let bundle = load(&rule("[T3]", "[normal]", "[second-pair-of-eyes]", PATCH));
    let rules = |material: &Material, history: Option<ServiceHistory>| {
        expect_assessed(assess_with(&bundle, material.clone(), history.as_ref())).automatic
    };
    let found = rules(&versioned("1.4.3"), known_history(20, 0));
    let value = &found[0].conditions[1].values;
    let value = value.iter().find(|v| v.value.contains("patch")).unwrap();
    assert!(value.from.contains("recorded deployments"), "{value:?}");
    for version in ["1.5.0", "2.0.0", "1.4.1", "latest"] {
        assert_eq!(rules(&versioned(version), known_history(20, 0)), [], "{version}");
    }
    // Nothing declared, nothing deployed, and what was deployed declared nothing.
    assert_eq!(rules(&material("blog", "production"), known_history(20, 0)), []);
    assert_eq!(rules(&versioned("1.4.3"), None), []);
    let mut unnamed = known_history(20, 0).unwrap();
    unnamed.version = None;
    assert_eq!(rules(&versioned("1.4.3"), Some(unnamed)), []);
}

#[test]
fn m4_1_paths_that_are_not_named_are_unknown_and_not_none() {
    let when = "has(change.paths) && change.paths.all(p, p.startsWith(\"docs/\"))";
    let with = |paths: &[&str]| {
        assessed(when, |m| m.paths = paths.iter().map(|p| (*p).to_owned()).collect())
    };
    let (found, _) = with(&["docs/a.md", "docs/b.md"]);
    let values = &found.automatic[0].conditions[1].values;
    let paths = values.iter().find(|v| v.fact == "change.paths").unwrap();
    assert!(paths.value.contains("docs/a.md") && paths.value.contains("docs/b.md"), "{paths:?}");
    assert!(paths.from.contains("declared"), "{paths:?}");
    assert_eq!(with(&["docs/a.md", "src/main.rs"]).0.automatic, []);
    let (found, codes) = with(&[]);
    assert_eq!(found.automatic, []);
    assert!(codes.contains(&"automation_data_missing".to_owned()), "{codes:?}");
    let unguarded =
        rule("[T3]", "[normal]", "[second-pair-of-eyes]", "change.paths.all(p, p != \"x\")");
    let refused = Bundle::load(&unguarded).unwrap_err();
    assert!(refused.iter().any(|d| d.code == "unguarded"), "{refused:#?}");
}

#[test]
fn m4_1_the_past_counts_and_stands_in_the_record_it_was_read_for() {
    let when = "has(history) && history.deployments >= 5 && history.failures == 0 && \
                history.days_without_failure >= 14";
    let bundle = load(&rule("[T3]", "[normal]", "[second-pair-of-eyes]", when));
    assert!(bundle.reads_history() && !bundle.is_timeless());
    let of = |history: Option<ServiceHistory>| {
        expect_assessed(assess_with(&bundle, material("blog", "production"), history.as_ref()))
    };
    let calm = of(known_history(20, 0));
    assert_eq!(calm.automatic.len(), 1);
    assert_eq!(calm.history, known_history(20, 0));
    assert!(
        calm.automatic[0].conditions[1].values.iter().all(|v| v.from == "recorded deployments")
    );
    assert_eq!(of(known_history(20, 1)).automatic, []);
    assert_eq!(of(known_history(4, 0)).automatic, []);
    let new = of(None);
    assert_eq!((new.automatic.len(), new.history), (0, None), "no past is no good past");
    let unread =
        load(&rule("[T3]", "[normal]", "[second-pair-of-eyes]", "contributors.count == 0"));
    assert!(!unread.reads_history());
    let assessed =
        assess_with(&unread, material("blog", "production"), known_history(20, 0).as_ref());
    assert_eq!(expect_assessed(assessed).history, None, "what nobody reads is not kept");
}

#[test]
fn m4_1_risk_added_up_is_read_where_it_is_known() {
    let when = "has(history.exposure) && history.exposure + risk.score <= 60";
    let bundle = load(&rule("[T3]", "[normal]", "[second-pair-of-eyes]", when));
    assert!(bundle.reads_history() && bundle.reads_exposure() && bundle.is_timeless());
    let of = |exposure: Option<i64>| {
        let history = known_history(20, 0).map(|past| ServiceHistory { exposure, ..past });
        expect_assessed(assess_with(&bundle, material("blog", "production"), history.as_ref()))
    };
    let score = of(Some(0)).risk.score;
    let most = of(Some(60 - score));
    assert_eq!(most.automatic.len(), 1);
    assert_eq!(most.history.and_then(|past| past.exposure), Some(60 - score));
    let mut values = most.automatic[0].conditions.iter().flat_map(|c| &c.values);
    let value = values.find(|v| v.fact == "history.exposure + risk.score").unwrap();
    assert_eq!(value.value, "60");
    assert_eq!(value.from, "deployments let through, and the risk recorded of their changes");
    assert_eq!(of(Some(61 - score)).automatic, []);
    assert_eq!(of(None).automatic, [], "what is not known is never little");
    let unread = load(&rule("[T3]", "[normal]", "[second-pair-of-eyes]", "has(history)"));
    let history = known_history(20, 0).map(|past| ServiceHistory { exposure: Some(4), ..past });
    let assessed = assess_with(&unread, material("blog", "production"), history.as_ref());
    let kept = expect_assessed(assessed).history.unwrap();
    assert_eq!(kept.exposure, None, "what nobody reads is not kept");
    let unguarded = rule("[T3]", "[normal]", "[second-pair-of-eyes]", "history.exposure < 5");
    let refused = Bundle::load(&unguarded).unwrap_err();
    assert!(refused.iter().any(|d| d.code == "unguarded"), "{refused:#?}");
}
