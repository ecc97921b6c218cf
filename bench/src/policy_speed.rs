//! Policy evaluations a second: a starter bundle, with the explanation tree.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use app::ports::Clock as _;
use domain::actor::Actor;
use domain::change::{Level, Material, Revision};
use domain::organisation::{Criticality, Directory, OrganisationEvent, Service, Status};
use policy::{AssessmentFacts, Bundle, History};

use crate::report::Report;
use crate::site::{self, RealClock};

/// Assesses one change over and over.
pub fn measure(report: &mut Report) -> anyhow::Result<()> {
    let files = policy::starter::files("regulated-company").context("no starter policy")?;
    let bundle = Bundle::load(&files).map_err(|e| anyhow::anyhow!("{e:?}"))?.bundle;
    let mut directory = Directory::default();
    directory.apply(&OrganisationEvent::ServicePut(Service {
        name: "checkout".parse()?,
        title: "Checkout".to_owned(),
        domain: None,
        criticality: Criticality::High,
        labels: BTreeMap::from([("sox".to_owned(), "true".to_owned())]),
        status: Status::Active,
        depends_on: BTreeSet::new(),
    }));
    let now = RealClock.now();
    let material = Material {
        impact: Level::High,
        urgency: Level::Medium,
        complexity: Level::Medium,
        attributes: BTreeMap::from([("touches".to_owned(), "auth".to_owned())]),
        ..site::material("checkout", "production", site::artifact("app.bin", b"app"))?
    };
    let requester = Actor::System;
    let revision = Revision::new(1, material, [0; 16], requester.clone(), now)?;
    let facts = AssessmentFacts {
        revision: &revision,
        requester: &requester,
        directory: &directory,
        now,
        history: History::default(),
    };
    let begun = Instant::now();
    let mut count = 0u32;
    while begun.elapsed() < Duration::from_millis(700) {
        std::hint::black_box(bundle.assess(&facts));
        count += 1;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let rules = bundle.rules().len();
    let name = format!("assess one change, {rules} rules, with explanation");
    report.add("policy", &name, f64::from(count) / seconds, "1/s").print();
    let micros = seconds * 1e6 / f64::from(count);
    report.add("policy", "… each", micros, "µs").goal("≤ 20 µs", micros <= 20.0).print();
    Ok(())
}
