//! `POST /v1/groups/{group}/deputies`

use api_types::roles::{Deputy, DeputyRequest};
use app::organisation::DeputyDraft;
use axum::extract::{Path, State};
use domain::ids::GroupId;

use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{Names, request};

/// Names a deputy of a group: in one role that the group holds they may answer for a member who is away, within
/// the limits that policy has for delegations of that role.
#[utoipa::path(
    post, path = "/v1/groups/{group}/deputies", operation_id = "name_deputy", tag = "organisation",
    params(("group" = String, Path, description = "Id of the group")),
    request_body = DeputyRequest,
    responses((status = 201, description = "Recorded", body = Deputy), Problems)
)]
pub(crate) async fn name_deputy(
    State(state): State<AppState>,
    caller: Caller,
    Path(group): Path<String>,
    JsonBody(asked): JsonBody<DeputyRequest>,
) -> Result<Created<Deputy>, ApiError> {
    let group: GroupId = group.parse().map_err(|_| ApiError::not_found("group", &group))?;
    request::readable("reason", &asked.reason)?;
    let draft = DeputyDraft {
        group,
        person: request::read("person", &asked.person)?,
        role: request::read("role", &asked.role)?,
        reason: asked.reason,
    };
    let id = state.app.name_deputy(&caller.principal, draft).await?;
    let live = state.app.live();
    let found = live.directory.deputy(&id).map(|known| &known.named);
    let found = found.ok_or_else(|| ApiError::not_found("deputy", id.as_str()))?;
    Ok(Created(Names::new(&live.directory).deputy(found)))
}
