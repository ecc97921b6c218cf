//! The task that writes for this node: takes what waits, locks the head, plans, and stores in one
//! transaction of two round trips, or three after another node has written.
//!
//! The row lock on the head puts the batches of all nodes in one order (C13). When the connection
//! is lost while a commit is under way, its fate is found out before anybody is answered.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Client, Object, Pool};
use ledger::tree::Frontier;
use store::{Append, Commit, Facts, Now, Plan, Questions, Signer, StoreError, Stream, Versions};
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::error::Severity;
use tokio_postgres::{Error, Row};

use crate::error::{no_connection, unavailable};
use crate::notices;
use crate::shared::Shared;
use crate::sql::{head, idempotency, journal};
use crate::step::{Step, send};
use crate::writes::Writes;

/// The most appends of one batch.
const BATCH_APPENDS_MAX: usize = 512;
/// No more appends are added to a batch that has this many leaf bytes.
const BATCH_BYTES_MAX: usize = 4 << 20;
/// How long the fate of a commit is looked for.
const FIND_OUT: Duration = Duration::from_secs(15);
const FIND_OUT_RETRY: Duration = Duration::from_millis(200);

const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
const COMMIT: &str = "COMMIT";
const ROLLBACK: &str = "ROLLBACK";

type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

/// What the writer is asked to do.
pub(crate) enum Command {
    Append(Append, Answer<Commit>),
    Close(Answer<()>),
}

/// Why a batch was not stored.
enum Failure {
    /// A statement was refused: nothing is stored, and single appends may fare better.
    Refused(StoreError),
    /// The database can't be used now: nothing is stored.
    Unreachable(StoreError),
    /// The connection broke while committing.
    Unknown(StoreError),
    /// What is stored, or what would be signed, can't be trusted: the writer stops for good.
    Fatal(StoreError),
}

/// The state of the writing task.
pub(crate) struct Writer {
    /// One connection, replaced when it breaks.
    pub(crate) pool: Pool,
    pub(crate) signer: Signer,
    pub(crate) now: Now,
    pub(crate) shared: Arc<Shared>,
    /// The head this node believes in already; another one has its signature checked first.
    pub(crate) frontier: Frontier,
    // INVARIANT: what the database had when its head was `frontier`.
    pub(crate) versions: Versions,
}

