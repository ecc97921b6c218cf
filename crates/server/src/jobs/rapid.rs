//! Every few minutes: did somebody approve many changes in a row, faster than anybody reads (C18)?
//!
//! Every node looks; the guard of the organisation lets one of them raise each burst.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior};

use crate::state::AppState;

const EVERY: Duration = Duration::from_secs(5 * 60);
/// The audit reads the whole journal first; this reads on from there.
const SETTLED: Duration = Duration::from_secs(3 * 60);

/// Looks soon after the start and every few minutes.
pub(super) async fn look(state: AppState) {
    let mut ticks = tokio::time::interval_at(Instant::now() + SETTLED, EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = state.stopped() => return,
        }
        match state.app.raise_rapid_approvals().await {
            Ok(0) => {}
            Ok(bursts) => tracing::warn!(bursts, "changes were approved faster than anybody reads"),
            Err(error) => tracing::warn!(error = %error, "failed to look for rapid approvals"),
        }
    }
}
