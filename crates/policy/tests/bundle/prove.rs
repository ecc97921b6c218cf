//! The exhaustive check: what it proves, what it refutes, and that its examples are real.

use domain::event::PolicyFile;
use policy::Bundle;
use policy::prove::{Example, Proof, Standing};

use crate::support::{bundle, edited, files};

const STARTERS: [&str; 3] = ["small-team", "regulated-company", "platform-team"];

/// A starter with these guarantees instead of its own: when, and what holds.
fn with_guarantees(name: &str, claims: &[(&str, &str)]) -> Vec<PolicyFile> {
    let mut files = files(name);
    files.retain(|file| file.path != "guarantees.yaml");
    let mut text = "guarantees:\n".to_owned();
    for (n, (when, holds)) in claims.iter().enumerate() {
        text += &format!(
            "  - id: claim-{n}\n    title: A claim\n    when: >-\n      {when}\n    holds: >-\n      {holds}\n"
        );
    }
    files.push(PolicyFile { path: "guarantees.yaml".to_owned(), text });
    files
}

fn with_guarantee(name: &str, when: &str, holds: &str) -> Vec<PolicyFile> {
    with_guarantees(name, &[(when, holds)])
}

fn prove(files: &[PolicyFile]) -> Proof {
    Bundle::load(files).unwrap_or_else(|found| panic!("{found:#?}")).bundle.prove()
}

fn standing(files: &[PolicyFile]) -> Standing {
    prove(files).guarantees.remove(0).standing
}

/// Runs an example through the assessment that enforces policy, as a test case of the bundle.
fn check_example(files: &[PolicyFile], example: &Example) {
    let given: String = example.to_yaml().lines().map(|line| format!("      {line}\n")).collect();
    let requires = serde_json::to_string(&example.requires).unwrap();
    let text = format!(
        "tests:\n  - name: example\n    given:\n{given}    expect:\n      requires: {requires}\n"
    );
    let mut files = files.to_vec();
    files.retain(|file| !file.path.starts_with("tests/"));
    files.push(PolicyFile { path: "tests/example.yaml".to_owned(), text: text.clone() });
    let loaded = Bundle::load(&files).unwrap_or_else(|found| panic!("{text}\n{found:#?}"));
    let report = loaded.bundle.test();
    assert!(report.passed(), "{text}\n{report:#?}");
}

#[test]
fn starters_have_no_gap_and_keep_their_guarantees() {
    for name in STARTERS {
        let proof = bundle(name).prove();
        assert!(proof.exhaustive, "{name}");
        assert_eq!(proof.gaps, [], "{name}");
        assert_eq!(proof.unreachable, [], "{name}");
        assert_eq!(proof.contradictions, [], "{name}");
        assert!(!proof.guarantees.is_empty(), "{name} states no guarantee");
        for guarantee in proof.guarantees {
            assert_eq!(guarantee.standing, Standing::Proven, "{name}: {}", guarantee.id);
        }
    }
}

#[test]
fn m7_6_a_guarantee_that_does_not_hold_is_refuted_by_the_smallest_change() {
    let files = with_guarantee(
        "small-team",
        "environment.tier >= 2 && change.kind == \"normal\"",
        "asks.people >= 2",
    );
    let Standing::Refuted { example } = standing(&files) else { panic!("not refuted") };
    assert_eq!(example.given.len(), 1, "{example:?}");
    assert!(example.given.iter().any(|(path, _)| path == "environment"), "{example:?}");
    check_example(&files, &example);
}

