//! Change sets on the wire.

use api_types::change_sets as wire;
use api_types::changes::ChangeRef;
use app::change::{Explained, SetExplained, SetListed};
use app::principal::Principal;
use domain::change::SetMembership;
use domain::decision::Authority;
use domain::explanation::Outcome;
use domain::ids::{ChangeId, ChangeSetId};
use policy::Bundle;

use super::Names;
use super::change;
use super::material::artifact;
use super::text::time;

/// The page of a set in the console.
#[must_use]
pub fn url(id: &ChangeSetId) -> String {
    format!("/change-sets/{id}")
}

/// A set, as one of its items names it.
pub(super) fn reference(set: &SetMembership) -> wire::ChangeSetRef {
    wire::ChangeSetRef {
        id: set.id.to_string(),
        title: set.title.text().to_owned(),
        url: url(&set.id),
        items: set.items.iter().map(ToString::to_string).collect(),
    }
}

/// How a set stands, in one word.
#[must_use]
pub const fn state(outcome: Outcome) -> wire::ChangeSetState {
    match outcome {
        Outcome::Satisfied => wire::ChangeSetState::Approved,
        Outcome::Missing => wire::ChangeSetState::Waiting,
        Outcome::Denied => wire::ChangeSetState::Stopped,
        Outcome::Unknown | Outcome::NotApplicable | Outcome::Info => wire::ChangeSetState::Unknown,
    }
}

impl Names<'_> {
    /// A set as explained to `principal`.
    #[must_use]
    pub fn change_set(
        &self,
        explained: &SetExplained,
        principal: &Principal,
        bundle: Option<&Bundle>,
    ) -> Option<wire::ChangeSet> {
        let SetExplained { set, items, joint } = explained;
        let first = items.first()?;
        Some(wire::ChangeSet {
            id: set.id.to_string(),
            title: set.title.text().to_owned(),
            reason: set.reason.text().to_owned(),
            url: url(&set.id),
            requester: self.principal(&first.facts.change.requester),
            state: state(joint.explanation.outcome),
            explanation: self.explanation(&joint.explanation),
            authorities: joint.authorities.iter().map(|a| self.authority(a, items)).collect(),
            items: items.iter().map(|item| self.item(item, principal, bundle)).collect(),
        })
    }

    /// A set as lists show it.
    #[must_use]
    pub fn change_set_summary(
        &self,
        listed: &SetListed,
        bundle: Option<&Bundle>,
    ) -> Option<wire::ChangeSetSummary> {
        let SetListed { set, items, joint } = listed;
        let first = items.first()?;
        let missing = joint.authorities.iter().filter(|authority| authority.missing > 0);
        Some(wire::ChangeSetSummary {
            id: set.id.to_string(),
            title: set.title.text().to_owned(),
            url: url(&set.id),
            requester: self.principal(&first.requester),
            created_at: time(first.created_at),
            state: state(joint.explanation.outcome),
            missing: missing.map(|authority| authority.scope.to_string()).collect(),
            items: items.iter().map(|item| self.summary_of(item, None, bundle)).collect(),
        })
    }

    fn authority(&self, authority: &Authority, items: &[Explained]) -> wire::Authority {
        let item = |id: &ChangeId| -> Option<ChangeRef> {
            let found = items.iter().find(|i| i.facts.change.id == *id)?;
            Some(change::reference(&found.facts.change))
        };
        wire::Authority {
            scope: authority.scope.to_string(),
            items: authority.items.iter().filter_map(item).collect(),
            speakers: authority.speakers.iter().map(|p| self.person(p)).collect(),
            missing: authority.missing,
        }
    }

    fn item(
        &self,
        explained: &Explained,
        principal: &Principal,
        bundle: Option<&Bundle>,
    ) -> wire::ChangeSetItem {
        let change = &explained.facts.change;
        let missing = self.all_missing(&explained.verdict.explanation);
        let mut summary = self.summary_of(change, None, bundle);
        summary.missing = u32::try_from(missing.len()).unwrap_or(u32::MAX);
        summary.plan_problem = explained.schedule.as_ref().and_then(|s| s.trouble.clone());
        wire::ChangeSetItem {
            change: summary,
            revision: change.revision().number,
            artifacts: change.revision().material.artifacts.iter().map(artifact).collect(),
            missing,
            you: self.you(explained, principal),
        }
    }
}
