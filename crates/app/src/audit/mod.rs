//! The audit of automatic decisions: follows the journal, looks (ring 0), raises what it finds, and
//! suspends what fails its bound (M4.5, G07).
//!
//! Looking records nothing. Raising is safe on every node at once: the guard lets one record each
//! finding. Nothing here ever lifts a stop.

mod observe;
mod raise;
mod rapid;
mod tendency;

use std::sync::Arc;

use domain::change::ChangeEvent;
use domain::detect::{Audit, BASELINE, PERIOD, Record, Records, RuleHistory, audit, rule_history};
use domain::ids::ChangeId;
use domain::refusal::Refusal;
use jiff::Timestamp;
use policy::Automation;
use store::Entry;
use tokio::sync::{Mutex, OwnedMutexGuard};

use self::observe::{bounds, observed};
pub use self::raise::Raised;
pub use self::tendency::RISK_HISTORY_DAYS;
use crate::journal::open;
use crate::principal::Principal;
use crate::{App, AppError};

/// Entries read at once.
const PAGE: usize = 1_000;

/// What the journal says of changes, as far as this node followed it.
#[derive(Default)]
pub(crate) struct Followed {
    records: Records,
    next: u64,
}

/// The one of this node.
pub(crate) type FollowedSlot = Arc<Mutex<Followed>>;

impl App {
    /// Looks for misuse and failure of automatic approval, up to now. Nothing is recorded.
    ///
    /// # Errors
    /// The journal can't be read.
    pub async fn audit_automation(&self) -> Result<Audit, AppError> {
        let followed = self.followed().await?;
        let (live, now) = (self.live(), self.ports.now());
        let look = move || {
            let observed = observed(&followed.records, &live);
            audit(&observed, &bounds(&live), now)
        };
        tokio::task::spawn_blocking(look).await.map_err(AppError::damaged)
    }

    /// A rule of the live policy, and what became of the changes it could answer for, as far as the caller
    /// reaches.
    ///
    /// # Errors
    /// There is no such rule, or the journal can't be read.
    pub async fn rule_history(
        &self,
        principal: &Principal,
        rule: &str,
    ) -> Result<(Automation, RuleHistory), AppError> {
        let live = self.live();
        let rules = live.policy.live().map(policy::Bundle::automations).unwrap_or_default();
        let Some(known) = rules.iter().find(|known| known.id == rule).cloned() else {
            let id = rule.to_owned();
            return Err(Refusal::NotFound { entity: "automation rule", id }.into());
        };
        let followed = self.followed().await?;
        let now = self.ports.now();
        let reached = |record: &Record| principal.reaches(&record.service, &record.environment);
        let history = rule_history(followed.records(), rule, &known.answers, now, reached);
        Ok((known, history))
    }

    /// Follows the journal to its end.
    pub(crate) async fn followed(&self) -> Result<OwnedMutexGuard<Followed>, AppError> {
        self.refresh().await?;
        let mut followed = Arc::clone(&self.followed).lock_owned().await;
        loop {
            let page = self.store.entries(followed.next, PAGE).await?;
            if page.is_empty() {
                break;
            }
            let fold = move || {
                let folded = page.iter().try_for_each(|entry| followed.entry(entry));
                folded.map(|()| followed)
            };
            followed = tokio::task::spawn_blocking(fold).await.map_err(AppError::damaged)??;
        }
        let span = PERIOD.saturating_add(BASELINE);
        let since = self.ports.now().checked_sub(span).unwrap_or(Timestamp::MIN);
        followed.records.forget_before(since);
        Ok(followed)
    }
}

impl Followed {
    pub(crate) const fn records(&self) -> &Records {
        &self.records
    }

    fn entry(&mut self, entry: &Entry) -> Result<(), AppError> {
        if let Some(id) = entry.stream.as_str().strip_prefix("change/") {
            let id: ChangeId = id.parse().map_err(AppError::damaged)?;
            let read = open::<ChangeEvent>(entry)?;
            self.records.apply(&id, &read.event, read.time);
        }
        self.next = entry.index + 1;
        Ok(())
    }
}
