//! `POST /v1/policy/proposals/{digest}/shadow`

use api_types::shadow::Shadow;
use axum::extract::{Path, State};

use super::get_shadow::newest;
use crate::api::answer::{Created, Problems};
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Has a proposal run beside the live bundle from here on: everything that is assessed and answered is also
/// said by it, and it decides nothing. One runs at a time.
#[utoipa::path(
    post, path = "/v1/policy/proposals/{digest}/shadow", operation_id = "start_shadow", tag = "policy",
    params(("digest" = String, Path, description = "Digest of the bundle")),
    responses((status = 201, description = "Recorded", body = Shadow), Problems)
)]
pub(crate) async fn start_shadow(
    State(state): State<AppState>,
    caller: Caller,
    Path(digest): Path<String>,
) -> Result<Created<Shadow>, ApiError> {
    state.app.start_shadow(&caller.principal, &digest).await?;
    newest(&state, &digest).map(Created)
}
