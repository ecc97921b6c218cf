//! `POST /v1/groups`

use super::put_group::{group, members};
use api_types::roles::{Group, GroupRequest};
use axum::extract::State;

use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Makes a group.
#[utoipa::path(
    post, path = "/v1/groups", operation_id = "add_group", tag = "organisation",
    request_body = GroupRequest,
    responses((status = 201, description = "Recorded", body = Group), Problems)
)]
pub(crate) async fn add_group(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<GroupRequest>,
) -> Result<Created<Group>, ApiError> {
    let members = members(&asked)?;
    let id = state.app.put_group(&caller.principal, None, &asked.name, members).await?;
    Ok(Created(group(&state, &id)?))
}
