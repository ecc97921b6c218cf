//! `GET /v1/ledger/entries/{index}`

use api_types::ledger::LedgerEntry;
use axum::Json;
use axum::extract::{Path, State};

use crate::api::answer::Problems;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::ledger;

/// One entry with all that is needed to check it. Secrets are withheld.
#[utoipa::path(
    get, path = "/v1/ledger/entries/{index}", operation_id = "ledger_entry", tag = "ledger",
    params(("index" = u64, Path, description = "Position in the log, from 0")),
    responses((status = 200, description = "The entry", body = LedgerEntry), Problems)
)]
pub(crate) async fn ledger_entry(
    State(state): State<AppState>,
    caller: Caller,
    Path(index): Path<String>,
) -> Result<Json<LedgerEntry>, ApiError> {
    caller.may_read_organisation("read entries of the ledger")?;
    let missing = || ApiError::not_found("entry", &index);
    let n: u64 = index.parse().map_err(|_| missing())?;
    if n >= state.app.store().head().await?.size {
        return Err(missing());
    }
    let entry = state.app.store().entry(n).await?.ok_or_else(missing)?;
    let proof = state.app.store().receipt(n).await?.ok_or_else(missing)?;
    Ok(Json(ledger::entry(&entry, &proof)))
}
