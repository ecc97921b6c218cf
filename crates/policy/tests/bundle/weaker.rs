//! What counts as weaker: every way in which a bundle may ask for less is named, and nothing that asks for
//! less passes for stricter.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::change::Revision;
use domain::event::PolicyFile;
use policy::bundle::{AssessmentFacts, Bundle};
use policy::replay::{Answer, Asks, outcomes};
use proptest::prelude::*;

use crate::properties::any_material;
use crate::support::{directory, edited, errors_of, files, known_history, now, requester};

fn loaded(files: &[PolicyFile]) -> Arc<Bundle> {
    Arc::new(Bundle::load(files).unwrap().bundle)
}

/// What is said of an edited starter, beside the starter.
fn judged(path: &str, from: &str, to: &str) -> Vec<String> {
    let after = loaded(&edited("regulated-company", path, from, to));
    after.weaker_than(&loaded(&files("regulated-company")), now())
}

/// (file, text to replace, replacement, part of what is said)
const WEAKER: &[(&str, &str, &str, &str)] = &[
    (
        "rules/base.yaml",
        "count: 2",
        "count: 1",
        "rule `cab-decides` asks for 1 of cab instead of 2",
    ),
    (
        "rules/base.yaml",
        "risk.level == \"cab\"",
        "risk.level == \"cab\" && change.impact == \"high\"",
        "rule `cab-decides` may apply to fewer changes",
    ),
    (
        "rules/base.yaml",
        "- role: cab",
        "- any_of: [cab, operations]",
        "rule `cab-decides` no longer asks for 2 of cab",
    ),
    (
        "rules/specialists.yaml",
        "id: personal-data",
        "id: personal-data-2",
        "rule `personal-data` is gone",
    ),
    (
        "rules/promotion.yaml",
        "max_age: 14d",
        "max_age: 15d",
        "no longer asks for evidence `deployment:staging`",
    ),
    (
        "rules/promotion.yaml",
        "longest: 30d",
        "longest: 31d",
        "rule `proven-in-staging` can be gone off",
    ),
    (
        "rules/alignment.yaml",
        "environment.tier >= 3",
        "environment.tier >= 4",
        "rule `complex-change` may apply to fewer",
    ),
    ("bundle.yaml", "format: 1", "format: 1\nweaker_after: 1h", "would go live sooner"),
    ("bundle.yaml", "format: 1", "format: 1\nweaker_after: none", "would go live sooner"),
];

#[test]
fn g03_policy_that_lets_sealed_overrides_be_issued_is_weaker() {
    let says = "T1: approvals can be overridden by more people or on easier terms";
    for (from, to, weaker) in [
        ("sealed: 30d", "sealed: 31d", true),
        ("sealed: 30d", "sealed: 29d", false),
        ("    sealed: 30d\n", "", false),
    ] {
        let found = judged("override.yaml", from, to);
        assert_eq!(found.iter().any(|way| way == says), weaker, "{to}: {found:#?}");
    }
    let without = loaded(&edited("regulated-company", "override.yaml", "    sealed: 30d\n", ""));
    let found = loaded(&files("regulated-company")).weaker_than(&without, now());
    assert!(found.iter().any(|way| way == says), "{found:#?}");
    let wrong =
        errors_of(&edited("regulated-company", "override.yaml", "sealed: 30d", "sealed: 91d"));
    assert!(wrong.iter().any(|found| found.code == "too_long"));
}

#[test]
fn m3_6_policy_that_lets_more_be_overridden_sooner_is_weaker() {
    let says = "can be overridden by more people or on easier terms";
    for (from, to, weaker) in [
        ("after: 15m", "after: 10m", true),
        ("    after: 15m\n", "", true),
        ("after: 15m", "after: 20m", false),
        ("[requester, contributors]", "[requester]", true),
        ("[requester, contributors]", "[contributors, requester]", false),
        ("    not_by: [requester, contributors]\n", "", true),
    ] {
        let found = judged("override.yaml", from, to);
        assert_eq!(found.iter().any(|way| way.contains(says)), weaker, "{to}: {found:#?}");
    }
    let edited = |from, to| errors_of(&edited("regulated-company", "override.yaml", from, to));
    assert!(edited("after: 15m", "after: 25h").iter().any(|found| found.code == "too_long"));
    let wrong = edited("[requester, contributors]", "[requestor]");
    assert!(wrong.iter().any(|found| found.message.contains("requestor")), "{wrong:#?}");
}

#[test]
fn m3_6_every_starter_lets_approvers_answer_first_and_bars_who_asked() {
    use domain::change::NotBy;
    for starter in ["small-team", "platform-team", "regulated-company"] {
        let bundle = loaded(&files(starter));
        for tier in 1..=3 {
            let terms = bundle.override_terms(tier).expect("terms");
            assert_eq!(terms.not_by, [NotBy::Requester, NotBy::Contributors], "{starter} T{tier}");
            assert_eq!(terms.after_minutes.is_some(), tier == 3, "{starter} T{tier}");
        }
    }
}

