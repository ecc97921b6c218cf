//! Ordinary changes that a bundle is asked about, to learn which needs meet which services.
//!
//! Uses the same evaluation as a real change. Conditions over facts that ordinary changes don't
//! have, such as attributes, are not met by any probe; their needs are handed over apart.

use std::collections::{BTreeMap, BTreeSet};

use domain::change::{ChangeType, Level as Grade};
use domain::ids::{DomainName, EnvironmentName};
use domain::organisation::{Criticality, Directory, Service, Status};
use domain::requirement::{Requirement, RuleRef};
use jiff::Timestamp;

use super::Probes;
use crate::assess::facts::Facts;
use crate::bundle::{Bundle, Need, Role, competence};

/// What one ordinary change asks for.
#[derive(Debug)]
pub(super) struct Probe<'a> {
    pub(super) service: &'a Service,
    pub(super) environment: &'a EnvironmentName,
    /// How long it stays open, if nights and holidays count.
    pub(super) pending_minutes: Option<u32>,
    /// Whether an approval must be signed by its voter.
    pub(super) signed: bool,
    pub(super) requirements: Vec<Requirement>,
}

/// What conditions can see of a service, apart from its name.
type Class<'a> = (Option<&'a DomainName>, Criticality, &'a BTreeMap<String, String>);

pub(super) fn probe<'a>(bundle: &'a Bundle, directory: &'a Directory) -> Probes<'a> {
    let services: Vec<&Service> =
        directory.services().filter(|service| service.status == Status::Active).collect();
    let by_name = reads_names(bundle);
    let mut known: BTreeMap<Class<'_>, Vec<Shape<'a>>> = BTreeMap::new();
    let mut asked = Vec::new();
    for service in &services {
        let class = (service.domain.as_ref(), service.criticality, &service.labels);
        let shapes = match known.get(&class).filter(|_| !by_name) {
            Some(shapes) => shapes.clone(),
            None => shapes_of(bundle, service),
        };
        asked.extend(shapes.iter().map(|shape| Probe {
            service,
            environment: shape.environment,
            pending_minutes: shape.pending_minutes,
            signed: shape.signed,
            requirements: shape.requirements.clone(),
        }));
        known.insert(class, shapes);
    }
    let (order, all) = every_need(bundle);
    let met: BTreeSet<&str> =
        asked.iter().flat_map(|probe| &probe.requirements).map(|r| r.key.as_str()).collect();
    let unasked = all.into_iter().filter(|need| !met.contains(need.key.as_str()));
    let unasked = unasked.map(|need| (need, services.clone())).collect();
    Probes { asked, unasked, order }
}

/// Whether any condition tells services apart by name.
fn reads_names(bundle: &Bundle) -> bool {
    let rules = bundle.rules().iter().map(|rule| &rule.when);
    let factors = bundle.factors().iter().map(|factor| &factor.when);
    rules
        .chain(factors)
        .flat_map(crate::expr::Condition::fields)
        .any(|field| field == "service.name")
}

/// What changes of one service and environment ask for.
#[derive(Debug, Clone)]
struct Shape<'a> {
    environment: &'a EnvironmentName,
    pending_minutes: Option<u32>,
    signed: bool,
    requirements: Vec<Requirement>,
}

fn shapes_of<'a>(bundle: &'a Bundle, service: &Service) -> Vec<Shape<'a>> {
    let mut shapes: Vec<Shape<'_>> = Vec::new();
    for environment in bundle.environments() {
        let mut seen: BTreeSet<(Vec<String>, bool)> = BTreeSet::new();
        for kind in [ChangeType::Normal, ChangeType::Emergency] {
            for grade in [Grade::Low, Grade::Medium, Grade::High] {
                let facts = ordinary(service, environment.name.as_str(), kind, grade);
                let assessed = bundle.assess_facts(&facts, None, 1);
                let Some(assessment) = assessed.assessment() else { continue };
                let keys = assessment.requirements.iter().map(|r| r.key.clone()).collect();
                let tier = bundle.tier(assessment.tier);
                let pending = Some(tier.pending_minutes).filter(|_| tier.expiry_clock.is_wall());
                let signed = assessment.step_up.as_ref().is_some_and(|asked| asked.signature);
                if seen.insert((keys, signed)) {
                    shapes.push(Shape {
                        environment: &environment.name,
                        pending_minutes: pending,
                        signed,
                        requirements: assessment.requirements.clone(),
                    });
                }
            }
        }
    }
    shapes
}

/// A change as most are: by a person, with a plan, of one artifact.
fn ordinary<'a>(
    service: &'a Service,
    environment: &'a str,
    kind: ChangeType,
    grade: Grade,
) -> Facts<'a> {
    static EMPTY: BTreeMap<String, String> = BTreeMap::new();
    Facts {
        kind,
        impact: grade,
        urgency: grade,
        complexity: grade,
        template: None,
        artifact_count: 1,
        has_plan: true,
        parameters: &EMPTY,
        attributes: &EMPTY,
        incident: (kind == ChangeType::Emergency).then_some("INC-1"),
        repository: None,
        window: None,
        evidence: Vec::new(),
        service: service.name.as_str(),
        domain: service.domain.as_ref().map(DomainName::as_str),
        criticality: service.criticality,
        labels: &service.labels,
        environment,
        requester_is_machine: false,
        requester_roles: BTreeSet::new(),
        contributors: 1,
        unknown_contributors: 0,
        version: None,
        version_step: None,
        paths: Vec::new(),
        history: None,
        now: Timestamp::UNIX_EPOCH,
    }
}

/// Every need of rules and templates, whether a probe meets it or not.
fn every_need(bundle: &Bundle) -> (Vec<String>, Vec<Requirement>) {
    let rules = bundle.rules().iter().map(|rule| (&rule.source, &rule.needs));
    let templates = bundle.templates().iter().map(|template| (&template.source, &template.needs));
    let all: Vec<Requirement> = rules
        .chain(templates)
        .flat_map(|(source, needs)| {
            needs.iter().map(move |need| requirement(need, source, bundle.roles()))
        })
        .collect();
    (all.iter().map(|need| need.key.clone()).collect(), all)
}

fn requirement(need: &Need, rule: &RuleRef, roles: &[Role]) -> Requirement {
    Requirement {
        key: need.key.clone(),
        rule: rule.clone(),
        roles: need.roles.clone(),
        delegable: need.delegable.clone(),
        competence: competence(&need.delegable, roles),
        response: None,
        reach: need.reach,
        count: need.count,
        why: need.why.clone(),
        meaning: need.meaning.clone(),
        due_minutes: need.due_minutes,
        due_clock: need.due_clock,
        controls: Vec::new(),
        acceptable: None,
        briefings: Vec::new(),
    }
}
