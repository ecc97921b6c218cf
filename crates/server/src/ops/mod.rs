//! What operators and their tools ask: is it up, is it ready, how is it doing.

pub(crate) mod metrics;

use axum::Router;

use crate::state::AppState;

pub(crate) fn router() -> Router<AppState> {
    Router::new()
}
