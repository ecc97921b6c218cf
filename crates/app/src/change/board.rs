//! The members of the board hear ahead of each meeting what it talks over, in one message, and never of
//! each change (M5.6).

use domain::actor::Actor;
use domain::cab::{BoardDigest, BoardItem};
use domain::event::PolicyEvent;
use store::Stream;

use crate::journal::OrganisationPlan;
use crate::{App, AppError};

/// So many items of the agenda are named; the others are counted.
const AGENDA_NAMED: usize = 100;
/// So many changes are named that the board is only told of.
const TOLD_NAMED: usize = 200;

impl App {
    /// Tells the members of the board of its next meeting, if it comes near and they were not told. Safe
    /// to run on every node: the guard lets one of them record it.
    ///
    /// # Errors
    /// The store does not answer; it is tried again next time.
    pub async fn tell_board(&self) -> Result<(), AppError> {
        let due = self.live().policy.meeting_to_tell(self.ports.now());
        let Some((role, meeting)) = due else { return Ok(()) };
        let cab = self.cab_of(|_, _| true).await?;
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let first = cab.agenda.iter().take(AGENDA_NAMED);
        let others = cab.told.iter().take(TOLD_NAMED);
        let digest = BoardDigest {
            meeting,
            role: role.clone(),
            agenda: count(cab.agenda.len()),
            first: first.map(|(change, reasons)| BoardItem::of(change, reasons)).collect(),
            told: count(cab.told.len()),
            others: others.map(|change| BoardItem::of(change, &[])).collect(),
        };
        self.organisation_action(&Actor::System, |live, now| {
            let still = live.policy.meeting_to_tell(now) == Some((role.clone(), meeting));
            let event = still.then(|| PolicyEvent::BoardTold(Box::new(digest.clone())));
            let events = event.map(|event| (Stream::policy(), event.into())).into_iter().collect();
            Ok(OrganisationPlan { events, writes: Vec::new(), value: () })
        })
        .await
        .map(|_| ())
    }
}
