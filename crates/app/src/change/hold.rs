//! Stopping a change, and letting it go on.

use domain::change::{ChangeEvent, Hold};
use domain::ids::{ChangeId, HoldId};
use domain::private::Private;

use crate::facts::ChangeFacts;
use crate::journal::{Plan, fold};
use crate::principal::Principal;
use crate::{App, AppError, Recorded};

impl App {
    /// Places a hold. While it stands, the gate denies.
    ///
    /// # Errors
    /// The change is over, no reason is given, or they may not hold it.
    pub async fn hold_change(
        &self,
        principal: &Principal,
        id: &ChangeId,
        reason: &str,
    ) -> Result<Recorded<HoldId>, AppError> {
        principal.acting_person("hold a change")?;
        let hold_id = HoldId::new(self.ports.now(), self.ports.random());
        self.change_action(id, &principal.actor, |facts| {
            let hold = Hold {
                id: hold_id.clone(),
                by: principal.actor.clone(),
                reason: Private::from(reason),
                at: facts.now,
            };
            let mut events = facts.change.hold(hold, &facts.live.directory)?;
            events.extend(reviews_after(facts, &events)?);
            Ok(Plan::new(events, hold_id.clone()))
        })
        .await
    }

    /// Lifts a hold.
    ///
    /// # Errors
    /// There is no such hold, no reason is given, or they may not lift it.
    pub async fn release_hold(
        &self,
        principal: &Principal,
        id: &ChangeId,
        hold: &HoldId,
        reason: &str,
    ) -> Result<Recorded<()>, AppError> {
        principal.acting_person("lift a hold")?;
        self.change_action(id, &principal.actor, |facts| {
            let directory = &facts.live.directory;
            let mut events = facts.change.release(
                hold,
                &principal.actor,
                reason.to_owned(),
                directory,
                facts.now,
            )?;
            events.extend(reviews_after(facts, &events)?);
            Ok(Plan::new(events, ()))
        })
        .await
    }
}

/// The time of a review stands from the moment of a hold, in the same append.
fn reviews_after(
    facts: &ChangeFacts,
    events: &[ChangeEvent],
) -> Result<Vec<ChangeEvent>, AppError> {
    let after = fold(Some(&facts.change), events, facts.now)?;
    Ok(after.map(|change| facts.reviews(&change, None)).unwrap_or_default())
}
