//! `POST /v1/notifications/preferences`

use api_types::notifications::Preferences;
use axum::Json;
use axum::extract::State;

use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::notifications;

/// Chooses what reaches the caller by mail, and when.
#[utoipa::path(
    post, path = "/v1/notifications/preferences", operation_id = "set_preferences",
    tag = "notifications",
    request_body = Preferences,
    responses((status = 200, description = "Recorded", body = Preferences), Problems)
)]
pub(crate) async fn set_preferences(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<Preferences>,
) -> Result<Json<Preferences>, ApiError> {
    let chosen = notifications::read_preferences(&asked)?;
    state.app.set_preferences(&caller.principal, chosen.clone()).await?;
    Ok(Json(notifications::preferences(&chosen)))
}
