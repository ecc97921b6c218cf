//! `POST /v1/notifications/reads`

use api_types::notifications::ReadRequest;
use axum::extract::State;
use axum::http::StatusCode;

use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Marks the caller's notifications as read: those named, or all.
#[utoipa::path(
    post, path = "/v1/notifications/reads", operation_id = "read_notifications", tag = "notifications",
    request_body = ReadRequest,
    responses((status = 204, description = "Done"), Problems)
)]
pub(crate) async fn read_notifications(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<ReadRequest>,
) -> Result<StatusCode, ApiError> {
    state.app.read_notifications(&caller.principal, asked.ids).await?;
    Ok(StatusCode::NO_CONTENT)
}
