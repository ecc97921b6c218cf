//! `POST /v1/groups/{group}/deputies/{deputy}/removal`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::ids::{DelegationId, GroupId};

use crate::api::answer::Problems;
use crate::body::EmptyBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Removes a deputy of a group. Votes they gave as one that were not used yet fall with it.
#[utoipa::path(
    post, path = "/v1/groups/{group}/deputies/{deputy}/removal", operation_id = "remove_deputy",
    tag = "organisation",
    params(
        ("group" = String, Path, description = "Id of the group"),
        ("deputy" = String, Path, description = "Id of the deputy"),
    ),
    responses((status = 204, description = "Done"), Problems)
)]
pub(crate) async fn remove_deputy(
    State(state): State<AppState>,
    caller: Caller,
    Path((group, deputy)): Path<(String, String)>,
    _body: EmptyBody,
) -> Result<StatusCode, ApiError> {
    let group: GroupId = group.parse().map_err(|_| ApiError::not_found("group", &group))?;
    let deputy: DelegationId =
        deputy.parse().map_err(|_| ApiError::not_found("deputy", &deputy))?;
    state.app.remove_deputy(&caller.principal, &group, &deputy).await?;
    Ok(StatusCode::NO_CONTENT)
}
