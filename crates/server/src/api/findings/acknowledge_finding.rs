//! `POST /v1/findings/{finding}/acknowledgement`

use api_types::findings::{AcknowledgementOfFinding, Finding};
use axum::Json;
use axum::extract::{Path, State};
use domain::ids::FindingId;

use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// Says that the caller deals with a finding. If somebody does already, nothing changes.
#[utoipa::path(
    post, path = "/v1/findings/{finding}/acknowledgement", operation_id = "acknowledge_finding",
    tag = "findings",
    params(("finding" = String, Path, description = "Id of the finding")),
    request_body = AcknowledgementOfFinding,
    responses((status = 200, description = "Recorded", body = Finding), Problems)
)]
pub(crate) async fn acknowledge_finding(
    State(state): State<AppState>,
    caller: Caller,
    Path(finding): Path<String>,
    JsonBody(AcknowledgementOfFinding {}): JsonBody<AcknowledgementOfFinding>,
) -> Result<Json<Finding>, ApiError> {
    let missing = |_| ApiError::not_found("finding", &finding);
    let id: FindingId = finding.parse().map_err(missing)?;
    let done = state.app.acknowledge_finding(&caller.principal, &id).await?;
    let (live, now) = (state.app.live(), state.app.ports().now());
    let person = caller.principal.actor.person();
    Ok(Json(Names::new(&live.directory).finding(&done.value, person, now)))
}
