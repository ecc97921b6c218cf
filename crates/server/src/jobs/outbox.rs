//! Sends what waits in the outbox, each second. Safe on every node at once: a lane is claimed by one.
//!
//! A channel that is down is logged and counted; it never makes the server unready (J06).

use app::notify::Delivered;
use tokio::time::MissedTickBehavior;

use super::TICK;
use crate::state::AppState;

/// So many rounds apart old notifications are forgotten.
const FORGET_EVERY: u32 = 3600;

/// Delivers until the server stops. What is under way is finished or, if it is cut off, sent again.
pub(super) async fn deliver(state: AppState) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut rounds: u32 = 0;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = state.stopped() => return,
        }
        drain(&state).await;
        rounds = rounds.wrapping_add(1);
        if rounds.is_multiple_of(FORGET_EVERY)
            && let Err(error) = state.app.forget_old_notifications().await
        {
            tracing::warn!(error = %error, "failed to forget old notifications");
        }
    }
}

/// Delivers until nothing is due.
async fn drain(state: &AppState) {
    while !state.is_stopping() {
        match state.app.deliver_due(&state.settings.channels).await {
            Ok(Delivered { lanes: 0, .. }) => return,
            Ok(done) => count(done),
            Err(error) => {
                tracing::warn!(error = %error, "failed to deliver what is due");
                return;
            }
        }
    }
}

fn count(done: Delivered) {
    metrics::counter!("countersign_outbox_sent_total").increment(done.sent);
    metrics::counter!("countersign_outbox_failures_total").increment(done.failed);
    metrics::counter!("countersign_outbox_dead_total").increment(done.dead);
}
