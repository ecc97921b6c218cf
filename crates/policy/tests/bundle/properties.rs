//! For any facts: the same answer twice, no panic, and never an empty yes.

use domain::change::{ChangeType, Level, Material};
use policy::bundle::{Assessed, Bundle};
use policy::diagnostic::Diagnostic;
use policy::starter;
use proptest::prelude::*;

use std::sync::LazyLock;

use crate::support::{
    assess_with, bundle, contributor, digest, evidence, files, known_history, material, template,
};

static BUNDLES: LazyLock<Vec<Bundle>> =
    LazyLock::new(|| starter::names().into_iter().map(bundle).collect());

fn level() -> impl Strategy<Value = Level> {
    prop::sample::select(vec![Level::Low, Level::Medium, Level::High])
}

pub fn any_material() -> impl Strategy<Value = Material> {
    let service = prop::sample::select(vec!["checkout", "blog", "ledger", "retired", "none"]);
    let environment = prop::sample::select(vec![
        "dev",
        "ci",
        "test",
        "staging",
        "internal",
        "shared",
        "production",
        "production-eu",
        "control-plane",
        "elsewhere",
    ]);
    let kind = prop::sample::select(vec![
        (ChangeType::Normal, None),
        (ChangeType::Emergency, None),
        (ChangeType::Standard, None),
        (ChangeType::Standard, Some("feature-flag")),
        (ChangeType::Standard, Some("scale-service")),
        (ChangeType::Normal, Some("feature-flag")),
    ]);
    let touches = prop::sample::select(vec!["", "schema", "auth,network", "secrets schema"]);
    let parameters = prop::collection::btree_map(
        "(flag|state|instances|x)",
        "(on|off|a-flag|[0-9]{1,3}|)",
        0..4,
    );
    (
        service,
        environment,
        kind,
        (level(), level(), level()),
        touches,
        parameters,
        any::<[bool; 3]>(),
    )
        .prop_map(
            |(
                service,
                environment,
                (kind, name),
                (impact, urgency, complexity),
                touches,
                parameters,
                flags,
            )| {
                let mut material = material(service, environment);
                (material.kind, material.template) =
                    (kind, name.and_then(|name| template(name, 1)));
                (material.impact, material.urgency, material.complexity) =
                    (impact, urgency, complexity);
                material.attributes.insert("touches".to_owned(), touches.to_owned());
                material.parameters = parameters;
                let [tested, unknown, incident] = flags;
                if tested {
                    material.evidence.push(evidence("tests", digest()));
                }
                if unknown {
                    material.contributors.push(contributor("nobody@example.com"));
                }
                material.incident = incident.then(|| "INC-1".to_owned());
                material
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_facts_make_an_empty_yes(material in any_material(), deployments in 0u32..30, failures in 0u32..30) {
        for bundle in BUNDLES.iter() {
            let history = known_history(deployments, failures.min(deployments));
            let first = assess_with(bundle, material.clone(), history.as_ref());
            prop_assert_eq!(&first, &assess_with(bundle, material.clone(), history.as_ref()));
            if let Assessed::Assessed { assessment, .. } = first {
                let nobody = assessment.requirements.is_empty();
                prop_assert!(!nobody || assessment.exempt.is_some());
                prop_assert!(assessment.requirements.iter().all(|r| r.count >= 1 && !r.roles.is_empty()));
                let mut keys: Vec<_> = assessment.requirements.iter().map(|r| &r.key).collect();
                keys.sort();
                keys.dedup();
                prop_assert_eq!(keys.len(), assessment.requirements.len());
                // In the strict tiers only a template may exempt.
                let by_template = assessment.exempt.as_ref().is_some_and(|rule| rule.id.starts_with("template:"));
                prop_assert!(!nobody || assessment.tier < 2 || by_template);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_bundle_is_refused_or_sound_and_never_panics(
        file in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        length in 0usize..40,
        insert in "[ -~\n]{0,4}",
    ) {
        let mut all = files("regulated-company");
        let index = file.index(all.len());
        let text: Vec<char> = all[index].text.chars().collect();
        let start = at.index(text.len() + 1);
        let end = (start + length).min(text.len());
        all[index].text = text[..start].iter().copied().chain(insert.chars()).chain(text[end..].iter().copied()).collect();
        match Bundle::load(&all) {
            Err(found) => {
                prop_assert!(found.iter().any(Diagnostic::is_error));
                for d in &found {
                    let text = all.iter().find(|file| file.path == d.file).map_or("", |file| file.text.as_str());
                    prop_assert!(!d.render(text).is_empty());
                }
            }
            Ok(loaded) => {
                let report = loaded.bundle.test();
                prop_assert!(report.cases.len() < 100);
            }
        }
    }
}
