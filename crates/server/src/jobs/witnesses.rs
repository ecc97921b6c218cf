//! Offers the head of the log to each witness when it has grown, on every node: a witness that has
//! seen it from another node is asked nothing.
//!
//! A witness that is down is logged and counted; what follows from it, the gate decides (H11).

use std::time::Duration;

use app::ledger::{OfferError, Offered, WitnessAnswerError, WitnessPort, Witnessing};
use ledger::WitnessKey;
use tokio::sync::broadcast::error::RecvError;

use crate::state::AppState;

const RETRY_AT_FIRST: Duration = Duration::from_secs(1);
const RETRY_AT_MOST: Duration = Duration::from_secs(60);

/// Keeps one witness informed until the server stops; one offer at a time.
pub(super) async fn inform(state: AppState, number: usize) {
    let app = state.app.clone();
    let Some(Witnessing { witnesses, every_seconds, .. }) = app.witnessing() else { return };
    let Some((key, port)) = witnesses.get(number) else { return };
    let every = Duration::from_secs(u64::from(*every_seconds));
    let mut notices = app.store().watch();
    let mut retry = RETRY_AT_FIRST;
    loop {
        let (pause, failed) = match offer(&state, key, port.as_ref()).await {
            Ok(Offered::Cosigned(_)) => (every, false),
            Ok(Offered::UpToDate) => (Duration::ZERO, false),
            Err(()) => (retry, true),
        };
        retry = if failed { (retry * 2).min(RETRY_AT_MOST) } else { RETRY_AT_FIRST };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = state.stopped() => return,
        }
        // What was committed during the offer or the pause is among the notices.
        let grown = async {
            if let Err(RecvError::Closed) = notices.recv().await {
                std::future::pending::<()>().await;
            }
        };
        if failed {
            continue;
        }
        tokio::select! {
            () = grown => {}
            () = state.stopped() => return,
        }
    }
}

async fn offer(state: &AppState, key: &WitnessKey, port: &dyn WitnessPort) -> Result<Offered, ()> {
    let name = key.name();
    let witness = name.to_owned();
    match state.app.offer_head(key, port).await {
        Ok(offered) => {
            if let Offered::Cosigned(size) = offered {
                tracing::debug!(witness = name, size, "a witness cosigned the log");
                metrics::counter!("countersign_witness_cosigned_total", "witness" => witness)
                    .increment(1);
            }
            Ok(offered)
        }
        Err(error) => {
            metrics::counter!("countersign_witness_failures_total", "witness" => witness)
                .increment(1);
            match &error {
                OfferError::Answer(WitnessAnswerError::Unreachable(_)) | OfferError::App(_) => {
                    tracing::warn!(witness = name, error = %error, "failed to reach a witness");
                }
                _ => tracing::error!(witness = name, error = %error, "a witness did not cosign"),
            }
            Err(())
        }
    }
}
