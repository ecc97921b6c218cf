//! Change sets: asking for several changes together, and how they stand together.

use std::sync::Arc;

use domain::change::{Change, Material, Revision, SetMembership, StateName};
use domain::decision::{Authority, Item, Joint, joint};
use domain::ids::{ChangeId, ChangeSetId};
use domain::refusal::Refusal;
use policy::Assessed;
use store::{Append, ChangeSetFilter, Guard, StoreError};

use super::Explained;
use super::create::{attribute_evidence, refuse_unacceptable, submission};
use super::settle::settled;
use crate::facts::ChangeFacts;
use crate::journal::{Plan, Prepared};
use crate::principal::Principal;
use crate::{App, AppError, Recorded};

const ATTEMPTS: usize = 8;

/// What is handed in.
#[derive(Debug, Clone)]
pub struct NewChangeSet {
    /// One line.
    pub title: String,
    /// Why these belong together.
    pub reason: String,
    /// What each item would do.
    pub items: Vec<Material>,
    /// Whether approvers are asked at once, or all items stay drafts.
    pub submit: bool,
}

/// States of an item that is not over.
const OPEN: [StateName; 5] = [
    StateName::Draft,
    StateName::Assessing,
    StateName::AwaitingApproval,
    StateName::Approved,
    StateName::Implementing,
];

/// A set as a list shows it.
#[derive(Debug, Clone)]
pub struct SetListed {
    /// What ties it together.
    pub set: SetMembership,
    /// Its items, in the order they were asked for.
    pub items: Vec<Arc<Change>>,
    /// How they stand together.
    pub joint: Joint,
}

/// A set with all that can be said about it now.
#[derive(Debug, Clone)]
pub struct SetExplained {
    /// What ties it together.
    pub set: SetMembership,
    /// Its items, in the order they were asked for.
    pub items: Vec<Explained>,
    /// How they stand together.
    pub joint: Joint,
}

impl SetExplained {
    /// The domains whose authority must agree.
    #[must_use]
    pub fn authorities(&self) -> &[Authority] {
        &self.joint.authorities
    }
}

impl App {
    /// Asks for several changes together: all of them are recorded, or none.
    ///
    /// # Errors
    /// As for a single change; also a set that is too small or too large.
    pub async fn create_change_set(
        &self,
        principal: &Principal,
        new: NewChangeSet,
    ) -> Result<Recorded<SetMembership>, AppError> {
        self.check_request_rate(principal, &new.items).await?;
        for _ in 0..ATTEMPTS {
            for material in &new.items {
                self.check_may_request(principal, material)?;
            }
            let now = self.ports.now();
            let ids: Vec<ChangeId> =
                new.items.iter().map(|_| ChangeId::new(now, self.ports.random())).collect();
            let set = SetMembership::new(new.title.clone(), new.reason.clone(), ids)?;
            let mut append = Append::default();
            let mut made = Vec::new();
            for (id, material) in set.items.iter().zip(&new.items) {
                let item = self.prepare_item(principal, &set, (id, material), new.submit).await?;
                merge(&mut append, item.append);
                made.extend(item.after);
            }
            let leaves = append.entries.iter().map(|e| e.leaf.clone()).collect();
            match self.append(append).await {
                Err(StoreError::Conflict { .. }) => self.refresh().await?,
                Err(other) => return Err(other.into()),
                Ok(commit) => {
                    for (change, version) in made {
                        self.changes.put(Arc::new(change), version);
                    }
                    return Ok(Recorded { value: set, commit: Some(commit), leaves });
                }
            }
        }
        Err(AppError::Contended)
    }

    async fn prepare_item(
        &self,
        principal: &Principal,
        set: &SetMembership,
        (id, material): (&ChangeId, &Material),
        submit: bool,
    ) -> Result<Prepared<()>, AppError> {
        let number = self.store.next_change_number().await?;
        let now = self.ports.now();
        let actor = principal.actor.clone();
        let mut material = material.clone();
        attribute_evidence(&mut material, principal, &self.live().directory);
        let revision = Revision::new(1, material, self.ports.random(), actor.clone(), now)
            .map_err(AppError::damaged)?;
        let created = set.tie(Change::create(id.clone(), number, actor.clone(), revision)?);
        let draft = Arc::new(Change::begin(&created, now)?);
        let facts = self.facts_of_plan(draft, 0).await?;
        let mut events = vec![created];
        if submit {
            events.push(submission(&facts)?);
            events = settled(None, events, &facts)?;
        } else {
            refuse_unacceptable(&facts)?;
        }
        self.prepare(None, &facts, &actor, Plan::new(events, ()))
    }

