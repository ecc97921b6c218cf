//! `POST /v1/alignments/{alignment}/closure`

use api_types::alignments::{Alignment, ClosingRequest};
use axum::Json;
use axum::extract::{Path, State};

use super::{id_of, seen};
use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Closes a session with an outcome for every change on its agenda: they count from here on.
#[utoipa::path(
    post, path = "/v1/alignments/{alignment}/closure", operation_id = "close_alignment",
    tag = "alignments",
    params(("alignment" = String, Path, description = "Id of the session")),
    request_body = ClosingRequest,
    responses((status = 200, description = "Recorded", body = Alignment), Problems)
)]
pub(crate) async fn close_alignment(
    State(state): State<AppState>,
    caller: Caller,
    Path(alignment): Path<String>,
    JsonBody(ClosingRequest {}): JsonBody<ClosingRequest>,
) -> Result<Json<Alignment>, ApiError> {
    let done = state.app.close_alignment(&caller.principal, &id_of(&alignment)?).await?;
    Ok(Json(seen(&state, &caller, &done.value)))
}
