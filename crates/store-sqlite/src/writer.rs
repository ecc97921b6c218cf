//! The one thread that writes: takes what waits, plans it, stores it in one transaction, and
//! answers when it is on disk.
//!
//! While one batch is being synced the next one gathers, so the number of syncs follows the disk
//! and the size of a batch follows the load. Everything is decided before the first statement; a
//! statement that fails all the same takes its batch down, and each append is then tried alone.

use std::sync::Arc;

use jiff::Timestamp;
use ledger::tree::Frontier;
use rusqlite::Connection;
use store::{
    Append, Claim, ClaimedLane, Commit, Facts, Notice, Now, Plan, Questions, Signer, StoreError,
    Versions, Write,
};
use tokio::sync::{mpsc, oneshot};

use crate::checkpoint::{self, Checkpointer};
use crate::error::{is_disk_failure, unavailable};
use crate::lock::Lock;
use crate::row;
use crate::shared::Shared;
use crate::sql::{
    self, changes, deployments, grants, idempotency, journal, outbox, timers, waiting,
};

/// The most appends of one batch.
const BATCH_APPENDS_MAX: usize = 512;
/// No more appends are added to a batch that has this many leaf bytes.
const BATCH_BYTES_MAX: usize = 4 << 20;

/// A guess of the pages that every commit writes, whatever is in it.
const PAGES_PER_COMMIT: usize = 6;

type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

/// What the writer is asked to do.
pub(crate) enum Command {
    Append(Append, Answer<Commit>),
    ClearReadModels(Answer<()>),
    ClaimOutbox(OwnedClaim, Answer<Vec<ClaimedLane>>),
    Close(Answer<()>),
}

/// A [`Claim`] on its way to the writer.
pub(crate) struct OwnedClaim {
    lease: String,
    now: Timestamp,
    leased_until: Timestamp,
    lanes: usize,
    messages: usize,
}

impl From<Claim<'_>> for OwnedClaim {
    fn from(claim: Claim<'_>) -> Self {
        let Claim { now, lease, leased_until, lanes, messages } = claim;
        Self { lease: lease.to_owned(), now, leased_until, lanes, messages }
    }
}

impl OwnedClaim {
    fn borrowed(&self) -> Claim<'_> {
        let Self { lease, now, leased_until, lanes, messages } = self;
        let (now, leased_until, lanes, messages) = (*now, *leased_until, *lanes, *messages);
        Claim { now, lease, leased_until, lanes, messages }
    }
}

/// Why a batch was not stored.
enum Failure {
    /// Nothing was stored and the connection is sound.
    Refused(StoreError),
    /// What the disk holds is unknown, or must not be trusted: the writer stops for good.
    Fatal(StoreError),
}

/// The state of the writing thread.
pub(crate) struct Writer {
    pub(crate) connection: Connection,
    pub(crate) frontier: Frontier,
    pub(crate) versions: Versions,
    pub(crate) signer: Signer,
    pub(crate) now: Now,
    pub(crate) shared: Arc<Shared>,
    pub(crate) checkpointer: Checkpointer,
    /// Released when the writer ends, after its connection is closed.
    pub(crate) lock: Lock,
}

