//! `GET /v1/environments`

use api_types::services::Environment;
use api_types::{Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::api::answer::{Problems, page};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::policy;

/// Environments and their tiers, as the live policy says.
#[utoipa::path(
    get, path = "/v1/environments", operation_id = "list_environments", tag = "organisation",
    params(PageQuery),
    responses((status = 200, description = "One page", body = Page<Environment>), Problems)
)]
pub(crate) async fn list_environments(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Page<Environment>>, ApiError> {
    caller.may_read("list environments")?;
    let live = state.app.live();
    let all = live.policy.live().map(policy::environments).unwrap_or_default();
    Ok(Json(page(all, &query)?))
}
