//! `POST /v1/policy/check`

use api_types::policy::{PolicyCheck, PolicyCheckRequest};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use policy::Bundle;

use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{Names, policy as wire};

/// Checks a bundle, runs its test cases and looks whether the people there are can meet it. Nothing is
/// recorded.
#[utoipa::path(
    post, path = "/v1/policy/check", operation_id = "check_policy", tag = "policy",
    request_body = PolicyCheckRequest,
    responses((status = 200, description = "Recorded", body = PolicyCheck), Problems)
)]
pub(crate) async fn check_policy(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<PolicyCheckRequest>,
) -> Result<Json<PolicyCheck>, ApiError> {
    caller.may_read("check policy")?;
    let files = wire::files(asked.files);
    let checking = move || {
        let bundle = Bundle::load(&files).ok().map(|loaded| loaded.bundle);
        (wire::check(&files), bundle, files)
    };
    let checked = tokio::task::spawn_blocking(checking).await;
    let (mut checked, bundle, files) = checked.map_err(|_| {
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the check did not finish")
    })?;
    checked.weak_links = super::weak_links(&state, &files).await;
    if let Some(bundle) = bundle {
        let live = state.app.live();
        checked.unknown_groups = Names::new(&live.directory).unknown_groups(&bundle);
    }
    Ok(Json(checked))
}
