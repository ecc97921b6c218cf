//! `GET /v1/ledger/entries`

use api_types::ledger::{EntriesQuery, LedgerEntries};
use axum::Json;
use axum::extract::State;

use crate::api::answer::{Problems, limit};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// The largest index that every language can hold exactly.
const INDEX_MAX: u64 = 1 << 53;

/// Entries, newest first.
#[utoipa::path(
    get, path = "/v1/ledger/entries", operation_id = "ledger_entries", tag = "ledger",
    params(EntriesQuery),
    responses((status = 200, description = "One page", body = LedgerEntries), Problems)
)]
pub(crate) async fn ledger_entries(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<EntriesQuery>,
) -> Result<Json<LedgerEntries>, ApiError> {
    caller.may_read_organisation("read entries of the ledger")?;
    let limit = limit(query.limit)?;
    if query.before.is_some_and(|before| before > INDEX_MAX) {
        return Err(ApiError::field("before", "no log is that long"));
    }
    let size = state.app.store().head().await?.size;
    let before = query.before.unwrap_or(size).min(size);
    let entries = state.app.store().entries_before(before, limit).await?;
    let live = state.app.live();
    let names = Names::new(&live.directory);
    let mut items = Vec::with_capacity(entries.len());
    for entry in &entries {
        let read = app::App::read_entry(entry)?;
        items.push(names.entry_summary(entry, &read));
    }
    let next_before = entries.last().map(|e| e.index).filter(|index| *index > 0);
    Ok(Json(LedgerEntries { items, next_before }))
}
