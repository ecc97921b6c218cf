//! Every night: can the rules still be met by the people there are?
//!
//! A weak link that is new is recorded and told to whoever governs policy, before a change gets stuck;
//! all that is found goes to the log and to a gauge. Every node looks, and one records. It looks as often
//! as drills are run.

use policy::feasibility::{Feasibility, WeaknessKind};
use tokio::time::{Instant, MissedTickBehavior};

use app::AppError;

use super::FIRST;
use crate::state::AppState;

const KINDS: [(WeaknessKind, &str); 4] = [
    (WeaknessKind::Nobody, "nobody"),
    (WeaknessKind::Expires, "expires"),
    (WeaknessKind::NobodyToSpare, "nobody_to_spare"),
    (WeaknessKind::Late, "late"),
];

/// Looks soon after the start and as often as the settings say, once a day unless they do.
pub(super) async fn look(state: AppState) {
    let mut ticks = tokio::time::interval_at(Instant::now() + FIRST, state.settings.drills_every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = state.stopped() => return,
        }
        match state.app.nightly_feasibility().await {
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
