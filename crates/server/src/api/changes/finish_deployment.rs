//! `POST /v1/changes/{change}/deployments/{deployment}/outcome`

use api_types::deployments::{Deployment, OutcomeRequest};
use app::change::DeploymentReport;
use axum::Json;
use axum::extract::{Path, State};
use domain::ids::DeploymentId;

use crate::api::answer::{Problems, find_change};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{Names, request};

/// Reports how a deployment ended. The same report again changes nothing.
#[utoipa::path(
    post, path = "/v1/changes/{change}/deployments/{deployment}/outcome",
    operation_id = "finish_deployment", tag = "gate",
    params(
        ("change" = String, Path, description = "Id or number", example = "CHG-1042"),
        ("deployment" = String, Path, description = "Id of the deployment"),
    ),
    request_body = OutcomeRequest,
    responses((status = 200, description = "Recorded", body = Deployment), Problems)
)]
pub(crate) async fn finish_deployment(
    State(state): State<AppState>,
    caller: Caller,
    Path((change, deployment)): Path<(String, String)>,
    JsonBody(asked): JsonBody<OutcomeRequest>,
) -> Result<Json<Deployment>, ApiError> {
    let missing = || ApiError::not_found("deployment", &deployment);
    let change = find_change(&state, &caller, &change).await?;
    let id: DeploymentId = deployment.parse().map_err(|_| missing())?;
    let report = DeploymentReport {
        outcome: request::outcome(asked.outcome),
        exit_code: asked.exit_code,
        note: asked.note,
    };
    state.app.finish_deployment(&caller.principal, &change, &id, report).await?;
    let (change, _) = state.app.load_change(&change).await?;
    let live = state.app.live();
    let found = change.deployments.iter().find(|d| d.id == id).ok_or_else(missing)?;
    Ok(Json(Names::new(&live.directory).deployment(&change, found)))
}