impl Writer {
    /// Serves until closed, until every sender is gone, or until it must stop.
    pub(crate) async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        let mut batch = Vec::new();
        let mut closing = None;
        while closing.is_none() && self.shared.stopped().is_ok() {
            let Some(first) = commands.recv().await else { return };
            let mut bytes = 0;
            let mut next = Some(first);
            while let Some(command) = next {
                match command {
                    Command::Append(append, answer) => {
                        bytes += append.entries.iter().map(|e| e.leaf.len()).sum::<usize>();
                        batch.push((append, answer));
                    }
                    Command::Close(answer) => closing = Some(answer),
                }
                let full = batch.len() >= BATCH_APPENDS_MAX || bytes >= BATCH_BYTES_MAX;
                next = if full || closing.is_some() { None } else { commands.try_recv().ok() };
            }
            self.store_and_answer(std::mem::take(&mut batch)).await;
        }
        self.shared.stop("it was closed");
        if let Some(answer) = closing {
            let _ = answer.send(Ok(()));
        }
    }

    /// Stores a batch, or what of it can be stored, and answers every caller.
    async fn store_and_answer(&mut self, batch: Vec<(Append, Answer<Commit>)>) {
        let (appends, answers): (Vec<Append>, Vec<Answer<Commit>>) = batch.into_iter().unzip();
        let mut results = self.store(&appends).await;
        if let (Err(Failure::Refused(_)), 2..) = (&results, appends.len()) {
            let mut single = Vec::with_capacity(appends.len());
            for append in &appends {
                single.push(self.store_alone(append).await);
            }
            results = Ok(single);
        }
        let results = results.unwrap_or_else(|failure| {
            let error = self.error(failure);
            appends.iter().map(|_| Err(error.clone())).collect()
        });
        for (answer, result) in answers.into_iter().zip(results) {
            // A caller that went away does not change what is stored.
            let _ = answer.send(result);
        }
    }

    async fn store_alone(&mut self, append: &Append) -> Result<Commit, StoreError> {
        self.shared.stopped()?;
        match self.store(std::slice::from_ref(append)).await {
            Ok(mut results) => results.pop().unwrap_or(Err(StoreError::Unavailable {
                reason: "the writer gave no answer".to_owned(),
            })),
            Err(failure) => Err(self.error(failure)),
        }
    }

    /// What callers are told; stops the writer where it must not go on.
    fn error(&self, failure: Failure) -> StoreError {
        match failure {
            Failure::Refused(error) | Failure::Unreachable(error) | Failure::Unknown(error) => {
                error
            }
            Failure::Fatal(error) => {
                tracing::error!(%error, "the store stops");
                self.shared.stop(&error.to_string());
                StoreError::Stopped { reason: error.to_string() }
            }
        }
    }

    /// Plans and stores; gives each append's outcome once it is durable.
    async fn store(
        &mut self,
        appends: &[Append],
    ) -> Result<Vec<Result<Commit, StoreError>>, Failure> {
        if appends.is_empty() {
            return Ok(Vec::new());
        }
        let connection = self.pool.get().await.map_err(no_connection);
        let client = connection.map_err(Failure::Unreachable)?;
        let facts = match self.begin(&client, appends).await {
            Ok(facts) => facts,
            Err(failure) => return Err(roll_back(client, failure).await),
        };
        // The head is locked: until the commit nobody else writes, and no time is lost waiting.
        let plan = Plan::new(appends, facts, &self.frontier, self.signer.key(), (self.now)());
        let plan = match plan {
            Ok(plan) if plan.is_empty() => {
                let nothing = Failure::Refused(StoreError::Late);
                roll_back(client, nothing).await;
                return Ok(plan.answers());
            }
            Ok(plan) => plan,
            Err(error) => return Err(roll_back(client, Failure::Fatal(error)).await),
        };
        match self.commit(&client, &plan).await {
            Ok(()) => {}
            Err(Failure::Unknown(error)) => {
                drop(Object::take(client));
                self.find_out(&plan, error).await?;
            }
            Err(failure) => return Err(roll_back(client, failure).await),
        }
        if let Some(growth) = &plan.growth {
            self.frontier = growth.batch.frontier().clone();
        }
        for (stream, version) in &plan.versions {
            self.versions.put(stream, *version);
        }
        Ok(plan.answers())
    }

    /// Begins a transaction, locks the head and looks up what the plan needs: one round trip, and a
    /// second one after another node has written.
    async fn begin<'a>(
        &mut self,
        client: &Client,
        appends: &'a [Append],
    ) -> Result<Facts<'a>, Failure> {
        let questions = Questions::of(appends);
        let mut facts = Facts::default();
        let mut unknown = Vec::new();
        for stream in &questions.streams {
            match self.versions.get(stream) {
                Some(version) => drop(facts.versions.insert(*stream, version)),
                None => unknown.push(*stream),
            }
        }
        let mut steps = vec![Step::new(BEGIN), Step::new(head::LOCK)];
        steps.extend(list_versions(&unknown));
        steps.extend(list_times(&questions));
        let mut answers = ask(client, &steps).await?.into_iter().skip(1);
        let mut rows =
            |asked: bool| if asked { answers.next().unwrap_or_default() } else { vec![] };
        let (head, versions) = (rows(true), rows(!unknown.is_empty()));
        let times = rows(!questions.keys.is_empty());
        if self.believe(&head).map_err(Failure::Fatal)? {
            self.learn(&unknown, &versions, &mut facts).map_err(Failure::Refused)?;
        } else {
            let all: Vec<&Stream> = questions.streams.iter().copied().collect();
            let steps: Vec<Step<'_>> = list_versions(&all).into_iter().collect();
            let versions = ask(client, &steps).await?.into_iter().next().unwrap_or_default();
            self.learn(&all, &versions, &mut facts).map_err(Failure::Refused)?;
        }
        let times = idempotency::read_times(&times).map_err(Failure::Refused)?;
        for (principal, key) in &questions.keys {
            if let Some((.., at)) = times.iter().find(|(p, k, _)| p == principal && k == key) {
                facts.keys.insert((principal, key), *at);
            }
        }
        Ok(facts)
    }

    /// Takes over the head that another node may have moved; whether it is still this node's.
    fn believe(&mut self, rows: &[Row]) -> Result<bool, StoreError> {
        let head = head::read(rows)?;
        let ours = head.size == self.frontier.size() && head.frontier == self.frontier.encode();
        if !ours {
            let keys = self.signer.believed();
            self.frontier = store::verify_head(head.size, &head.frontier, &head.checkpoint, &keys)?;
            self.versions = Versions::default();
        }
        Ok(ours)
    }

    /// Remembers what was asked of streams; one without entries has no row.
    fn learn<'a>(
        &mut self,
        asked: &[&'a Stream],
        rows: &[Row],
        facts: &mut Facts<'a>,
    ) -> Result<(), StoreError> {
        let found: HashMap<String, u64> = journal::read_versions(rows)?.into_iter().collect();
        for stream in asked {
            let version = found.get(stream.as_str()).copied().unwrap_or(0);
            self.versions.put(stream, version);
            facts.versions.insert(*stream, version);
        }
        Ok(())
    }

    /// Sends the whole plan and the commit: one round trip.
    async fn commit(&self, client: &Client, plan: &Plan<'_>) -> Result<(), Failure> {
        let mut steps = Vec::new();
        let hashes = plan.growth.as_ref().map(|growth| growth.batch.tile_hashes());
        if let Some(growth) = &plan.growth {
            let frontier = growth.batch.frontier();
            let notice = notices::payload(frontier.size(), &plan.streams());
            steps.extend(journal::insert_entries(&plan.entries));
            steps.extend(journal::insert_tile_hashes(&hashes.unwrap_or_default()));
            steps.extend(head::update(frontier, &growth.checkpoint, notice));
        }
        steps.extend(Writes::fold(&plan.writes).steps());
        #[cfg(feature = "faults")]
        let fault = self.shared.fault.lock().ok().and_then(|mut fault| fault.take());
        #[cfg(feature = "faults")]
        if fault == Some(store::Fault::CommitLost) {
            let _ = send(client, &steps).await;
            return Err(break_connection(client).await);
        }
        steps.push(Step::new(COMMIT));
        let answers = send(client, &steps).await.map_err(|error| commit_failed(&error, None))?;
        // The first error is the cause; the ones after it only say that the transaction is over.
        if let Some(error) = answers.iter().find_map(|answer| answer.as_ref().err()) {
            return Err(commit_failed(error, answers.last()));
        }
        #[cfg(feature = "faults")]
        if fault == Some(store::Fault::AnswerLost) {
            return Err(break_connection(client).await);
        }
        Ok(())
    }

    /// Looks whether a commit took place whose answer was lost ("failed and lost" or "failed but
    /// stored"). The lock on the head waits for the old transaction to end.
    async fn find_out(&self, plan: &Plan<'_>, error: StoreError) -> Result<(), Failure> {
        let unknown = StoreError::Unavailable {
            reason: format!("{error}; whether this was stored could not be found out"),
        };
        if plan.growth.is_none() {
            return Err(Failure::Unknown(unknown));
        }
        let looking = async {
            loop {
                match self.is_stored(plan).await {
                    Ok(stored) => return stored,
                    Err(error) => tracing::warn!(%error, "the fate of a commit is unknown"),
                }
                tokio::time::sleep(FIND_OUT_RETRY).await;
            }
        };
        match tokio::time::timeout(FIND_OUT, looking).await {
            Ok(true) => Ok(()),
            Ok(false) => {
                let reason = format!("{error}; nothing was stored");
                Err(Failure::Unreachable(StoreError::Unavailable { reason }))
            }
            Err(_) => Err(Failure::Unknown(unknown)),
        }
    }

    async fn is_stored(&self, plan: &Plan<'_>) -> Result<bool, StoreError> {
        let Some(first) = plan.entries.first() else { return Ok(false) };
        let client = self.pool.get().await.map_err(no_connection)?;
        let locked = send(&client, &[Step::new(BEGIN), Step::new(head::LOCK)]).await;
        let locked: Result<Vec<Vec<Row>>, Error> = locked.and_then(|all| all.into_iter().collect());
        if let Err(error) = locked {
            drop(Object::take(client));
            return Err(unavailable(error));
        }
        let found = journal::list_hashes(&client, 0, first.index, plan.entries.len()).await;
        roll_back(client, Failure::Refused(StoreError::Late)).await;
        Ok(found?.iter().eq(plan.entries.iter().map(|placed| &placed.entry.leaf_hash)))
    }
}

