//! What past deployments say of risk, and what is proposed from it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How often deployments of a group fail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FailureRate {
    /// `service`, `domain`, `template` or `kind`.
    #[schema(example = "service")]
    pub by: String,
    /// Its name.
    #[schema(example = "checkout")]
    pub name: String,
    /// Deployments.
    pub total: u32,
    /// How many failed or were rolled back.
    pub failed: u32,
    /// The rate, drawn towards the organisation's where there are few.
    #[schema(example = 0.21)]
    pub rate: f64,
    /// Lower end of its 95% credible interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// `stricter`, `lighter`, `keep` or `too_few`.
    #[schema(example = "stricter")]
    pub advice: String,
    /// The lines for `factors` of `risk.yaml` that take the proposal; null where there is none.
    pub factor: Option<String>,
}

/// What past deployments say of risk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RiskHistory {
    /// So many days back changes count.
    pub days: u32,
    /// All deployments.
    pub total: u32,
    /// How many failed or were rolled back.
    pub failed: u32,
    /// The organisation's own rate.
    pub rate: f64,
    /// By group: proposals first, the riskiest first.
    pub rates: Vec<FailureRate>,
}
