//! The members of the board hear ahead of each meeting what it talks over, in one message, and never of
//! each change (M5.6).

use domain::actor::Actor;
use domain::cab::{BoardDigest, BoardItem};
use domain::event::PolicyEvent;
use store::Stream;

use crate::journal::OrganisationPlan;
use crate::{App, AppError};

/// So many items of the agenda are named; the others are counted. With the longest names there are, a digest
/// fits into a leaf.
const AGENDA_NAMED: usize = 40;
/// So many changes are named that the board is only told of.
const TOLD_NAMED: usize = 60;

impl App {
    /// Tells the members of the board of its next meeting, if it comes near and they were not told; once there
    /// is somebody to tell. Safe to run on every node: the guard lets one of them record it.
    ///
    /// # Errors
    /// The store does not answer; it is tried again next time.
    pub async fn tell_board(&self) -> Result<(), AppError> {
        let live = self.live();
        let due = live.policy.meeting_to_tell(self.ports.now());
        let due = due.filter(|(role, _)| !live.directory.holders(role, |_| true).is_empty());
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

#[cfg(test)]
mod tests {
    use domain::ids::ChangeNumber;

    use super::*;

    #[test]
    fn m5_6_the_longest_digest_there_is_fits_into_a_leaf() {
        let name = "s".repeat(63);
        let item = |why: Vec<String>| BoardItem {
            number: ChangeNumber(u64::MAX),
            service: name.parse().unwrap(),
            environment: name.parse().unwrap(),
            why,
        };
        // The longest reason there is: that an alignment session found no agreement.
        let talked = || item(vec!["a".repeat(110); 6]);
        let digest = BoardDigest {
            meeting: jiff::Timestamp::MAX,
            role: name.parse().unwrap(),
            agenda: u32::MAX,
            first: (0..AGENDA_NAMED).map(|_| talked()).collect(),
            told: u32::MAX,
            others: (0..TOLD_NAMED).map(|_| item(Vec::new())).collect(),
        };
        let bytes = serde_json::to_vec(&PolicyEvent::BoardTold(Box::new(digest))).unwrap().len();
        assert!(bytes + 1_000 < ledger::seal::MAX_LEAF_BYTES, "{bytes}");
    }
}
