//! Services, the domains they belong to, and environments.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::people::{PersonRef, Status};

/// How much hangs on a service.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Criticality {
    /// Nobody notices for a day.
    Low,
    /// An inconvenience.
    #[default]
    Medium,
    /// Customers notice.
    High,
    /// The business stops.
    Critical,
}

/// A service that is deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Service {
    /// Its name.
    #[schema(example = "checkout")]
    pub name: String,
    /// What people call it.
    pub title: String,
    /// The domain it belongs to.
    pub domain: Option<String>,
    /// How much hangs on it.
    pub criticality: Criticality,
    /// Attributes for policy.
    pub labels: BTreeMap<String, String>,
    /// The services it needs to work.
    #[serde(default)]
    pub depends_on: Vec<String>,
    /// Whether it still exists.
    pub status: Status,
    /// Active people who hold `service-owner` over it.
    pub owners: Vec<PersonRef>,
}

/// A new service, or what a service shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceRequest {
    /// Its name: 1 to 63 of `a-z`, `0-9` and `-`.
    #[schema(pattern = "^[a-z0-9][a-z0-9-]{0,62}$")]
    pub name: String,
    /// What people call it.
    pub title: String,
    /// The domain it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// How much hangs on it.
    #[serde(default)]
    pub criticality: Criticality,
    /// Attributes for policy.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// The services it needs to work, at most 50; what they are now when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depends_on: Option<Vec<String>>,
    /// Whether it exists; `active` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
}

/// A set of services under one authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// Its name: 1 to 63 of `a-z`, `0-9` and `-`.
    #[schema(pattern = "^[a-z0-9][a-z0-9-]{0,62}$")]
    pub name: String,
    /// What people call it.
    pub title: String,
}

/// Where services are deployed, as the live policy says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Environment {
    /// Its name.
    #[schema(example = "production")]
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Its tier, 0 to 4.
    #[schema(minimum = 0, maximum = 4)]
    pub tier: u8,
    /// Whether the gate blocks, or only records.
    pub enforce: bool,
}
