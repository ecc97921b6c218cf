//! `GET /v1/freezes`

use api_types::freezes::Freeze;
use api_types::{Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::api::answer::{Problems, page};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// Freezes in force and ahead, by when they begin.
#[utoipa::path(
    get, path = "/v1/freezes", operation_id = "list_freezes", tag = "changes",
    params(PageQuery),
    responses((status = 200, description = "One page", body = Page<Freeze>), Problems)
)]
pub(crate) async fn list_freezes(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Page<Freeze>>, ApiError> {
    caller.may_read("list freezes")?;
    let live = state.app.live();
    let names = Names::new(&live.directory);
    let now = state.app.ports().now();
    let mut ahead = live.freezes_ahead(now);
    ahead.sort_by(|a, b| (a.from, &a.id).cmp(&(b.from, &b.id)));
    let person = caller.principal.actor.person();
    let all = ahead.iter().map(|f| names.freeze(f, &live, person, now)).collect();
    Ok(Json(page(all, &query)?))
}
