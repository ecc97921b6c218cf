//! Closing a change after its review.

use domain::ids::ChangeId;

use crate::journal::Plan;
use crate::principal::Principal;
use crate::{App, AppError, Recorded};

impl App {
    /// Closes a completed change with what its review found.
    ///
    /// # Errors
    /// No deployment has ended, no review is given, or a machine asks.
    pub async fn close_change(
        &self,
        principal: &Principal,
        id: &ChangeId,
        review: &str,
    ) -> Result<Recorded<()>, AppError> {
        principal.acting_person("close a change")?;
        self.change_action(id, &principal.actor, |facts| {
            let change = &facts.change;
            let person = principal.acting_person("close a change")?;
            if !change.may_hold(person, &facts.live.directory) {
                return Err(domain::refusal::Refusal::NotEntitled {
                    action: "close this change",
                    who: "its requester, holders of any role over its service, and admins",
                }
                .into());
            }
            Ok(Plan::new(change.close(&principal.actor, review.to_owned())?, ()))
        })
        .await
    }
}
