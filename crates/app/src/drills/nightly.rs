//! The drills of the live bundle, every night: what fails that did not before is on the record and told.

use std::collections::BTreeSet;

use domain::actor::Actor;
use domain::drill::DrillFailure;
use domain::event::PolicyEvent;
use domain::moved::{Moved, moved};
use domain::private::Private;
use store::Stream;

use super::{DrillWish, Drilled};
use crate::journal::OrganisationPlan;
use crate::{App, AppError, Live};

impl App {
    /// Runs the drills of the live bundle with the people there are. What fails otherwise than the last
    /// time is recorded, and whoever governs policy is told of what is new; of the same failure nobody
    /// is told twice.
    ///
    /// # Errors
    /// There is no policy, or the store does not answer.
    pub async fn nightly_drills(&self) -> Result<Drilled, AppError> {
        let drilled = self.policy_drills(DrillWish::default()).await?;
        let found: BTreeSet<DrillFailure> = drilled.failures().collect();
        self.organisation_action(&Actor::System, |live, _| {
            let events = event(live, &drilled.policy, &found).map(|e| (Stream::policy(), e.into()));
            let events = events.into_iter().collect();
            Ok(OrganisationPlan { events, writes: Vec::new(), value: () })
        })
        .await?;
        Ok(drilled)
    }
}

/// What to record of a run. Nothing when another bundle went live meanwhile: the next run is about that.
fn event(live: &Live, policy: &str, found: &BTreeSet<DrillFailure>) -> Option<PolicyEvent> {
    live.policy.live().filter(|bundle| bundle.digest() == policy)?;
    let known = live.policy.drill_failures().keys().cloned().collect();
    let Moved { begun, ended } = moved(&known, found)?;
    Some(PolicyEvent::DrillFailuresMoved {
        policy: policy.to_owned(),
        begun: Private::new(begun),
        ended: Private::new(ended),
    })
}
