//! Every minute: can what is planned still be met (M5.5)?
//!
//! Every node looks, for its own lists; the guard of a change lets one of them flag it.

use std::time::Duration;

use tokio::time::MissedTickBehavior;

use crate::state::AppState;

const EVERY: Duration = Duration::from_secs(60);

/// Looks at the start and every minute.
pub(super) async fn look(state: AppState) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = state.stopped() => return,
        }
        match state.app.watch_plans().await {
            Ok(0) => {}
            Ok(changes) => tracing::info!(changes, "plans were flagged, or can be met again"),
            Err(error) => tracing::warn!(error = %error, "failed to look at what is planned"),
        }
    }
}
