//! On-call rotas.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::people::PersonRef;

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
    /// Days of a turn.
    pub days: u32,
    /// Who, in the order of their turns.
    pub people: Vec<PersonRef>,
    /// Who is on call now.
    pub on_call: Option<PersonRef>,
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
    /// Days of a turn.
    #[schema(minimum = 1, maximum = 60)]
    pub days: u32,
    /// Ids of people, in the order of their turns.
    pub people: Vec<String>,
}
