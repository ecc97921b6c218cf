//! `POST /v1/freezes/{freeze}/end`

use api_types::changes::ReasonRequest;
use api_types::freezes::Freeze;
use axum::Json;
use axum::extract::{Path, State};

use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// Ends a declared freeze before its time. Freezes of policy end by policy alone.
#[utoipa::path(
    post, path = "/v1/freezes/{freeze}/end", operation_id = "end_freeze", tag = "changes",
    params(("freeze" = String, Path, description = "Id of a declared freeze")),
    request_body = ReasonRequest,
    responses((status = 200, description = "Recorded", body = Freeze), Problems)
)]
pub(crate) async fn end_freeze(
    State(state): State<AppState>,
    caller: Caller,
    Path(freeze): Path<String>,
    JsonBody(asked): JsonBody<ReasonRequest>,
) -> Result<Json<Freeze>, ApiError> {
    let ended = state.app.end_freeze(&caller.principal, &freeze, &asked.reason).await?.value;
    let live = state.app.live();
    let now = state.app.ports().now();
    let person = caller.principal.actor.person();
    Ok(Json(Names::new(&live.directory).freeze(&ended, &live, person, now)))
}
