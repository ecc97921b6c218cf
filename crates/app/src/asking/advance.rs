//! What time sets off: expiry, and the next step of asking.

use domain::actor::Actor;
use domain::asking::{AskingFacts, candidates, next};
use domain::change::ChangeEvent;
use domain::ids::{ChangeId, PersonId};
use domain::lazy::Arrivals;
use futures::FutureExt as _;
use futures::future::{BoxFuture, join_all};
use jiff::SignedDuration;
use parking_lot::Mutex;
use store::{StoreError, Stream, Write};

use super::LivePlaces;
use crate::change::settled;
use crate::journal::{Plan, fold};
use crate::{App, AppError, ChangeFacts};

/// Timers looked up at once.
const TIMERS_A_PAGE: usize = 500;
/// Changes decided at once: their appends share one sync.
const AT_ONCE: usize = 32;
/// When a timer is looked at again that was due and set nothing off. It only keeps a slip from
/// turning into a loop.
const AGAIN: SignedDuration = SignedDuration::from_mins(5);

/// What a run of due timers did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Advanced {
    /// Changes that expired.
    pub expired: usize,
    /// Changes whose override was reviewed by nobody in time, so that its review escalated.
    pub reviews: usize,
    /// Changes for which people were asked or reminded, or something escalated.
    pub asked: usize,
    /// Changes whose votes said something else than their state: approved now, or not any more.
    pub settled: usize,
}

impl Advanced {
    /// What events of one change did.
    fn by(events: &[ChangeEvent]) -> Self {
        use ChangeEvent as E;
        let any = |is: fn(&E) -> bool| events.iter().any(is);
        let expired = any(|e| matches!(e, E::ChangeExpired { .. }));
        let reviews = any(|e| matches!(e, E::OverrideReviewEscalated { .. }));
        let settled = any(|e| matches!(e, E::ChangeApproved { .. } | E::ApprovalLapsed { .. }));
        Self {
            expired: usize::from(expired),
            reviews: usize::from(reviews && !expired),
            asked: usize::from(!expired && !reviews && !settled),
            settled: usize::from(settled),
        }
    }

    fn add(&mut self, other: Self) {
        self.expired += other.expired;
        self.reviews += other.reviews;
        self.asked += other.asked;
        self.settled += other.settled;
    }
}

impl App {
    /// Does what is due: makes policy live that waited, expires changes, asks and reminds approvers,
    /// escalates. Safe on every node:
    /// the guard lets one of them record each event, so a timer fires once.
    ///
    /// # Errors
    /// The store does not answer. What was recorded before stays.
    pub async fn advance_due(&self) -> Result<Advanced, AppError> {
        self.activate_due_policy().await?;
        self.remind_of_acceptances().await?;
        self.remind_of_alignments().await?;
        self.tell_deputies().await?;
        let mut done = Advanced::default();
        loop {
            let due = self.store.due_timers(self.ports.now(), TIMERS_A_PAGE).await?;
            let many = due.len();
            let ids = due.iter().filter_map(|t| t.stream.as_str().strip_prefix("change/"));
            let ids: Vec<ChangeId> = ids.filter_map(|id| id.parse().ok()).collect();
            let one = self.advance_all(&ids).await?;
            done.add(one);
            // A page on which nothing moved would come again.
            if many < TIMERS_A_PAGE || one == Advanced::default() {
                break;
            }
        }
        // Last: it reads every open change, and none of the timers may wait for that.
        self.tell_board().await?;
        Ok(done)
    }

    /// [`Self::advance_due`], saying only for how many changes time ran out: of the change itself or
    /// of the review of an override.
    ///
    /// # Errors
    /// As there.
    pub async fn expire_due(&self) -> Result<usize, AppError> {
        let done = self.advance_due().await?;
        Ok(done.expired + done.reviews)
    }

