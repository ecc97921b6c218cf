//! When people are away, and who answers for whom meanwhile.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::people::PersonRef;
use crate::time::Time;

/// A span of time in which a person can't be asked. They stay entitled to vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Absence {
    /// The absence.
    pub id: String,
    /// Who is away.
    pub person: PersonRef,
    /// From when.
    pub from: Time,
    /// Until when.
    pub until: Time,
    /// Why; only for the person themself and admins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Enters an absence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AbsenceRequest {
    /// From when; now when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Time>,
    /// Until when.
    pub until: Time,
    /// Why; kept from everybody but the person and admins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

/// One person lets another answer for them, in one role, at one scope, for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Delegation {
    /// The delegation.
    pub id: String,
    /// Whose right it is.
    pub delegator: PersonRef,
    /// Who may answer for them.
    pub delegate: PersonRef,
    /// The role.
    pub role: String,
    /// `organisation`, `domain:NAME` or `service:NAME`.
    pub scope: String,
    /// From when.
    pub from: Time,
    /// Until when.
    pub until: Time,
    /// Why; null when it was erased.
    pub reason: Option<String>,
    /// When either side ended it early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Time>,
    /// Whether it is in force now and its delegator still holds the role.
    pub in_force: bool,
}

/// Lets somebody answer for the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DelegationRequest {
    /// Id of the person who may answer.
    pub delegate: String,
    /// The role.
    #[schema(example = "service-owner")]
    pub role: String,
    /// `organisation`, `domain:NAME` or `service:NAME`.
    #[schema(example = "service:checkout")]
    pub scope: String,
    /// From when; now when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Time>,
    /// Until when.
    pub until: Time,
    /// Why.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// Which absences or delegations, and which page of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OfPersonQuery {
    /// Only those that concern this person.
    #[param(required = false)]
    pub person: Option<String>,
    /// How many at most.
    #[param(required = false, minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(required = false)]
    pub cursor: Option<String>,
}

/// For whom a vote could be given, by delegation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActingFor {
    /// The delegator; sent as `on_behalf_of`.
    pub person: PersonRef,
    /// The delegation.
    pub delegation: String,
    /// Roles an approval would count for.
    pub counts_for: Vec<String>,
}
