//! Findings: what needs follow-up, and what record-only gates let through.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::people::PersonRef;
use crate::time::Time;

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FindingFact {
    /// What it is.
    #[schema(example = "reason")]
    pub fact: String,
    /// Its value.
    #[schema(example = "requirement_missing")]
    pub value: String,
}

/// Something that needs follow-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// The finding.
    pub id: String,
    /// What kind: `let_through`.
    #[schema(example = "let_through")]
    pub kind: String,
    /// `open`, `acknowledged` or `resolved`.
    #[schema(example = "open")]
    pub state: String,
    /// Whether its time is over and it is not resolved.
    pub overdue: bool,
    /// The service.
    pub service: String,
    /// The environment.
    pub environment: String,
    /// Number of the change.
    #[schema(example = "CHG-1042")]
    pub change: String,
    /// Stable code of the main reason.
    #[schema(example = "requirement_missing")]
    pub code: String,
    /// What it rests on.
    pub evidence: Vec<FindingFact>,
    /// Who answers for it; null when the service has no owner.
    pub owner: Option<PersonRef>,
    /// When it was raised.
    pub raised_at: Time,
    /// By when it should be resolved.
    pub due_at: Time,
    /// Who deals with it.
    pub acknowledged_by: Option<PersonRef>,
    /// Since when.
    pub acknowledged_at: Option<Time>,
    /// Who resolved it.
    pub resolved_by: Option<PersonRef>,
    /// When.
    pub resolved_at: Option<Time>,
    /// What was done about it; null when it was erased or it is not resolved.
    pub resolution: Option<String>,
    /// Whether the caller may deal with it.
    pub may_resolve: bool,
}

/// What an enforcing gate would have stopped in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LetThrough {
    /// The service.
    pub service: String,
    /// The environment.
    pub environment: String,
    /// How many findings there were: one for each revision until it is resolved.
    pub total: u32,
    /// How many of them are not resolved.
    pub open: u32,
    /// How many for each main reason.
    pub reasons: BTreeMap<String, u32>,
}

/// What would have been stopped, by service and environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LetThroughReport {
    /// Every place in which a gate let something through.
    pub places: Vec<LetThrough>,
}

/// Says that the caller deals with a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgementOfFinding {}
