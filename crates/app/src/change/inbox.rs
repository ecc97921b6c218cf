//! What waits for a person, what they hold up, and what they wait for.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::change::{Change, VoteDecision};
use domain::ids::PersonId;
use domain::requirement::Requirement;
use jiff::Timestamp;
use store::{ChangeFilter, ChangeSummary};

use crate::principal::Principal;
use crate::{App, AppError};

const SHOWN: usize = 50;

/// One change that waits for the person.
#[derive(Debug, Clone)]
pub struct InboxItem {
    /// The change.
    pub change: Arc<Change>,
    /// The requirement they could answer.
    pub requirement: Requirement,
    /// When an answer is due.
    pub due_at: Option<Timestamp>,
}

/// The three parts of an inbox.
#[derive(Debug, Clone, Default)]
pub struct Inbox {
    /// They can answer these, most urgent first.
    pub waiting_for_you: Vec<InboxItem>,
    /// They hold these up: by a hold, or by having asked for changes.
    pub blocked_by_you: Vec<Arc<Change>>,
    /// They asked for these, and somebody else must act.
    pub you_wait: Vec<ChangeSummary>,
}

impl App {
    /// The inbox of the acting person.
    ///
    /// # Errors
    /// A machine asks, or the store does not answer.
    pub async fn inbox(&self, principal: &Principal) -> Result<Inbox, AppError> {
        let person = principal
            .actor
            .person()
            .ok_or(domain::refusal::Refusal::PeopleOnly { action: "have an inbox" })?;
        let live = self.live();
        let keys: Vec<String> = live
            .directory
            .roles_of(person)
            .map(|(role, scope)| format!("{role}@{scope}"))
            .collect();
        let mut inbox = Inbox::default();
        let mut blocked = BTreeSet::new();
        for row in self.store.waiting(&keys, SHOWN * 4).await? {
            let (change, _) = self.load_change(&row.change).await?;
            if blocks(&change, person) {
                if blocked.insert(change.id.clone()) {
                    inbox.blocked_by_you.push(change);
                }
                continue;
            }
            let asked = change.assessment.as_ref().map(|a| a.requirements.as_slice());
            let requirements = change.with_exceptions(asked.unwrap_or_default()).into_owned();
            let voted = change.current_votes().any(|v| v.person == *person);
            let may = change.may_vote(person, &requirements, &live.directory).is_ok();
            let Some(requirement) = requirements.into_iter().find(|r| r.key == row.requirement)
            else {
                continue;
            };
            if may && !voted && !awaits_revision(&change) && inbox.waiting_for_you.len() < SHOWN {
                let due_at = row.due_at;
                inbox.waiting_for_you.push(InboxItem { change, requirement, due_at });
            }
        }
        let mine = ChangeFilter {
            states: ["draft", "assessing", "awaiting_approval", "approved", "implementing"]
                .map(str::to_owned)
                .to_vec(),
            requester: Some(person.to_string()),
            limit: SHOWN,
            ..ChangeFilter::default()
        };
        inbox.you_wait = self.store.changes(&mine).await?.items;
        self.add_held(&mut inbox, &mut blocked, person).await?;
        Ok(inbox)
    }

    /// Changes the person asked for and holds themselves.
    async fn add_held(
        &self,
        inbox: &mut Inbox,
        blocked: &mut BTreeSet<domain::ids::ChangeId>,
        person: &PersonId,
    ) -> Result<(), AppError> {
        for summary in inbox.you_wait.clone().iter().filter(|s| s.held) {
            let (change, _) = self.load_change(&summary.id).await?;
            if blocks(&change, person) && blocked.insert(change.id.clone()) {
                inbox.blocked_by_you.push(change);
            }
        }
        Ok(())
    }
}

/// Whether somebody asked for changes: a vote by anybody else decides nothing until there is a new
/// revision.
fn awaits_revision(change: &Change) -> bool {
    change.current_votes().any(|v| v.decision == VoteDecision::RequestChanges)
}

/// Whether a person holds a change up.
fn blocks(change: &Change, person: &PersonId) -> bool {
    change.holds.iter().any(|h| h.by.person() == Some(person))
        || change
            .current_votes()
            .any(|v| v.person == *person && v.decision == VoteDecision::RequestChanges)
}
