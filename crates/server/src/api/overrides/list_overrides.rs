//! `GET /v1/overrides`

use api_types::overrides::OverrideSummary;
use api_types::{Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::api::answer::{Problems, page};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// All overrides, newest first, and which of them wait for their review.
#[utoipa::path(
    get, path = "/v1/overrides", operation_id = "list_overrides", tag = "changes",
    params(PageQuery),
    responses((status = 200, description = "One page", body = Page<OverrideSummary>), Problems)
)]
pub(crate) async fn list_overrides(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Page<OverrideSummary>>, ApiError> {
    caller.may_read("list overrides")?;
    let live = state.app.live();
    let names = Names::new(&live.directory);
    let now = state.app.ports().now();
    let all = live.directory.overrides().rev();
    let seen = all.filter(|o| caller.principal.reaches(&o.service, &o.environment));
    Ok(Json(page(seen.map(|o| names.override_summary(o, now)).collect(), &query)?))
}
