//! Measures in Prometheus's text form.

use std::sync::OnceLock;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::state::AppState;

const SECONDS: [f64; 12] =
    [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 10.0];

/// The recorder of this process, installed at first use. It opens no port of its own.
pub(crate) fn recorder() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let builder = PrometheusBuilder::new();
            let builder =
                builder.set_buckets(&SECONDS).unwrap_or_else(|_| PrometheusBuilder::new());
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            // A second recorder in one process would be a test's; the first one stays.
            let _ = metrics::set_global_recorder(recorder);
            handle
        })
        .clone()
}

/// `/metrics`
pub(super) async fn show(State(state): State<AppState>) -> Response {
    if let Ok(head) = state.app.store().head().await {
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        metrics::gauge!("countersign_journal_entries").set(head.size as f64);
    }
    let live = state.app.live();
    let policy = if live.policy.live().is_some() { 1.0 } else { 0.0 };
    metrics::gauge!("countersign_policy_live").set(policy);
    let people = u32::try_from(live.directory.people().count()).unwrap_or(u32::MAX);
    metrics::gauge!("countersign_people").set(f64::from(people));
    let proposals = u32::try_from(live.policy.proposals().len()).unwrap_or(u32::MAX);
    metrics::gauge!("countersign_policy_proposals").set(f64::from(proposals));
    let now = state.app.ports().now();
    let overdue = live.directory.overrides().filter(|o| o.is_overdue(now)).count();
    let overdue = u32::try_from(overdue).unwrap_or(u32::MAX);
    metrics::gauge!("countersign_override_reviews_overdue").set(f64::from(overdue));
    let frozen = live.freezes_ahead(now).iter().filter(|f| f.is_in_force(now)).count();
    let frozen = u32::try_from(frozen).unwrap_or(u32::MAX);
    metrics::gauge!("countersign_freezes_in_force").set(f64::from(frozen));
    outbox(&state).await;
    witnesses(&state).await;
    state.metrics.run_upkeep();
    let media = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, media)], state.metrics.render()).into_response()
}

/// How far the witnesses of the log are behind, when it has any.
async fn witnesses(state: &AppState) {
    let Ok(Some(status)) = state.app.witness_status().await else { return };
    let lag = status.lag();
    let now = state.app.ports().now();
    metrics::gauge!("countersign_witness_lag_seconds").set(lag.since(now).as_secs_f64().max(0.0));
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    metrics::gauge!("countersign_witness_lag_entries").set(status.unseen as f64);
    let behind = if lag.is_behind(now) { 1.0 } else { 0.0 };
    metrics::gauge!("countersign_witnesses_behind").set(behind);
}

/// How much waits to be sent, and for how long.
async fn outbox(state: &AppState) {
    let Ok(status) = state.app.outbox_status().await else { return };
    let count = |n: u64| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    metrics::gauge!("countersign_outbox_waiting").set(count(status.waiting));
    metrics::gauge!("countersign_outbox_dead").set(count(status.dead));
    let now = state.app.ports().now();
    let age = status.oldest_due.map(|at| now.duration_since(at).as_secs_f64());
    metrics::gauge!("countersign_outbox_oldest_seconds").set(age.unwrap_or(0.0).max(0.0));
}
