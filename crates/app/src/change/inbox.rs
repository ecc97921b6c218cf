//! What waits for a person, what they hold up, and what they wait for.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::change::{Change, VoteDecision};
use domain::eligibility::Capacity;
use domain::ids::{ChangeId, PersonId, RoleName};
use domain::organisation::Directory;
use domain::requirement::{Requirement, Scope};
use jiff::Timestamp;
use store::{ChangeFilter, ChangeSummary};

use crate::facts::Pasts;
use crate::principal::Principal;
use crate::{App, AppError, ChangeFacts, projection};

const SHOWN: usize = 50;
/// Rows looked at first; twice as many while that is not enough, up to the last.
const READ_FIRST: usize = SHOWN * 4;
const READ_LAST: usize = READ_FIRST * 4;

/// One change that waits for the person.
#[derive(Debug, Clone)]
pub struct InboxItem {
    /// The change.
    pub change: Arc<Change>,
    /// The requirement they could answer.
    pub requirement: Requirement,
    /// As whom they would answer it, and in which roles.
    pub capacity: Capacity,
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
        let now = self.ports.now();
        let mut keys = inbox_keys(&live.directory, person, now);
        keys.extend(live.policy.earlier().map(projection::assessed_under));
        let mut inbox = Inbox::default();
        let mut blocked = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut pasts = Pasts::new();
        let mut limit = READ_FIRST;
        loop {
            let rows = self.store.waiting(&keys, limit).await?;
            let all = rows.len() < limit;
            let ids: Vec<ChangeId> =
                rows.into_iter().map(|r| r.change).filter(|id| seen.insert(id.clone())).collect();
            for stored in self.load_changes(&ids).await? {
                self.add_waiting(&mut inbox, &mut blocked, person, stored, &mut pasts).await?;
            }
            if all || inbox.waiting_for_you.len() >= SHOWN || limit >= READ_LAST {
                break;
            }
            limit *= 2;
        }
        // Rows come by what is due first of a change; what is shown may be due later.
        let due = |item: &InboxItem| item.due_at.unwrap_or(Timestamp::MAX);
        inbox.waiting_for_you.sort_by_key(due);
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

    /// Puts a change where it belongs, if the person holds it up or could answer what it still needs.
    async fn add_waiting(
        &self,
        inbox: &mut Inbox,
        blocked: &mut BTreeSet<ChangeId>,
        person: &PersonId,
        (change, version): (Arc<Change>, u64),
        pasts: &mut Pasts,
    ) -> Result<(), AppError> {
        if blocks(&change, person) {
            if blocked.insert(change.id.clone()) {
                inbox.blocked_by_you.push(change);
            }
            return Ok(());
        }
        let voted = change.current_votes().any(|v| v.person == *person);
        if voted || change.is_sent_back() || inbox.waiting_for_you.len() >= SHOWN {
            return Ok(());
        }
        let facts = self.facts_among(change, version, pasts).await?;
        if let Some((requirement, capacity)) = facts.open_requirement(person) {
            let due_at = projection::answer_due(&facts.change, &requirement);
            let change = facts.change;
            inbox.waiting_for_you.push(InboxItem { change, requirement, capacity, due_at });
        }
        Ok(())
    }

    /// Changes the person asked for and holds themselves.
    async fn add_held(
        &self,
        inbox: &mut Inbox,
        blocked: &mut BTreeSet<ChangeId>,
        person: &PersonId,
    ) -> Result<(), AppError> {
        let held = inbox.you_wait.iter().filter(|s| s.held);
        let held: Vec<ChangeId> = held.map(|s| s.id.clone()).collect();
        for (change, _) in self.load_changes(&held).await? {
            if blocks(&change, person) && blocked.insert(change.id.clone()) {
                inbox.blocked_by_you.push(change);
            }
        }
        Ok(())
    }
}

impl ChangeFacts {
    /// What still misses somebody, under the record or the live bundle, and this person could answer.
    fn open_requirement(&self, person: &PersonId) -> Option<(Requirement, Capacity)> {
        let decisions = &self.evaluation.decisions;
        let is_open = |r: &Requirement| decisions.iter().any(|d| d.unmet.contains(&r.key));
        self.votable().into_iter().filter(is_open).find_map(|requirement| {
            let only = std::slice::from_ref(&requirement);
            let may = self.change.may_vote(person, only, &self.live.directory, self.now).ok()?;
            may.into_iter().next().map(|capacity| (requirement, capacity))
        })
    }
}

/// The keys of what a person may answer: by their own roles and by those they answer for others.
fn inbox_keys(directory: &Directory, person: &PersonId, now: Timestamp) -> Vec<String> {
    let key = |(role, scope): (&RoleName, &Scope)| format!("{role}@{scope}");
    let mut keys: BTreeSet<String> = directory.roles_of(person).map(key).collect();
    for known in directory.delegations_to(person).filter(|d| d.is_open(now)) {
        let role = &known.given.role;
        let scopes = directory.scopes_of(&known.given.delegator, role);
        keys.extend(scopes.chain([&known.given.scope]).map(|scope| key((role, scope))));
    }
    keys.into_iter().collect()
}

/// Whether a person holds a change up.
fn blocks(change: &Change, person: &PersonId) -> bool {
    change.holds.iter().any(|h| h.by.person() == Some(person))
        || change
            .current_votes()
            .any(|v| v.person == *person && v.decision == VoteDecision::RequestChanges)
}