#[test]
fn every_refutation_is_a_change_that_the_enforcing_code_lets_through_like_that() {
    let claims = [
        ("environment.tier >= 2", "\"security\" in asks.from"),
        ("change.kind == \"normal\"", "asks.people == 1"),
        ("environment.tier == 3", "asks.roles >= 2"),
        ("getOr(service.labels, \"sox\", \"no\") == \"true\"", "\"compliance\" in asks.from"),
        ("change.kind == \"standard\"", "!asks.nobody"),
        ("risk.level == \"release-board\"", "asks.people >= 9"),
        (
            "getOr(change.attributes, \"touches\", \"\").contains(\"auth\")",
            "\"security\" in asks.from",
        ),
        ("service.criticality == \"critical\"", "asks.evidence.size() > 0"),
    ];
    let files = with_guarantees("regulated-company", &claims);
    for (claim, result) in claims.iter().zip(prove(&files).guarantees) {
        match result.standing {
            Standing::Refuted { example } => check_example(&files, &example),
            other => panic!("{claim:?}: {other:?}"),
        }
    }
}

#[test]
fn a_weakened_rule_breaks_the_guarantee() {
    let weak = edited(
        "small-team",
        "rules/team.yaml",
        "risk.level >= \"two-people\"",
        "risk.level >= \"two-people\" && change.impact != \"low\"",
    );
    let broken: Vec<_> = prove(&weak)
        .guarantees
        .into_iter()
        .filter_map(|result| match result.standing {
            Standing::Refuted { example } => Some((result.id, example)),
            _ => None,
        })
        .collect();
    let [(id, example)] = broken.as_slice() else { panic!("{broken:?}") };
    assert_eq!(id, "risky-needs-two");
    check_example(&weak, example);
}

#[test]
fn what_can_not_be_split_into_cases_is_tried_at_random_and_said() {
    let opaque = "evidence.exists(e, e.kind == \"tests\" && !e.passed)";
    let claims = [(opaque, "asks.people <= 20"), (opaque, "asks.people > 20")];
    let mut results = prove(&with_guarantees("small-team", &claims)).guarantees.into_iter();
    let Some(Standing::Unproven { because, tried, suspect: None }) =
        results.next().map(|result| result.standing)
    else {
        panic!("nothing breaks it, and nothing proves it")
    };
    assert!(because.iter().any(|part| part.contains("evidence.exists")), "{because:?}");
    assert!(tried >= 10_000, "{tried}");
    let Some(Standing::Refuted { example }) = results.next().map(|result| result.standing) else {
        panic!("a change drawn at random breaks it")
    };
    assert!(example.assuming.iter().any(|part| part.contains("evidence.exists")), "{example:?}");
}

#[test]
fn a_gap_a_contradiction_and_a_rule_out_of_reach_are_found() {
    let gap = edited(
        "small-team",
        "rules/team.yaml",
        "environment.tier >= 2 && change.kind == \"emergency\"",
        "environment.tier >= 2 && change.kind == \"emergency\" && change.impact != \"medium\"",
    );
    let proof = prove(&gap);
    assert_eq!(proof.gaps.len(), 1, "{proof:?}");
    assert_eq!(proof.gaps[0].code, "no_rule");

    let contradiction = edited(
        "small-team",
        "rules/team.yaml",
        "when: environment.tier >= 2 && change.kind == \"emergency\"",
        "when: environment.tier >= 1 && change.kind == \"emergency\"",
    );
    let proof = prove(&contradiction);
    assert_eq!(proof.contradictions.len(), 1, "{proof:?}");
    assert_eq!(proof.contradictions[0].exempts.id, "below-production");

    let unreachable = edited(
        "small-team",
        "rules/team.yaml",
        "environment.tier == 4 && change.kind",
        "environment.tier == 4 && risk.score > 100000 && change.kind",
    );
    let ids: Vec<String> =
        prove(&unreachable).unreachable.into_iter().map(|rule| rule.id).collect();
    assert_eq!(ids, ["unclassified"]);
}

