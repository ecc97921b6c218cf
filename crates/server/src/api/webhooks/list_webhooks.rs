//! `GET /v1/webhooks`

use api_types::webhooks::Webhook;
use api_types::{Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::api::answer::{Problems, page};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::notifications;

/// All webhooks, without their secrets.
#[utoipa::path(
    get, path = "/v1/webhooks", operation_id = "list_webhooks", tag = "notifications",
    params(PageQuery),
    responses((status = 200, description = "One page", body = Page<Webhook>), Problems)
)]
pub(crate) async fn list_webhooks(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Page<Webhook>>, ApiError> {
    let all = state.app.webhooks(&caller.principal)?;
    Ok(Json(page(all.iter().map(notifications::webhook).collect(), &query)?))
}
