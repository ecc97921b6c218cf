//! Policy windows: spans in which live policy was weaker than the bundle before it or after it, and what
//! was approved in one that the stricter neighbour would have asked more for (D06). Read-only.

use std::collections::VecDeque;
use std::sync::Arc;

use domain::change::{Change, ChangeEvent};
use domain::event::OrganisationEvent;
use domain::ids::ChangeId;
use domain::organisation::Directory;
use domain::refusal::Refusal;
use jiff::Timestamp;
use policy::replay::{Moves, Outcome, moves};
use policy::{AssessmentFacts, Bundle};
use store::{Entry, Stream};

use super::{DecidedProposal, PolicyState};
use crate::journal::open;
use crate::{App, AppError};

/// Entries read at once.
const PAGE: usize = 1_000;
/// Entries of the journal that one call looks through at most.
pub const SLICE: u64 = 5_000;
/// Bundles that one call compares with their neighbours at most.
const COMPARED: usize = 20;

/// A span in which live policy was weaker than before or after it.
#[derive(Debug, Clone)]
pub struct PolicyWindow {
    /// The how manieth bundle that went live it is, from 1.
    pub number: u32,
    /// The bundle that was live: who proposed it, who made it live, and since when.
    pub bundle: Arc<DecidedProposal>,
    /// What took its place; `None` while it is live.
    pub replaced_by: Option<Arc<DecidedProposal>>,
    /// In which ways it may have asked for less than the bundle before.
    pub weaker_than_before: Arc<Vec<String>>,
    /// In which ways it may have asked for less than the bundle after.
    pub weaker_than_after: Arc<Vec<String>>,
}

impl PolicyWindow {
    /// When it ended, if it did.
    #[must_use]
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.replaced_by.as_ref().map(|next| next.at)
    }
}

/// Some policy windows, the newest first.
#[derive(Debug, Clone)]
pub struct PolicyWindows {
    /// The windows.
    pub items: Vec<PolicyWindow>,
    /// Older ones than this number are still to be looked at.
    pub next: Option<u32>,
}

/// The bundle that a window is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Neighbour {
    /// The one before.
    Before,
    /// The one after.
    After,
}

/// A change that was approved in a window and that a stricter neighbour would have asked more for.
#[derive(Debug, Clone)]
pub struct WindowChange {
    /// The change as it was when it was approved.
    pub change: Change,
    /// When.
    pub approved_at: Timestamp,
    /// When its deployment began, if it did in the window.
    pub deployed_at: Option<Timestamp>,
    /// Which neighbour would have asked more.
    pub than: Neighbour,
    /// How its outcome moves to that one's.
    pub moves: Moves,
}

/// What one slice of the journal shows of a window.
#[derive(Debug, Clone)]
pub struct WindowChanges {
    /// The window.
    pub window: PolicyWindow,
    /// Changes approved under its bundle in this slice.
    pub approved: u64,
    /// Those that a stricter neighbour would have asked more for.
    pub changes: Vec<WindowChange>,
    /// Entries of the window that were looked through up to the end of this slice.
    pub entries: u64,
    /// Entries of the window.
    pub of: u64,
    /// From which entry the next slice goes on; `None` when there is none.
    pub next: Option<u64>,
}

/// The organisation as it was at a place of the journal, going forward only.
#[derive(Default)]
struct Past {
    directory: Directory,
    next: u64,
    read: VecDeque<Entry>,
}

impl Past {
    async fn until(&mut self, app: &App, index: u64) -> Result<&Directory, AppError> {
        loop {
            while let Some(entry) = self.read.pop_front_if(|entry| entry.index < index) {
                self.directory.apply(&open::<OrganisationEvent>(&entry)?.event);
                self.next = entry.version + 1;
            }
            if !self.read.is_empty() {
                return Ok(&self.directory);
            }
            let page = app.store.stream(&Stream::organisation(), self.next, PAGE).await?;
            if page.is_empty() {
                return Ok(&self.directory);
            }
            self.read = page.into();
        }
    }
}

impl PolicyState {
    /// All bundles that went live, the first one first.
    fn went_live(&self) -> Vec<Arc<DecidedProposal>> {
        self.decided.iter().filter(|decided| decided.activated).cloned().collect()
    }
}

