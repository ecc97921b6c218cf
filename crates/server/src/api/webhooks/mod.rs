//! `/v1/webhooks`

mod add_webhook;
mod list_webhooks;
mod remove_webhook;
mod rotate_webhook_secret;
mod set_webhook_status;
mod test_webhook;
mod update_webhook;

use app::notify::WebhookDraft;
use domain::ids::WebhookId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::notifications;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_webhooks::list_webhooks, add_webhook::add_webhook))
        .routes(routes!(update_webhook::update_webhook))
        .routes(routes!(set_webhook_status::set_webhook_status))
        .routes(routes!(rotate_webhook_secret::rotate_webhook_secret))
        .routes(routes!(test_webhook::test_webhook))
        .routes(routes!(remove_webhook::remove_webhook))
}

/// The id of a webhook.
fn id(text: &str) -> Result<WebhookId, ApiError> {
    text.parse().map_err(|_| ApiError::not_found("webhook", text))
}

/// A webhook as asked for, if calls may go there.
fn draft(
    state: &AppState,
    label: &str,
    url: &str,
    events: &[String],
) -> Result<WebhookDraft, ApiError> {
    let Some(poster) = &state.settings.channels.webhooks else {
        return Err(ApiError::field("url", "this server makes no calls"));
    };
    poster.check(url).map_err(|reason| ApiError::field("url", &reason))?;
    let events = events.iter().cloned().collect();
    Ok(WebhookDraft { label: label.to_owned(), url: url.to_owned(), events })
}

/// A webhook as it stands now.
fn shown(
    state: &AppState,
    caller: &Caller,
    id: &WebhookId,
) -> Result<api_types::webhooks::Webhook, ApiError> {
    let all = state.app.webhooks(&caller.principal)?;
    let found = all.iter().find(|webhook| webhook.id == *id);
    let found = found.ok_or_else(|| ApiError::not_found("webhook", id.as_str()))?;
    Ok(notifications::webhook(found))
}
