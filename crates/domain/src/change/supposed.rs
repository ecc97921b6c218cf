//! A change as it would stand had policy asked for something else: what another bundle is judged on.
//!
//! Nothing here is ever recorded. Votes, holds, deployments and who was asked stay as they are, so what
//! people would have done had they been asked otherwise is not guessed at.

use jiff::Timestamp;

use super::apply::minutes_after;
use super::{Assessment, Change, State};

impl Change {
    /// The same change had policy answered this when the revision was handed in, at `assessed_at`:
    /// it waits, or stands approved, on these terms. `None`: policy could not say, or refused it.
    #[must_use]
    pub fn supposing(&self, assessment: Option<&Assessment>, assessed_at: Timestamp) -> Self {
        let waits = |since: Timestamp, on: &Assessment| State::AwaitingApproval {
            since,
            expires_at: minutes_after(since, on.pending_minutes),
        };
        let state = match (&self.state, assessment) {
            (State::Assessing, Some(on)) => waits(assessed_at, on),
            (State::AwaitingApproval { since, .. }, Some(on)) => waits(*since, on),
            (State::Approved { at, .. }, Some(on)) => {
                State::Approved { at: *at, valid_until: minutes_after(*at, on.validity_minutes) }
            }
            (State::AwaitingApproval { .. } | State::Approved { .. }, None) => State::Assessing,
            (other, _) => other.clone(),
        };
        // What live policy added since is not what the other bundle asks for.
        let added = Vec::new();
        Self { state, assessment: assessment.cloned(), added, ..self.clone() }
    }
}
