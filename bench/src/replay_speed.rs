//! Replay of a long history under another bundle of fifty rules: changes a second, and memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use domain::actor::Actor;
use domain::change::{ChangeEvent, ChangeType, DeploymentOutcome, Level, Material, Revision};
use domain::event::PolicyFile;
use domain::ids::{ChangeId, ChangeNumber, DeploymentId};
use domain::organisation::{Criticality, Directory, OrganisationEvent, Service, Status};
use jiff::{SignedDuration, Timestamp};
use policy::replay::{Fold, Replay, outcomes};
use policy::{AssessmentFacts, Bundle, History};

use crate::process::resident_mb;
use crate::report::Report;
use crate::site;

/// Rules of the bundle that is tried.
const RULES: usize = 50;
/// Changes made at once, before the clock runs.
const CHUNK: u64 = 20_000;
const SERVICES: u64 = 300;

/// Replays so many changes: their events folded to columns, and two bundles asked of these.
pub fn measure(changes: u64, report: &mut Report) -> anyhow::Result<()> {
    let base = bundle(RULES, 60)?;
    let candidate = bundle(RULES, 50)?;
    let rules = candidate.rules().len();
    verdicts(&candidate, report)?;
    let (mut replay, mut past) = (Replay::new(base, candidate, None), Fold::default());
    organisation()?.iter().for_each(|event| past.organisation(event));
    let (mut folding, mut comparing) = (Duration::ZERO, Duration::ZERO);
    let mut at_a_tenth = 0.0;
    let mut next = 0;
    while next < changes {
        let chunk = (next..(next + CHUNK).min(changes)).map(history);
        let chunk = chunk.collect::<anyhow::Result<Vec<_>>>()?;
        next += CHUNK;
        let begun = Instant::now();
        for (id, at, events) in chunk {
            for event in events {
                past.change(&id, event, at);
            }
        }
        folding += begun.elapsed();
        if past.has_segment() || next >= changes {
            let begun = Instant::now();
            let ended = past.take_ended();
            folding += begun.elapsed();
            let begun = Instant::now();
            replay.segment(&ended);
            comparing += begun.elapsed();
        }
        if at_a_tenth == 0.0 && next >= changes / 10 {
            at_a_tenth = resident_mb(std::process::id())?;
        }
    }
    let found = replay.report();
    let memory = resident_mb(std::process::id())?;
    let open = u64::try_from(past.open().len())?;
    anyhow::ensure!(found.counts.changes + open == changes, "{:?}, {open} open", found.counts);
    anyhow::ensure!(found.counts.same < changes, "the bundles don't differ");
    let per_second = |took: Duration| changes as f64 / took.as_secs_f64();
    let name = format!("replay {changes} changes in columns, 2 × {rules} rules");
    let rate = per_second(comparing);
    report.add("replay", &name, rate, "changes/s").goal("≥ 500,000/s", rate >= 5e5).print();
    let name = "… their events folded to columns, one core";
    report.add("replay", name, per_second(folding), "changes/s").print();
    let grown = memory - at_a_tenth;
    report
        .add("replay", "memory grown from a tenth of it to the end", grown, "MiB")
        .goal("≤ 16 MiB", grown <= 16.0)
        .print();
    report.add("replay", "memory at the end, with the events made", memory, "MiB").print();
    Ok(())
}

/// The policy part of one verdict, with the explanation tree and without.
fn verdicts(bundle: &Arc<Bundle>, report: &mut Report) -> anyhow::Result<()> {
    let mut directory = Directory::default();
    organisation()?.iter().for_each(|event| directory.apply(event));
    let requester = Actor::System;
    let now = moment(0);
    let revisions = (0..1_024)
        .map(|n| Ok(Revision::new(1, material(n)?, [0; 16], requester.clone(), now)?))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let of = |revision| AssessmentFacts {
        revision,
        requester: &requester,
        directory: &directory,
        now,
        history: History::default(),
    };
    let facts: Vec<AssessmentFacts<'_>> = revisions.iter().map(of).collect();
    let mut count = 0u32;
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(700) {
        for facts in &facts {
            std::hint::black_box(bundle.assess(facts));
            count += 1;
        }
    }
    let micros = begun.elapsed().as_secs_f64() * 1e6 / f64::from(count);
    let name = format!("policy part of a verdict, {RULES} rules, with explanation");
    report.add("replay", &name, micros, "µs").goal("≤ 20 µs", micros <= 20.0).print();
    let many: Vec<AssessmentFacts<'_>> = facts.iter().cycle().take(1 << 17).copied().collect();
    let begun = Instant::now();
    std::hint::black_box(outcomes(bundle, &many));
    let micros = begun.elapsed().as_secs_f64() * 1e6 / many.len() as f64;
    report
        .add("replay", "… without, in columns", micros, "µs")
        .goal("≤ 3 µs", micros <= 3.0)
        .print();
    Ok(())
}