    /// The other items of a change's set, as stored now.
    pub(crate) async fn other_items(&self, change: &Change) -> Result<Vec<ChangeFacts>, AppError> {
        let mut others = Vec::new();
        for id in change.set.iter().flat_map(|set| set.others(&change.id)) {
            let (other, version) = self.load_change(id).await?;
            others.push(self.own_facts(other, version).await?);
        }
        Ok(others)
    }

    /// A page of sets, newest first: those of which the principal reaches every item. A set is open while an
    /// item is. With it comes the last set looked at, where there are more.
    ///
    /// # Errors
    /// They can't be read.
    pub async fn list_change_sets(
        &self,
        principal: &Principal,
        only_open: bool,
        (before, limit): (Option<ChangeSetId>, usize),
    ) -> Result<(Vec<SetListed>, Option<ChangeSetId>), AppError> {
        let open = OPEN.iter().filter(|_| only_open);
        let states = open.map(|state| state.as_str().to_owned()).collect();
        let found = self.store.change_sets(&ChangeSetFilter { states, before, limit }).await?;
        let mut sets = Vec::new();
        for id in &found.items {
            let (first, version) = self.load_change(&id.first_item()).await?;
            let facts = self.facts(first, version).await?;
            sets.extend(facts.listed().filter(|listed| listed.is_reached_by(principal)));
        }
        Ok((sets, found.items.into_iter().next_back().filter(|_| found.more)))
    }

    /// Explains a set to a principal. Nothing is recorded.
    ///
    /// # Errors
    /// There is no such set, an item is out of the principal's reach, or it can't be read.
    pub async fn explain_change_set(
        &self,
        principal: &Principal,
        id: &ChangeSetId,
    ) -> Result<SetExplained, AppError> {
        let missing = || Refusal::NotFound { entity: "change set", id: id.to_string() };
        let found = |error| match error {
            AppError::Refused(Refusal::NotFound { .. }) => missing().into(),
            other => other,
        };
        let (first, _) = self.load_change(&id.first_item()).await.map_err(found)?;
        let set = first.set.as_deref().filter(|set| set.id == *id).ok_or_else(missing)?.clone();
        let mut items = Vec::new();
        for item in &set.items {
            items.push(self.explain_change(principal, item).await.map_err(found)?);
        }
        let first = items.first().ok_or_else(missing)?;
        let joint = first.facts.joint(&first.facts.change).ok_or_else(missing)?;
        Ok(SetExplained { set, items, joint })
    }
}

/// Adds what another item appends. Guards that all have in common are named once.
fn merge(append: &mut Append, item: Append) {
    let known = |guards: &[Guard], guard: &Guard| {
        guards.iter().any(|g| g.stream == guard.stream && g.version == guard.version)
    };
    for guard in item.guards {
        if !known(&append.guards, &guard) {
            append.guards.push(guard);
        }
    }
    append.entries.extend(item.entries);
    append.writes.extend(item.writes);
}

impl SetListed {
    fn is_reached_by(&self, principal: &Principal) -> bool {
        self.items.iter().all(|change| {
            let material = &change.revision().material;
            principal.reaches(&material.service, &material.environment)
        })
    }
}

impl ChangeFacts {
    /// The change's set as a list shows it; `None` as for [`ChangeFacts::joint`].
    fn listed(&self) -> Option<SetListed> {
        let set = self.change.set.as_deref()?.clone();
        let joint = self.joint(&self.change)?;
        let all = || std::iter::once(self).chain(&self.others);
        let item =
            |id: &ChangeId| all().find(|facts| facts.change.id == *id).map(|f| f.change.clone());
        let items = set.items.iter().filter_map(item).collect();
        Some(SetListed { set, items, joint })
    }

    /// How the change's set stands, with the change as it is after events decided just now. `None`
    /// for a change without a set, and where an item was not read.
    #[must_use]
    pub fn joint(&self, change: &Change) -> Option<Joint> {
        let set = change.set.as_ref()?;
        let items: Option<Vec<Item<'_>>> = set
            .items
            .iter()
            .map(|id| {
                if *id == change.id {
                    return Some(self.item(change));
                }
                let other = self.others.iter().find(|o| o.change.id == *id)?;
                Some(other.item(&other.change))
            })
            .collect();
        Some(joint(&items?, &self.live.directory, self.now))
    }

    fn item<'a>(&'a self, change: &'a Change) -> Item<'a> {
        let live = self.evaluation.assessed.as_deref().and_then(Assessed::assessment);
        Item {
            change,
            assessments: change.assessments().chain(live).collect(),
            decisions: &self.evaluation.decisions,
        }
    }
}