#[test]
fn d06_every_way_to_ask_for_less_is_named() {
    for (path, from, to, says) in WEAKER {
        let found = judged(path, from, to);
        assert!(found.iter().any(|way| way.contains(says)), "{to}: {found:#?}");
    }
}

/// (text to replace, replacement, part of what is said)
const WIDER_TEMPLATES: &[(&str, &str, &str)] = &[
    (
        "environments: [test, staging, internal, production]",
        "environments: [test, staging, internal, production, lab]",
        "is for more environments",
    ),
    ("min: 1, max: 40", "min: 1, max: 400", "takes other parameters, or other values"),
    ("min: 1, max: 40", "min: 0, max: 40", "takes other parameters, or other values"),
    ("one_of: [\"on\", \"off\"]", "one_of: [\"on\", \"off\", \"all\"]", "takes other parameters"),
    ("pattern: \"[a-z][a-z0-9-]{2,60}\"", "pattern: \".*\"", "takes other parameters"),
    ("title: Change the number of instances", "title: Scale\n    nobody: true", "exempts"),
    (
        "title: Change the number of instances",
        "title: Scale\n    bulk: true",
        "lets several changes be approved in one step",
    ),
];

#[test]
fn g06_a_template_that_covers_more_is_named_weaker() {
    let live = loaded(&files("regulated-company"));
    let mut named = 0;
    for (from, to, says) in WIDER_TEMPLATES {
        let wider = edited("regulated-company", "templates/standard.yaml", from, to);
        // What does not load can't go live at all.
        let Ok(wider) = Bundle::load(&wider) else { continue };
        named += 1;
        let found = wider.bundle.weaker_than(&live, now());
        assert!(found.iter().any(|way| way.contains(says)), "{to}: {found:#?}");
        assert!(found.iter().any(|way| way.contains("template")), "{to}: {found:#?}");
    }
    assert!(named >= 4, "{named}");
}

/// (file, text to replace, replacement)
const NO_WEAKER: &[(&str, &str, &str)] = &[
    ("rules/base.yaml", "count: 2", "count: 3"),
    ("rules/base.yaml", "why: a failure would hurt", "why: a failure might hurt"),
    (
        "rules/base.yaml",
        "any_of: [operations, release-manager, service-owner]",
        "any_of: [operations, service-owner]",
    ),
    ("rules/promotion.yaml", "max_age: 14d", "max_age: 7d"),
    ("rules/promotion.yaml", "longest: 30d", "longest: 7d"),
    ("bundle.yaml", "format: 1", "format: 1\nweaker_after: 2d"),
    ("bundle.yaml", "format: 1", "# Read again.\nformat: 1"),
];

#[test]
fn d06_what_asks_for_no_less_is_not_called_weaker() {
    for (path, from, to) in NO_WEAKER {
        assert_eq!(judged(path, from, to), Vec::<String>::new(), "{to}");
    }
}

#[test]
fn d06_other_days_in_a_file_of_holidays_are_other_working_time() {
    let with = |day: &str| {
        let mut files = edited(
            "regulated-company",
            "calendars.yaml",
            "holidays: GB-ENG",
            "holidays: holidays/gb.ics",
        );
        let text = format!(
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Off\nDTSTART;VALUE=DATE:{day}\nEND:VEVENT\nEND:VCALENDAR\n"
        );
        files.push(PolicyFile { path: "holidays/gb.ics".to_owned(), text });
        loaded(&files)
    };
    let found = with("20261225").weaker_than(&with("20261224"), now());
    assert!(found.iter().any(|way| way.contains("working time")), "{found:#?}");
    assert_eq!(with("20261225").weaker_than(&with("20261225"), now()), Vec::<String>::new());
}

#[test]
fn d06_a_part_that_is_gone_or_new_is_weighed() {
    let whole = files("regulated-company");
    let without = |path: &str| {
        let left: Vec<_> = whole.iter().filter(|file| file.path != path).cloned().collect();
        loaded(&left)
    };
    let live = loaded(&whole);
    for (path, says) in [
        ("freezes.yaml", "freeze"),
        ("guarantees.yaml", "guarantee"),
        ("rules/specialists.yaml", "rule `security-relevant` is gone"),
    ] {
        let found = without(path).weaker_than(&live, now());
        assert!(found.iter().any(|way| way.contains(says)), "{path}: {found:#?}");
    }
    for (path, says) in [
        ("automation.yaml", "automation rule"),
        ("override.yaml", "approvals can be overridden"),
        ("templates/standard.yaml", "template"),
        ("response.yaml", "response plans"),
    ] {
        // Some parts refer to others, so the bundle without them may not load.
        let left: Vec<_> = whole.iter().filter(|file| file.path != path).cloned().collect();
        let Ok(without) = Bundle::load(&left) else { continue };
        let found = live.weaker_than(&without.bundle, now());
        assert!(found.iter().any(|way| way.contains(says)), "{path}: {found:#?}");
    }
}

