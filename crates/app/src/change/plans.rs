//! Which plans can't be met: looked for on every node as soon as anything moves that they rest on, so that
//! lists flag them without reckoning. What an absence, a freeze or another change breaks goes on the record,
//! and whoever asked for it is told once.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::actor::Actor;
use domain::change::{Change, ChangeEvent, State};
use domain::ids::{ChangeId, FreezeId};
use domain::organisation::OrganisationEvent;
use domain::private::Private;
use domain::scheduling::{HORIZON, Schedule};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

use crate::journal::Plan;
use crate::pasts::Pasts;
use crate::{App, AppError, ChangeFacts, Live};

/// Plans are looked at again after this time even if nothing moved: answers come later by then.
const AGAIN: SignedDuration = SignedDuration::from_mins(15);

/// Why plans can't be met, by change.
pub type Troubles = BTreeMap<ChangeId, String>;

/// What a node found when it looked last. All of it may be lost without harm.
#[derive(Default)]
pub(crate) struct PlanWatch {
    found: Mutex<Arc<Troubles>>,
    seen: Mutex<Option<Seen>>,
}

/// What plans rest on, as a node saw it.
struct Seen {
    live: Arc<Live>,
    planned: Vec<(ChangeId, u64)>,
    at: Timestamp,
}

impl Seen {
    /// Whether the same would be found again.
    fn stands(&self, now: &Self) -> bool {
        let versions = |seen: &Self| (seen.live.organisation_version, seen.live.policy_version);
        versions(self) == versions(now)
            && self.planned == now.planned
            && now.at.duration_since(self.at) < AGAIN
    }
}

impl Live {
    /// The organisation if nobody were away.
    fn with_nobody_away(&self) -> Self {
        let mut live = self.clone();
        let absences = self.directory.absences().map(|a| a.id.clone());
        for absence in absences {
            live.directory.apply(&OrganisationEvent::AbsenceCancelled { absence });
        }
        live
    }
}

impl App {
    /// Why plans can't be met, as found last: by this node's look, or when a change was shown. May be a
    /// minute behind; a change's own page is not.
    #[must_use]
    pub fn plan_troubles(&self) -> Arc<Troubles> {
        self.plans.found.lock().clone()
    }

    /// Looks at all planned changes, if anything moved that their plans rest on. Returns how many were
    /// flagged, or freed of their flag. Costs two reads by index where nothing moved; else two more for
    /// each change with a window ahead.
    ///
    /// # Errors
    /// The store does not answer; the same is looked at again next time.
    pub async fn watch_plans(&self) -> Result<usize, AppError> {
        let (live, now) = (self.live(), self.ports.now());
        let stored = self.planned_until(now.checked_add(HORIZON).unwrap_or(Timestamp::MAX)).await?;
        let planned =
            stored.iter().map(|(change, version)| (change.id.clone(), *version)).collect();
        let seen = Seen { live: live.clone(), planned, at: now };
        if self.plans.seen.lock().as_ref().is_some_and(|before| before.stands(&seen)) {
            return Ok(0);
        }
        let mut pasts = Pasts::new();
        self.read_pasts(&stored, &mut pasts).await?;
        let (mut found, mut moved) = (Troubles::new(), 0);
        let mut nobody_away = None;
        for (change, version) in stored {
            if !matches!(change.state, State::AwaitingApproval { .. } | State::Approved { .. }) {
                continue;
            }
            let facts = self.facts_among(change, version, &pasts).await?;
            let Some(schedule) = self.schedule(&facts).await? else { continue };
            let here = || Arc::new(live.with_nobody_away());
            let broken =
                self.is_broken(&facts, &schedule, || nobody_away.get_or_insert_with(here).clone());
            if self.flag(&facts.change, &schedule, broken.await?).await? {
                moved += 1;
            }
            found.extend(schedule.trouble.map(|trouble| (facts.change.id.clone(), trouble)));
        }
        *self.plans.found.lock() = Arc::new(found);
        *self.plans.seen.lock() = Some(seen);
        Ok(moved)
    }

    /// All changes whose window is not over and opens before a time, with their versions.
    pub(crate) async fn planned_until(
        &self,
        until: Timestamp,
    ) -> Result<Vec<(Arc<Change>, u64)>, AppError> {
        let ids = self.planned_between(self.ports.now(), until).await?;
        self.load_changes(&ids).await
    }

    /// Whether something else than slow answers breaks a plan.
    async fn is_broken(
        &self,
        facts: &ChangeFacts,
        schedule: &Schedule,
        nobody_away: impl FnOnce() -> Arc<Live>,
    ) -> Result<bool, AppError> {
        if schedule.trouble.is_none() || schedule.is_blocked() {
            return Ok(schedule.trouble.is_some());
        }
        let supposed = ChangeFacts { live: nobody_away(), ..facts.clone() };
        Ok(self.schedule(&supposed).await?.is_some_and(|s| s.trouble.is_none()))
    }

    /// Records that a plan is broken, or can be met again. Returns whether it was not known.
    async fn flag(
        &self,
        change: &Change,
        schedule: &Schedule,
        broken: bool,
    ) -> Result<bool, AppError> {
        let known = change.plan_trouble.is_some();
        let trouble = schedule.trouble.as_ref();
        if known == broken || (known && trouble.is_some()) {
            return Ok(false);
        }
        let revision = change.revision().number;
        let told_by_freeze = trouble.and_then(|_| self.told_by_freeze(change, schedule));
        let trouble = trouble.filter(|_| broken).map(|words| Private::from(words.as_str()));
        let recorded = self.change_action(&change.id, &Actor::System, |facts| {
            let now = &facts.change;
            let open = matches!(now.state, State::AwaitingApproval { .. } | State::Approved { .. });
            let same = now.revision().number == revision && now.plan_trouble.is_some() == known;
            let (trouble, told_by_freeze) = (trouble.clone(), told_by_freeze.clone());
            let flagged = ChangeEvent::PlanFlagged { revision, trouble, told_by_freeze };
            let events = if open && same { vec![flagged] } else { Vec::new() };
            Ok(Plan::new(events, ()))
        });
        Ok(recorded.await?.commit.is_some())
    }

    /// The freeze that breaks a plan, if it was declared when the change was planned already: then
    /// everybody with a change in it was told at once. Ids sort by when they were made.
    fn told_by_freeze(&self, change: &Change, schedule: &Schedule) -> Option<String> {
        let freeze = schedule.broken_by_freeze()?;
        let planned_at = match &change.state {
            State::AwaitingApproval { since, .. } => *since,
            _ => change.revision().at,
        };
        let live = self.live();
        let known = live.directory.declared_freezes().find(|known| known.id == freeze)?;
        let declared_later = known.id > FreezeId::new(planned_at, [0; 10]).to_string();
        declared_later.then(|| freeze.to_owned())
    }

    /// Remembers what was just reckoned for one change.
    pub(super) fn remember_plan(&self, change: &ChangeId, schedule: Option<&Schedule>) {
        let trouble = schedule.and_then(|s| s.trouble.clone());
        let mut found = self.plans.found.lock();
        if found.get(change) != trouble.as_ref() {
            let all = Arc::make_mut(&mut found);
            match trouble {
                Some(trouble) => _ = all.insert(change.clone(), trouble),
                None => _ = all.remove(change),
            }
        }
    }
}
