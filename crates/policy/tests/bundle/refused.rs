//! Bundles that must not load, and what is said about each.

use domain::event::PolicyFile;
use policy::bundle::Bundle;

use crate::support::{edited, errors_of, files};

/// (file, text to replace, replacement, code, marked text, part of the help)
type Case = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

fn check_all(cases: &[Case]) {
    for (path, from, to, code, marked, help) in cases {
        let files = edited("regulated-company", path, from, to);
        let found = errors_of(&files);
        let text =
            files.iter().find(|file| file.path == *path).map(|file| file.text.as_str()).unwrap();
        let fits = found.iter().any(|d| {
            d.code == *code
                && d.file == *path
                && text.get(d.span.range()).is_some_and(|text| text.contains(marked))
                && d.help.as_deref().unwrap_or_default().contains(help)
                && d.render(text)
                    .starts_with(&format!("{path}:{}:{}: error[{code}]", d.line, d.column))
        });
        assert!(fits, "{to:?}: {found:#?}");
    }
}

#[test]
fn m5_6_an_alignment_is_required_or_not_there_and_no_exemption() {
    let (path, from) = ("rules/alignment.yaml", "alignment: required");
    for wrong in ["alignment: true", "alignment: optional", "alignments: required", "alignment:"] {
        let found = errors_of(&edited("regulated-company", path, from, wrong));
        assert!(found.iter().any(|d| d.file == path), "{wrong}: {found:#?}");
    }
    let empty = edited(
        "regulated-company",
        "rules/base.yaml",
        "    authority: owners\n",
        "    alignment:\n",
    );
    assert!(!errors_of(&empty).is_empty(), "what is empty is no `not required`");
    let exempt = "alignment: required\n    nobody: true";
    let found = errors_of(&edited("regulated-company", path, from, exempt));
    assert!(found.iter().any(|d| d.code == "exemption_with_needs"), "{found:#?}");
}

#[test]
fn m1_2_a_policy_that_names_a_person_is_refused() {
    check_all(&[
        (
            "rules/base.yaml",
            "any_of: [peer, service-owner]",
            "person: ana",
            "names_a_person",
            "person",
            "roles, never people",
        ),
        (
            "rules/base.yaml",
            "any_of: [peer, service-owner]",
            "approvers: [ana]",
            "names_a_person",
            "approvers",
            "roles, never people",
        ),
        (
            "rules/base.yaml",
            "role: release-manager",
            "role: ana@example.com",
            "names_a_person",
            "ana@example.com",
            "give the role",
        ),
        (
            "rules/base.yaml",
            "risk.level == \"cab\"",
            "getOr(change.attributes, \"by\", \"\") == \"ana@example.com\"",
            "names_a_person",
            "ana@example.com",
            "give the role",
        ),
        (
            "roles.yaml",
            "description: Answers for a service, or for all services of a domain.",
            "description: prs_01jd9z5k8v3m2n4p6q7r8s9tab answers for it.",
            "names_a_person",
            "prs_01jd9z5k8v3m2n4p6q7r8s9tab",
            "",
        ),
    ]);
}

#[test]
fn d01_an_empty_bundle_is_refused() {
    let codes = |files: &[PolicyFile]| errors_of(files).iter().map(|d| d.code).collect::<Vec<_>>();
    assert_eq!(codes(&[]), ["empty_bundle"]);
    for missing in ["bundle.yaml", "environments.yaml", "roles.yaml", "risk.yaml"] {
        let mut files = files("small-team");
        files.retain(|file| file.path != missing);
        assert_eq!(codes(&files), ["missing_file"], "{missing}");
    }
    let mut without_rules = files("small-team");
    without_rules.retain(|file| !file.path.starts_with("rules/"));
    assert_eq!(codes(&without_rules), ["missing_file"]);
}

#[test]
fn d03_a_misspelt_key_is_refused_with_a_suggestion() {
    check_all(&[
        (
            "rules/base.yaml",
            "count: 1",
            "requiredApproverCount: 1",
            "unknown_key",
            "requiredApproverCount",
            "the keys here are",
        ),
        ("rules/base.yaml", "count: 1", "cuont: 1", "unknown_key", "cuont", "`count`"),
        ("rules/base.yaml", "any_of: [peer", "anyof: [peer", "unknown_key", "anyof", "`any_of`"),
        (
            "environments.yaml",
            "known_contributors: false",
            "known_contributor: false",
            "unknown_key",
            "known_contributor",
            "`known_contributors`",
        ),
        (
            "environments.yaml",
            "gate: observe",
            "gate: enforced",
            "unknown_value",
            "enforced",
            "`enforce`",
        ),
        ("risk.yaml", "factors:", "factor:", "unknown_key", "factor", "`factors`"),
        ("roles.yaml", "reach: domain", "reach: domian", "unknown_value", "domian", "`domain`"),
    ]);
}

