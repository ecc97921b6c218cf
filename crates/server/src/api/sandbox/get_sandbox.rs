//! `GET /v1/sandbox`

use api_types::sandbox::Sandbox;
use axum::Json;
use axum::extract::State;

use super::served;
use crate::api::answer::Problems;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::text::time;

/// What this sandbox is a copy of, and what its clock shows. 404 from a server that is none.
#[utoipa::path(
    get, path = "/v1/sandbox", operation_id = "get_sandbox", tag = "sandbox",
    responses((status = 200, description = "The sandbox", body = Sandbox), Problems)
)]
pub(crate) async fn get_sandbox(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<Sandbox>, ApiError> {
    caller.may_read("read about the sandbox")?;
    let sandbox = served(&state)?;
    let now = time(state.app.ports().now());
    Ok(Json(Sandbox { origin: sandbox.of.origin.clone(), entries: sandbox.of.size, now }))
}
