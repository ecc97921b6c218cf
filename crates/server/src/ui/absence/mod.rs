//! One's own absences, and who answers for whom meanwhile.

mod cancel_absence;
mod delegate;
mod end_delegation;
mod enter_absence;
mod feed;
mod import_absences;
mod show;

pub(super) use self::show::time;

use axum::Router;
use axum::routing::{get, post};

use crate::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/absence", get(show::show).post(enter_absence::submit))
        .route("/absence/import", post(import_absences::submit))
        .route("/absence/feed", post(feed::subscribe))
        .route("/absence/feed/end", post(feed::unsubscribe))
        .route("/absence/{id}/cancel", post(cancel_absence::submit))
        .route("/absence/delegations", post(delegate::submit))
        .route("/absence/delegations/{id}/end", post(end_delegation::submit))
}