#[test]
fn d03_an_unknown_name_is_refused_with_a_suggestion() {
    check_all(&[
        (
            "rules/base.yaml",
            "role: release-manager",
            "role: relase-manager",
            "unknown_reference",
            "relase-manager",
            "`release-manager`",
        ),
        (
            "rules/base.yaml",
            "[peer, service-owner]",
            "[peer, service-ower]",
            "unknown_reference",
            "service-ower",
            "`service-owner`",
        ),
        (
            "rules/base.yaml",
            "[ISO27001-A.8.32]",
            "[ISO27001-A.8.31]",
            "unknown_reference",
            "ISO27001-A.8.31",
            "`ISO27001-A.8.32`",
        ),
        (
            "rules/base.yaml",
            "risk.level == \"cab\"",
            "risk.level == \"cba\"",
            "unknown_variant",
            "\"cba\"",
            "\"cab\"",
        ),
        (
            "rules/base.yaml",
            "environment.tier == 0",
            "environment.teir == 0",
            "unknown_field",
            "teir",
            "environment.tier",
        ),
        (
            "rules/base.yaml",
            "environment.tier == 0",
            "environment.name == \"devv\" && environment.tier < 2",
            "unknown_variant",
            "\"devv\"",
            "\"dev\"",
        ),
    ]);
}

#[test]
fn d03_an_unknown_reference_is_refused_with_a_suggestion() {
    check_all(&[
        (
            "rules/specialists.yaml",
            "getOr(service.labels, \"data\"",
            "getOr(service.lables, \"data\"",
            "unknown_field",
            "lables",
            "service.labels",
        ),
        (
            "rules/promotion.yaml",
            "deployment:staging",
            "deployment:stagng",
            "unknown_reference",
            "stagng",
            "`staging`",
        ),
        (
            "templates/standard.yaml",
            "replaces: [peer-review]",
            "replaces: [peer-reviews]",
            "unknown_reference",
            "peer-reviews",
            "`peer-review`",
        ),
        (
            "templates/standard.yaml",
            "[staging, production]",
            "[staging, prodction]",
            "unknown_reference",
            "prodction",
            "`production`",
        ),
        ("environments.yaml", "production: T3", "production: T9", "unknown_tier", "T9", "T0 to T4"),
        ("risk.yaml", "environment.tier >= 3", "risk.score >= 3", "unknown_name", "risk", ""),
    ]);
}

#[test]
fn d04_a_count_that_means_nothing_is_refused() {
    check_all(&[
        ("rules/base.yaml", "count: 2", "count: 0", "bad_count", "0", "at least 1"),
        ("rules/base.yaml", "count: 2", "count: -1", "bad_count", "-1", "at least 1"),
        ("rules/base.yaml", "count: 2", "count: 1000", "bad_count", "1000", "at most 50"),
        ("rules/base.yaml", "count: 2", "count: two", "wrong_type", "two", ""),
    ]);
}

#[test]
fn d02_a_condition_that_could_be_undefined_is_refused() {
    check_all(&[
        (
            "risk.yaml",
            "has(history) && history.deployments >= 5 && ",
            "",
            "unguarded",
            "history.failures",
            "has(history)",
        ),
        (
            "risk.yaml",
            "history.deployments >= 5 && history.failures",
            "history.failures",
            "unchecked_division",
            "history.deployments",
            "!= 0",
        ),
        (
            "rules/base.yaml",
            "environment.tier == 0",
            "change.incident == \"x\"",
            "unguarded",
            "change.incident",
            "has(change.incident)",
        ),
        (
            "rules/base.yaml",
            "environment.tier == 0",
            "environment.tier == \"T0\"",
            "type_mismatch",
            "environment.tier == \"T0\"",
            "",
        ),
    ]);
}

