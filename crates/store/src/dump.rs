//! Read-model rows as canonical text lines, alike in both databases, for comparing (I9).

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{ChangeRow, DeploymentRow, TimerRow, WaitingRow};

/// The row of a change.
#[must_use]
pub fn change_line(row: &ChangeRow) -> String {
    let s = &row.summary;
    let due_at = s.due_at.map(Timestamp::as_millisecond);
    line(
        "changes",
        &json!({
            "id": row.id.as_str(), "version": row.version, "number": s.number.0, "title": s.title,
            "service": s.service, "domain": s.domain, "environment": s.environment, "tier": s.tier,
            "kind": s.kind, "state": s.state, "held": s.held, "risk_score": s.risk_score,
            "risk_level": s.risk_level, "requester": s.requester, "missing": s.missing,
            "created_at_ms": s.created_at.as_millisecond(),
            "updated_at_ms": s.updated_at.as_millisecond(), "due_at_ms": due_at,
            "set": row.set.as_ref().map(ToString::to_string),
            "window_ms": row.window.map(|(from, until)| [from, until].map(Timestamp::as_millisecond)),
            "search": row.search, "artifacts": row.artifacts,
            "snapshot": String::from_utf8_lossy(&row.snapshot),
        }),
    )
}

/// One artifact that a change would put into an environment of a service.
#[must_use]
pub fn artifact_line(service: &str, environment: &str, digest: &str, change: &str) -> String {
    line("change_artifacts", &json!([service, environment, digest, change]))
}

/// One unmet requirement.
#[must_use]
pub fn waiting_line(row: &WaitingRow) -> String {
    let due_at = row.due_at.map(Timestamp::as_millisecond);
    line(
        "waiting",
        &json!({
            "change": row.change.as_str(), "requirement": row.requirement, "keys": row.keys,
            "due_at_ms": due_at, "risk_score": row.risk_score,
        }),
    )
}

/// One key under which an unmet requirement is found.
#[must_use]
pub fn waiting_key_line(key: &str, change: &str, requirement: &str) -> String {
    line("waiting_keys", &json!([key, change, requirement]))
}

/// One grant and the entry that is it.
#[must_use]
pub fn grant_line(grant: &str, index: u64) -> String {
    line("grants", &json!([grant, index]))
}

/// One deployment that ended.
#[must_use]
pub fn deployment_line(row: &DeploymentRow) -> String {
    line(
        "deployments",
        &json!({
            "id": row.id.as_str(), "change": row.change.as_str(), "service": row.service,
            "environment": row.environment, "ended_at_ms": row.ended_at.as_millisecond(),
            "failed": row.failed, "version": row.version,
        }),
    )
}

/// One timer.
#[must_use]
pub fn timer_line(row: &TimerRow) -> String {
    line("timers", &json!([row.stream.as_str(), row.due_at.as_millisecond()]))
}

fn line(table: &str, row: &Value) -> String {
    format!("{table} {row}")
}
