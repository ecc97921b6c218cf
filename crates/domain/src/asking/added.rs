//! What policy that went live since has people asked for.

use crate::change::{Assessment, Change, ChangeEvent, State};
use crate::decision::{Witnessed, decide};
use crate::organisation::Directory;

/// The event by which what the live bundle asks for beyond the record goes on the record, so that
/// people are asked for it. `None` when the record asks for as much, or the votes answer it already.
#[must_use]
pub fn added(
    change: &Change,
    live: &Assessment,
    directory: &Directory,
    witnessed: Witnessed<'_>,
) -> Option<ChangeEvent> {
    let waits = matches!(change.state, State::AwaitingApproval { .. } | State::Approved { .. })
        && change.expiry().is_none_or(|end| witnessed.now < end)
        && !change.is_sent_back();
    let misses = || !decide(change, live, directory, witnessed).unmet.is_empty();
    (waits && change.asks_less_than(live) && misses())
        .then(|| ChangeEvent::RequirementsAdded(Box::new(live.clone())))
}
