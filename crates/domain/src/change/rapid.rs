//! Approvals so fast that reading is unlikely (C18): each counts, and policy can want another person's
//! beside it.

use std::borrow::Cow;

use super::{Change, Vote, VoteDecision};
use crate::requirement::Requirement;

/// Whether a vote is so fast an approval that policy wants a second one beside it.
pub(super) fn wants_second(vote: &Vote, requirement: &Requirement) -> bool {
    let mut briefings = requirement.briefings.iter();
    vote.decision == VoteDecision::Approve
        && vote.informed.as_ref().is_some_and(|informed| informed.rapid)
        && briefings.any(|b| b.second_if_rapid && vote.roles.contains(&b.role))
}

impl Change {
    /// Whether policy wants a second approval beside one that was too fast.
    #[must_use]
    pub fn wants_seconds(&self) -> bool {
        let fast = |r: &Requirement| self.current_votes().any(|vote| wants_second(vote, r));
        self.assessments().any(|a| a.requirements.iter().any(fast))
    }

    /// The same requirements, each asking for one person more while an approval for it was too fast.
    /// Whoever gave it can give it again, having read.
    #[must_use]
    pub fn with_seconds<'a>(&self, base: Cow<'a, [Requirement]>) -> Cow<'a, [Requirement]> {
        let wanted =
            |requirement: &Requirement| self.current_votes().any(|v| wants_second(v, requirement));
        if !base.iter().any(wanted) {
            return base;
        }
        let mut all = base.into_owned();
        for requirement in all.iter_mut().filter(|r| wanted(r)) {
            requirement.count = requirement.count.saturating_add(1);
            requirement.why = format!(
                "{} (one more, since an approval came too fast to have been read)",
                requirement.why
            );
        }
        Cow::Owned(all)
    }
}
