//! `POST /v1/notifications/test`

use api_types::notifications::TestSent;
use axum::Json;
use axum::extract::State;

use crate::api::answer::Problems;
use crate::body::EmptyBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Tells the calling admin something, to see whether it arrives.
#[utoipa::path(
    post, path = "/v1/notifications/test", operation_id = "test_notification",
    tag = "notifications",
    responses((status = 200, description = "Queued", body = TestSent), Problems)
)]
pub(crate) async fn test_notification(
    State(state): State<AppState>,
    caller: Caller,
    _body: EmptyBody,
) -> Result<Json<TestSent>, ApiError> {
    let mailed = state.app.test_notification(&caller.principal).await?;
    Ok(Json(TestSent { mailed }))
}
