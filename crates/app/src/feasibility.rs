//! Whether the people there are can meet what policy asks for. Read-only: only the nightly look records
//! what is new.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::actor::Actor;
use domain::event::PolicyEvent;
use domain::private::Private;
use domain::weak_link::{WeakLink, recorded};
use jiff::Timestamp;
use policy::Bundle;
use policy::feasibility::{Feasibility, Horizon, feasibility};
use store::Stream;

use crate::journal::OrganisationPlan;
use crate::{App, AppError, Live};

/// How far ahead is looked unless somebody says otherwise.
pub const WEEKS: u16 = 3;

impl App {
    /// How the live policy can be met over the coming weeks.
    ///
    /// # Errors
    /// There is no policy, or the look did not come to an end.
    pub async fn policy_feasibility(&self, weeks: u16) -> Result<Feasibility, AppError> {
        let live = self.live();
        let bundle = live.policy.live_bundle().ok_or(AppError::NoPolicy)?;
        self.feasibility_of(Arc::clone(&bundle.bundle), weeks).await
    }

    /// The same every night. Weak links that were none the last time, or are none any more, are recorded
    /// and told to whoever governs policy; of the same link nobody is told twice.
    ///
    /// # Errors
    /// There is no policy, the look did not come to an end, or the store does not answer.
    pub async fn nightly_feasibility(&self) -> Result<Feasibility, AppError> {
        let bundle = {
            let live = self.live();
            Arc::clone(&live.policy.live_bundle().ok_or(AppError::NoPolicy)?.bundle)
        };
        let found = self.feasibility_of(Arc::clone(&bundle), WEEKS).await?;
        self.organisation_action(&Actor::System, |live, _| {
            let event = event(live, bundle.digest(), &found);
            let events = event.map(|event| (Stream::policy(), event.into())).into_iter().collect();
            Ok(OrganisationPlan { events, writes: Vec::new(), value: () })
        })
        .await?;
        Ok(found)
    }

    /// How another bundle could be met by the people there are now.
    ///
    /// # Errors
    /// The look did not come to an end.
    pub async fn feasibility_of(
        &self,
        bundle: Arc<Bundle>,
        weeks: u16,
    ) -> Result<Feasibility, AppError> {
        let live = self.live();
        let horizon = Horizon { from: self.ports.now(), hours: weeks.saturating_mul(7 * 24) };
        let look = move || feasibility(&bundle, &live.directory, horizon);
        tokio::task::spawn_blocking(look)
            .await
            .map_err(|error| AppError::damaged(format_args!("looking at feasibility: {error}")))
    }
}

/// What to record of a look. Nothing when another bundle went live meanwhile: the next look is about that.
fn event(live: &Live, policy: &str, found: &Feasibility) -> Option<PolicyEvent> {
    live.policy.live().filter(|bundle| bundle.digest() == policy)?;
    let (begun, ended) = recorded(live.policy.weak_links(), &found.links)?;
    let (begun, ended) = (Private::new(begun), Private::new(ended));
    Some(PolicyEvent::WeakLinksMoved { policy: policy.to_owned(), begun, ended })
}

/// Since when nightly looks have found a need to be a weak link, for each service for which it still is.
pub fn known_since<'a>(
    found: &'a Feasibility,
    need: &'a str,
    known: &'a BTreeMap<WeakLink, Timestamp>,
) -> impl Iterator<Item = (&'a WeakLink, Timestamp)> {
    let links = found.links.iter().map(|found| &found.link).filter(move |link| link.need == need);
    links.filter_map(|link| Some((link, *known.get(link)?)))
}
