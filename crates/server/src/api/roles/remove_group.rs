//! `POST /v1/groups/{group}/removal`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::ids::GroupId;

use crate::api::answer::Problems;
use crate::body::EmptyBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Removes a group. Nobody holds a role through it any more.
#[utoipa::path(
    post, path = "/v1/groups/{group}/removal", operation_id = "remove_group", tag = "organisation",
    params(("group" = String, Path, description = "Id of the group")),
    responses((status = 204, description = "Done"), Problems)
)]
pub(crate) async fn remove_group(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    _body: EmptyBody,
) -> Result<StatusCode, ApiError> {
    let id: GroupId = id.parse().map_err(|_| ApiError::not_found("group", &id))?;
    state.app.remove_group(&caller.principal, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
