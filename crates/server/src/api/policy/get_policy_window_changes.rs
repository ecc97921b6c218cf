//! `GET /v1/policy/windows/{number}/changes`

use api_types::policy_windows::{PolicyWindowChanges, WindowSliceQuery};
use axum::Json;
use axum::extract::{Path, State};

use crate::api::answer::{Problems, cursor};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// What was approved, and perhaps deployed, in a policy window that the bundle before or after it would
/// have asked more for. Each call looks through a slice of the journal; `next_cursor` goes on.
#[utoipa::path(
    get, path = "/v1/policy/windows/{number}/changes", operation_id = "get_policy_window_changes",
    tag = "policy",
    params(("number" = u32, Path, description = "The how manieth live bundle it was"), WindowSliceQuery),
    responses((status = 200, description = "One slice", body = PolicyWindowChanges), Problems)
)]
pub(crate) async fn get_policy_window_changes(
    State(state): State<AppState>,
    caller: Caller,
    Path(number): Path<String>,
    QueryOf(query): QueryOf<WindowSliceQuery>,
) -> Result<Json<PolicyWindowChanges>, ApiError> {
    caller.may_read_organisation("read policy windows")?;
    let missing = || ApiError::not_found("policy window", &number);
    let number: u32 = number.parse().map_err(|_| missing())?;
    let from = cursor(query.cursor.as_deref(), 'e')?;
    let found = state.app.policy_window_changes(number, from).await?;
    let live = state.app.live();
    Ok(Json(Names::new(&live.directory).policy_window_changes(&found)))
}
