//! `POST /v1/groups/{group}/removal`

use api_types::roles::GroupRemoval;
use axum::Json;
use axum::extract::{Path, State};
use domain::ids::GroupId;

use crate::api::answer::Problems;
use crate::body::EmptyBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// Removes a group. Nobody holds a role through it any more, and its deputies fall with it.
#[utoipa::path(
    post, path = "/v1/groups/{group}/removal", operation_id = "remove_group", tag = "organisation",
    params(("group" = String, Path, description = "Id of the group")),
    responses((status = 200, description = "Recorded", body = GroupRemoval), Problems)
)]
pub(crate) async fn remove_group(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    _body: EmptyBody,
) -> Result<Json<GroupRemoval>, ApiError> {
    let id: GroupId = id.parse().map_err(|_| ApiError::not_found("group", &id))?;
    let deputies = state.app.remove_group(&caller.principal, &id).await?;
    let live = state.app.live();
    let names = Names::new(&live.directory);
    let deputies = deputies.iter().map(|deputy| names.deputy(deputy)).collect();
    Ok(Json(GroupRemoval { deputies }))
}
