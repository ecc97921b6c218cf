//! Change sets: several changes that are asked for together and pass the gate together or not at all.
//!
//! A set is one thing at the gate only. Each item keeps its own revisions, votes and record; what
//! ties them is written into each item when it is made, and never moves.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{ChangeEvent, MaterialError};
use crate::ids::{ChangeId, ChangeSetId};
use crate::private::Private;
use crate::refusal::Refusal;

/// Most items of a set: one page, and one append, that a person can still oversee.
pub const ITEMS_MAX: usize = 20;

/// That a change is an item of a set, and which the others are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetMembership {
    /// The set, known by its first item.
    pub id: ChangeSetId,
    /// One line.
    pub title: Private<String>,
    /// Why these belong together.
    pub reason: Private<String>,
    /// All items, this one among them, in the order they were asked for.
    pub items: Vec<ChangeId>,
}

impl SetMembership {
    /// Ties items together.
    ///
    /// # Errors
    /// Fewer than two or too many items, one twice, or no title or reason.
    pub fn new(title: String, reason: String, items: Vec<ChangeId>) -> Result<Self, Refusal> {
        let distinct: BTreeSet<&ChangeId> = items.iter().collect();
        let mut problems = Vec::new();
        let mut refuse = |field: &str, message: &str| {
            problems.push(MaterialError { field: field.to_owned(), message: message.to_owned() });
        };
        if title.trim().is_empty() || title.len() > 200 {
            refuse("title", "say in one line, of at most 200 bytes, what the set is for");
        }
        if reason.trim().is_empty() || reason.len() > 4_000 {
            refuse("reason", "say in at most 4,000 bytes why these belong together");
        }
        if !(2..=ITEMS_MAX).contains(&items.len()) || distinct.len() != items.len() {
            refuse("items", "a set has 2 to 20 items; ask for a single change without one");
        }
        match items.first() {
            Some(first) if problems.is_empty() => Ok(Self {
                id: ChangeSetId::of(first),
                title: Private::new(title),
                reason: Private::new(reason),
                items,
            }),
            _ => Err(Refusal::Fields(problems)),
        }
    }

    /// The event of a new item, as one of this set.
    #[must_use]
    pub fn tie(&self, created: ChangeEvent) -> ChangeEvent {
        match created {
            ChangeEvent::ChangeCreated { id, number, requester, revision, .. } => {
                let set = Some(Box::new(self.clone()));
                ChangeEvent::ChangeCreated { id, number, requester, revision, set }
            }
            other => other,
        }
    }

    /// The items beside one.
    pub fn others<'a>(&'a self, own: &'a ChangeId) -> impl Iterator<Item = &'a ChangeId> {
        self.items.iter().filter(move |id| *id != own)
    }
}
