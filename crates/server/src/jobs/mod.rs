//! What happens by itself: running timers (expiry, reminders, escalation), asking others when people
//! leave, following the journal of other nodes, sending what waits in the outbox, looking every night
//! whether policy can be met and its escalation paths work, auditing automatic approval, finding approvals
//! that nobody can have read, reading the calendars that absences follow, flagging plans that can't be met, showing the log to its witnesses, and keeping a copy of the checkpoint
//! outside the database.

mod absence_feeds;
mod audit;
pub mod checkpoints;
mod drills;
mod feasibility;
mod outbox;
mod plans;
mod rapid;
mod witnesses;

use std::path::PathBuf;
use std::time::Duration;

use store::Stream;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use crate::state::AppState;

const TICK: Duration = Duration::from_secs(1);

/// When nightly looks look first: a server that has just begun may still be being set up, and nothing is
/// to be told of that.
const FIRST: Duration = Duration::from_secs(10 * 60);

/// All jobs of a node, under way.
#[must_use = "the last copy of the checkpoint is made while they end"]
pub struct Jobs(Vec<(&'static str, JoinHandle<()>)>);

impl Jobs {
    /// Begins them. Copies of checkpoints go to `copies`, if that is given.
    pub fn begin(state: &AppState, copies: Option<PathBuf>) -> Self {
        let mut all = vec![
            watched(state, "timers", run_timers(state.clone())),
            watched(state, "rerouting", reroute(state.clone())),
            watched(state, "following", follow(state.clone())),
            watched(state, "drills", drills::look(state.clone())),
            watched(state, "feasibility", feasibility::look(state.clone())),
            watched(state, "audit", audit::look(state.clone())),
            watched(state, "plans", plans::look(state.clone())),
            watched(state, "rapid approvals", rapid::look(state.clone())),
        ];
        // Whoever hears of the copied organisation must not hear of what is played in its copy.
        if state.settings.sandbox.is_none() {
            all.push(watched(state, "outbox", outbox::deliver(state.clone())));
            all.push(watched(state, "absence feeds", absence_feeds::look(state.clone())));
        }
        let witnesses = state.app.witnessing().map_or(0, |w| w.witnesses.len());
        all.extend(
            (0..witnesses)
                .map(|number| watched(state, "witness", witnesses::inform(state.clone(), number))),
        );
        if let Some(folder) = copies {
            all.push(watched(state, "checkpoints", checkpoints::keep(state.clone(), folder)));
        }
        Self(all)
    }

    /// Waits until they have ended, after [`AppState`] was told to stop.
    pub async fn ended(self) {
        for (_, job) in self.0 {
            let _ = job.await;
        }
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, _)| *name)
    }
}

/// A job that ends before the server stops is told by `/readyz`.
fn watched(
    state: &AppState,
    name: &'static str,
    job: impl Future<Output = ()> + Send + 'static,
) -> (&'static str, JoinHandle<()>) {
    let state = state.clone();
    let watch = tokio::spawn(async move {
        let ended = tokio::spawn(job).await;
        if !state.is_stopping() {
            tracing::error!(job = name, panicked = ended.is_err(), "a job has ended by itself");
            state.jobs_died();
        }
    });
    (name, watch)
}

/// Expires, asks, reminds and escalates what is due, each second. Safe on every node at once.
async fn run_timers(state: AppState) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = state.stopped() => return,
        }
        match state.app.advance_due().await {
            Ok(done) => {
                if done != app::Advanced::default() {
                    tracing::info!(done.expired, done.asked, done.settled, "timers ran");
                }
                let count = |n: usize| u64::try_from(n).unwrap_or(0);
                metrics::counter!("countersign_expired_total").increment(count(done.expired));
                metrics::counter!("countersign_asked_total").increment(count(done.asked));
            }
            Err(error) => tracing::warn!(error = %error, "failed to run what is due"),
        }
    }
}

/// Gives open asks of people who left, moved or are away to others, within a second.
async fn reroute(state: AppState) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = state.stopped() => return,
        }
        match state.app.reroute().await {
            Ok(0) => {}
            Ok(changes) => tracing::info!(changes, "asked others"),
            Err(error) => tracing::warn!(error = %error, "failed to ask others"),
        }
    }
}

/// Reads organisation and policy again when another node has changed them.
async fn follow(state: AppState) {
    let mut notices = state.app.store().watch();
    let matters = [Stream::organisation(), Stream::policy()];
    loop {
        let notice = tokio::select! {
            notice = notices.recv() => notice,
            () = state.stopped() => return,
        };
        let (read, settings) = match notice {
            Ok(notice) => {
                let names = |wanted: &[Stream]| notice.streams.iter().any(|s| wanted.contains(s));
                (names(&matters), names(&[Stream::notifications()]))
            }
            Err(RecvError::Lagged(_)) => (true, true),
            Err(RecvError::Closed) => {
                // The store has stopped; nothing follows any more.
                state.stopped().await;
                return;
            }
        };
        if read && let Err(error) = state.app.refresh().await {
            tracing::warn!(error = %error, "failed to read the organisation again");
        }
        if settings && let Err(error) = state.app.refresh_notifications().await {
            tracing::warn!(error = %error, "failed to read notification settings again");
        }
    }
}
