//! What time does to changes by itself: they expire, and reviews that are missing escalate.

use domain::actor::Actor;
use domain::ids::ChangeId;

use crate::journal::Plan;
use crate::{App, AppError};

const TIMERS_A_TICK: usize = 200;

impl App {
    /// Expires every change whose time has run out, escalates overdue reviews of overrides, and
    /// returns how many changes that were. Safe to run on every node: the guard lets one of them
    /// record it.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn expire_due(&self) -> Result<usize, AppError> {
        self.remind_of_acceptances().await?;
        let due = self.store.due_timers(self.ports.now(), TIMERS_A_TICK).await?;
        let mut expired = 0;
        for timer in due {
            let id = timer.stream.as_str().strip_prefix("change/").unwrap_or_default();
            let Ok(id) = id.parse::<ChangeId>() else { continue };
            let done = self
                .change_action(&id, &Actor::System, |facts| {
                    let mut events: Vec<_> = facts.change.expire(facts.now).into_iter().collect();
                    events.extend(facts.change.escalate_overrides(facts.now));
                    Ok(Plan::new(events, ()))
                })
                .await?;
            expired += usize::from(done.commit.is_some());
        }
        Ok(expired)
    }
}
