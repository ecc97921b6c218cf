//! Maintenance windows: where policy names any, a change is deployed inside one of them only (M5.5).

use jiff::Timestamp;

use crate::change::{ChangeType, Material};
use crate::ids::{DomainName, EnvironmentName};
use crate::requirement::{RuleRef, Scope};

/// A window of policy that comes again and again, with one of its openings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaintenanceWindow {
    /// The name policy gives it.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// For which services.
    pub scope: Scope,
    /// In these environments; in all when empty.
    pub environments: Vec<EnvironmentName>,
    /// In environments of these tiers; of all when empty.
    pub tiers: Vec<u8>,
    /// Types of changes that need no window.
    pub lets_through: Vec<ChangeType>,
    /// The opening that lasts, or else the next. `None` when there is none, or it can't be told:
    /// then it is closed.
    pub opening: Option<Opening>,
    /// Where policy says so.
    pub rule: RuleRef,
}

/// One time in which it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// When it opens.
    pub from: Timestamp,
    /// When it closes.
    pub until: Timestamp,
}

impl Opening {
    /// Whether a time lies in it.
    #[must_use]
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }
}

impl MaintenanceWindow {
    /// Whether a change has to keep to it.
    #[must_use]
    pub fn covers(&self, material: &Material, domain: Option<&DomainName>, tier: u8) -> bool {
        self.scope.covers(&material.service, domain)
            && (self.environments.is_empty() || self.environments.contains(&material.environment))
            && (self.tiers.is_empty() || self.tiers.contains(&tier))
            && !self.lets_through.contains(&material.kind)
    }

    /// Whether it is open.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.opening.is_some_and(|opening| opening.holds(now))
    }
}

/// When the last of the windows that are open closes; `None` when none is open.
#[must_use]
pub fn closes_at(windows: &[MaintenanceWindow], now: Timestamp) -> Option<Timestamp> {
    let open = windows.iter().filter_map(|w| w.opening).filter(|opening| opening.holds(now));
    open.map(|opening| opening.until).max()
}

/// The window that opens next.
#[must_use]
pub fn next(
    windows: &[MaintenanceWindow],
    now: Timestamp,
) -> Option<(&MaintenanceWindow, Opening)> {
    let ahead = windows.iter().filter_map(|w| Some((w, w.opening?)));
    ahead.filter(|(_, opening)| opening.from > now).min_by_key(|(_, opening)| opening.from)
}
