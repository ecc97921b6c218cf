//! `POST /v1/webhooks/{webhook}/test`

use axum::extract::{Path, State};
use axum::http::StatusCode;

use crate::api::answer::Problems;
use crate::body::EmptyBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Queues a call of type `countersign.test`.
#[utoipa::path(
    post, path = "/v1/webhooks/{webhook}/test", operation_id = "test_webhook", tag = "notifications",
    params(("webhook" = String, Path, description = "Id of the webhook")),
    responses((status = 204, description = "Done"), Problems)
)]
pub(crate) async fn test_webhook(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    _body: EmptyBody,
) -> Result<StatusCode, ApiError> {
    state.app.test_webhook(&caller.principal, &super::id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
