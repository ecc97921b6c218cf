//! `POST /v1/groups/{group}`

use api_types::roles::{Group, GroupRequest};
use axum::Json;
use axum::extract::{Path, State};
use domain::ids::{GroupId, PersonId};
use std::collections::BTreeSet;

use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{Names, request};

/// Sets name and members of a group.
#[utoipa::path(
    post, path = "/v1/groups/{group}", operation_id = "put_group", tag = "organisation",
    params(("group" = String, Path, description = "Id of the group")),
    request_body = GroupRequest,
    responses((status = 200, description = "Recorded", body = Group), Problems)
)]
pub(crate) async fn put_group(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(asked): JsonBody<GroupRequest>,
) -> Result<Json<Group>, ApiError> {
    let id: GroupId = id.parse().map_err(|_| ApiError::not_found("group", &id))?;
    let members = members(&asked)?;
    let id = state.app.put_group(&caller.principal, Some(id), &asked.name, members).await?;
    Ok(Json(group(&state, &id)?))
}

/// The people named as members.
pub(super) fn members(asked: &GroupRequest) -> Result<BTreeSet<PersonId>, ApiError> {
    request::at_most("members", asked.members.len(), 1_500, "members")?;
    request::read_all("members", &asked.members)
}

/// A group as it stands now.
pub(super) fn group(state: &AppState, id: &GroupId) -> Result<Group, ApiError> {
    let live = state.app.live();
    let found = live.directory.group(id).map(|g| Names::new(&live.directory).group(g));
    found.ok_or_else(|| ApiError::not_found("group", id.as_str()))
}
