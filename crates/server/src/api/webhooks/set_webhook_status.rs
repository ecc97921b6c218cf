//! `POST /v1/webhooks/{webhook}/status`

use api_types::people::StatusRequest;
use api_types::webhooks::Webhook;
use axum::Json;
use axum::extract::{Path, State};

use super::shown;
use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::directory;

/// Stops or resumes calls. What waits for a stopped webhook is dropped.
#[utoipa::path(
    post, path = "/v1/webhooks/{webhook}/status", operation_id = "set_webhook_status",
    tag = "notifications",
    params(("webhook" = String, Path, description = "Id of the webhook")),
    request_body = StatusRequest,
    responses((status = 200, description = "Recorded", body = Webhook), Problems)
)]
pub(crate) async fn set_webhook_status(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(asked): JsonBody<StatusRequest>,
) -> Result<Json<Webhook>, ApiError> {
    let id = super::id(&id)?;
    let status = directory::read_status(asked.status);
    state.app.set_webhook_status(&caller.principal, &id, status).await?;
    Ok(Json(shown(&state, &caller, &id)?))
}
