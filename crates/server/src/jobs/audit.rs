//! Every day: are rules that approve by themselves misused, and does what they let through go well?
//!
//! Every node looks; the guard of the organisation lets one of them raise each finding.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior};

use crate::state::AppState;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The first look reads the whole journal; a start has better things to do.
const SETTLED: Duration = Duration::from_secs(60);

/// Looks a minute after the start and once a day.
pub(super) async fn look(state: AppState) {
    let mut days = tokio::time::interval_at(Instant::now() + SETTLED, DAY);
    days.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = days.tick() => {}
            () = state.stopped() => return,
        }
        match state.app.raise_suspicions().await {
            Ok(raised) => {
                if raised != app::Raised::default() {
                    tracing::warn!(raised.findings, raised.suspended, "audited automatic approval");
                }
                let count = u64::try_from(raised.findings).unwrap_or(0);
                metrics::counter!("countersign_automation_findings_total").increment(count);
            }
            Err(error) => tracing::warn!(error = %error, "failed to audit automatic approval"),
        }
    }
}