#[test]
fn m3_6_what_an_accepted_risk_lets_pass_breaks_the_guarantee() {
    let claim = [(
        "environment.tier == 3 && change.kind == \"normal\" && change.artifact_count > 0 && getOr(service.labels, \"sox\", \"false\") == \"true\"",
        "\"tests\" in asks.evidence",
    )];
    let rule = "acceptable:";
    let files = with_guarantees("regulated-company", &claim);
    let promotion = files.iter().find(|file| file.path == "rules/promotion.yaml").unwrap();
    assert!(promotion.text.contains(rule), "the rule can be gone off");
    let Standing::Refuted { example } = standing(&files) else { panic!("not refuted") };
    assert_eq!(example.accepting, ["proven-in-staging"], "{example:?}");
}

#[test]
fn a_bundle_with_very_many_fields_is_not_walked_for_ever() {
    let labels: Vec<String> =
        (0..40).map(|n| format!("getOr(service.labels, \"l{n}\", \"no\") != \"yes\"")).collect();
    let files = with_guarantee("small-team", &labels.join(" && "), "asks.people <= 20");
    let proof = prove(&files);
    assert_ne!(proof.guarantees[0].standing, Standing::Proven, "{proof:?}");
}

/// The small team, with a rule that approves normal changes of which a condition holds.
fn approving(when: &str, claims: &[(&str, &str)]) -> Vec<PolicyFile> {
    let mut files = with_guarantees("small-team", claims);
    files.retain(|file| file.path != "automation.yaml" && file.path != "tests/automation.yaml");
    files.push(PolicyFile {
        path: "automation.yaml".to_owned(),
        text: format!(
            "stop: [peer]\nresume: [service-owner]\nrules:\n  - id: easy\n    title: Easy.\n    tiers: [T3]\n    \
             kinds: [normal]\n    answers: [second-pair-of-eyes]\n    when:\n      - '{when}'\n"
        ),
    });
    files
}

const DOCS: &str = "has(change.paths) && change.paths.all(p, p.startsWith(\"docs/\"))";

#[test]
fn m4_1_what_paths_let_through_is_proven_over_every_set_of_them() {
    let outside = "environment.tier == 3 && change.kind == \"normal\" && risk.level == \"peer-review\" && \
                   (!has(change.paths) || change.paths.exists(p, !p.startsWith(\"docs/\")))";
    let inside = "environment.tier == 3 && change.kind == \"normal\" && has(change.paths) && \
                  !change.paths.exists(p, p.endsWith(\".rs\"))";
    let proof =
        prove(&approving(DOCS, &[(outside, "asks.people >= 1"), (inside, "asks.people >= 1")]));
    assert!(proof.exhaustive);
    let [holds, broken] = proof.guarantees.as_slice() else { panic!("{proof:#?}") };
    assert_eq!(holds.standing, Standing::Proven);
    let Standing::Refuted { example } = &broken.standing else { panic!("{broken:#?}") };
    assert_eq!(example.automatic, ["easy"]);
    assert!(example.to_yaml().contains("paths: [\"docs/"), "{}", example.to_yaml());
}

#[test]
fn m4_1_version_steps_and_the_past_are_split_into_cases() {
    let when = "has(change.version_step) && change.version_step == \"patch\" && has(history) && \
                history.failures == 0 && history.days_without_failure >= 7";
    let claims = [
        (
            "environment.tier == 3 && change.kind == \"normal\" && has(history) && history.failures > 0",
            "asks.people >= 1",
        ),
        ("environment.tier == 3 && change.kind == \"normal\"", "asks.people >= 1"),
    ];
    let files = approving(when, &claims);
    let proof = prove(&files);
    assert!(proof.exhaustive);
    assert_eq!(proof.guarantees[0].standing, Standing::Proven);
    let Standing::Refuted { example } = &proof.guarantees[1].standing else { panic!("{proof:#?}") };
    assert!(example.given.contains(&("change.version_step".to_owned(), "patch".to_owned())));
    check_example(
        &files,
        &Example { requires: [("peer|service-owner".to_owned(), 1)].into(), ..example.clone() },
    );
}
