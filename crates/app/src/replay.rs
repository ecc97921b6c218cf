//! Replay of history under another bundle. Read-only: nothing is recorded.
//!
//! A replay goes through the journal in slices. Each call of [`App::replay_policy`] takes the next
//! one and says what was found so far, so progress can be shown, and whoever stops asking has
//! cancelled it. Its state stays in memory: asking again goes on where it stopped, or, when the
//! server does not have it any more, from the beginning. One replay runs at a time.

use std::collections::VecDeque;
use std::sync::Arc;

use domain::change::ChangeEvent;
use domain::event::{Envelope, ExposureEvent, OrganisationEvent, PolicyEvent};
use domain::ids::{ChangeId, EnvironmentName, ServiceName};
use domain::refusal::Refusal;
use jiff::{SignedDuration, Timestamp};
use policy::Bundle;
use policy::replay::{Replay, Report};
use store::{Entry, Store};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::journal::open;
use crate::principal::Principal;
use crate::{App, AppError};

/// Entries read at once.
const PAGE: u64 = 1_000;
/// Pages that are read while the one before them is folded in.
const READ_AHEAD: usize = 2;
/// Entries one call goes through, unless it is told otherwise.
pub const SLICE: u64 = 20_000;
/// Somebody who has not asked for so long has given up.
const GIVEN_UP: SignedDuration = SignedDuration::from_secs(30);

/// What is to be replayed.
#[derive(Debug, Clone)]
pub struct ReplayWish {
    /// The bundle to try.
    pub candidate: Arc<Bundle>,
    /// Only changes that policy was asked about since.
    pub since: Option<Timestamp>,
    /// Entries this call goes through at most.
    pub slice: u64,
}

/// How far a replay came, and what it found.
#[derive(Debug, Clone)]
pub struct ReplayProgress {
    /// Entries of the journal it went through.
    pub entries: u64,
    /// Entries there are.
    pub of: u64,
    /// The bundle that is compared with: the live one.
    pub base: Arc<Bundle>,
    /// What was found up to there.
    pub report: Report,
}

impl ReplayProgress {
    /// Whether it went through all there is.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.entries >= self.of
    }
}

/// Whose replay it is, and of what. Another question begins from the beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    principal: String,
    base: String,
    candidate: String,
    since: Option<Timestamp>,
}

/// A replay between two calls.
pub(crate) struct Slot {
    key: Key,
    replay: Replay,
    next: u64,
    is_done: bool,
    asked_at: Timestamp,
}

/// The one replay of this server.
pub(crate) type ReplaySlot = Arc<Mutex<Option<Slot>>>;

impl App {
    /// Goes on with the replay of history under another bundle.
    ///
    /// # Errors
    /// No bundle is live, somebody else's replay is under way, or the journal can't be read.
    pub async fn replay_policy(
        &self,
        principal: &Principal,
        wish: ReplayWish,
    ) -> Result<ReplayProgress, AppError> {
        self.refresh().await?;
        let live = self.live();
        let base = Arc::clone(&live.policy.live_bundle().ok_or(AppError::NoPolicy)?.bundle);
        let key = Key {
            principal: principal.id().to_owned(),
            base: base.digest().to_owned(),
            candidate: wish.candidate.digest().to_owned(),
            since: wish.since,
        };
        let now = self.ports.now();
        let Ok(mut guard) = Arc::clone(&self.replay).try_lock_owned() else { return Err(busy()) };
        let same = guard.as_ref().is_some_and(|slot| slot.key == key);
        if !same {
            if guard.as_ref().is_some_and(|slot| slot.is_anothers(&key, now)) {
                return Err(busy());
            }
            let replay = Replay::new(Arc::clone(&base), Arc::clone(&wish.candidate), wish.since)
                .reproducing();
            *guard = Some(Slot { key, replay, next: 0, is_done: false, asked_at: now });
        }
        let of = self.store.head().await?.size;
        let mut next = guard.as_ref().map_or(0, |slot| slot.next);
        let end = next.saturating_add(wish.slice).min(of);
        let mut ahead = VecDeque::new();
        loop {
            while ahead.len() < READ_AHEAD && next < end {
                let limit = PAGE.min(end - next);
                ahead.push_back(tokio::spawn(read(Arc::clone(&self.store), next, limit)));
                next += limit;
            }
            let Some(page) = ahead.pop_front() else { break };
            guard = folded(guard, page.await.map_err(AppError::damaged)??).await?;
        }
        finished(guard, of, base, now).await
    }
}

