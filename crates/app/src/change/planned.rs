//! The change calendar: what is planned between two times.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::change::Change;
use domain::conflict::{Conflict, conflicts, conflicts_among, planned_window};
use domain::freeze::Freeze;
use domain::ids::{ChangeId, ChangeNumber, ServiceName};
use domain::maintenance::MaintenanceWindow;
use domain::organisation::{Directory, KnownAlignment};
use domain::requirement::Scope;
use jiff::Timestamp;

use crate::principal::Principal;
use crate::{App, AppError};

/// Planned changes read at first; twice as many while there are more.
const FIRST: usize = 200;

/// What is planned.
#[derive(Debug, Clone, Default)]
pub struct Planned {
    /// Open changes whose window reaches into the time, by when it opens.
    pub changes: Vec<Arc<Change>>,
    /// Freezes that reach into it, by when they begin.
    pub freezes: Vec<Freeze>,
    /// Openings of maintenance windows that reach into it, by when they open.
    pub maintenance: Vec<MaintenanceWindow>,
    /// Alignment sessions that reach into it, by when they begin; a feed says of those that were cancelled
    /// that they were.
    pub sessions: Vec<KnownAlignment>,
    /// What gets in the way of which of the changes.
    pub conflicts: BTreeMap<ChangeNumber, Vec<Conflict>>,
}

impl App {
    /// Freezes, maintenance windows, alignment sessions, and windows of changes that are not over, that
    /// reach into a time.
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
        let span = calendar::Span { start: from, end: until };
        let mut planned = Planned {
            freezes: live.freezes_during(span),
            maintenance: live.windows_during(span),
            sessions: self.alignments_between(principal, (from, until)),
            ..Planned::default()
        };
        let ids = self.planned_between(from, until).await?;
        planned.changes = self.reached(principal, &ids).await?;
        let opens = |c: &Arc<Change>| c.revision().material.window.as_ref().map(|w| w.from);
        planned.changes.sort_by_key(|c| (opens(c), c.number.0));
        let changes = planned.changes.iter().map(AsRef::as_ref);
        planned.conflicts = conflicts_among(changes, &live.directory);
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
        let Some(window) = planned_window(change) else { return Ok(Vec::new()) };
        let ids = self.planned_between(window.from, window.until).await?;
        let others = self.reached(principal, &ids).await?;
        Ok(conflicts(change, others.iter().map(AsRef::as_ref), &self.live().directory))
    }

    /// All changes whose window reaches into a time, however many.
    pub(crate) async fn planned_between(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<ChangeId>, AppError> {
        let mut limit = FIRST;
        loop {
            let ids = self.store.planned_changes(from, until, limit).await?;
            if ids.len() < limit {
                return Ok(ids);
            }
            limit = limit.saturating_mul(2);
        }
    }

    /// Those of these changes that a principal reaches.
    async fn reached(
        &self,
        principal: &Principal,
        ids: &[ChangeId],
    ) -> Result<Vec<Arc<Change>>, AppError> {
        let read = self.load_changes(ids).await?.into_iter().map(|(change, _)| change);
        let seen = |change: &Arc<Change>| {
            let material = &change.revision().material;
            principal.reaches(&material.service, &material.environment)
        };
        Ok(read.filter(seen).collect())
    }
}

impl Planned {
    /// The alignment sessions that are held or were.
    pub fn held_sessions(&self) -> impl Iterator<Item = &KnownAlignment> {
        self.sessions.iter().filter(|known| known.cancelled.is_none())
    }

    /// Only what is planned for services in a scope; what gets in their way from outside stays named.
    pub fn narrow(&mut self, scope: &Scope, directory: &Directory) {
        let domain_of = |service: &ServiceName| {
            directory.service(service).and_then(|known| known.domain.as_ref())
        };
        let meets = |other: &Scope| scope.meets(other, domain_of);
        self.freezes.retain(|freeze| meets(&freeze.scope));
        self.maintenance.retain(|window| meets(&window.scope));
        let covers = |service: &ServiceName| scope.covers(service, domain_of(service));
        self.sessions.retain(|known| known.opened.agenda.iter().any(|item| covers(&item.service)));
        self.keep_changes(|change| covers(&change.revision().material.service));
    }

    /// Only some of the changes.
    pub(super) fn keep_changes(&mut self, keep: impl Fn(&Change) -> bool) {
        self.changes.retain(|change| keep(change));
        let left: BTreeSet<ChangeNumber> = self.changes.iter().map(|c| c.number).collect();
        self.conflicts.retain(|number, _| left.contains(number));
    }
}
