//! What the person was told, what reaches them by mail, and (for admins) what leaves the server.

mod delivery;
mod list;
mod preferences;
mod read;
mod replay;
mod webhooks;

use axum::Router;
use axum::routing::{get, post};

use crate::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/notifications", get(list::show))
        .route("/notifications/reads", post(read::submit))
        .route("/notifications/preferences", get(preferences::show).post(preferences::submit))
        .route("/notifications/delivery", get(delivery::show))
        .route("/notifications/dead-letters/replay", post(replay::submit))
        .route("/notifications/webhooks", post(webhooks::add))
        .route("/notifications/webhooks/{webhook}/removal", post(webhooks::remove))
}
