//! Objecting to what rules do by themselves.

use domain::change::Objection;
use domain::ids::ChangeId;
use domain::private::Private;
use domain::refusal::Refusal;

use super::settle::settled;
use crate::journal::Plan;
use crate::principal::Principal;
use crate::{App, AppError, Recorded};

impl App {
    /// Says no to what a rule approves by itself, or would after its review: people decide on this
    /// revision. One objection is enough, and it takes back what was approved and not redeemed yet.
    ///
    /// # Errors
    /// Nothing approves it by itself, it is over, or they may not.
    pub async fn object_to_change(
        &self,
        principal: &Principal,
        id: &ChangeId,
        reason: Option<&str>,
    ) -> Result<Recorded<()>, AppError> {
        let person = principal.acting_person("object to a change")?;
        let domain::actor::Actor::Person { account, .. } = &principal.actor else {
            return Err(Refusal::PeopleOnly { action: "object to a change" }.into());
        };
        let reason = reason.map(str::trim).filter(|text| !text.is_empty());
        self.change_action(id, &principal.actor, |facts| {
            let objection = Objection {
                by: person.clone(),
                account: account.clone(),
                revision: facts.change.revision().number,
                reason: reason.map(Private::from),
                at: facts.now,
            };
            let events = facts.change.object(objection, &facts.live.directory)?;
            Ok(Plan::new(settled(Some(&facts.change), events, facts)?, ()))
        })
        .await
    }
}
