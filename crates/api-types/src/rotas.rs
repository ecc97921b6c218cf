//! On-call rotas.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::people::PersonRef;
use crate::time::Time;

/// People who are on call in a role by turns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rota {
    /// The rota.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The role.
    pub role: String,
    /// `organisation`, `domain:NAME` or `service:NAME`.
    pub scope: String,
    /// IANA time zone of the handover.
    pub time_zone: String,
    /// When the first turn began, on that zone's clock.
    #[schema(example = "2026-01-05T09:00:00")]
    pub first: String,
    /// Days of a turn, unless a rule says when turns change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// When turns change, as a rule of RFC 5545.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "FREQ=WEEKLY;BYDAY=MO")]
    pub handover: Option<String>,
    /// Who, in the order of their turns.
    pub people: Vec<PersonRef>,
    /// The hours of the week in which somebody is on call; always when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<RotaHours>,
    /// Who is on call now: who is away is skipped, and whoever takes a turn over stands in for them.
    pub on_call: Option<PersonRef>,
    /// Turns that somebody takes over, now or to come.
    pub covers: Vec<Cover>,
}

/// Hours of the week, on the clock of the rota's zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotaHours {
    /// Days.
    #[schema(example = "mon-fri")]
    pub weekdays: String,
    /// Hours of each of them; a shift may end on the next day.
    #[schema(example = "22:00-06:00")]
    pub shifts: String,
}

/// Somebody takes over the turns of somebody else for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cover {
    /// The cover.
    pub id: String,
    /// The rota.
    pub rota: String,
    /// Whose turns.
    pub person: PersonRef,
    /// Who takes them over.
    pub by: PersonRef,
    /// From when.
    pub from: Time,
    /// Until when.
    pub until: Time,
}

/// Turns to take over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CoverRequest {
    /// Whose turns: a person's id.
    pub person: String,
    /// Who takes them over: a person's id. The caller when left out; only admins name somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// From when; now when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Time>,
    /// Until when.
    pub until: Time,
}

/// A new rota, or what one shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotaRequest {
    /// The rota to change; a new one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What it is called.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// The role.
    #[schema(example = "duty-officer")]
    pub role: String,
    /// `organisation`, `domain:NAME` or `service:NAME`.
    pub scope: String,
    /// IANA time zone of the handover.
    pub time_zone: String,
    /// When the first turn began, on that zone's clock; also the hour of every handover.
    #[schema(example = "2026-01-05T09:00:00")]
    pub first: String,
    /// Days of a turn; left out where a rule says when turns change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 60)]
    pub days: Option<u32>,
    /// When turns change, as a rule of RFC 5545 without COUNT and UNTIL, at the hour of `first`; in place
    /// of `days`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "FREQ=WEEKLY;BYDAY=MO", max_length = 1000)]
    pub handover: Option<String>,
    /// Ids of people, in the order of their turns.
    pub people: Vec<String>,
    /// The hours of the week in which somebody is on call; always when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<RotaHours>,
}
