//! `GET /v1/groups`

use api_types::roles::Group;
use api_types::{Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::api::answer::{Problems, page};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// Every group with its members.
#[utoipa::path(
    get, path = "/v1/groups", operation_id = "list_groups", tag = "organisation",
    params(PageQuery),
    responses((status = 200, description = "One page", body = Page<Group>), Problems)
)]
pub(crate) async fn list_groups(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Page<Group>>, ApiError> {
    caller.may_read_organisation("list groups")?;
    let live = state.app.live();
    let names = Names::new(&live.directory);
    let all = live.directory.groups().map(|g| names.group(g)).collect();
    Ok(Json(page(all, &query)?))
}