/// What is asked about streams, if there are any.
fn list_versions<'a>(streams: &[&'a Stream]) -> Option<Step<'a>> {
    let names: Vec<&'a str> = streams.iter().map(|stream| stream.as_str()).collect();
    (!names.is_empty()).then(|| Step::new(journal::LIST_VERSIONS).with(names))
}

/// What is asked about idempotency keys, if there are any.
fn list_times<'a>(questions: &Questions<'a>) -> Option<Step<'a>> {
    let (principals, keys): (Vec<&'a str>, Vec<&'a str>) = questions.keys.iter().copied().unzip();
    let asked = !keys.is_empty();
    asked.then(|| Step::new(idempotency::LIST_TIMES).with(principals).with(keys))
}

/// Sends all steps; every one must be answered.
async fn ask(client: &Client, steps: &[Step<'_>]) -> Result<Vec<Vec<Row>>, Failure> {
    let answers = send(client, steps).await.map_err(failed)?;
    answers.into_iter().collect::<Result<_, Error>>().map_err(failed)
}

/// Ends the transaction of a failure; a connection that can't even do that is thrown away.
async fn roll_back(client: Client, failure: Failure) -> Failure {
    if client.batch_execute(ROLLBACK).await.is_err() {
        drop(Object::take(client));
    }
    failure
}

/// A failure before the commit was sent.
fn failed(error: Error) -> Failure {
    if is_statement_error(&error) {
        Failure::Refused(unavailable(error))
    } else {
        Failure::Unreachable(unavailable(error))
    }
}

/// A failure once the commit was sent: only an answer to the commit itself makes it certain.
fn commit_failed(error: &Error, commit: Option<&Result<Vec<Row>, Error>>) -> Failure {
    let reason = StoreError::Unavailable { reason: error.to_string() };
    let certain = match commit {
        Some(Ok(_)) => true, // answered, and after an error that means rolled back
        Some(Err(error)) => is_statement_error(error),
        None => false,
    };
    if certain { Failure::Refused(reason) } else { Failure::Unknown(reason) }
}

/// Whether the server refused a statement and the connection goes on.
fn is_statement_error(error: &Error) -> bool {
    error.as_db_error().is_some_and(|said| said.parsed_severity() == Some(Severity::Error))
}

/// Ends the connection from the server's side, as a network that breaks would.
#[cfg(feature = "faults")]
async fn break_connection(client: &Client) -> Failure {
    let _ = client.batch_execute("SELECT pg_terminate_backend(pg_backend_pid())").await;
    Failure::Unknown(StoreError::Unavailable { reason: "the connection was lost".to_owned() })
}
