//! `GET /v1/services`

use api_types::services::Service;
use api_types::{Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::api::answer::{Problems, page};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// Services with their owners.
#[utoipa::path(
    get, path = "/v1/services", operation_id = "list_services", tag = "organisation",
    params(PageQuery),
    responses((status = 200, description = "One page", body = Page<Service>), Problems)
)]
pub(crate) async fn list_services(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Page<Service>>, ApiError> {
    caller.may_read("list services")?;
    let live = state.app.live();
    let names = Names::new(&live.directory);
    let all = live
        .directory
        .services()
        .filter(|s| caller.reaches_service(&s.name))
        .map(|s| names.service(s))
        .collect();
    Ok(Json(page(all, &query)?))
}
