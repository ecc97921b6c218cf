//! The earliest safe start of a change, and what else is planned then.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::Time;

/// When a change can start at the soonest, if everybody who must answer does so as late as policy
/// lets them. A forecast: the gate decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Schedule {
    /// The earliest safe start; null when there is none within 180 days.
    pub earliest_start: Option<Time>,
    /// When its own window opens, if it has one.
    pub planned_start: Option<Time>,
    /// Whether it can be met as planned.
    pub feasible: bool,
    /// Why it can't, and what would have to give.
    pub problem: Option<String>,
    /// What made the time so, in the order it was looked at.
    pub bounds: Vec<ScheduleBound>,
}

/// Another change that is planned for the same time and gets in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangeConflict {
    /// Its number.
    #[schema(example = "CHG-1042")]
    pub change: String,
    /// `service`, `dependency` or `people`.
    #[schema(example = "dependency")]
    pub kind: String,
    /// Why, in one sentence.
    pub why: String,
    /// When the time begins that both have.
    pub from: Time,
    /// When it ends.
    pub until: Time,
}

/// Something a start waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScheduleBound {
    /// `answer`, `same_people`, `same_authority`, `planned`, `freeze`, `maintenance_window` or `conflict`.
    #[schema(example = "answer")]
    pub code: String,
    /// Not before this time; null is never.
    pub at: Option<Time>,
    /// One sentence, without the time.
    #[schema(example = "legal answers")]
    pub what: String,
    /// The IANA time zone of those who answer.
    #[schema(example = "America/Sao_Paulo")]
    pub zone: Option<String>,
    /// The rule of policy it comes from.
    pub rule: Option<String>,
}
