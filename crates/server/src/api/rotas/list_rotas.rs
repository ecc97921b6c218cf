//! `GET /v1/rotas`

use api_types::rotas::Rota;
use api_types::{Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::api::answer::{Problems, page};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// Every rota, with who is on call now.
#[utoipa::path(
    get, path = "/v1/rotas", operation_id = "list_rotas", tag = "organisation",
    params(PageQuery),
    responses((status = 200, description = "One page", body = Page<Rota>), Problems)
)]
pub(crate) async fn list_rotas(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Page<Rota>>, ApiError> {
    caller.may_read_organisation("list rotas")?;
    let live = state.app.live();
    let names = Names::new(&live.directory);
    let now = state.app.ports().now();
    let all = live.directory.rotas().map(|r| names.rota(r, now)).collect();
    Ok(Json(page(all, &query)?))
}
