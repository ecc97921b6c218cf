//! What policy asks for, over a real organisation and real revisions.

use domain::change::{ChangeType, Digest, Level};
use domain::explanation::Outcome;
use domain::requirement::Reach;
use policy::bundle::{Assessed, AssessmentFacts, Bundle, History};

use crate::support::{
    asked, assess, assess_with, bundle, contributor, directory, edited, evidence, expect_assessed,
    known_history, machine, material, now, template,
};

#[test]
fn m1_1_authority_is_central_or_with_the_owners_by_risk() {
    let bundle = bundle("regulated-company");
    let mut ordinary = material("blog", "production");
    ordinary.impact = Level::Medium;
    let assessment = expect_assessed(assess(&bundle, ordinary.clone()));
    assert_eq!(asked(&assessment), ["peer+service-owner×1", "service-owner×1"]);
    assert_eq!(assessment.requirements[1].reach, Reach::Domain);

    let mut risky = ordinary;
    risky.service = "checkout".parse().unwrap();
    risky.complexity = Level::High;
    let assessment = expect_assessed(assess(&bundle, risky));
    assert_eq!(assessment.level, "release-board");
    let central = &assessment.requirements[1];
    assert_eq!(central.roles[0].as_str(), "release-manager");
    assert_eq!(central.reach, Reach::Organisation);
}

