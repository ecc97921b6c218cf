//! `GET /v1/people`

use api_types::people::Person;
use api_types::{Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::api::answer::{Problems, page};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// Everybody, with their accounts and roles.
#[utoipa::path(
    get, path = "/v1/people", operation_id = "list_people", tag = "organisation",
    params(PageQuery),
    responses((status = 200, description = "One page", body = Page<Person>), Problems)
)]
pub(crate) async fn list_people(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Page<Person>>, ApiError> {
    caller.may_read_organisation("list people")?;
    let live = state.app.live();
    let names = Names::new(&live.directory);
    let now = state.app.ports().now();
    let all = live.directory.people().map(|p| names.full_person(p, now)).collect();
    Ok(Json(page(all, &query)?))
}
