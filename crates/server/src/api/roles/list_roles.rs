//! `GET /v1/roles`

use api_types::roles::Role;
use api_types::{Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::api::answer::{Problems, page};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// Every role, and who holds it where.
#[utoipa::path(
    get, path = "/v1/roles", operation_id = "list_roles", tag = "organisation",
    params(PageQuery),
    responses((status = 200, description = "One page", body = Page<Role>), Problems)
)]
pub(crate) async fn list_roles(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Page<Role>>, ApiError> {
    caller.may_read_organisation("list roles")?;
    let live = state.app.live();
    let names = Names::new(&live.directory);
    let all = names.roles(live.policy.live());
    Ok(Json(page(all, &query)?))
}
