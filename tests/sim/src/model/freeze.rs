//! Freezes.

use serde_json::Value;

use super::change::Change;
use super::organisation::Organisation;
use super::{text, time};
use crate::rules::tier;

/// A time in which nothing is deployed somewhere.
#[derive(Debug, Clone)]
pub struct Freeze {
    /// Its id.
    pub id: String,
    /// Where: `organisation`, `domain:NAME` or `service:NAME`.
    pub scope: String,
    /// In these environments; in all when empty.
    environments: Vec<String>,
    /// Of these tiers; of all when empty.
    tiers: Vec<u64>,
    /// Types of changes it does not stop.
    lets_through: Vec<String>,
    /// From when.
    pub from: i64,
    /// Until when.
    pub until: i64,
}

impl Freeze {
    /// As recorded.
    #[must_use]
    pub fn of(data: &Value) -> Self {
        let list = |field: &str| data.get(field).and_then(Value::as_array).into_iter().flatten();
        let texts = |field| list(field).filter_map(Value::as_str).map(str::to_owned).collect();
        Self {
            id: text(data, "/id").to_owned(),
            scope: text(data, "/scope").to_owned(),
            environments: texts("environments"),
            tiers: list("tiers").filter_map(Value::as_u64).collect(),
            lets_through: texts("lets_through"),
            from: time(data, "/from"),
            until: time(data, "/until"),
        }
    }

    /// Whether it is about a change.
    #[must_use]
    pub fn covers(&self, change: &Change, organisation: &Organisation) -> bool {
        let environment = change.material("environment");
        organisation.covers(&self.scope, change.material("service"))
            && (self.environments.is_empty() || self.environments.iter().any(|e| e == environment))
            && (self.tiers.is_empty() || self.tiers.contains(&tier(environment)))
            && !self.lets_through.iter().any(|kind| kind == change.material("kind"))
    }

    /// What the record calls the vote it asks for.
    #[must_use]
    pub fn key(&self) -> String {
        format!("freeze/{}", self.id)
    }
}

/// Freezes that are about a change and not over.
pub fn ahead<'a>(
    organisation: &'a Organisation,
    change: &'a Change,
    at: i64,
) -> impl Iterator<Item = &'a Freeze> {
    let all = organisation.freezes.values();
    all.filter(move |f| at < f.until && f.covers(change, organisation))
}
