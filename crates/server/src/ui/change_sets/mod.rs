//! Change sets: the list, the decision page of one, and voting on an item from there.

mod list;
mod show;
mod vote;

use axum::Router;
use axum::routing::{get, post};

use crate::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/change-sets", get(list::show))
        .route("/change-sets/{set}", get(show::show))
        .route("/change-sets/{set}/votes/{number}", post(vote::submit))
}
