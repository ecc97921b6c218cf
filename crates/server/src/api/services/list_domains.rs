//! `GET /v1/domains`

use api_types::services::Domain;
use api_types::{Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::api::answer::{Problems, page};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::directory;

/// Domains of services.
#[utoipa::path(
    get, path = "/v1/domains", operation_id = "list_domains", tag = "organisation",
    params(PageQuery),
    responses((status = 200, description = "One page", body = Page<Domain>), Problems)
)]
pub(crate) async fn list_domains(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Page<Domain>>, ApiError> {
    caller.may_read("list domains")?;
    let live = state.app.live();
    let all =
        live.directory.domains().map(|(name, title)| directory::domain(name, title)).collect();
    Ok(Json(page(all, &query)?))
}
