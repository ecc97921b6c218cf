//! `GET /v1/policy/windows`

use api_types::policy_windows::PolicyWindow;
use api_types::{Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::api::answer::{Problems, cursor, limit};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// Spans in which live policy was weaker than the bundle before it or after it, the newest first: who
/// proposed and activated it, how long, and in which ways. A page may be short or empty and still have a
/// next one.
#[utoipa::path(
    get, path = "/v1/policy/windows", operation_id = "list_policy_windows", tag = "policy",
    params(PageQuery),
    responses((status = 200, description = "One page", body = Page<PolicyWindow>), Problems)
)]
pub(crate) async fn list_policy_windows(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Page<PolicyWindow>>, ApiError> {
    caller.may_read_organisation("read policy windows")?;
    let before = cursor(query.cursor.as_deref(), 'w')?;
    let before = before.map(|number| u32::try_from(number).unwrap_or(u32::MAX));
    let found = state.app.policy_windows(before, limit(query.limit)?).await?;
    let live = state.app.live();
    let names = Names::new(&live.directory);
    Ok(Json(Page {
        items: found.items.iter().map(|window| names.policy_window(window)).collect(),
        next_cursor: found.next.map(|number| format!("w{number}")),
    }))
}
