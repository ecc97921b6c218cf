//! `GET /v1/ledger/entries/{index}/receipt`

use api_types::ledger::{Receipt, ReceiptFormat, ReceiptQuery};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::api::answer::Problems;
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::ledger;

/// The proof that an entry is in the log, as JSON or as a C2SP tlog-proof.
#[utoipa::path(
    get, path = "/v1/ledger/entries/{index}/receipt", operation_id = "get_receipt", tag = "ledger",
    params(("index" = u64, Path, description = "Position in the log, from 0"), ReceiptQuery),
    responses(
        (status = 200, description = "The proof", content(
            (Receipt = "application/json"),
            (String = "text/plain"),
        )),
        Problems
    )
)]
pub(crate) async fn get_receipt(
    State(state): State<AppState>,
    caller: Caller,
    Path(index): Path<String>,
    QueryOf(query): QueryOf<ReceiptQuery>,
) -> Result<Response, ApiError> {
    caller.may_read("read receipts")?;
    let missing = || ApiError::not_found("entry", &index);
    let n: u64 = index.parse().map_err(|_| missing())?;
    if n >= state.app.store().head().await?.size {
        return Err(missing());
    }
    let receipt = state.app.store().receipt(n).await?.ok_or_else(missing)?;
    Ok(match query.format {
        ReceiptFormat::Json => Json(ledger::receipt(&receipt)).into_response(),
        ReceiptFormat::TlogProof => {
            let media = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
            (media, receipt.to_tlog_proof()).into_response()
        }
    })
}
