//! `GET /v1/policy`

use api_types::policy::Policy;
use app::AppError;
use axum::Json;
use axum::extract::State;

use crate::api::answer::Problems;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// The live bundle: its rules in words, and its files.
#[utoipa::path(
    get, path = "/v1/policy", operation_id = "get_policy", tag = "policy",
    responses((status = 200, description = "The live bundle", body = Policy), Problems)
)]
pub(crate) async fn get_policy(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<Policy>, ApiError> {
    caller.may_read("read policy")?;
    let live = state.app.live();
    let bundle = live.policy.live_bundle().ok_or(AppError::NoPolicy)?;
    Ok(Json(Names::new(&live.directory).policy(bundle)))
}
