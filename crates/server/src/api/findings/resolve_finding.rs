//! `POST /v1/findings/{finding}/resolution`

use api_types::changes::ReasonRequest;
use api_types::findings::Finding;
use axum::Json;
use axum::extract::{Path, State};
use domain::ids::FindingId;

use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// Resolves a finding with what was done about it, or why nothing has to be.
#[utoipa::path(
    post, path = "/v1/findings/{finding}/resolution", operation_id = "resolve_finding",
    tag = "findings",
    params(("finding" = String, Path, description = "Id of the finding")),
    request_body = ReasonRequest,
    responses((status = 200, description = "Recorded", body = Finding), Problems)
)]
pub(crate) async fn resolve_finding(
    State(state): State<AppState>,
    caller: Caller,
    Path(finding): Path<String>,
    JsonBody(asked): JsonBody<ReasonRequest>,
) -> Result<Json<Finding>, ApiError> {
    let missing = |_| ApiError::not_found("finding", &finding);
    let id: FindingId = finding.parse().map_err(missing)?;
    let done = state.app.resolve_finding(&caller.principal, &id, &asked.reason).await?;
    let (live, now) = (state.app.live(), state.app.ports().now());
    let person = caller.principal.actor.person();
    Ok(Json(Names::new(&live.directory).finding(&done.value, person, now)))
}
