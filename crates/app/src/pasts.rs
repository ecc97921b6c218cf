//! What our own record says of the past of a service, where a change would go.
//!
//! Looked up only where the live bundle reads it. How deployments went is as fresh as the read: a failure
//! reported at the same moment counts from the next look on, and the gate looks again. How much risk
//! was let through is guarded: of two deployments that would each be the last one within a limit, one
//! is decided again (M4.1).

use std::collections::HashMap;
use std::sync::Arc;

use domain::change::{Change, Material};
use domain::event::{Envelope, ExposureEvent};
use domain::ids::{EnvironmentName, ServiceName};
use domain::service_history::{Exposure, ServiceHistory, exposure_kept_since};
use futures::future::try_join_all;
use jiff::Timestamp;
use policy::Bundle;
use store::{Guard, Stream};

use crate::journal::open;
use crate::{App, AppError};

/// Pasts that are read side by side: few, since each takes a connection to the database.
const READ_AT_ONCE: usize = 4;
/// Deployments read at once: about those of a week of a busy service.
const PAGE: usize = 100;

/// The past of a service in an environment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Past {
    /// What policy reads; `None` when it reads nothing of it, or nothing is known.
    pub(crate) history: Option<ServiceHistory>,
    /// That nothing was let through since, where policy reads how much was.
    pub(crate) guard: Option<Guard>,
}

/// Pasts of services, each read once for several changes.
pub(crate) type Pasts = HashMap<(ServiceName, EnvironmentName), Past>;

/// What the past of a change is kept under, and what it is about.
pub(crate) fn place(change: &Change) -> ((ServiceName, EnvironmentName), &Material) {
    let material = &change.revision().material;
    ((material.service.clone(), material.environment.clone()), material)
}

impl App {
    /// What our record says of the service a change is about, where it would go; looked up only if the
    /// bundle reads it.
    ///
    /// # Errors
    /// It can't be read.
    pub async fn history(
        &self,
        of: &Material,
        policy: Option<&Bundle>,
        now: Timestamp,
    ) -> Result<Option<ServiceHistory>, AppError> {
        Ok(self.past(of, policy, now).await?.history)
    }

    /// The same, and what it rests on.
    pub(crate) async fn past(
        &self,
        of: &Material,
        policy: Option<&Bundle>,
        now: Timestamp,
    ) -> Result<Past, AppError> {
        let Some(policy) = policy.filter(|bundle| bundle.reads_history()) else {
            return Ok(Past::default());
        };
        let (service, environment) = (of.service.as_str(), of.environment.as_str());
        let mut history = self.store.service_history(service, environment, now).await?;
        if !policy.reads_exposure() {
            return Ok(Past { history, guard: None });
        }
        let stream = Stream::exposure(&of.service, &of.environment);
        let (exposure, version) = self.exposure(&stream, now).await?;
        if let Some(history) = &mut history {
            history.exposure = exposure.points(now);
        }
        Ok(Past { history, guard: Some(Guard { stream, version }) })
    }

    /// What was let through lately, and how many entries there are of all that ever was.
    async fn exposure(&self, stream: &Stream, now: Timestamp) -> Result<(Exposure, u64), AppError> {
        let since = exposure_kept_since(now);
        let mut newest_first = Vec::new();
        let mut before = u64::MAX;
        let mut version = 0;
        loop {
            let page = self.store.stream_before(stream, before, PAGE).await?;
            if before == u64::MAX {
                version = page.first().map_or(0, |entry| entry.version + 1);
            }
            let read: Vec<_> = page.iter().map(open).collect::<Result<_, _>>()?;
            let oldest = read.last().map(|e: &Envelope<ExposureEvent>| e.time);
            newest_first.extend(read);
            let Some(last) = page.last().filter(|_| page.len() == PAGE) else { break };
            if oldest.is_some_and(|at| at <= since) {
                break;
            }
            before = last.index;
        }
        let mut exposure = Exposure::default();
        for Envelope { time, event, .. } in newest_first.into_iter().rev() {
            let ExposureEvent::RiskTaken { points, .. } = event;
            exposure.taken(time, points);
        }
        Ok((exposure, version))
    }

    /// Reads the pasts of what these changes are about, those that are not known yet, side by side.
    pub(crate) async fn read_pasts(
        &self,
        of: &[(Arc<Change>, u64)],
        pasts: &mut Pasts,
    ) -> Result<(), AppError> {
        let (live, now) = (self.live(), self.ports.now());
        let places: HashMap<_, _> = of.iter().map(|(change, _)| place(change)).collect();
        let unknown: Vec<_> =
            places.into_iter().filter(|(place, _)| !pasts.contains_key(place)).collect();
        for some in unknown.chunks(READ_AT_ONCE) {
            let mut reads = Vec::new();
            for (_, material) in some {
                reads.push(self.past(material, live.policy.live(), now));
            }
            let read = try_join_all(reads).await?;
            pasts.extend(some.iter().map(|(place, _)| place.clone()).zip(read));
        }
        Ok(())
    }
}
