//! Microseconds per assessment with its explanation tree, for 50 rules.
//!
//! `cargo run --release -p policy --example assess_speed`

use std::hint::black_box;
use std::time::Instant;

use domain::actor::Actor;
use domain::change::{Artifact, ChangeType, Digest, Level, Material, Revision};
use domain::event::{OrganisationEvent, PolicyFile};
use domain::organisation::{Criticality, Directory, Service, Status};
use domain::service_history::ServiceHistory;
use jiff::Timestamp;
use policy::bundle::{Assessed, AssessmentFacts, Bundle};
use policy::starter;

const RULES: usize = 50;
const RUNS: u32 = 20_000;

/// The allocator of the product's binary, so that the figure is the product's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error>;

/// A starter with rules added until there are fifty.
fn files() -> Vec<PolicyFile> {
    let mut files = starter::files("regulated-company").unwrap_or_default();
    let have: usize = files.iter().map(|file| file.text.matches("\n  - id: ").count()).sum();
    let mut text = String::from("rules:\n");
    for number in 0..RULES.saturating_sub(have.saturating_sub(5)) {
        text.push_str(&format!(
            "  - id: extra-{number}\n    title: Extra rule {number}\n    \
             when: environment.tier >= 2 && risk.score >= {number} && getOr(service.labels, \"team\", \"none\") == \"team-{number}\"\n    \
             needs: [{{ role: security, why: a reason }}]\n"
        ));
    }
    files.push(PolicyFile { path: "rules/extra.yaml".to_owned(), text });
    files
}

fn directory() -> Result<Directory, Failure> {
    let mut directory = Directory::default();
    directory.apply(&OrganisationEvent::ServicePut(Service {
        name: "ledger".parse()?,
        title: "Ledger".to_owned(),
        domain: Some("payments".parse()?),
        criticality: Criticality::Critical,
        labels: [("sox", "true"), ("team", "team-3")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        depends_on: [].into(),
        status: Status::Active,
    }));
    Ok(directory)
}

fn revision(now: Timestamp) -> Result<Revision, Failure> {
    let material = Material {
        title: "Raise the limit".into(),
        description: "".into(),
        reason: "".into(),
        plain_summary: None,
        kind: ChangeType::Normal,
        template: None,
        service: "ledger".parse()?,
        environment: "production".parse()?,
        artifacts: vec![Artifact {
            name: "app".to_owned(),
            digest: Digest::of(b"app"),
            reference: None,
        }],
        parameters: [("region".to_owned(), "eu".to_owned())].into(),
        plan: None,
        evidence: Vec::new(),
        window: None,
        contributors: Vec::new(),
        source: None,
        impact: Level::Medium,
        urgency: Level::Medium,
        complexity: Level::High,
        incident: None,
        attributes: [("touches".to_owned(), "schema".to_owned())].into(),
        version: Some("1.4.3".to_owned()),
        paths: ["src/main.rs".to_owned()].into(),
    };
    Ok(Revision::new(1, material, [0; 16], Actor::System, now)?)
}

fn main() -> Result<(), Failure> {
    let files = files();
    let started = Instant::now();
    let bundle = match Bundle::load(&files) {
        Ok(loaded) => loaded.bundle,
        Err(found) => return Err(found.iter().map(ToString::to_string).collect::<String>().into()),
    };
    println!("loaded {} rules in {:?}", bundle.rules().len(), started.elapsed());
    let now: Timestamp = "2026-11-24T10:00:00Z".parse()?;
    let (directory, revision) = (directory()?, revision(now)?);
    let history = ServiceHistory {
        deployments: 20,
        failures: 1,
        last_failure: Some(now),
        calm_since: now,
        version: Some("1.4.2".to_owned()),
        exposure: None,
    };
    let facts = AssessmentFacts {
        revision: &revision,
        requester: &Actor::System,
        directory: &directory,
        now,
        history: Some(&history),
    };
    let mut best = f64::MAX;
    let mut nodes = 0;
    for _ in 0..5 {
        let started = Instant::now();
        for _ in 0..RUNS {
            let assessed = black_box(bundle.assess(black_box(&facts)));
            debug_assert!(matches!(assessed, Assessed::Assessed { .. }));
        }
        best = best.min(started.elapsed().as_secs_f64() * 1e6 / f64::from(RUNS));
        nodes = bundle.assess(&facts).explanation().walk().count();
    }
    println!("{best:.1} µs per assessment with its explanation ({nodes} nodes)");
    Ok(())
}
