//! `POST /v1/webhooks/{webhook}/secret`

use api_types::webhooks::{NewWebhook, WebhookSecretRequest};
use axum::Json;
use axum::extract::{Path, State};

use super::shown;
use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Makes a new secret. For a day calls are signed with the old one too.
#[utoipa::path(
    post, path = "/v1/webhooks/{webhook}/secret", operation_id = "rotate_webhook_secret",
    tag = "notifications",
    params(("webhook" = String, Path, description = "Id of the webhook")),
    request_body = WebhookSecretRequest,
    responses((status = 200, description = "Recorded", body = NewWebhook), Problems)
)]
pub(crate) async fn rotate_webhook_secret(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(asked): JsonBody<WebhookSecretRequest>,
) -> Result<Json<NewWebhook>, ApiError> {
    let id = super::id(&id)?;
    let secret = asked.secret.as_deref();
    let secret = state.app.rotate_webhook_secret(&caller.principal, &id, secret).await?;
    Ok(Json(NewWebhook { webhook: shown(&state, &caller, &id)?, secret }))
}
