//! Where the gate blocks: by tier, and stricter by service, label and environment.

use domain::event::PolicyFile;
use policy::Bundle;
use policy::prove::Standing;

use crate::support::{assess, edited, expect_assessed, files, material};

/// The small team, whose gate in T0 and T1 only records, with entries of `enforce`.
fn enforcing(entries: &str) -> Vec<PolicyFile> {
    let mut files = files("small-team");
    let file = files.iter_mut().find(|file| file.path == "environments.yaml").unwrap();
    file.text += &format!("\nenforce:\n{entries}\n");
    files
}

fn blocks(files: &[PolicyFile], service: &str, environment: &str) -> bool {
    let bundle = Bundle::load(files).unwrap_or_else(|found| panic!("{found:#?}")).bundle;
    expect_assessed(assess(&bundle, material(service, environment))).enforce
}

const ENTRIES: &str =
    "  - { services: [blog], environments: [staging] }\n  - { labels: { sox: \"true\" } }";

#[test]
fn m2_3_the_gate_blocks_by_service_and_label_where_its_tier_only_records() {
    let plain = files("small-team");
    assert!(!blocks(&plain, "blog", "staging") && !blocks(&plain, "ledger", "dev"));
    let strict = enforcing(ENTRIES);
    assert!(blocks(&strict, "blog", "staging"));
    assert!(!blocks(&strict, "blog", "dev"), "the entry is about staging");
    assert!(blocks(&strict, "ledger", "dev"), "its label is about every environment");
    assert!(blocks(&strict, "blog", "production"), "no entry makes a gate laxer");
}

#[test]
fn m2_3_d08_what_nobody_has_classified_is_blocked_whatever_its_tier_says() {
    let lax = edited("small-team", "environments.yaml", "unclassified: T4", "unclassified: T0");
    assert!(blocks(&lax, "blog", "elsewhere"));
}

#[test]
fn m2_3_an_entry_that_names_nothing_or_nowhere_does_not_load() {
    for (entries, code) in [
        ("  - {}", "empty_enforce"),
        ("  - { environments: [stagin] }", "unknown_reference"),
        ("  - { services: [\"No Name\"] }", "bad_name"),
    ] {
        let found = Bundle::load(&enforcing(entries)).unwrap_err();
        assert!(found.iter().any(|finding| finding.code == code), "{entries}: {found:#?}");
    }
}

#[test]
fn m2_3_the_ready_made_edit_blocks_exactly_there_and_touches_one_file() {
    let before = files("small-team");
    let bundle = Bundle::load(&before).unwrap().bundle;
    let after = bundle.enforcing(&"blog".parse().unwrap(), &"staging".parse().unwrap());
    assert!(blocks(&after, "blog", "staging"));
    assert!(!blocks(&after, "ledger", "staging") && !blocks(&after, "blog", "dev"));
    let moved = |file: &&PolicyFile| !bundle.files().contains(*file);
    let moved: Vec<_> = after.iter().filter(moved).map(|file| file.path.as_str()).collect();
    assert_eq!(moved, ["environments.yaml"]);
}

#[test]
fn d06_an_entry_that_is_gone_is_weaker_and_one_that_is_new_is_not() {
    let load = |files: &[PolicyFile]| Bundle::load(files).unwrap().bundle;
    let (plain, strict) = (load(&files("small-team")), load(&enforcing(ENTRIES)));
    assert_eq!(strict.weaker_than(&plain, crate::support::now()), Vec::<String>::new());
    let reasons = plain.weaker_than(&strict, crate::support::now());
    assert!(reasons.iter().any(|reason| reason.contains("the gate blocks")), "{reasons:?}");
}

#[test]
fn m2_3_guarantees_see_where_the_gate_blocks() {
    let claim = |when: &str, holds: &str| {
        let mut files = enforcing(ENTRIES);
        files.retain(|file| file.path != "guarantees.yaml");
        let text = format!(
            "guarantees:\n  - id: claim\n    title: A claim\n    when: >-\n      {when}\n    holds: >-\n      {holds}\n"
        );
        files.push(PolicyFile { path: "guarantees.yaml".to_owned(), text });
        Bundle::load(&files).unwrap().bundle.prove().guarantees.remove(0).standing
    };
    let sox = "getOr(service.labels, \"sox\", \"false\") == \"true\"";
    assert_eq!(claim(sox, "asks.enforced"), Standing::Proven);
    assert_eq!(
        claim("service.name == \"blog\" && environment.name == \"staging\"", "asks.enforced"),
        Standing::Proven
    );
    assert!(matches!(claim("environment.tier == 1", "asks.enforced"), Standing::Refuted { .. }));
    assert!(matches!(claim("environment.tier == 0", "!asks.enforced"), Standing::Refuted { .. }));
}
