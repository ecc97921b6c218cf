//! Overrides as the organisation remembers them: who still owes a review (G04).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Directory;
use crate::ids::{ChangeId, ChangeNumber, EnvironmentName, OverrideId, PersonId, ServiceName};

/// One override, as far as it concerns others than its change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisteredOverride {
    /// The override.
    pub id: OverrideId,
    /// The change it opened.
    pub change: ChangeId,
    /// Its number.
    pub number: ChangeNumber,
    /// The service.
    pub service: ServiceName,
    /// The environment.
    pub environment: EnvironmentName,
    /// Who opened it.
    pub by: PersonId,
    /// The incident it answers.
    pub incident: String,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub opened_at: Timestamp,
    /// By when somebody else has to have reviewed it.
    #[serde(with = "crate::time::ms")]
    pub review_due_at: Timestamp,
    /// Whether it was reviewed.
    #[serde(default)]
    pub reviewed: bool,
}

impl RegisteredOverride {
    /// Whether its review is overdue.
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        !self.reviewed && now >= self.review_due_at
    }
}

impl Directory {
    /// All overrides there ever were, oldest first.
    pub fn overrides(&self) -> impl DoubleEndedIterator<Item = &RegisteredOverride> {
        self.overrides.values()
    }

    /// An override of this person whose review is overdue: until it is made, they open no other.
    #[must_use]
    pub fn overdue_override(
        &self,
        person: &PersonId,
        now: Timestamp,
    ) -> Option<&RegisteredOverride> {
        self.overrides.values().find(|o| o.by == *person && o.is_overdue(now))
    }
}
