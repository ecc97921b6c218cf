//! What is asked of the lists of changes and of change sets.

use domain::ids::ChangeSetId;

/// Order of a list of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChangeOrder {
    /// Highest number first.
    #[default]
    Newest,
}

/// Which changes a list holds. Empty fields don't filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeFilter {
    /// Any of these states.
    pub states: Vec<String>,
    /// Of this service.
    pub service: Option<String>,
    /// In this environment.
    pub environment: Option<String>,
    /// Of this type: `standard`, `normal`, `emergency`.
    pub kind: Option<String>,
    /// At this risk level.
    pub risk_level: Option<String>,
    /// Asked for by this person or service account (id).
    pub requester: Option<String>,
    /// All these words in number, title, service, environment or artifact names.
    pub text: Option<String>,
    /// Only numbers below this one (the cursor).
    pub before_number: Option<u64>,
    /// At most this many; 1 to 200.
    pub limit: usize,
    /// The order.
    pub order: ChangeOrder,
}

/// Which change sets a list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeSetFilter {
    /// With an item in any of these states; all when empty.
    pub states: Vec<String>,
    /// Only those made before this one (the cursor).
    pub before: Option<ChangeSetId>,
    /// At most this many; 1 to 200.
    pub limit: usize,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Whether there are more after these.
    pub more: bool,
}

impl<T> Page<T> {
    /// The first `limit` rows of those found, which are one more where there are more.
    #[must_use]
    pub fn of(mut items: Vec<T>, limit: usize) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        Self { items, more }
    }
}