    /// Looks at changes again, many at once.
    pub(crate) async fn advance_all(&self, ids: &[ChangeId]) -> Result<Advanced, AppError> {
        let mut done = Advanced::default();
        for some in ids.chunks(AT_ONCE) {
            let looks: Vec<BoxFuture<'_, _>> =
                some.iter().map(|id| self.advance(id).boxed()).collect();
            for (id, one) in some.iter().zip(join_all(looks).await) {
                match one {
                    Ok(one) => done.add(one),
                    Err(error) => self.skip(id, error).await?,
                }
            }
        }
        Ok(done)
    }

    /// Looks at one change again.
    async fn advance(&self, id: &ChangeId) -> Result<Advanced, AppError> {
        let (change, _) = self.recent_change(id).await?;
        let now = self.ports.now();
        let people = candidates(&change, &self.live().directory, now);
        self.count_load(&people, now).await?;
        let arrivals = self.arrivals(&change).await?;
        let planned = Mutex::new(Vec::new());
        let recorded = self
            .change_action(id, &Actor::System, |facts| {
                // Decided again: what was decided before is not recorded.
                self.remove_load(&std::mem::take(&mut *planned.lock()));
                let events = self.due(facts, &people, &arrivals)?;
                self.add_load(&events);
                planned.lock().clone_from(&events);
                Ok(Plan::new(events, ()))
            })
            .await;
        let events = planned.into_inner();
        if !matches!(&recorded, Ok(recorded) if recorded.commit.is_some()) {
            self.remove_load(&events);
        }
        if recorded?.commit.is_none() {
            self.look_again_later(id).await?;
            return Ok(Advanced::default());
        }
        Ok(Advanced::by(&events))
    }

    /// What follows now for a change: its time runs out, or people are asked, or it is complete.
    fn due(
        &self,
        facts: &ChangeFacts,
        people: &[PersonId],
        arrivals: &Arrivals,
    ) -> Result<Vec<ChangeEvent>, AppError> {
        let change = &facts.change;
        let overdue = change.escalate_overrides(facts.now);
        if let Some(expired) = change.expire(facts.now) {
            return Ok(std::iter::once(expired).chain(overdue).collect());
        }
        let (places, load) = (LivePlaces(&facts.live), self.load_of(people));
        let directory = &facts.live.directory;
        let known = AskingFacts { directory, places: &places, load: &load };
        let mut events: Vec<ChangeEvent> = overdue.into_iter().chain(facts.added(change)).collect();
        let waits = fold(Some(change), &events, facts.now)?;
        events.extend(next(waits.as_ref().unwrap_or(change), known, facts.now).events);
        events.extend(facts.reviews(change, Some(arrivals)));
        settled(Some(change), events, facts)
    }

    /// Goes on with others where one change can't be looked at: it must not hold them up. A store that
    /// does not answer would not for the others either.
    async fn skip(&self, id: &ChangeId, error: AppError) -> Result<(), AppError> {
        match &error {
            AppError::Store(StoreError::Unavailable { .. } | StoreError::Stopped { .. }) => {
                return Err(error);
            }
            // Whoever was faster has set the timer.
            AppError::Contended => {}
            _ => {
                let due_at = self.ports.now().checked_add(AGAIN).ok();
                self.store.write(vec![Write::Timer { stream: Stream::change(id), due_at }]).await?;
            }
        }
        tracing::warn!(change = %id, error = %error, "failed to look at what is due");
        Ok(())
    }

    /// Moves a timer that is due still although nothing follows from it.
    async fn look_again_later(&self, id: &ChangeId) -> Result<(), AppError> {
        let now = self.ports.now();
        let (change, _) = self.load_change(id).await?;
        let due = crate::projection::timer(&change, &crate::projection::unmet(&change));
        if due.is_some_and(|due| due <= now) {
            let due_at = now.checked_add(AGAIN).ok();
            tracing::debug!(change = %id, "a timer was due and set nothing off");
            self.store.write(vec![Write::Timer { stream: Stream::change(id), due_at }]).await?;
        }
        Ok(())
    }
}
