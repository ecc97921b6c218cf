//! What came of each change of a bulk approval.

use api_types::bulk_approvals::{BulkOutcome, BulkVote};
use app::Recorded;
use domain::change::{Change, Vote};

use super::{ledger, material, vote};

/// What came of one change, which stands so now.
#[must_use]
pub fn outcome(outcome: &app::change::BulkOutcome, change: &Change) -> BulkOutcome {
    let recorded = outcome.vote.as_ref().ok();
    BulkOutcome {
        id: outcome.id.to_string(),
        number: outcome.number.to_string(),
        outcome: match recorded {
            Some(Recorded { commit: Some(_), .. }) => BulkVote::Recorded,
            Some(_) => BulkVote::RecordedBefore,
            None => BulkVote::Refused,
        },
        state: material::state(change.state.name()),
        vote: recorded.map(|recorded: &Recorded<Vote>| recorded.value.id.to_string()),
        receipt: recorded.and_then(|r| ledger::fresh_receipt(r.commit.as_ref(), 0)),
        why_not: outcome.vote.as_ref().err().map(vote::refusal),
    }
}