#[test]
fn m1_3_a_standard_change_runs_within_the_limits_of_its_template() {
    let bundle = bundle("regulated-company");
    let mut standard = material("blog", "production");
    standard.kind = ChangeType::Standard;
    standard.template = template("scale-service", 2);
    standard.parameters.insert("instances".to_owned(), "4".to_owned());
    let assessment = expect_assessed(assess(&bundle, standard.clone()));
    assert_eq!(asked(&assessment), ["peer+operations×1"]);
    assert_eq!(assessment.requirements[0].rule.id, "template:scale-service");

    let refused = |edit: &dyn Fn(&mut domain::change::Material)| {
        let mut changed = standard.clone();
        edit(&mut changed);
        match assess(&bundle, changed) {
            Assessed::Refused { fields, explanation } => {
                assert_eq!(explanation.outcome, Outcome::Denied);
                fields.into_iter().map(|f| (f.field, f.message)).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        }
    };
    let one = |found: Vec<(String, String)>, field: &str, words: &str| {
        assert!(found.iter().any(|(f, m)| f == field && m.contains(words)), "{found:?}");
    };
    one(refused(&|m| m.template = template("scale-service", 1)), "template", "version 2");
    one(
        refused(&|m| m.template = template("scale-servce", 2)),
        "template",
        "did you mean `scale-service`?",
    );
    one(refused(&|m| m.template = None), "template", "names the template");
    one(refused(&|m| m.kind = ChangeType::Normal), "template", "only a standard change");
    one(
        refused(&|m| m.environment = "production-eu".parse().unwrap()),
        "environment",
        "up to tier T3",
    );
    one(refused(&|m| m.environment = "dev".parse().unwrap()), "environment", "not for environment");
    one(
        refused(&|m| {
            m.parameters.clear();
        }),
        "parameters.instances",
        "needs the parameter",
    );
    for (value, words) in [
        ("0", "at least 1"),
        ("41", "at most 40"),
        ("four", "whole number"),
        ("4; rm", "whole number"),
    ] {
        let set = |m: &mut domain::change::Material| {
            m.parameters.insert("instances".to_owned(), value.to_owned());
        };
        one(refused(&set), "parameters.instances", words);
    }
    let extra = |m: &mut domain::change::Material| {
        m.parameters.insert("instance".to_owned(), "4".to_owned());
    };
    one(refused(&extra), "parameters.instance", "did you mean `instances`?");
}

#[test]
fn m1_3_the_pattern_of_a_parameter_covers_the_whole_value() {
    let bundle = bundle("regulated-company");
    let mut standard = material("blog", "production");
    standard.kind = ChangeType::Standard;
    standard.template = template("feature-flag", 1);
    standard.parameters.insert("state".to_owned(), "on".to_owned());
    for (flag, fits) in [
        ("new-checkout", true),
        ("new-checkout; x", false),
        ("x\nnew-checkout", false),
        ("new-checkout\n", false),
    ] {
        standard.parameters.insert("flag".to_owned(), flag.to_owned());
        let assessed = assess(&bundle, standard.clone());
        assert_eq!(assessed.assessment().is_some(), fits, "{flag:?}");
    }
}

#[test]
fn m2_4_a_higher_tier_needs_more_and_evidence_from_the_lower_one() {
    let bundle = bundle("regulated-company");
    let people = |environment: &str| {
        let assessment = expect_assessed(assess(&bundle, material("ledger", environment)));
        assessment.requirements.iter().map(|r| r.count).sum::<u32>()
    };
    let counts: Vec<u32> =
        ["dev", "staging", "internal", "production", "production-eu"].map(people).into();
    assert!(counts.is_sorted(), "{counts:?}");
    assert_eq!(counts[0], 0);
    let assessment = expect_assessed(assess(&bundle, material("ledger", "production")));
    let kinds: Vec<&str> = assessment.evidence.iter().map(|e| e.kind.as_str()).collect();
    assert_eq!(kinds, ["deployment:staging", "tests"]);
    assert_eq!(assessment.evidence[1].issuers, ["ci"]);
    assert_eq!(assessment.evidence[0].max_age_minutes, Some(14 * 24 * 60));
}

#[test]
fn m3_1_the_matrix_and_every_factor_are_kept() {
    let bundle = bundle("regulated-company");
    let mut change = material("checkout", "production");
    (change.impact, change.urgency, change.complexity) = (Level::High, Level::Medium, Level::Low);
    let Assessed::Assessed { assessment, explanation } = assess(&bundle, change) else { panic!() };
    assert_eq!(assessment.risk.matrix_points, 35);
    assert_eq!(assessment.risk.score, 35 + 10 + 20);
    assert_eq!(assessment.risk.factors.len(), bundle.factors().len());
    let sum: i64 = assessment.risk.factors.iter().map(|factor| factor.points).sum();
    assert_eq!(assessment.risk.matrix_points + sum, assessment.risk.score);
    let critical = assessment.risk.factors.iter().find(|f| f.name == "critical-service").unwrap();
    assert_eq!(critical.points, 20);
    assert!(
        critical.why.contains("service.criticality == \"critical\" (\"critical\") ✓"),
        "{}",
        critical.why
    );
    assert_eq!(critical.source.file, "risk.yaml");
    let matrix = explanation.walk().find(|node| node.code == "matrix").unwrap();
    assert_eq!(matrix.title, "+35 impact high, urgency medium, complexity low");
    for (score, level) in [
        (0, "peer-review"),
        (24, "peer-review"),
        (25, "service-owner"),
        (74, "release-board"),
        (75, "cab"),
        (9999, "cab"),
        (-5, "peer-review"),
    ] {
        assert_eq!(bundle.level_of(score).name, level, "{score}");
    }
}

#[test]
fn m3_2_attributes_add_approvers_and_say_why() {
    let bundle = bundle("regulated-company");
    let mut change = material("ledger", "production");
    change.attributes.insert("touches".to_owned(), "schema,auth".to_owned());
    let Assessed::Assessed { assessment, explanation } = assess(&bundle, change) else { panic!() };
    for (role, why) in [
        ("security", "authentication"),
        ("data-protection", "personal data"),
        ("compliance", "books"),
    ] {
        let found =
            assessment.requirements.iter().find(|r| r.roles[0].as_str() == role).expect(role);
        assert!(found.why.contains(why), "{}", found.why);
        assert!(found.meaning.is_some() && found.due_minutes.is_some());
    }
    let node = explanation
        .walk()
        .find(|n| {
            n.rule.as_ref().is_some_and(|r| r.id == "personal-data") && n.code == "rule_applies"
        })
        .unwrap();
    let detail = node.detail.as_deref().unwrap();
    assert!(detail.contains("environment.tier >= 2 (3) ✓"), "{detail}");
    assert!(detail.contains("change.impact == \"high\" (\"low\") ✗"), "{detail}");
    let controls = &assessment
        .requirements
        .iter()
        .find(|r| r.roles[0].as_str() == "compliance")
        .unwrap()
        .controls;
    assert_eq!(controls, &["SOX-ITGC-CM-1"]);
}

#[test]
fn every_rule_is_in_the_explanation_applied_or_not() {
    let bundle = bundle("regulated-company");
    let assessed = assess(&bundle, material("blog", "production"));
    let explanation = assessed.explanation();
    for rule in bundle.rules() {
        let node = explanation
            .walk()
            .find(|node| node.rule.as_ref() == Some(&rule.source))
            .unwrap_or_else(|| panic!("{}", rule.id));
        assert!(node.detail.as_ref().is_some_and(|detail| !detail.is_empty()));
        let applies = node.outcome == Outcome::Info;
        assert_eq!(node.code, if applies { "rule_applies" } else { "rule_does_not_apply" });
        assert!(node.title.starts_with(&rule.title));
    }
    let title =
        "1 of peer or service-owner, 1 service-owner to approve; risk 10 (peer-review), tier T3";
    assert_eq!(explanation.title, title);
}

#[test]
fn a08_no_rule_is_never_a_yes() {
    // Without its only rule for staging, a change there has nobody to ask.
    let files = edited(
        "regulated-company",
        "rules/base.yaml",
        "environment.tier >= 1 && change.kind != \"emergency\"",
        "environment.tier >= 2 && change.kind != \"emergency\"",
    );
    let bundle = Bundle::load(&files).unwrap().bundle;
    match assess(&bundle, material("blog", "staging")) {
        Assessed::Undecided { code, explanation } => {
            assert_eq!((code.as_str(), explanation.outcome), ("no_rule", Outcome::Unknown));
            assert!(
                explanation.walk().filter(|node| node.rule.is_some()).count()
                    >= bundle.rules().len()
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn d08_a_new_environment_starts_in_the_strictest_tier() {
    let bundle = bundle("regulated-company");
    let Assessed::Assessed { assessment, explanation } =
        assess(&bundle, material("blog", "production-2"))
    else {
        panic!()
    };
    assert_eq!(assessment.tier, 4);
    assert!(assessment.enforce && assessment.known_contributors);
    assert!(explanation.walk().any(|node| node.code == "tier_unclassified"));
    assert_eq!(bundle.tier_of("production-2").unwrap().number, 4);

    let refusing = edited(
        "regulated-company",
        "environments.yaml",
        "unclassified: T4",
        "unclassified: refuse",
    );
    let bundle = Bundle::load(&refusing).unwrap().bundle;
    match assess(&bundle, material("blog", "prodution")) {
        Assessed::Refused { fields, .. } => {
            assert_eq!(fields[0].field, "environment");
            assert!(
                fields[0].message.contains("did you mean `production`?"),
                "{}",
                fields[0].message
            );
        }
        other => panic!("{other:?}"),
    }
    let lenient =
        edited("regulated-company", "environments.yaml", "unclassified: T4", "unclassified: T1");
    let warnings = Bundle::load(&lenient).unwrap().warnings;
    assert_eq!(warnings.iter().map(|d| d.code).collect::<Vec<_>>(), ["lenient_default"]);
    // Left out, it is the strictest.
    let silent = edited("regulated-company", "environments.yaml", "unclassified: T4\n", "");
    assert_eq!(Bundle::load(&silent).unwrap().bundle.tier_of("x").unwrap().number, 4);
}

#[test]
fn a_service_that_is_unknown_or_retired_is_refused() {
    let bundle = bundle("small-team");
    for (service, words) in [
        ("chekout", "did you mean `checkout`?"),
        ("zzzzzz", "registers it first"),
        ("retired", "retired"),
    ] {
        match assess(&bundle, material(service, "production")) {
            Assessed::Refused { fields, .. } => {
                assert!(
                    fields[0].field == "service" && fields[0].message.contains(words),
                    "{fields:?}"
                );
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn d02_a_rule_that_can_not_be_decided_blocks() {
    let overflow = "change.artifact_count + 9223372036854775807 > 0";
    let files = edited(
        "regulated-company",
        "rules/base.yaml",
        "risk.level == \"cab\"",
        &format!("({overflow} || risk.level == \"cab\")"),
    );
    let bundle = Bundle::load(&files).unwrap().bundle;
    match assess(&bundle, material("blog", "production")) {
        Assessed::Undecided { code, explanation } => {
            assert_eq!(code, "rule_error");
            let node = explanation
                .walk()
                .find(|node| node.code == "rule_error" && node.rule.is_some())
                .unwrap();
            assert_eq!(node.rule.as_ref().unwrap().id, "cab-decides");
            assert!(node.title.contains("out of range") && node.outcome == Outcome::Unknown);
        }
        other => panic!("{other:?}"),
    }
    let files = edited(
        "regulated-company",
        "risk.yaml",
        "when: change.artifact_count > 5",
        &format!("when: {overflow}"),
    );
    let bundle = Bundle::load(&files).unwrap().bundle;
    let assessed = assess(&bundle, material("blog", "production"));
    assert!(matches!(assessed, Assessed::Undecided { code, .. } if code == "factor_error"));
}

#[test]
fn history_counts_only_when_it_is_known() {
    let bundle = bundle("regulated-company");
    let score = |history: History<'_>| {
        expect_assessed(assess_with(&bundle, material("blog", "production"), history)).risk.score
    };
    assert_eq!(score(known_history(20, 0).as_ref()), 10);
    assert_eq!(score(known_history(20, 4).as_ref()), 25);
    assert_eq!(score(None), 15);
}

#[test]
fn a14_evidence_about_other_artifacts_lowers_nothing() {
    let bundle = bundle("regulated-company");
    let score = |subject: Digest| {
        let mut change = material("blog", "production");
        change.evidence.push(evidence("tests", subject));
        expect_assessed(assess(&bundle, change)).risk.score
    };
    assert_eq!(score(crate::support::digest()), 5);
    assert_eq!(score(Digest::of(b"another build")), 10);
}

#[test]
fn contributors_nobody_knows_raise_the_risk() {
    let bundle = bundle("regulated-company");
    let score = |identities: &[&str]| {
        let mut change = material("blog", "production");
        change.contributors = identities.iter().map(|identity| contributor(identity)).collect();
        expect_assessed(assess(&bundle, change)).risk.score
    };
    assert_eq!(score(&["ana@example.com", "Ben <BEN@example.com>"]), 10);
    assert_eq!(score(&["ana@example.com", "mallory@example.com"]), 20);
}

#[test]
fn conditions_see_who_asks() {
    let files = edited(
        "small-team",
        "risk.yaml",
        "service.criticality == \"critical\"",
        "requester.machine || \"service-owner\" in requester.roles",
    );
    let bundle = Bundle::load(&files).unwrap().bundle;
    let revision =
        domain::change::Revision::new(1, material("blog", "production"), [0; 16], machine(), now())
            .unwrap();
    let directory = directory();
    let score = |requester: &domain::actor::Actor| {
        let facts = AssessmentFacts {
            revision: &revision,
            requester,
            directory: &directory,
            now: now(),
            history: History::default(),
        };
        bundle.assess(&facts).assessment().unwrap().risk.score
    };
    assert_eq!(score(&machine()), 10);
    assert_eq!(score(&crate::support::requester()), 10);
    assert_eq!(score(&domain::actor::Actor::System), 10);
}

#[test]
fn a_condition_on_the_clock_sees_the_time_of_its_zone() {
    let weekend = "now.getDayOfWeek(\"Pacific/Auckland\") in [0, 6]";
    let files = edited("small-team", "risk.yaml", "service.criticality == \"critical\"", weekend);
    let bundle = Bundle::load(&files).unwrap().bundle;
    assert!(!bundle.is_timeless());
    let requester = crate::support::requester();
    let revision = domain::change::Revision::new(
        1,
        material("blog", "production"),
        [0; 16],
        requester.clone(),
        now(),
    )
    .unwrap();
    let directory = directory();
    // Friday 11:30 in UTC is Saturday in Auckland.
    for (at, score) in [("2026-11-20T10:30:00Z", 0), ("2026-11-20T11:30:00Z", 10)] {
        let facts = AssessmentFacts {
            revision: &revision,
            requester: &requester,
            directory: &directory,
            now: at.parse().unwrap(),
            history: History::default(),
        };
        assert_eq!(bundle.assess(&facts).assessment().unwrap().risk.score, score, "{at}");
    }
}
