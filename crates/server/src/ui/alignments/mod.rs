//! Alignment sessions, and what a Change Advisory Board looks at.

mod cab;
mod open;
mod plan;
mod session;

use axum::Router;
use axum::routing::{get, post};

use crate::state::AppState;

const PAGE: &str = "/alignments";

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/cab", get(cab::show))
        .route("/alignments", get(open::list).post(open::open))
        .route("/alignments/new", get(open::new))
        .route("/alignments/{alignment}", get(session::show))
        .route("/alignments/{alignment}/concerns", post(session::raise))
        .route("/alignments/{alignment}/concerns/{concern}/answer", post(session::answer))
        .route("/alignments/{alignment}/outcomes", post(session::conclude))
        .route("/alignments/{alignment}/closure", post(session::close))
        .route("/alignments/{alignment}/moves", post(plan::move_to))
        .route("/alignments/{alignment}/cancellation", post(plan::cancel))
}
