//! `GET /v1/alignments/{alignment}`

use api_types::alignments::Alignment;
use axum::Json;
use axum::extract::{Path, State};

use super::{id_of, seen};
use crate::api::answer::Problems;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// A session: who takes part, its agenda, the concerns with their answers, and what came out.
#[utoipa::path(
    get, path = "/v1/alignments/{alignment}", operation_id = "get_alignment", tag = "alignments",
    params(("alignment" = String, Path, description = "Id of the session")),
    responses((status = 200, description = "The session", body = Alignment), Problems)
)]
pub(crate) async fn get_alignment(
    State(state): State<AppState>,
    caller: Caller,
    Path(alignment): Path<String>,
) -> Result<Json<Alignment>, ApiError> {
    caller.may_read("read an alignment session")?;
    let known = state.app.alignment(&caller.principal, &id_of(&alignment)?)?;
    Ok(Json(seen(&state, &caller, &known)))
}
