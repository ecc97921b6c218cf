//! Expiring what time has run out for.

use domain::actor::Actor;
use domain::ids::ChangeId;

use crate::journal::Plan;
use crate::{App, AppError};

const TIMERS_A_TICK: usize = 200;

impl App {
    /// Expires every change whose time has run out and returns how many there were. Safe to run on
    /// every node: the guard lets one of them record it.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn expire_due(&self) -> Result<usize, AppError> {
        let due = self.store.due_timers(self.ports.now(), TIMERS_A_TICK).await?;
        let mut expired = 0;
        for timer in due {
            let id = timer.stream.as_str().strip_prefix("change/").unwrap_or_default();
            let Ok(id) = id.parse::<ChangeId>() else { continue };
            let done = self
                .change_action(&id, &Actor::System, |facts| {
                    Ok(Plan::new(facts.change.expire(facts.now).into_iter().collect(), ()))
                })
                .await?;
            expired += usize::from(done.commit.is_some());
        }
        Ok(expired)
    }
}