/// What an entry says, as far as a replay listens.
enum Said {
    Organisation(Box<OrganisationEvent>),
    Policy(Box<PolicyEvent>),
    Change(ChangeId, Box<Envelope<ChangeEvent>>),
    Exposure((ServiceName, EnvironmentName), Box<Envelope<ExposureEvent>>),
    Other,
}

impl Said {
    fn by(entry: &Entry) -> Result<Self, AppError> {
        let stream = entry.stream.as_str();
        Ok(if stream == "organisation" {
            Self::Organisation(Box::new(open(entry)?.event))
        } else if stream == "policy" {
            Self::Policy(Box::new(open(entry)?.event))
        } else if let Some(id) = stream.strip_prefix("change/") {
            Self::Change(id.parse().map_err(AppError::damaged)?, Box::new(open(entry)?))
        } else if let Some(place) = stream.strip_prefix("exposure/") {
            let names = place.split_once('/').ok_or_else(|| AppError::damaged("no place"))?;
            let service = names.0.parse().map_err(AppError::damaged)?;
            let environment = names.1.parse().map_err(AppError::damaged)?;
            Self::Exposure((service, environment), Box::new(open(entry)?))
        } else {
            Self::Other
        })
    }
}

/// Reads a page and checks every commitment in it, which takes longer than folding it in.
async fn read(store: Arc<dyn Store>, from: u64, limit: u64) -> Result<(u64, Vec<Said>), AppError> {
    let page = store.entries(from, usize::try_from(limit).unwrap_or(usize::MAX)).await?;
    if u64::try_from(page.len()).ok() != Some(limit) {
        return Err(AppError::damaged(format_args!("entries are missing from {from} on")));
    }
    let opened = move || page.iter().map(Said::by).collect::<Result<_, _>>();
    let said: Vec<Said> =
        tokio::task::spawn_blocking(opened).await.map_err(AppError::damaged)??;
    Ok((from + limit, said))
}

impl Slot {
    fn is_anothers(&self, key: &Key, now: Timestamp) -> bool {
        let given_up = now.duration_since(self.asked_at) >= GIVEN_UP;
        self.key.principal != key.principal && !self.is_done && !given_up
    }

    fn fold(&mut self, said: Said) {
        match said {
            Said::Organisation(event) => self.replay.organisation(&event),
            Said::Policy(event) => self.replay.policy(&event),
            Said::Change(id, read) => self.replay.change(&id, read.event, read.time),
            Said::Exposure(place, read) => self.replay.exposure(place, &read.event, read.time),
            Said::Other => {}
        }
    }
}

/// Folds a page in. The guard goes along, so the state is whole again even if nobody waits any more.
async fn folded(
    mut guard: OwnedMutexGuard<Option<Slot>>,
    (next, page): (u64, Vec<Said>),
) -> Result<OwnedMutexGuard<Option<Slot>>, AppError> {
    let fold = move || {
        let Some(slot) = guard.as_mut() else { return Err(AppError::damaged("no replay")) };
        for said in page {
            slot.fold(said);
        }
        slot.next = next;
        Ok(guard)
    };
    tokio::task::spawn_blocking(fold).await.map_err(AppError::damaged)?
}

async fn finished(
    mut guard: OwnedMutexGuard<Option<Slot>>,
    of: u64,
    base: Arc<Bundle>,
    now: Timestamp,
) -> Result<ReplayProgress, AppError> {
    let report = move || {
        let Some(slot) = guard.as_mut() else { return Err(AppError::damaged("no replay")) };
        slot.asked_at = now;
        slot.is_done = slot.next >= of;
        Ok(ReplayProgress { entries: slot.next, of, base, report: slot.replay.report() })
    };
    tokio::task::spawn_blocking(report).await.map_err(AppError::damaged)?
}

fn busy() -> AppError {
    Refusal::Policy {
        code: "replay_busy".to_owned(),
        reason:
            "a replay is under way on this server, and it runs one at a time; ask again in a minute"
                .to_owned(),
    }
    .into()
}
