//! The log: its head, its entries, and each entry with its proof. Reading only.

mod entry;
mod list;

use axum::Router;
use axum::routing::get;

use crate::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/ledger", get(list::show))
        .route("/ledger/entries/{index}", get(entry::show))
}