/// The regulated company's bundle with so many rules; the threshold makes two of them differ.
pub fn bundle(rules: usize, threshold: u32) -> anyhow::Result<Arc<Bundle>> {
    let mut files = policy::starter::files("regulated-company").context("no starter policy")?;
    files.retain(|file| !file.path.starts_with("tests/") && file.path != "guarantees.yaml");
    let own = Bundle::load(&files).map_err(|e| anyhow::anyhow!("{e:?}"))?.bundle.rules().len();
    let mut text = "rules:\n".to_owned();
    for n in own..rules {
        let when = match n % 5 {
            0 => format!(
                "environment.tier >= 3 && risk.score >= {} && change.impact == 'high'",
                threshold + u32::try_from(n)?
            ),
            1 => format!(
                "getOr(change.attributes, 'touches', '').contains('area-{n}') && environment.tier >= 2"
            ),
            2 => format!("service.name.startsWith('service-{n}') && change.kind == 'emergency'"),
            3 => format!(
                "change.artifact_count > {} && has(change.window) && !change.has_plan",
                n % 7
            ),
            _ => format!(
                "getOr(service.labels, 'team', '') == 'team-{n}' || 'area-{n}' in change.attributes && contributors.count > 3"
            ),
        };
        text.push_str(&format!(
            "  - id: extra-{n}\n    title: Extra rule {n}\n    when: \"{when}\"\n    needs:\n      - role: release-manager\n        why: it is measured\n"
        ));
    }
    files.push(PolicyFile { path: "rules/extra.yaml".to_owned(), text });
    let loaded = Bundle::load(&files).map_err(|found| {
        let first = found.iter().find(|d| d.is_error());
        anyhow::anyhow!("the bundle does not load: {first:?}")
    })?;
    Ok(Arc::new(loaded.bundle))
}

fn organisation() -> anyhow::Result<Vec<OrganisationEvent>> {
    let criticality = [Criticality::Low, Criticality::Medium, Criticality::High];
    (0..SERVICES)
        .map(|n| {
            let labels = [("team", format!("team-{}", n % 60)), ("sox", (n % 4 == 0).to_string())];
            Ok(OrganisationEvent::ServicePut(Service {
                name: format!("service-{n}").parse()?,
                title: format!("Service {n}"),
                domain: None,
                criticality: criticality
                    .into_iter()
                    .cycle()
                    .nth(usize::try_from(n)?)
                    .context("one")?,
                labels: labels.map(|(key, value)| (key.to_owned(), value)).into(),
                status: Status::Active,
                depends_on: BTreeSet::new(),
            }))
        })
        .collect()
}

fn moment(n: u64) -> Timestamp {
    let seconds = i64::try_from(n).unwrap_or(0) * 30;
    Timestamp::UNIX_EPOCH
        .checked_add(SignedDuration::from_secs(1_600_000_000 + seconds))
        .unwrap_or_default()
}

/// One change: asked for, assessed, and most of them deployed.
fn history(n: u64) -> anyhow::Result<(ChangeId, Timestamp, Vec<ChangeEvent>)> {
    let at = moment(n);
    let mut bits = [0; 10];
    bits[..8].copy_from_slice(&n.to_be_bytes());
    let id = ChangeId::new(at, bits);
    let revision = Revision::new(1, material(n)?, [0; 16], Actor::System, at)?;
    let number = ChangeNumber(n + 1);
    let created = ChangeEvent::ChangeCreated {
        id: id.clone(),
        number,
        requester: Actor::System,
        revision: Box::new(revision),
        set: None,
    };
    let outcome = match n % 11 {
        0 => DeploymentOutcome::Failed,
        _ => DeploymentOutcome::Successful,
    };
    let deployment = DeploymentId::new(at, bits);
    let ended =
        ChangeEvent::DeploymentFinished { deployment, outcome, exit_code: None, note: None };
    let asked = ChangeEvent::ChangeSubmitted { revision: 1, reason: String::new() };
    let mut events = vec![created, asked];
    if !n.is_multiple_of(1_000) {
        events.push(ended);
    }
    Ok((id, at, events))
}

/// Drawn by a multiplicative sequence, so that facts come in all combinations.
fn material(n: u64) -> anyhow::Result<Material> {
    let drawn = |salt: u64, of: u64| {
        let mixed = (n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15 ^ (salt << 17));
        (mixed >> 33) % of
    };
    let grade = |salt| [Level::Low, Level::Medium, Level::High][usize::from(drawn(salt, 3) as u8)];
    let environment = ["staging", "internal", "production", "production-eu", "new"]
        [usize::from(drawn(1, 5) as u8)];
    let artifact = |k: u64| site::artifact(&format!("part-{k}"), &n.to_be_bytes());
    let service = format!("service-{}", drawn(3, SERVICES));
    let emergency = drawn(2, 20) == 0;
    Ok(Material {
        kind: if emergency { ChangeType::Emergency } else { ChangeType::Normal },
        artifacts: (0..=drawn(4, 3)).map(artifact).collect(),
        impact: grade(5),
        urgency: grade(6),
        complexity: grade(7),
        incident: emergency.then(|| format!("INC-{n}")),
        attributes: BTreeMap::from([("touches".to_owned(), format!("area-{}", drawn(8, 80)))]),
        ..site::material(&service, environment, artifact(0))?
    })
}
