//! `GET /v1/notifications/preferences`

use api_types::notifications::Preferences;
use axum::Json;
use axum::extract::State;
use domain::refusal::Refusal;

use crate::api::answer::Problems;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::notifications;

/// What reaches the caller by mail, and when.
#[utoipa::path(
    get, path = "/v1/notifications/preferences", operation_id = "get_preferences",
    tag = "notifications",
    responses((status = 200, description = "The preferences", body = Preferences), Problems)
)]
pub(crate) async fn get_preferences(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<Preferences>, ApiError> {
    caller.may_read_organisation("read preferences")?;
    let action = "have preferences";
    let person = caller.principal.actor.person().ok_or(Refusal::PeopleOnly { action })?;
    let chosen = state.app.notification_settings().preferences(person);
    Ok(Json(notifications::preferences(&chosen)))
}
