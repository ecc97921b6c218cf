//! A sandbox: a copy of an organisation on a clock that is moved by hand.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::Time;

/// What this sandbox is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sandbox {
    /// Name of the log it is a copy of.
    #[schema(example = "countersign-1f2e3d4c")]
    pub origin: String,
    /// How many of its entries.
    pub entries: u64,
    /// What its clock shows.
    pub now: Time,
}

/// Where to move the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockMove {
    /// The time it is to show; not before what it shows, and within a year.
    pub to: Time,
}

/// What a move of the clock came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClockMoved {
    /// What it shows now.
    pub now: Time,
    /// Changes for which time set something off on the way: asked, reminded, escalated, expired, settled.
    pub moved: u64,
}