impl App {
    /// Windows with a smaller number than `before`, or the newest, at most `limit`. A call compares
    /// some bundles only, so that a page may be short.
    ///
    /// # Errors
    /// The journal can't be read.
    pub async fn policy_windows(
        &self,
        before: Option<u32>,
        limit: usize,
    ) -> Result<PolicyWindows, AppError> {
        self.refresh().await?;
        let live = self.live().policy.went_live();
        let all = u32::try_from(live.len()).unwrap_or(u32::MAX);
        let mut number = before.map_or(all, |before| before.saturating_sub(1).min(all));
        let mut items = Vec::new();
        for _ in 0..COMPARED {
            if number == 0 || items.len() >= limit {
                break;
            }
            items.extend(self.window(&live, number).await?);
            number -= 1;
        }
        Ok(PolicyWindows { items, next: (number > 0).then_some(number + 1) })
    }

    /// The span in which one bundle was live, if that was weaker than a neighbour.
    async fn window(
        &self,
        live: &[Arc<DecidedProposal>],
        number: u32,
    ) -> Result<Option<PolicyWindow>, AppError> {
        let at = |number: Option<u32>| {
            let index = usize::try_from(number?.checked_sub(1)?).ok()?;
            live.get(index)
        };
        let Some(bundle) = at(Some(number)) else { return Ok(None) };
        let (before, after) = (at(number.checked_sub(1)), at(number.checked_add(1)));
        let weaker_than_before = self.weaker_than_neighbour(bundle, before).await?;
        let weaker_than_after = self.weaker_than_neighbour(bundle, after).await?;
        if weaker_than_before.is_empty() && weaker_than_after.is_empty() {
            return Ok(None);
        }
        let (bundle, replaced_by) = (Arc::clone(bundle), after.cloned());
        Ok(Some(PolicyWindow {
            number,
            bundle,
            replaced_by,
            weaker_than_before,
            weaker_than_after,
        }))
    }

    async fn weaker_than_neighbour(
        &self,
        bundle: &DecidedProposal,
        neighbour: Option<&Arc<DecidedProposal>>,
    ) -> Result<Arc<Vec<String>>, AppError> {
        match neighbour {
            None => Ok(Arc::default()),
            Some(other) => self.weaker_than(&bundle.proposal, &other.proposal).await,
        }
    }

    /// What was approved in a window that a stricter neighbour would have asked more for, in one slice of
    /// the journal. Each change is looked at with the organisation as it was when it was approved.
    ///
    /// # Errors
    /// There is no such window, or the journal can't be read.
    pub async fn policy_window_changes(
        &self,
        number: u32,
        from: Option<u64>,
    ) -> Result<WindowChanges, AppError> {
        self.refresh().await?;
        let window = self.window(&self.live().policy.went_live(), number).await?;
        let missing = || Refusal::NotFound { entity: "policy window", id: number.to_string() };
        let window = window.ok_or_else(missing)?;
        let stricter = self.stricter_neighbours(&window).await?;
        let start = window.bundle.entry + 1;
        let end = match &window.replaced_by {
            Some(next) => next.entry,
            None => self.store.head().await?.size,
        };
        let mut next = from.unwrap_or(start).clamp(start, end.max(start));
        let stop = end.min(next.saturating_add(SLICE));
        let (mut past, mut approved, mut changes) = (Past::default(), 0, Vec::new());
        while next < stop {
            let page = self.store.entries(next, PAGE).await?;
            let Some(last) = page.last() else { break };
            let after = stop.min(last.index + 1);
            for entry in page.iter().filter(|entry| entry.index < stop) {
                let Some((change, at)) = self.approved_under(&window, entry).await? else {
                    continue;
                };
                approved += 1;
                let directory = past.until(self, entry.index).await?;
                let found = more_asked(&change, directory, at, &stricter);
                if let Some((than, moves)) = found {
                    let deployed_at = self.deployed_in(&window, &change.id, at).await?;
                    changes.push(WindowChange {
                        change,
                        approved_at: at,
                        deployed_at,
                        than,
                        moves,
                    });
                }
            }
            next = after;
        }
        let (entries, of) = (next.saturating_sub(start), end.saturating_sub(start));
        let next = (next < end).then_some(next);
        Ok(WindowChanges { window, approved, changes, entries, of, next })
    }

