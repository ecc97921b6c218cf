//! `GET /v1/findings`

use api_types::findings::Finding;
use api_types::{Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::api::answer::{Problems, page};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// All findings, newest first, and where they stand.
#[utoipa::path(
    get, path = "/v1/findings", operation_id = "list_findings", tag = "findings",
    params(PageQuery),
    responses((status = 200, description = "One page", body = Page<Finding>), Problems)
)]
pub(crate) async fn list_findings(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Page<Finding>>, ApiError> {
    caller.may_read("list findings")?;
    let live = state.app.live();
    let names = Names::new(&live.directory);
    let now = state.app.ports().now();
    let person = caller.principal.actor.person();
    let seen = live.directory.findings().rev().filter(|known| {
        caller.principal.reaches(&known.finding.service, &known.finding.environment)
    });
    Ok(Json(page(seen.map(|known| names.finding(known, person, now)).collect(), &query)?))
}
