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

/// Imports a calendar of absences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AbsenceImportRequest {
    /// The iCalendar file (RFC 5545). Titles are not recorded.
    pub calendar: String,
    /// Whether to record what it changes; else it is only said.
    #[serde(default)]
    pub record: bool,
}

/// A calendar at an address that somebody's absences follow. The address itself is never shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AbsenceFeed {
    /// Whose absences.
    pub person: PersonRef,
    /// The host it is fetched from.
    pub host: String,
    /// Whether it could not be read for a while; what it said last stands.
    pub failing: bool,
}

/// A calendar to follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AbsenceFeedRequest {
    /// Its address, `https` or `webcal`; a secret.
    #[schema(max_length = 2000, example = "https://calendar.example.com/private-1f3d/basic.ics")]
    pub url: String,
}

/// What a calendar changes, or has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AbsenceImport {
    /// Whether it was recorded.
    pub recorded: bool,
    /// What is entered, over the next 400 days.
    pub entered: Vec<ImportedAbsence>,
    /// What is taken back, because its event was moved or called off.
    pub cancelled: Vec<Absence>,
    /// How many are there already.
    pub kept: usize,
    /// Events that were left out, because they are shorter than two hours.
    pub short: usize,
    /// What was not understood. An absence may hide here.
    pub skipped: Vec<SkippedEvent>,
}

/// An absence from a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportedAbsence {
    /// From when.
    pub from: Time,
    /// Until when.
    pub until: Time,
    /// The title of its event, which is not recorded.
    pub title: String,
}

/// A part of a calendar that was not understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SkippedEvent {
    /// The line it begins on, from 1.
    pub line: usize,
    /// Why.
    pub reason: String,
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
