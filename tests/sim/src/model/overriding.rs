//! Overrides.

use serde_json::Value;

use super::change::{Change, State};
use super::{Model, text, time};
use crate::rules::{OPERATIONS, tier};

/// Somebody opened the gate for one revision.
#[derive(Debug, Clone)]
pub struct Override {
    /// Its id.
    pub id: String,
    /// Who.
    pub by: String,
    /// Through which account.
    pub account: String,
    /// The content it is for.
    pub digest: String,
    /// Since when.
    pub opened: i64,
    /// Until when.
    pub until: i64,
    /// Whether a deployment used it.
    pub used: bool,
    /// Whether somebody reviewed it.
    pub reviewed: bool,
}

impl Override {
    /// As recorded.
    #[must_use]
    pub fn of(data: &Value) -> Self {
        Self {
            id: text(data, "/id").to_owned(),
            by: text(data, "/by").to_owned(),
            account: text(data, "/account").to_owned(),
            digest: text(data, "/revision_digest").to_owned(),
            opened: time(data, "/opened_at"),
            until: time(data, "/valid_until"),
            used: false,
            reviewed: false,
        }
    }
}

/// Why an override does not open the gate for a change now, or nothing.
#[must_use]
pub fn objection(model: &Model, change: &Change, id: &str, at: i64) -> Option<String> {
    let Some(opened) = change.overrides.iter().find(|o| o.id == id) else {
        return Some("there is no such override".to_owned());
    };
    if opened.used {
        return Some("the override was used".to_owned());
    }
    if opened.digest != text(&change.revision, "/digest") {
        return Some("the override is of another revision".to_owned());
    }
    if at < opened.opened || opened.until <= at {
        return Some("the override has ended".to_owned());
    }
    if !model.organisation.is_usable(&opened.account) {
        return Some("who overrode is gone".to_owned());
    }
    may_not_open(model, change, &opened.by, at)
}

/// Why somebody may not override a change now, or nothing.
#[must_use]
pub fn may_not_open(model: &Model, change: &Change, by: &str, at: i64) -> Option<String> {
    let (organisation, service) = (&model.organisation, change.material("service"));
    if change.material("kind") != "emergency" || change.material("incident").is_empty() {
        return Some("it is no emergency".to_owned());
    }
    if !(1..=3).contains(&tier(change.material("environment"))) {
        return Some("nobody overrides there".to_owned());
    }
    if !organisation.holds(by, OPERATIONS, "covering", service) {
        return Some(format!("{by} does not hold the role"));
    }
    if organisation.owes_review(by, at) {
        return Some(format!("{by} owes a review"));
    }
    if !change.holds.is_empty() {
        return Some("it is held".to_owned());
    }
    let no = |says: &str| matches!(says, "reject" | "request_changes");
    if change.standing().values().any(|vote| no(&vote.says)) {
        return Some("somebody said no".to_owned());
    }
    let failed = matches!(change.last_outcome(), Some("failed" | "rolled_back"));
    let waits = match change.state {
        // Approved on the record, while the approval does not stand.
        State::AwaitingApproval | State::Approved => at < change.until,
        State::Completed => failed,
        _ => false,
    };
    (!waits).then(|| format!("it is {}", change.state.word()))
}
