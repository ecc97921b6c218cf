//! `GET /v1/alignments`

use api_types::alignments::Alignment;
use api_types::{Page, PageQuery};
use axum::Json;
use axum::extract::State;

use super::seen;
use crate::api::answer::{Problems, page};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// All alignment sessions, newest first.
#[utoipa::path(
    get, path = "/v1/alignments", operation_id = "list_alignments", tag = "alignments",
    params(PageQuery),
    responses((status = 200, description = "One page", body = Page<Alignment>), Problems)
)]
pub(crate) async fn list_alignments(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Page<Alignment>>, ApiError> {
    caller.may_read("list alignment sessions")?;
    let all = state.app.alignments(&caller.principal);
    Ok(Json(page(all.iter().map(|known| seen(&state, &caller, known)).collect(), &query)?))
}
