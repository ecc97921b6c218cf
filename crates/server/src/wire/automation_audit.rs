//! An audit of automatic decisions on the wire.

use api_types::automation_audit as wire;
use domain::detect::{Audit, BASELINE, Check, PERIOD, SuccessRate, Suspicion};
use domain::ids::{EnvironmentName, ServiceName};
use jiff::SignedDuration;

/// An audit, as far as the caller reaches.
#[must_use]
pub fn audit(
    from: &Audit,
    reaches: impl Fn(&ServiceName, &EnvironmentName) -> bool,
) -> wire::AutomationAudit {
    let check = |check: &Check| {
        let seen = check.suspicions.iter().filter(|s| reaches(&s.service, &s.environment));
        wire::AuditCheck {
            detector: check.detector.as_str().to_owned(),
            title: check.detector.title().to_owned(),
            tested: check.tested,
            too_few: check.too_few.clone(),
            suspicions: seen.map(suspicion).collect(),
        }
    };
    wire::AutomationAudit {
        period_days: days(PERIOD),
        baseline_days: days(BASELINE),
        checks: from.checks.iter().map(check).collect(),
        success: from.success.iter().map(success).collect(),
    }
}

fn days(span: SignedDuration) -> u32 {
    u32::try_from(span.as_hours() / 24).unwrap_or(0)
}

fn suspicion(from: &Suspicion) -> wire::Suspicion {
    wire::Suspicion {
        rule: from.rule.clone(),
        requester: from.requester.clone(),
        change: from.change.1.to_string(),
        service: from.service.to_string(),
        environment: from.environment.to_string(),
        observed: from.observed.clone(),
        expected: from.expected.clone(),
        base_rate: from.base_rate.clone(),
        p_value: from.p_value,
        statistic: from.statistic.to_owned(),
        changes: from.changes.iter().map(ToString::to_string).collect(),
    }
}

fn success(from: &SuccessRate) -> wire::SuccessRate {
    let state = match (from.fails.is_some(), from.is_enough) {
        (true, _) => "failing",
        (false, true) => "kept",
        (false, false) => "too_few",
    };
    wire::SuccessRate {
        by: from.by.clone(),
        bound_percent: from.bound_percent,
        total: from.total,
        failed: from.failed,
        p_value: from.p_value,
        state: state.to_owned(),
    }
}
