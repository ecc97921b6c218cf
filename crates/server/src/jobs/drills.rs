//! Every night, or as often as settings say: would the escalation paths of policy work with the people there are?
//!
//! The drills of the live bundle are run. What fails that did not before is recorded and told to whoever
//! governs policy, before a change gets stuck; all that fails goes to the log and to a gauge. Nobody who
//! would be asked hears of it. Every node looks, and one records.

use app::AppError;
use app::drills::Drilled;
use tokio::time::{Instant, MissedTickBehavior};

use super::FIRST;
use crate::state::AppState;

/// Looks soon after the start and as often as the settings say, once a day unless they do.
pub(super) async fn look(state: AppState) {
    let mut ticks = tokio::time::interval_at(Instant::now() + FIRST, state.settings.drills_every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = state.stopped() => return,
        }
        match state.app.nightly_drills().await {
            Ok(drilled) => tell(&drilled),
            Err(AppError::NoPolicy) => {}
            Err(error) => tracing::warn!(error = %error, "failed to run drills"),
        }
    }
}

fn tell(drilled: &Drilled) {
    let failed = drilled.reports.iter().filter(|report| !report.passed());
    let count = u32::try_from(failed.clone().count()).unwrap_or(u32::MAX);
    metrics::gauge!("countersign_policy_drills_failed").set(f64::from(count));
    for report in failed {
        for problem in &report.problems {
            let (drill, service) = (&report.name, &report.service);
            tracing::warn!(drill, service, "{}; {}", problem.message, problem.help);
        }
    }
    for drill in &drilled.not_run {
        tracing::warn!(drill, "a drill was not run, because no service there is fits it");
    }
}