impl Writer {
    /// Serves until closed, until every sender is gone, or until the disk fails.
    pub(crate) fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        let mut batch = Vec::new();
        let mut closing = None;
        while closing.is_none() && self.shared.stopped().is_ok() {
            let Some(first) = commands.blocking_recv() else { break };
            let mut bytes = 0;
            let mut next = Some(first);
            while let Some(command) = next {
                match command {
                    Command::Append(append, answer) => {
                        bytes += append.entries.iter().map(|e| e.leaf.len()).sum::<usize>();
                        batch.push((append, answer));
                    }
                    Command::ClearReadModels(answer) => {
                        self.store_and_answer(&mut batch);
                        let _ = answer.send(self.clear_read_models());
                    }
                    Command::ClaimOutbox(claim, answer) => {
                        self.store_and_answer(&mut batch);
                        let _ = answer.send(self.claim_outbox(&claim.borrowed()));
                    }
                    Command::Close(answer) => closing = Some(answer),
                }
                let full = batch.len() >= BATCH_APPENDS_MAX || bytes >= BATCH_BYTES_MAX;
                next = if full || closing.is_some() { None } else { commands.try_recv().ok() };
            }
            self.store_and_answer(&mut batch);
        }
        let sound = self.shared.stopped().is_ok();
        self.shared.stop("it was closed");
        drop(self.checkpointer);
        if sound {
            checkpoint::finish(&self.connection);
        }
        drop(self.connection);
        drop(self.lock);
        if let Some(answer) = closing {
            let _ = answer.send(Ok(()));
        }
    }

    /// Stores a batch, or what of it can be stored, and answers every caller.
    fn store_and_answer(&mut self, batch: &mut Vec<(Append, Answer<Commit>)>) {
        let (appends, answers): (Vec<Append>, Vec<Answer<Commit>>) = batch.drain(..).unzip();
        let results = match self.store(&appends) {
            Ok(results) => results,
            Err(Failure::Refused(error)) if appends.len() == 1 => vec![Err(error)],
            Err(Failure::Refused(_)) => {
                appends.iter().map(|append| self.store_alone(append)).collect()
            }
            Err(Failure::Fatal(error)) => appends.iter().map(|_| Err(self.stop(&error))).collect(),
        };
        for (answer, result) in answers.into_iter().zip(results) {
            // A caller that went away does not change what is stored.
            let _ = answer.send(result);
        }
    }

    fn store_alone(&mut self, append: &Append) -> Result<Commit, StoreError> {
        self.shared.stopped()?;
        match self.store(std::slice::from_ref(append)) {
            Ok(mut results) => results.pop().unwrap_or_else(|| Err(self.stop_reason())),
            Err(Failure::Refused(error)) => Err(error),
            Err(Failure::Fatal(error)) => Err(self.stop(&error)),
        }
    }

    /// Plans and stores; gives each append's outcome once it is durable.
    fn store(&mut self, appends: &[Append]) -> Result<Vec<Result<Commit, StoreError>>, Failure> {
        if appends.is_empty() {
            return Ok(Vec::new());
        }
        loop {
            let facts = self.look_up(appends).map_err(Failure::Refused)?;
            let plan = Plan::new(appends, facts, &self.frontier, self.signer.key(), (self.now)())
                .map_err(Failure::Fatal)?;
            if plan.is_empty() {
                return Ok(plan.answers());
            }
            self.write(&plan)?;
            // The last moment to notice that a deadline has passed (C10): plan again without it.
            if plan.is_late(appends, (self.now)()) {
                self.roll_back()?;
                continue;
            }
            self.shared
                .commit(&self.connection)
                .map_err(|error| Failure::Fatal(unavailable(error)))?;
            let pages = PAGES_PER_COMMIT + plan.entries.len() + 4 * plan.writes.len();
            let results = self.publish(plan);
            // The batch is safe; a checkpoint that fails stops what would come after it.
            if let Err(error) = self.checkpointer.committed(&self.connection, pages) {
                self.stop(&error);
            }
            return Ok(results);
        }
    }

    fn look_up<'a>(&mut self, appends: &'a [Append]) -> Result<Facts<'a>, StoreError> {
        let questions = Questions::of(appends);
        let mut facts = Facts::default();
        for stream in questions.streams {
            let version = match self.versions.get(stream) {
                Some(version) => version,
                None => {
                    let version = journal::find_version(&self.connection, stream)?;
                    self.versions.put(stream, version);
                    version
                }
            };
            facts.versions.insert(stream, version);
        }
        for (principal, key) in questions.keys {
            if let Some(at) = idempotency::find_time(&self.connection, principal, key)? {
                facts.keys.insert((principal, key), at);
            }
        }
        Ok(facts)
    }

    /// Begins a transaction and puts the whole plan into it.
    fn write(&self, plan: &Plan<'_>) -> Result<(), Failure> {
        let written = self.write_statements(plan);
        written.or_else(|error| {
            if is_disk_failure(&error) {
                return Err(Failure::Fatal(unavailable(error)));
            }
            self.roll_back()?;
            Err(Failure::Refused(unavailable(error)))
        })
    }

    fn write_statements(&self, plan: &Plan<'_>) -> Result<(), rusqlite::Error> {
        let connection = &self.connection;
        row::run(connection, "BEGIN IMMEDIATE", [])?;
        for placed in &plan.entries {
            journal::insert_entry(connection, placed)?;
        }
        if let Some(growth) = &plan.growth {
            for (level, n, hash) in growth.batch.tile_hashes() {
                journal::insert_tile_hash(connection, level, n, &hash)?;
            }
            journal::update_head(connection, growth.batch.frontier(), &growth.checkpoint)?;
        }
        plan.writes.iter().try_for_each(|write| sql::apply(connection, write))
    }

    fn roll_back(&self) -> Result<(), Failure> {
        if self.connection.is_autocommit() {
            return Ok(()); // SQLite rolled back by itself
        }
        let done = row::run(&self.connection, "ROLLBACK", []);
        done.map(drop).map_err(|error| Failure::Fatal(unavailable(error)))
    }

    /// Makes a durable plan visible, to callers and to watchers.
    fn publish(&mut self, plan: Plan<'_>) -> Vec<Result<Commit, StoreError>> {
        for (stream, version) in &plan.versions {
            self.versions.put(stream, *version);
        }
        for write in &plan.writes {
            if let Write::Change(row) = write.write {
                self.shared.raise_last_number(row.summary.number);
            }
        }
        if let Some(growth) = &plan.growth {
            self.frontier = growth.batch.frontier().clone();
            self.shared.set_head(&self.frontier, &growth.checkpoint);
            let notice = Notice { size: self.frontier.size(), streams: plan.streams() };
            // Nobody may be watching.
            let _ = self.shared.notices.send(notice);
        }
        plan.answers()
    }

    fn clear_read_models(&self) -> Result<(), StoreError> {
        let clear = |connection: &Connection| {
            changes::delete_all(connection)
                .and_then(|()| waiting::delete_all(connection))
                .and_then(|()| grants::delete_all(connection))
                .and_then(|()| timers::delete_all(connection))
                .and_then(|()| deployments::delete_all(connection))
                .map_err(unavailable)
        };
        self.in_transaction(clear)
    }

    fn claim_outbox(&self, claim: &Claim<'_>) -> Result<Vec<ClaimedLane>, StoreError> {
        self.in_transaction(|connection| outbox::claim(connection, claim))
    }

    /// Does something that is no append, in a transaction of its own.
    fn in_transaction<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.shared.stopped()?;
        let connection = &self.connection;
        let begun = row::run(connection, "BEGIN IMMEDIATE", []).map_err(unavailable);
        match begun.and_then(|_| work(connection)) {
            Ok(done) => {
                let committed = self.shared.commit(connection);
                committed.map_err(|error| self.stop(&unavailable(error)))?;
                Ok(done)
            }
            Err(error) => match self.roll_back() {
                Ok(()) => Err(error),
                Err(Failure::Fatal(error) | Failure::Refused(error)) => Err(self.stop(&error)),
            },
        }
    }

    /// Stops for good: after a failed sync nobody knows what the disk holds (I02).
    fn stop(&self, error: &StoreError) -> StoreError {
        tracing::error!(%error, "the store stops");
        self.shared.stop(&error.to_string());
        self.stop_reason()
    }

    fn stop_reason(&self) -> StoreError {
        self.shared.stopped().err().unwrap_or_else(|| StoreError::Stopped { reason: String::new() })
    }
}
