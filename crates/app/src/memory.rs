//! What this node remembers of changes: as last read or written, what policy says of a revision, and
//! how its votes stand.
//!
//! Memory may be behind the journal. Everything in it goes by the versions it was made from, and what
//! is decided on it is guarded by the append ([`crate::journal`]).

use std::num::NonZeroUsize;
use std::sync::Arc;

use domain::change::{Change, Digest, Revision};
use domain::ids::ChangeId;
use domain::service_history::ServiceHistory;
use jiff::Timestamp;
use lru::LruCache;
use parking_lot::Mutex;
use policy::{Assessed, History};

use crate::facts::{ChangeFacts, Evaluation, Live};

const CHANGES_CACHED: usize = 4096;
const ASSESSMENTS_CACHED: usize = 1024;

/// A change as last read or written, and its evaluation as last made.
#[derive(Clone)]
struct Cached {
    change: Arc<Change>,
    version: u64,
    evaluated: Option<Evaluated>,
}

/// An evaluation and what it was made from.
#[derive(Clone)]
struct Evaluated {
    made_from: MadeFrom,
    evaluation: Arc<Evaluation>,
}

/// The organisation and policy that something was made from.
#[derive(Debug, Clone, Copy)]
struct MadeFrom {
    organisation: u64,
    policy: u64,
    /// Until a delegation begins or ends, or somebody has a deputy.
    until: Option<Timestamp>,
}

impl MadeFrom {
    fn of(live: &Live, now: Timestamp) -> Self {
        Self {
            organisation: live.organisation_version,
            policy: live.policy_version,
            until: live.directory.next_edge(now),
        }
    }

    fn holds(&self, live: &Live, now: Timestamp) -> bool {
        self.organisation == live.organisation_version
            && self.policy == live.policy_version
            && self.until.is_none_or(|until| now < until)
    }
}

/// Changes that were read or written lately.
pub(crate) struct ChangeCache(Mutex<LruCache<ChangeId, Cached>>);

impl ChangeCache {
    pub(crate) fn new() -> Self {
        let size = NonZeroUsize::new(CHANGES_CACHED).unwrap_or(NonZeroUsize::MIN);
        Self(Mutex::new(LruCache::new(size)))
    }

    pub(crate) fn get(&self, id: &ChangeId) -> Option<(Arc<Change>, u64)> {
        self.0.lock().get(id).map(|c| (c.change.clone(), c.version))
    }

    /// Keeps the newer of what is there and what comes.
    pub(crate) fn put(&self, change: Arc<Change>, version: u64) {
        let mut cache = self.0.lock();
        if cache.peek(&change.id).is_none_or(|known| known.version < version) {
            cache.put(change.id.clone(), Cached { change, version, evaluated: None });
        }
    }

    pub(crate) fn forget(&self, id: &ChangeId) {
        self.0.lock().pop(id);
    }

    /// The evaluation made from exactly these versions, if it still holds.
    pub(crate) fn evaluation(
        &self,
        id: &ChangeId,
        version: u64,
        live: &Live,
        now: Timestamp,
    ) -> Option<Arc<Evaluation>> {
        let mut cache = self.0.lock();
        let known = cache.get(id).filter(|c| c.version == version)?.evaluated.as_ref()?;
        known.made_from.holds(live, now).then(|| known.evaluation.clone())
    }

    pub(crate) fn keep(&self, facts: &ChangeFacts) {
        let ChangeFacts { change, version, live, evaluation, now, .. } = facts;
        if let Some(known) = self.0.lock().get_mut(&change.id).filter(|c| c.version == *version) {
            let (made_from, evaluation) = (MadeFrom::of(live, *now), evaluation.clone());
            known.evaluated = Some(Evaluated { made_from, evaluation });
        }
    }
}

/// What policy said of revisions. Their digests tell them apart: each has random bits of its own, so
/// one that was planned and never stored is not mistaken for another.
pub(crate) struct AssessmentCache(Mutex<LruCache<Digest, Said>>);

/// What was said, and what it was made from.
struct Said {
    made_from: MadeFrom,
    history: Option<ServiceHistory>,
    assessed: Arc<Assessed>,
}

impl AssessmentCache {
    pub(crate) fn new() -> Self {
        let size = NonZeroUsize::new(ASSESSMENTS_CACHED).unwrap_or(NonZeroUsize::MIN);
        Self(Mutex::new(LruCache::new(size)))
    }

    /// What was said, if it still holds.
    pub(crate) fn get(
        &self,
        revision: &Revision,
        live: &Live,
        history: History<'_>,
        now: Timestamp,
    ) -> Option<Arc<Assessed>> {
        let mut cache = self.0.lock();
        let said = cache.get(&revision.digest)?;
        let holds = said.made_from.holds(live, now) && said.history.as_ref() == history;
        holds.then(|| said.assessed.clone())
    }

    /// Keeps what a bundle whose conditions don't read the clock says.
    pub(crate) fn keep(
        &self,
        revision: &Revision,
        live: &Live,
        (history, now): (History<'_>, Timestamp),
        assessed: &Arc<Assessed>,
    ) {
        let made_from = MadeFrom::of(live, now);
        let said = Said { made_from, history: history.cloned(), assessed: assessed.clone() };
        self.0.lock().put(revision.digest.clone(), said);
    }
}
