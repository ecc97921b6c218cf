//! Taking a change back.

use domain::ids::ChangeId;
use domain::organisation::Verb;

use crate::journal::Plan;
use crate::principal::Principal;
use crate::{App, AppError, Recorded};

impl App {
    /// Withdraws a change.
    ///
    /// # Errors
    /// It is over or runs, no reason is given, or it is not theirs.
    pub async fn withdraw_change(
        &self,
        principal: &Principal,
        id: &ChangeId,
        reason: &str,
    ) -> Result<Recorded<()>, AppError> {
        principal.may(Verb::Request, "withdraw changes")?;
        let actor = &principal.actor;
        self.change_action(id, actor, |facts| {
            let directory = &facts.live.directory;
            let events = facts.change.withdraw(actor, reason.to_owned(), directory)?;
            Ok(Plan::new(events, ()))
        })
        .await
    }
}