#[test]
fn a_rule_that_can_never_apply_is_refused() {
    check_all(&[
        (
            "rules/base.yaml",
            "environment.tier == 0",
            "environment.tier > 4",
            "unreachable",
            "environment.tier > 4",
            "",
        ),
        (
            "rules/base.yaml",
            "environment.tier == 0",
            "environment.tier == 0 && environment.tier >= 2",
            "unreachable",
            "",
            "",
        ),
    ]);
}

#[test]
fn an_exemption_has_to_be_impossible_in_strict_tiers() {
    check_all(&[
        (
            "rules/base.yaml",
            "environment.tier == 0",
            "environment.tier <= 2",
            "exemption_in_strict_tier",
            "true",
            "environment.tier < 2",
        ),
        (
            "rules/base.yaml",
            "environment.tier == 0",
            "change.impact == \"low\"",
            "exemption_in_strict_tier",
            "true",
            "",
        ),
        (
            "rules/base.yaml",
            "nobody: true\n",
            "nobody: true\n    needs: [{role: peer, why: x}]\n",
            "exemption_with_needs",
            "",
            "",
        ),
        (
            "rules/base.yaml",
            "nobody: true\n",
            "nobody: false\n",
            "asks_nothing",
            "sandbox",
            "nobody: true",
        ),
        ("templates/standard.yaml", "up_to: T3", "up_to: T4", "exemption_in_strict_tier", "T4", ""),
    ]);
}

#[test]
fn m3_1_levels_cover_every_score_exactly_once() {
    check_all(&[
        (
            "risk.yaml",
            "title: peer review, from: 0",
            "title: peer review, from: 5",
            "level_order",
            "5",
            "from: 0",
        ),
        ("risk.yaml", "from: 50", "from: 20", "level_order", "20", "lowest score"),
        ("risk.yaml", "from: 50", "from: 25", "level_order", "25", "lowest score"),
        ("risk.yaml", "name: release-board", "name: cab", "duplicate_id", "cab", ""),
        (
            "risk.yaml",
            "low: { low: 0, medium: 10, high: 20 }",
            "low: { low: 0, medium: 10 }",
            "missing_key",
            "",
            "",
        ),
    ]);
}

#[test]
fn a15_evidence_without_a_listed_issuer_is_refused() {
    check_all(&[
        (
            "rules/promotion.yaml",
            "        issuers: [ci]\n",
            "",
            "issuer_missing",
            "tests",
            "issuers",
        ),
        (
            "rules/promotion.yaml",
            "- kind: deployment:staging\n",
            "- kind: deployment:staging\n        issuers: [ci]\n",
            "issuer_not_needed",
            "ci",
            "",
        ),
    ]);
}

#[test]
fn j05_what_was_approved_before_is_good_for_a_time_and_by_nobodys_word() {
    let kind = "- kind: deployment:staging\n";
    check_all(&[
        (
            "rules/promotion.yaml",
            "- kind: deployment:staging\n        max_age: 14d\n",
            "- kind: approved_before\n",
            "max_age_missing",
            "approved_before",
            "max_age: 30d",
        ),
        (
            "rules/promotion.yaml",
            kind,
            "- kind: approved_before\n        issuers: [ci]\n",
            "issuer_not_needed",
            "ci",
            "",
        ),
    ]);
}

#[test]
fn ids_and_keys_are_unique() {
    check_all(&[
        (
            "rules/specialists.yaml",
            "id: personal-data",
            "id: peer-review",
            "duplicate_id",
            "peer-review",
            "",
        ),
        ("roles.yaml", "name: peer", "name: security", "duplicate_id", "security", ""),
        (
            "rules/base.yaml",
            "    title: Sandboxes need nobody\n",
            "    title: A\n    title: B\n",
            "duplicate_key",
            "",
            "keep one",
        ),
        ("rules/base.yaml", "id: sandbox", "id: Sand box", "bad_name", "Sand box", ""),
        ("environments.yaml", "pending: 14d", "pending: soon", "bad_duration", "soon", "30m"),
        ("environments.yaml", "pending: 14d", "pending: 20s", "bad_duration", "20s", ""),
        ("bundle.yaml", "format: 1", "format: 2", "unknown_format", "2", ""),
    ]);
}

