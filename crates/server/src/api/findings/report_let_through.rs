//! `GET /v1/findings/let-through`

use api_types::findings::LetThroughReport;
use axum::Json;
use axum::extract::State;

use crate::api::answer::Problems;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::findings::let_through;

/// What would have been stopped, by service and environment, had every gate enforced.
#[utoipa::path(
    get, path = "/v1/findings/let-through", operation_id = "report_let_through", tag = "findings",
    responses((status = 200, description = "The report", body = LetThroughReport), Problems)
)]
pub(crate) async fn report_let_through(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<LetThroughReport>, ApiError> {
    caller.may_read("read what gates let through")?;
    let all = state.app.live().directory.let_through();
    let seen = all.iter().filter(|p| caller.principal.reaches(&p.service, &p.environment));
    Ok(Json(LetThroughReport { places: seen.map(let_through).collect() }))
}
