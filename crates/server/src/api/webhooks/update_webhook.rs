//! `POST /v1/webhooks/{webhook}`

use api_types::webhooks::{Webhook, WebhookUpdate};
use axum::Json;
use axum::extract::{Path, State};

use super::{draft, shown};
use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Changes label, place and events of a webhook.
#[utoipa::path(
    post, path = "/v1/webhooks/{webhook}", operation_id = "update_webhook", tag = "notifications",
    params(("webhook" = String, Path, description = "Id of the webhook")),
    request_body = WebhookUpdate,
    responses((status = 200, description = "Recorded", body = Webhook), Problems)
)]
pub(crate) async fn update_webhook(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(asked): JsonBody<WebhookUpdate>,
) -> Result<Json<Webhook>, ApiError> {
    state.app.webhooks(&caller.principal)?;
    let id = super::id(&id)?;
    let draft = draft(&state, &asked.label, &asked.url, &asked.events)?;
    state.app.change_webhook(&caller.principal, &id, &draft).await?;
    Ok(Json(shown(&state, &caller, &id)?))
}
