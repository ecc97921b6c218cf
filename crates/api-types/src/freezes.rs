//! Freezes: times in which nothing is deployed somewhere, whatever was approved.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::material::ChangeKind;
use crate::people::PersonRef;
use crate::time::Time;

/// Declares a freeze at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FreezeRequest {
    /// What people call it.
    #[schema(min_length = 1, max_length = 1000, example = "Card network outage")]
    pub title: String,
    /// Why.
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
    /// `organisation`, `domain:NAME` or `service:NAME`.
    #[schema(example = "domain:payments")]
    pub scope: String,
    /// In these environments; in all when empty.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub environments: Vec<String>,
    /// In environments of these tiers, 0 to 4; of all when empty.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub tiers: Vec<u8>,
    /// Types of changes it does not stop.
    #[serde(default)]
    #[schema(max_items = 3)]
    pub lets_through: Vec<ChangeKind>,
    /// When it begins; at once when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Time>,
    /// When it ends.
    pub until: Time,
}

/// Asks for an exception from a freeze.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExceptionRequest {
    /// The revision you saw; another one is refused.
    pub expected_revision: u32,
    /// The freeze.
    #[schema(example = "year-end")]
    pub freeze: String,
    /// Why it can't wait.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// A freeze.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Freeze {
    /// The name policy gives it, or its `frz_…` id.
    pub id: String,
    /// What people call it; null when it was erased.
    pub title: Option<String>,
    /// Why; null when it was erased.
    pub reason: Option<String>,
    /// `organisation`, `domain:NAME` or `service:NAME`.
    pub scope: String,
    /// In these environments; in all when empty.
    pub environments: Vec<String>,
    /// In environments of these tiers; of all when empty.
    pub tiers: Vec<u8>,
    /// Types of changes it does not stop.
    pub lets_through: Vec<ChangeKind>,
    /// When it begins.
    pub from: Time,
    /// When it ends.
    pub until: Time,
    /// Whether it is in force.
    pub in_force: bool,
    /// Any of these roles makes exceptions.
    pub exception_roles: Vec<String>,
    /// Who declared it; null for one that stands in policy.
    pub declared_by: Option<PersonRef>,
    /// Whether the caller can end it.
    pub may_end: bool,
}

/// An exception somebody asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FreezeException {
    /// The freeze.
    pub freeze: String,
    /// On which revision.
    pub revision: u32,
    /// Who asks.
    pub by: crate::people::Principal,
    /// Why; null when it was erased.
    pub reason: Option<String>,
    /// When.
    pub at: Time,
}
