//! The change calendar: what is planned between two times.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::change::Change;
use domain::conflict::{Conflict, conflicts};
use domain::freeze::Freeze;
use domain::ids::{ChangeId, ChangeNumber, ServiceName};
use domain::maintenance::MaintenanceWindow;
use domain::organisation::Directory;
use domain::requirement::Scope;
use jiff::Timestamp;
use store::ChangeFilter;

use crate::principal::Principal;
use crate::{App, AppError};

const PAGE: usize = 200;
/// So many open changes are looked at.
const PAGES_MAX: usize = 5;

/// What is planned.
#[derive(Debug, Clone, Default)]
pub struct Planned {
    /// Open changes whose window reaches into the time, by when it opens.
    pub changes: Vec<Arc<Change>>,
    /// Freezes that reach into it, by when they begin.
    pub freezes: Vec<Freeze>,
    /// Openings of maintenance windows that reach into it, by when they open.
    pub maintenance: Vec<MaintenanceWindow>,
    /// What gets in the way of which of the changes.
    pub conflicts: BTreeMap<ChangeNumber, Vec<Conflict>>,
    /// Whether there were more open changes than were looked at.
    pub cut: bool,
}

impl App {
    /// Freezes, maintenance windows, and windows of changes that are not over, that reach into a time.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn planned(
        &self,
        principal: &Principal,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Planned, AppError> {
        let live = self.live();
        let reaches = |a: Timestamp, b: Timestamp| a < until && b > from;
        let span = calendar::Span { start: from, end: until };
        let mut planned = Planned {
            freezes: live.freezes_during(span),
            maintenance: live.windows_during(span),
            ..Planned::default()
        };
        let states = ["awaiting_approval", "approved", "implementing"];
        let mut filter = ChangeFilter {
            states: states.map(str::to_owned).to_vec(),
            limit: PAGE,
            ..ChangeFilter::default()
        };
        for _ in 0..PAGES_MAX {
            let page = self.store.changes(&filter).await?;
            planned.cut = page.more;
            filter.before_number = page.items.last().map(|row| row.number.0);
            let ids: Vec<ChangeId> = page.items.into_iter().map(|row| row.id).collect();
            for (change, _) in self.load_changes(&ids).await? {
                let material = &change.revision().material;
                let window = material.window.as_ref();
                let seen = principal.reaches(&material.service, &material.environment);
                if seen && window.is_some_and(|w| reaches(w.from, w.until)) {
                    planned.changes.push(change);
                }
            }
            if !planned.cut {
                break;
            }
        }
        let opens = |c: &Arc<Change>| c.revision().material.window.as_ref().map(|w| w.from);
        planned.changes.sort_by_key(|c| (opens(c), c.number.0));
        planned.find_conflicts(&live.directory);
        Ok(planned)
    }

    /// Other changes that are planned in the window of one and get in its way. One that has no window
    /// has none.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn conflicts(
        &self,
        principal: &Principal,
        change: &Change,
    ) -> Result<Vec<Conflict>, AppError> {
        let window = change.revision().material.window.as_ref();
        let Some(window) = window.filter(|_| !change.state.is_final()) else {
            return Ok(Vec::new());
        };
        let mut planned = self.planned(principal, window.from, window.until).await?;
        Ok(planned.conflicts.remove(&change.number).unwrap_or_default())
    }
}

impl Planned {
    /// Only what is planned for services in a scope; what gets in their way from outside stays named.
    pub fn narrow(&mut self, scope: &Scope, directory: &Directory) {
        let domain_of = |service: &ServiceName| {
            directory.service(service).and_then(|known| known.domain.as_ref())
        };
        let meets = |other: &Scope| scope.meets(other, domain_of);
        self.freezes.retain(|freeze| meets(&freeze.scope));
        self.maintenance.retain(|window| meets(&window.scope));
        self.keep_changes(|change| {
            let service = &change.revision().material.service;
            scope.covers(service, domain_of(service))
        });
    }

    /// Only some of the changes.
    pub(super) fn keep_changes(&mut self, keep: impl Fn(&Change) -> bool) {
        self.changes.retain(|change| keep(change));
        let left: BTreeSet<ChangeNumber> = self.changes.iter().map(|c| c.number).collect();
        self.conflicts.retain(|number, _| left.contains(number));
    }

    fn find_conflicts(&mut self, directory: &Directory) {
        for change in &self.changes {
            let found = conflicts(change, self.changes.iter().map(AsRef::as_ref), directory);
            if !found.is_empty() {
                self.conflicts.insert(change.number, found);
            }
        }
    }
}
