//! The deployments of a history, folded to the past of every service in every environment.
//!
//! Memory holds what is recent of each, and the changes whose deployment failed, since it may be run
//! again.

use std::collections::HashMap;

use domain::change::{DeploymentOutcome, Material, Revision};
use domain::ids::{ChangeId, EnvironmentName, ServiceName};
use domain::service_history::{Exposure, ServiceHistory, ServiceRecord};
use jiff::Timestamp;

/// Where a change goes, and the version it declares.
type Target = (ServiceName, EnvironmentName, Option<String>);

/// All that ended up to here.
#[derive(Debug, Default)]
pub(super) struct Deployments {
    records: HashMap<ServiceName, HashMap<EnvironmentName, ServiceRecord>>,
    failed: HashMap<ChangeId, Target>,
    exposed: HashMap<ServiceName, HashMap<EnvironmentName, Exposure>>,
}

impl Deployments {
    /// A deployment of a change ended. `revision` is known the first time.
    pub(super) fn ended(
        &mut self,
        id: &ChangeId,
        revision: Option<&Revision>,
        at: Timestamp,
        outcome: DeploymentOutcome,
    ) {
        let first = revision.map(|revision| &revision.material).map(|material| {
            (material.service.clone(), material.environment.clone(), material.version.clone())
        });
        let Some(target) = first.or_else(|| self.failed.remove(id)) else { return };
        let (service, environment, version) = &target;
        let of_service = self.records.entry(service.clone()).or_default();
        let record = of_service.entry(environment.clone()).or_default();
        record.ended(at, outcome.is_failure(), version.as_deref());
        if outcome.is_failure() {
            self.failed.insert(id.clone(), target);
        }
    }

    /// Nothing is run again of a change that is over.
    pub(super) fn over(&mut self, id: &ChangeId) {
        self.failed.remove(id);
    }

    /// A deployment was let through.
    pub(super) fn taken(
        &mut self,
        (service, environment): (ServiceName, EnvironmentName),
        at: Timestamp,
        points: Option<i64>,
    ) {
        let of_service = self.exposed.entry(service).or_default();
        of_service.entry(environment).or_default().taken(at, points);
    }

    /// What it comes to for the target of a change.
    pub(super) fn history(&self, of: &Material, at: Timestamp) -> Option<ServiceHistory> {
        let mut history = self.records.get(&of.service)?.get(&of.environment)?.history(at)?;
        history.exposure = self.exposure(of, at);
        Some(history)
    }

    /// How much risk was let through there.
    pub(super) fn exposure(&self, of: &Material, at: Timestamp) -> Option<i64> {
        self.exposed.get(&of.service)?.get(&of.environment)?.points(at)
    }
}
