//! The live policy in words and as source, and proposals to change it.

mod activate;
mod automation;
mod automation_rule;
mod decided;
mod decline;
mod drills;
mod feasibility;
mod history;
mod new;
mod proposal;
mod propose;
mod replay;
mod revert;
mod shadow;
mod show;
mod source;
mod upload;
mod windows;

use axum::Router;
use axum::routing::{get, post};

use crate::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/policy", get(show::show))
        .route("/automation", get(automation::show))
        .route("/automation/rules/{rule}", get(automation_rule::show))
        .route("/automation/stops", post(automation::begin))
        .route("/automation/stops/{stop}/resume", post(automation::resume))
        .route("/policy/feasibility", get(feasibility::show))
        .route("/policy/drills", get(drills::show))
        .route("/policy/history", get(history::show))
        .route("/policy/windows", get(windows::show))
        .route("/policy/windows/{number}", get(windows::one))
        .route("/policy/source/{*file}", get(source::show))
        .route("/policy/proposals", get(decided::show).post(propose::submit))
        .route("/policy/proposals/new", get(new::show))
        .route("/policy/proposals/{digest}", get(proposal::show))
        .route("/policy/proposals/{digest}/replay", get(replay::show))
        .route("/policy/shadow", get(shadow::show))
        .route("/policy/proposals/{digest}/shadow", post(shadow::start))
        .route("/policy/proposals/{digest}/shadow/stop", post(shadow::stop))
        .route("/policy/proposals/{digest}/approve", post(activate::submit))
        .route("/policy/proposals/{digest}/decline", post(decline::submit))
        .route("/policy/revert", post(revert::submit))
}
