//! What past deployments say of risk, on the wire.

use api_types::risk_history as wire;
use domain::risk_history::{FailureRate, RiskHistory};

/// All of it.
#[must_use]
pub fn risk_history(from: &RiskHistory) -> wire::RiskHistory {
    wire::RiskHistory {
        days: u32::try_from(app::RISK_HISTORY_DAYS).unwrap_or(0),
        total: from.overall.total,
        failed: from.overall.failed,
        rate: from.rate,
        rates: from.rates.iter().map(rate).collect(),
    }
}

fn rate(from: &FailureRate) -> wire::FailureRate {
    wire::FailureRate {
        by: from.group.by().to_owned(),
        name: from.group.name().to_owned(),
        total: from.tally.total,
        failed: from.tally.failed,
        rate: from.rate,
        low: from.low,
        high: from.high,
        advice: from.advice.as_str().to_owned(),
        factor: from.factor(),
    }
}
