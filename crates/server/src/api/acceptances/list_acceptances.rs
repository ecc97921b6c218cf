//! `GET /v1/risk-acceptances`

use api_types::acceptances::RiskAcceptance;
use api_types::{Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::api::answer::{Problems, page};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// All risk acceptances, newest first, and where they stand.
#[utoipa::path(
    get, path = "/v1/risk-acceptances", operation_id = "list_acceptances", tag = "changes",
    params(PageQuery),
    responses((status = 200, description = "One page", body = Page<RiskAcceptance>), Problems)
)]
pub(crate) async fn list_acceptances(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Page<RiskAcceptance>>, ApiError> {
    caller.may_read("list risk acceptances")?;
    let live = state.app.live();
    let names = Names::new(&live.directory);
    let now = state.app.ports().now();
    let all = live.directory.acceptances().rev();
    let seen =
        all.filter(|k| caller.principal.reaches(&k.accepted.service, &k.accepted.environment));
    Ok(Json(page(seen.map(|k| names.acceptance(k, now)).collect(), &query)?))
}
