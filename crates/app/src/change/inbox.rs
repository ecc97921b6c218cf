//! What waits for a person, what they hold up, and what they wait for.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::change::{Change, TemplateRef, VoteDecision};
use domain::eligibility::Capacity;
use domain::ids::{ChangeId, PersonId, RoleName};
use domain::organisation::Directory;
use domain::refusal::Refusal;
use domain::requirement::{Requirement, Scope};
use jiff::Timestamp;
use store::{ChangeFilter, ChangeSummary};

use crate::pasts::Pasts;
use crate::principal::Principal;
use crate::{App, AppError, ChangeFacts, projection};

const SHOWN: usize = 50;
/// Rows looked at first; twice as many while that is not enough, up to the last.
const READ_FIRST: usize = SHOWN * 4;
const READ_LAST: usize = READ_FIRST * 4;

/// One change that waits for the person.
#[derive(Debug, Clone)]
pub struct InboxItem {
    /// The change, with what policy and votes say of it.
    pub facts: ChangeFacts,
    /// The requirement they could answer.
    pub requirement: Requirement,
    /// As whom they would answer it, and in which roles.
    pub capacity: Capacity,
    /// When an answer is due.
    pub due_at: Option<Timestamp>,
    /// The template by which they could approve it in one step with others.
    pub bulk: Option<TemplateRef>,
}

/// The three parts of an inbox.
#[derive(Debug, Clone, Default)]
pub struct Inbox {
    /// They can answer these, most urgent first.
    pub waiting_for_you: Vec<InboxItem>,
    /// They hold these up: by a hold, or by having asked for changes.
    pub blocked_by_you: Vec<Arc<Change>>,
    /// They asked for these, and somebody else must act.
    pub you_wait: Vec<(ChangeSummary, ChangeFacts)>,
}

/// An inbox while it is gathered.
struct Gathering<'a> {
    app: &'a App,
    principal: &'a Principal,
    person: &'a PersonId,
    inbox: Inbox,
    blocked: BTreeSet<ChangeId>,
    pasts: Pasts,
}

impl App {
    /// The inbox of the acting person.
    ///
    /// # Errors
    /// A machine asks, or the store does not answer.
    pub async fn inbox(&self, principal: &Principal) -> Result<Inbox, AppError> {
        let mut gathering = Gathering::of(self, principal)?;
        gathering.waiting().await?;
        gathering.asked_for().await?;
        Ok(gathering.inbox)
    }

    /// How many decisions wait for the acting person, counted up to what an inbox shows.
    ///
    /// # Errors
    /// As [`App::inbox`].
    pub async fn inbox_count(&self, principal: &Principal) -> Result<usize, AppError> {
        let mut gathering = Gathering::of(self, principal)?;
        gathering.waiting().await?;
        Ok(gathering.inbox.waiting_for_you.len())
    }
}

impl<'a> Gathering<'a> {
    fn of(app: &'a App, principal: &'a Principal) -> Result<Self, AppError> {
        let person = principal.actor.person();
        let person = person.ok_or(Refusal::PeopleOnly { action: "have an inbox" })?;
        let (inbox, blocked) = (Inbox::default(), BTreeSet::new());
        Ok(Self { app, principal, person, inbox, blocked, pasts: Pasts::new() })
    }

    /// What the person could answer, and what they hold up by an answer they gave.
    async fn waiting(&mut self) -> Result<(), AppError> {
        let live = self.app.live();
        let mut keys = inbox_keys(&live.directory, self.person, self.app.ports.now());
        keys.extend(live.policy.earlier().map(projection::assessed_under));
        let mut seen = BTreeSet::new();
        let mut limit = READ_FIRST;
        loop {
            let rows = self.app.store.waiting(&keys, limit).await?;
            let all = rows.len() < limit;
            let ids: Vec<ChangeId> =
                rows.into_iter().map(|r| r.change).filter(|id| seen.insert(id.clone())).collect();
            for stored in self.load(&ids).await? {
                self.add_waiting(stored).await?;
            }
            if all || self.inbox.waiting_for_you.len() >= SHOWN || limit >= READ_LAST {
                break;
            }
            limit *= 2;
        }
        // Rows come by what is due first of a change; what is shown may be due later.
        let due = |item: &InboxItem| item.due_at.unwrap_or(Timestamp::MAX);
        self.inbox.waiting_for_you.sort_by_key(due);
        Ok(())
    }

    /// Those of these changes that the principal reaches (E17), with the pasts that decide about them.
    async fn load(&mut self, ids: &[ChangeId]) -> Result<Vec<(Arc<Change>, u64)>, AppError> {
        let mut stored = self.app.load_changes(ids).await?;
        stored.retain(|(change, _)| {
            let material = &change.revision().material;
            self.principal.reaches(&material.service, &material.environment)
        });
        self.app.read_pasts(&stored, &mut self.pasts).await?;
        Ok(stored)
    }

    /// Puts a change where it belongs, if the person holds it up or could answer what it still needs.
    async fn add_waiting(&mut self, (change, version): (Arc<Change>, u64)) -> Result<(), AppError> {
        if blocks(&change, self.person) {
            self.add_blocked(change);
            return Ok(());
        }
        let voted = change.current_votes().any(|v| v.person == *self.person);
        if voted || change.is_sent_back() || self.inbox.waiting_for_you.len() >= SHOWN {
            return Ok(());
        }
        let facts = self.app.facts_among(change, version, &self.pasts).await?;
        if let Some((requirement, capacity)) = facts.open_requirement(self.person) {
            let due_at = projection::answer_due(&facts.change, &requirement);
            let bulk = self.app.offered_in_bulk(self.principal, &facts);
            let item = InboxItem { facts, requirement, capacity, due_at, bulk };
            self.inbox.waiting_for_you.push(item);
        }
        Ok(())
    }

    fn add_blocked(&mut self, change: Arc<Change>) {
        if self.blocked.insert(change.id.clone()) {
            self.inbox.blocked_by_you.push(change);
        }
    }

    /// Changes the person asked for, and those of them that they hold themselves.
    async fn asked_for(&mut self) -> Result<(), AppError> {
        let mine = ChangeFilter {
            states: ["draft", "assessing", "awaiting_approval", "approved", "implementing"]
                .map(str::to_owned)
                .to_vec(),
            requester: Some(self.person.to_string()),
            limit: SHOWN,
            ..ChangeFilter::default()
        };
        let rows = self.app.store.changes(&mine).await?.items;
        let ids: Vec<ChangeId> = rows.iter().map(|row| row.id.clone()).collect();
        for (change, version) in self.load(&ids).await? {
            if blocks(&change, self.person) {
                self.add_blocked(change.clone());
            }
            let Some(row) = rows.iter().find(|row| row.id == change.id) else { continue };
            let facts = self.app.facts_among(change, version, &self.pasts).await?;
            self.inbox.you_wait.push((row.clone(), facts));
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
    for known in directory.answers_for(person).filter(|d| d.is_open(now)) {
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
