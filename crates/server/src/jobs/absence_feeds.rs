//! Every hour: what do the calendars say that people's absences follow (M1.5)?
//!
//! Every node looks; the guard of the organisation lets one of them record a change.

use std::time::Duration;

use app::organisation::FeedFailures;
use tokio::time::MissedTickBehavior;

use crate::state::AppState;

const EVERY: Duration = Duration::from_secs(60 * 60);

/// Looks at the start and every hour.
pub(super) async fn look(state: AppState) {
    let Some(reader) = state.settings.channels.calendars.clone() else {
        state.stopped().await;
        return;
    };
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failures = FeedFailures::new();
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = state.stopped() => return,
        }
        tokio::select! {
            read = state.app.read_absence_feeds(reader.as_ref(), &mut failures) => {
                if let Err(error) = read {
                    tracing::warn!(error = %error, "failed to record what calendars say");
                }
            }
            () = state.stopped() => return,
        }
    }
}
