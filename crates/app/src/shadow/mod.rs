//! Shadow: a proposal runs beside the live bundle on real traffic, and decides nothing (M7.6).
//!
//! That it runs is on the policy stream; what it says is not recorded anywhere, because it follows from
//! the journal: whoever asks for the report has the entries since it started gone through, with the
//! organisation, the change and the time as they were at each. So it costs the gate nothing, can't get
//! in its way, and says the same on every node. What the gate would have said is computed by the code
//! that answers the gate, as if the bundle had gone live when its shadow started.

mod follow;
mod judge;
mod state;

use std::sync::Arc;

use domain::event::PolicyEvent;
use domain::organisation::access;
use domain::refusal::Refusal;
use policy::Bundle;
use policy::shadow::Tally;
use store::Stream;
use tokio::sync::Mutex;

pub(crate) use self::state::apply;
pub use self::state::{Shadow, ShadowEnd, ShadowEnding};

use self::follow::Follower;
use crate::journal::OrganisationPlan;
use crate::policies::check_bundle;
use crate::principal::Principal;
use crate::{App, AppError, Live, Recorded};

/// Entries one call goes through.
const SLICE: u64 = 2_000;

/// What a shadow found, up to where it was followed.
#[derive(Debug, Clone)]
pub struct ShadowReport {
    /// The shadow.
    pub shadow: Shadow,
    /// Its bundle.
    pub candidate: Arc<Bundle>,
    /// The bundle that was live at the last entry it was followed to.
    pub base: Arc<Bundle>,
    /// Entries of the journal it was followed through.
    pub entries: u64,
    /// Entries there are since it started.
    pub of: u64,
    /// What was found.
    pub tally: Tally,
}

impl ShadowReport {
    /// Whether it was followed to the end of the journal, or to its own end.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.entries >= self.of
    }
}

/// The shadow this server follows.
pub(crate) type ShadowSlot = Mutex<Option<Follower>>;

impl App {
    /// Has a proposal run beside the live bundle from here on. One runs at a time.
    ///
    /// # Errors
    /// There is no such proposal, it does not pass its checks, another one runs, or they may not.
    pub async fn start_shadow(
        &self,
        principal: &Principal,
        digest: &str,
    ) -> Result<Recorded<()>, AppError> {
        self.organisation_action(&principal.actor, |live, _| {
            may_run(principal, live)?;
            let proposals = live.policy.proposals();
            let proposal = proposals
                .iter()
                .find(|p| p.digest == digest)
                .ok_or_else(|| Refusal::NotFound { entity: "proposal", id: digest.to_owned() })?;
            if live.policy.live().is_none() {
                return Err(AppError::NoPolicy);
            }
            if let Some(running) = live.policy.shadow() {
                return Err(runs_already(running, digest));
            }
            check_bundle(&proposal.files)?;
            Ok(plan(PolicyEvent::ShadowStarted { digest: digest.to_owned() }))
        })
        .await
    }

    /// Takes a shadow out again. What it found can still be read.
    ///
    /// # Errors
    /// It does not run, or they may not.
    pub async fn stop_shadow(
        &self,
        principal: &Principal,
        digest: &str,
    ) -> Result<Recorded<()>, AppError> {
        self.organisation_action(&principal.actor, |live, _| {
            may_run(principal, live)?;
            let running = live.policy.shadow().filter(|shadow| shadow.digest == digest);
            if running.is_none() {
                return Err(Refusal::NotFound { entity: "shadow", id: digest.to_owned() }.into());
            }
            Ok(plan(PolicyEvent::ShadowStopped { digest: digest.to_owned() }))
        })
        .await
    }

    /// What a shadow found: that of one bundle, or the last one. Each call follows it through a slice
    /// of the journal; ask again until it is done. Nothing is recorded.
    ///
    /// # Errors
    /// There was none, or the journal can't be read.
    pub async fn shadow_report(&self, digest: Option<&str>) -> Result<ShadowReport, AppError> {
        self.refresh().await?;
        let live = self.live();
        let shadows = live.policy.shadows();
        let asked = |shadow: &Shadow| digest.is_none_or(|digest| shadow.digest == digest);
        let Some(nth) = shadows.iter().rposition(asked) else {
            let unknown = |id: &str| Refusal::NotFound { entity: "shadow", id: id.to_owned() };
            return Err(digest.map_or(AppError::NoShadow, |id| unknown(id).into()));
        };
        let shadow = shadows.get(nth).cloned();
        let shadow = shadow.ok_or_else(|| AppError::damaged("no shadow"))?;
        let mut slot = self.shadow.lock().await;
        // Out of the slot while it moves: what fails half-way begins again.
        let mut follower = match slot.take().filter(|known| known.nth() == nth) {
            Some(known) => known,
            None => Follower::begin(self, nth).await?,
        };
        let size = self.store.head().await?.size;
        follower.advance(self, size, SLICE).await?;
        let report = follower.report(shadow, size)?;
        *slot = Some(follower);
        Ok(report)
    }
}

fn may_run(principal: &Principal, live: &Live) -> Result<(), AppError> {
    let action = "run a shadow";
    let person = principal.acting_person(action)?;
    let roles = [access::POLICY_AUTHOR, access::ADMIN];
    if roles.iter().any(|role| live.directory.holds(person, role)) {
        return Ok(());
    }
    Err(Refusal::NotEntitled { action, who: "policy authors and admins" }.into())
}

fn runs_already(running: &Shadow, asked: &str) -> AppError {
    if running.digest == asked {
        return Refusal::Exists { entity: "shadow", id: asked.to_owned() }.into();
    }
    let reason =
        format!("{} runs as a shadow, and one runs at a time; stop it first", running.digest);
    Refusal::Policy { code: "shadow_runs".to_owned(), reason }.into()
}

fn plan(event: PolicyEvent) -> OrganisationPlan<()> {
    let events = vec![(Stream::policy(), event.into())];
    OrganisationPlan { events, writes: Vec::new(), value: () }
}