    /// The neighbours that asked for more, loaded.
    async fn stricter_neighbours(
        &self,
        window: &PolicyWindow,
    ) -> Result<Vec<(Neighbour, Bundle)>, AppError> {
        let live = self.live().policy.went_live();
        let before = usize::try_from(window.number).ok().and_then(|n| live.get(n.checked_sub(2)?));
        let mut wanted = Vec::new();
        if let Some(before) = before.filter(|_| !window.weaker_than_before.is_empty()) {
            wanted.push((Neighbour::Before, before.proposal.files.clone()));
        }
        let after = window.replaced_by.as_ref().filter(|_| !window.weaker_than_after.is_empty());
        wanted.extend(after.map(|after| (Neighbour::After, after.proposal.files.clone())));
        let load = move || {
            let one = |(neighbour, files): (Neighbour, Vec<_>)| {
                let loaded = Bundle::load(&files);
                let loaded = loaded.map_err(|diagnostics| AppError::Bundle { diagnostics })?;
                Ok((neighbour, loaded.bundle))
            };
            wanted.into_iter().map(one).collect()
        };
        tokio::task::spawn_blocking(load).await.map_err(AppError::damaged)?
    }

    /// The change that an entry approves, as it was then, if it was assessed under the bundle of the
    /// window.
    async fn approved_under(
        &self,
        window: &PolicyWindow,
        entry: &Entry,
    ) -> Result<Option<(Change, Timestamp)>, AppError> {
        let Some(id) = entry.stream.as_str().strip_prefix("change/") else { return Ok(None) };
        let read = open::<ChangeEvent>(entry)?;
        if !matches!(read.event, ChangeEvent::ChangeApproved { .. }) {
            return Ok(None);
        }
        let id: ChangeId = id.parse().map_err(AppError::damaged)?;
        let change = self.change_as_of(&id, entry.version).await?;
        let digest = &window.bundle.proposal.digest;
        let own = change.assessment.as_ref().is_some_and(|known| known.policy == *digest);
        Ok(own.then_some((change, read.time)))
    }

    /// A change after the event of one version of its stream.
    async fn change_as_of(&self, id: &ChangeId, version: u64) -> Result<Change, AppError> {
        let mut change: Option<Change> = None;
        let mut next = 0;
        loop {
            let page = self.store.stream(&Stream::change(id), next, PAGE).await?;
            for entry in page.iter().filter(|entry| entry.version <= version) {
                let read = open::<ChangeEvent>(entry)?;
                match &mut change {
                    Some(known) => known.apply(&read.event, read.time)?,
                    None => change = Some(Change::begin(&read.event, read.time)?),
                }
            }
            next = page.last().map_or(u64::MAX, |last| last.version + 1);
            if next > version {
                return change.ok_or_else(|| AppError::damaged(format_args!("no change {id}")));
            }
        }
    }

    /// When the deployment of a change began in a window, after it was approved there.
    async fn deployed_in(
        &self,
        window: &PolicyWindow,
        id: &ChangeId,
        approved_at: Timestamp,
    ) -> Result<Option<Timestamp>, AppError> {
        let (change, _) = self.load_change(id).await?;
        let inside = |at: &Timestamp| {
            approved_at <= *at && window.ended_at().is_none_or(|ended| *at < ended)
        };
        Ok(change.deployments.iter().map(|deployment| deployment.began_at).find(inside))
    }
}

/// The first neighbour that would have asked more for a change.
fn more_asked(
    change: &Change,
    directory: &Directory,
    now: Timestamp,
    stricter: &[(Neighbour, Bundle)],
) -> Option<(Neighbour, Moves)> {
    let revision = change.revision();
    let assessment = change.assessment.as_ref()?;
    // What the record says of the past of the service is there if the bundle of the window looked at it.
    let (requester, history) = (&change.requester, assessment.history.as_ref());
    let facts = AssessmentFacts { revision, requester, directory, now, history };
    let recorded = Outcome::recorded(assessment);
    stricter.iter().find_map(|(neighbour, bundle)| {
        let said = Outcome::from(&bundle.assess(&facts));
        let moves = moves(&recorded, &said, revision.material.kind);
        let more = moves.kinds.iter().any(|kind| kind.is_stricter() == Some(true));
        more.then_some((*neighbour, moves))
    })
}
