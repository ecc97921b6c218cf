//! `GET /v1/ledger`

use api_types::ledger::LedgerHead;
use axum::Json;
use axum::extract::State;

use crate::api::answer::Problems;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::ledger::{self, hash};

/// The log as it stands: name, key to pin, size, root and signed checkpoint.
#[utoipa::path(
    get, path = "/v1/ledger", operation_id = "ledger_head", tag = "ledger",
    responses((status = 200, description = "The head", body = LedgerHead), Problems)
)]
pub(crate) async fn ledger_head(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<LedgerHead>, ApiError> {
    caller.may_read("read the ledger")?;
    let head = state.app.store().head().await?;
    let witnesses = state.app.witness_status().await?;
    Ok(Json(LedgerHead {
        origin: state.settings.log_key.name().to_owned(),
        key: state.settings.log_key.to_string(),
        size: head.size,
        root: hash(&head.root),
        checkpoint: head.checkpoint,
        witnesses: witnesses.map(|status| ledger::witnesses(&status, state.app.ports().now())),
    }))
}
