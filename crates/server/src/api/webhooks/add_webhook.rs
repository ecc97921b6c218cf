//! `POST /v1/webhooks`

use api_types::webhooks::{NewWebhook, WebhookRequest};
use axum::extract::State;

use super::{draft, shown};
use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Registers a webhook. Its secret is in this answer and nowhere else.
#[utoipa::path(
    post, path = "/v1/webhooks", operation_id = "add_webhook", tag = "notifications",
    request_body = WebhookRequest,
    responses((status = 201, description = "Recorded", body = NewWebhook), Problems)
)]
pub(crate) async fn add_webhook(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<WebhookRequest>,
) -> Result<Created<NewWebhook>, ApiError> {
    state.app.webhooks(&caller.principal)?;
    let draft = draft(&state, &asked.label, &asked.url, &asked.events)?;
    let secret = asked.secret.as_deref();
    let (id, secret) = state.app.add_webhook(&caller.principal, &draft, secret).await?;
    Ok(Created(NewWebhook { webhook: shown(&state, &caller, &id)?, secret }))
}