#[test]
fn m1_3_a_template_has_to_say_who_approves_instead() {
    check_all(&[
        (
            "templates/standard.yaml",
            "    nobody: true\n",
            "",
            "asks_nothing",
            "feature-flag",
            "needs",
        ),
        (
            "templates/standard.yaml",
            "[staging, production]\n    up_to: T3",
            "[staging, production-eu]\n    up_to: T3",
            "above_tier",
            "production-eu",
            "",
        ),
        (
            "templates/standard.yaml",
            "\"[a-z][a-z0-9-]{2,60}\"",
            "\"[a-z\"",
            "bad_pattern",
            "[a-z",
            "",
        ),
    ]);
}

#[test]
fn a_file_with_an_unknown_name_is_refused_not_ignored() {
    let mut all = files("small-team");
    for path in ["rule/extra.yaml", "rules/extra.yml", "roels.yaml", "rules/a/b.yaml", "../x.md"] {
        all.push(PolicyFile { path: path.to_owned(), text: "rules: []".to_owned() });
        let found = errors_of(&all);
        assert!(
            found.iter().any(|d| d.code == "unknown_file" && d.file == path),
            "{path}: {found:?}"
        );
        all.pop();
    }
}

#[test]
fn broken_yaml_is_refused_with_a_place() {
    for text in ["rules: [", "rules:\n\t- id: x", "- a", "", "rules: {a: }", "\u{0}", "&a [*a]"] {
        let mut all = files("small-team");
        all.push(PolicyFile { path: "rules/broken.yaml".to_owned(), text: text.to_owned() });
        let found = errors_of(&all);
        assert!(found.iter().any(|d| d.file == "rules/broken.yaml"), "{text:?}: {found:?}");
        assert!(found.iter().all(|d| !d.render(text).is_empty()));
    }
}

#[test]
fn a_file_that_can_not_be_read_brings_no_follow_up_errors() {
    let found =
        errors_of(&edited("regulated-company", "rules/base.yaml", "count: 2", "count: two"));
    assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), ["wrong_type"]);
}

#[test]
fn every_error_is_reported_at_once() {
    let mut all = edited("regulated-company", "rules/base.yaml", "count: 2", "count: 0");
    let risk = all.iter_mut().find(|file| file.path == "risk.yaml").unwrap();
    risk.text = risk.text.replace("when: environment.tier >= 3", "when: enviroment.tier >= 3");
    let codes: Vec<_> = errors_of(&all).iter().map(|d| d.code).collect();
    assert_eq!(codes, ["unknown_name", "bad_count"]);
}

#[test]
fn the_digest_covers_every_byte_and_not_the_order() {
    let mut all = files("small-team");
    let digest = Bundle::load(&all).unwrap().bundle.digest().to_owned();
    all.reverse();
    assert_eq!(Bundle::load(&all).unwrap().bundle.digest(), digest);
    all[0].text.push('\n');
    assert_ne!(Bundle::load(&all).unwrap().bundle.digest(), digest);
    assert!(digest.starts_with("sha256:") && digest.len() == 71);
}

#[test]
fn a_finding_is_rendered_with_its_line_and_a_caret() {
    let files = edited(
        "regulated-company",
        "rules/base.yaml",
        "risk.level == \"cab\"",
        "risk.level == \"cba\"",
    );
    let text = &files.iter().find(|file| file.path == "rules/base.yaml").unwrap().text;
    let [found] = &errors_of(&files)[..] else { panic!() };
    let expected = r#"rules/base.yaml:45:77: error[unknown_variant]: approval_level has no value `cba`
   |
45 |     when: environment.tier >= 2 && change.kind == "normal" && risk.level == "cba"
   |                                                                             ^^^^^ not one of its values
  = help: did you mean "cab"?"#;
    assert_eq!(found.render(text), expected);
}

#[test]
fn a08_an_environment_where_nobody_is_asked_is_warned_about() {
    let files = edited(
        "regulated-company",
        "rules/base.yaml",
        "environment.tier >= 1 && change.kind == \"emergency\"",
        "environment.tier >= 3 && change.kind == \"emergency\"",
    );
    let warnings = Bundle::load(&files).unwrap().warnings;
    let found: Vec<_> = warnings.iter().map(|d| (d.code, d.message.as_str())).collect();
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        found
            .iter()
            .all(|(code, message)| *code == "nobody_asked" && message.contains("emergency")),
        "{found:?}"
    );
    let text = &files.iter().find(|file| file.path == "environments.yaml").unwrap().text;
    assert!(warnings.iter().any(|d| text.get(d.span.range()) == Some("staging")), "{warnings:?}");
}
