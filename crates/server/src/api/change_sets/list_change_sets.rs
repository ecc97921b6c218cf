//! `GET /v1/change-sets`

use api_types::Page;
use api_types::change_sets::{ChangeSetSummary, ChangeSetsQuery};
use axum::Json;
use axum::extract::State;

use crate::api::answer::{Problems, limit};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// Change sets, newest first. A page may hold fewer than asked for, and still another follow.
#[utoipa::path(
    get, path = "/v1/change-sets", operation_id = "list_change_sets", tag = "changes",
    params(ChangeSetsQuery),
    responses((status = 200, description = "One page", body = Page<ChangeSetSummary>), Problems)
)]
pub(crate) async fn list_change_sets(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<ChangeSetsQuery>,
) -> Result<Json<Page<ChangeSetSummary>>, ApiError> {
    caller.may_read("list change sets")?;
    let wrong = |_| ApiError::field("cursor", "use `next_cursor` of the page before");
    let before = query.cursor.as_deref().map(str::parse).transpose().map_err(wrong)?;
    let page = (before, limit(query.limit)?);
    let only_open = query.open.unwrap_or(false);
    let (sets, next) = state.app.list_change_sets(&caller.principal, only_open, page).await?;
    let live = state.app.live();
    let plans = state.app.plan_troubles();
    let names = Names::new(&live.directory).with_plans(&plans);
    let summary = |set| names.change_set_summary(set, live.policy.live());
    let items = sets.iter().filter_map(summary).collect();
    Ok(Json(Page { items, next_cursor: next.map(|id| id.to_string()) }))
}
