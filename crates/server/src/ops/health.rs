//! `/healthz` and `/readyz`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use crate::state::AppState;

/// The process answers.
pub(super) async fn alive(State(state): State<AppState>) -> Json<Alive> {
    let sandbox = state.settings.sandbox.as_ref().map(|sandbox| sandbox.of.origin.clone());
    Json(Alive { status: "up", version: state.settings.version, sandbox })
}

#[derive(Serialize)]
pub(super) struct Alive {
    status: &'static str,
    version: &'static str,
    /// The log it is a copy of, where a sandbox is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    sandbox: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Readiness {
    ready: bool,
    checks: Vec<Check>,
}

#[derive(Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
    detail: String,
}

impl Check {
    fn new(name: &'static str, ok: bool, detail: impl Into<String>) -> Self {
        Self { name, ok, detail: detail.into() }
    }
}

/// Whether questions can be answered with anything else than `unknown` (D01).
pub(super) async fn ready(State(state): State<AppState>) -> (StatusCode, Json<Readiness>) {
    let live = state.app.live();
    let policy = match live.policy.live() {
        Some(bundle) => Check::new("policy", true, format!("{} is live", bundle.name())),
        None => Check::new("policy", false, "no bundle is live, so nothing can be allowed"),
    };
    let store = match state.app.store().head().await {
        Ok(head) => Check::new(
            "store",
            true,
            format!("{}, {} entries", state.app.store().kind(), head.size),
        ),
        Err(error) => {
            tracing::warn!(error = %error, "the store is not ready");
            Check::new("store", false, "the database does not answer, or has stopped")
        }
    };
    let jobs = Check::new("jobs", state.jobs_are_alive(), "timers and copies of checkpoints");
    let serving = Check::new("serving", !state.is_stopping(), "not shutting down");
    let checks = vec![policy, store, jobs, serving];
    let ready = checks.iter().all(|c| c.ok);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready, checks }))
}
