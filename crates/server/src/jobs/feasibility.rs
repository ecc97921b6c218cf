//! Every night: can the rules still be met by the people there are?
//!
//! What is found goes to the log and to a gauge, so that somebody hears of it before a change gets
//! stuck. Every node looks; nothing is recorded.

use std::time::Duration;

use policy::feasibility::{Feasibility, WeaknessKind};
use tokio::time::MissedTickBehavior;

use app::AppError;
use app::feasibility::WEEKS;

use crate::state::AppState;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

const KINDS: [(WeaknessKind, &str); 4] = [
    (WeaknessKind::Nobody, "nobody"),
    (WeaknessKind::Expires, "expires"),
    (WeaknessKind::NobodyToSpare, "nobody_to_spare"),
    (WeaknessKind::Late, "late"),
];

/// Looks at the start and once a day.
pub(super) async fn look(state: AppState) {
    let mut days = tokio::time::interval(DAY);
    days.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = days.tick() => {}
            () = state.stopped() => return,
        }
        match state.app.policy_feasibility(WEEKS).await {
            Ok(found) => tell(&found),
            Err(AppError::NoPolicy) => {}
            Err(error) => tracing::warn!(error = %error, "failed to look at feasibility"),
        }
    }
}

fn tell(found: &Feasibility) {
    let weakest = found.weakest();
    for (kind, name) in KINDS {
        let count = weakest.iter().filter(|(_, weakness)| weakness.kind == kind).count();
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        metrics::gauge!("countersign_policy_weak_links", "kind" => name).set(f64::from(count));
    }
    for (need, weakness) in weakest.iter().filter(|(_, weakness)| weakness.kind.blocks()) {
        tracing::warn!(need = %need.key, "{}; {}", weakness.message, weakness.help);
    }
    for unknown in &found.unknown {
        tracing::warn!(
            "{unknown}; renew this program or the file of holidays, or list the days in calendars.yaml"
        );
    }
}