#[test]
fn d06_a_delay_nobody_could_wait_for_does_not_load() {
    let wrong = |said: &str| {
        let to = format!("format: 1\nweaker_after: {said}");
        errors_of(&edited("small-team", "bundle.yaml", "format: 1", &to))
    };
    assert!(wrong("31d").iter().any(|found| found.code == "out_of_range"));
    assert!(wrong("soon").iter().any(|found| found.code == "bad_duration"));
    assert!(wrong("0m").iter().any(|found| found.code == "bad_duration"));
    let at_once = edited("small-team", "bundle.yaml", "format: 1", "format: 1\nweaker_after: none");
    let loaded = Bundle::load(&at_once).unwrap();
    assert!(loaded.warnings.iter().any(|found| found.code == "weaker_at_once"));
    assert_eq!(loaded.bundle.weaker_after_minutes(), 0);
}

/// The starter that is edited, all edits above, and the other starters.
fn variants() -> Vec<Arc<Bundle>> {
    let weaker = WEAKER.iter().map(|(path, from, to, _)| (*path, *from, *to));
    let edits = weaker.chain(NO_WEAKER.iter().copied());
    let edits = edits.map(|(path, from, to)| loaded(&edited("regulated-company", path, from, to)));
    let names = ["regulated-company", "small-team", "platform-team"];
    let mut all: Vec<_> = names.into_iter().map(|name| loaded(&files(name))).collect();
    all.extend(edits);
    all
}

static VARIANTS: std::sync::LazyLock<Vec<Arc<Bundle>>> = std::sync::LazyLock::new(variants);

/// Which of them was shown to ask for no less than which: the edited one beside all others, both ways.
static ORDER: std::sync::LazyLock<Vec<(usize, usize)>> = std::sync::LazyLock::new(|| {
    let pairs = (1..VARIANTS.len()).flat_map(|other| [(0, other), (other, 0)]);
    pairs.filter(|(a, b)| VARIANTS[*a].weaker_than(&VARIANTS[*b], now()).is_empty()).collect()
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn d06_no_change_is_asked_for_less_by_what_was_shown_to_ask_for_no_less(
        materials in prop::collection::vec(any_material(), 1..20),
    ) {
        let (directory, by) = (directory(), requester());
        let revisions: Vec<_> = materials
            .into_iter()
            .map(|material| Revision::new(1, material, [0; 16], by.clone(), now()).unwrap())
            .collect();
        let history = known_history(3, 1);
        let facts: Vec<_> = revisions
            .iter()
            .map(|revision| AssessmentFacts {
                revision, requester: &by, directory: &directory, now: now(), history: history.as_ref(),
            })
            .collect();
        prop_assert!(ORDER.len() >= NO_WEAKER.len());
        for (after, before) in ORDER.iter() {
            let said = outcomes(&VARIANTS[*before], &facts);
            for (from, to) in said.iter().zip(outcomes(&VARIANTS[*after], &facts)) {
                prop_assert!(asks_no_less(&from.answer, &to.answer), "{from:?} {to:?}");
            }
        }
    }
}

/// A plain way to say so, and nothing like the one that is tested: no fewer people, no less evidence.
fn asks_no_less(before: &Answer, after: &Answer) -> bool {
    let (Answer::Asks(before), Answer::Asks(after)) = (before, after) else {
        return !matches!(after, Answer::Asks(_));
    };
    let people = |asks: &Asks| asks.requirements.iter().map(|r| r.count).sum::<u32>();
    let needs = |asks: &Asks| asks.evidence.iter().map(|e| e.kind.clone()).collect::<BTreeSet<_>>();
    let (terms, known) = (&after.terms, &before.terms);
    people(after) >= people(before)
        && needs(after).is_superset(&needs(before))
        && (after.alignment || !before.alignment)
        && (terms.enforce || !known.enforce)
        && terms.validity_minutes <= known.validity_minutes
        && terms.reruns_after_failure <= known.reruns_after_failure
}

#[test]
fn m5_2_who_may_be_a_delegate_stands_in_every_requirement_and_letting_it_go_is_weaker() {
    let roles = |delegation: &str| {
        let from = "delegation: { longest: 30d }";
        edited("small-team", "roles.yaml", from, &format!("delegation: {{ {delegation} }}"))
    };
    let (free, bound) =
        (loaded(&files("small-team")), loaded(&roles("longest: 30d, competence: [service-owner]")));
    let role = bound.roles().iter().find(|role| !role.competence.is_empty()).unwrap();
    let asked = crate::support::assess(&bound, crate::support::material("blog", "production"));
    let asked = crate::support::expect_assessed(asked).requirements;
    let wanted = asked.iter().find(|r| r.delegable.contains(&role.name)).unwrap();
    assert_eq!(wanted.competence.get(&role.name), Some(&role.competence));
    assert!(bound.weaker_than(&free, now()).is_empty(), "to want more is no less");
    let said = free.weaker_than(&bound, now()).join("; ");
    assert!(said.contains("may be delegated to others"), "{said}");
    let errors = errors_of(&roles("longest: 30d, competence: [nobody]"));
    assert!(errors.iter().any(|e| e.message.contains("nobody")), "{errors:#?}");
}
