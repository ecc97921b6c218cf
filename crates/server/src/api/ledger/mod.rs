//! `/v1/ledger`

mod get_receipt;
mod ledger_consistency;
mod ledger_entries;
mod ledger_entry;
mod ledger_head;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(ledger_head::ledger_head))
        .routes(routes!(ledger_entries::ledger_entries))
        .routes(routes!(ledger_entry::ledger_entry))
        .routes(routes!(get_receipt::get_receipt))
        .routes(routes!(ledger_consistency::ledger_consistency))
}
