//! `GET /v1/changes/{change}`

use api_types::changes::Change;
use axum::Json;
use axum::extract::{Path, State};

use crate::api::answer::{Problems, change_record, find_change};
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// The whole record of a change: what it would do, what it needs, who decided, what came of it.
#[utoipa::path(
    get, path = "/v1/changes/{change}", operation_id = "get_change", tag = "changes",
    params(("change" = String, Path, description = "Id or number", example = "CHG-1042")),
    responses((status = 200, description = "The record", body = Change), Problems)
)]
pub(crate) async fn get_change(
    State(state): State<AppState>,
    caller: Caller,
    Path(change): Path<String>,
) -> Result<Json<Change>, ApiError> {
    caller.may_read("read changes")?;
    let id = find_change(&state, &caller, &change).await?;
    Ok(Json(change_record(&state, &caller, &id).await?))
}
