//! `GET /v1/changes/{change}/briefing`

use api_types::briefings::Briefing;
use axum::Json;
use axum::extract::{Path, State};

use crate::api::answer::{Problems, find_change};
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::briefing::briefing;

/// What the caller, who is asked to decide, is shown in plain words. Reading it here is no read
/// receipt.
#[utoipa::path(
    get, path = "/v1/changes/{change}/briefing", operation_id = "get_briefing", tag = "changes",
    params(("change" = String, Path, description = "Id or number", example = "CHG-1042")),
    responses((status = 200, description = "The briefing", body = Briefing), Problems)
)]
pub(crate) async fn get_briefing(
    State(state): State<AppState>,
    caller: Caller,
    Path(change): Path<String>,
) -> Result<Json<Briefing>, ApiError> {
    caller.may_read("read a briefing")?;
    let id = find_change(&state, &caller, &change).await?;
    let found = state.app.briefing(&caller.principal, &id).await?;
    Ok(Json(briefing(&found)))
}
