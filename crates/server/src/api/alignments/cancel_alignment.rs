//! `POST /v1/alignments/{alignment}/cancellation`

use api_types::alignments::{Alignment, AlignmentCancellationRequest};
use axum::Json;
use axum::extract::{Path, State};

use super::{id_of, seen};
use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Cancels a session, and tells those who take part or asked for a change on its agenda. Its chair and
/// whoever opened it can, until it is held.
#[utoipa::path(
    post, path = "/v1/alignments/{alignment}/cancellation", operation_id = "cancel_alignment",
    tag = "alignments",
    params(("alignment" = String, Path, description = "Id of the session")),
    request_body = AlignmentCancellationRequest,
    responses((status = 200, description = "Recorded", body = Alignment), Problems)
)]
pub(crate) async fn cancel_alignment(
    State(state): State<AppState>,
    caller: Caller,
    Path(alignment): Path<String>,
    JsonBody(asked): JsonBody<AlignmentCancellationRequest>,
) -> Result<Json<Alignment>, ApiError> {
    let id = id_of(&alignment)?;
    let done = state.app.cancel_alignment(&caller.principal, &id, &asked.reason).await?;
    Ok(Json(seen(&state, &caller, &done.value)))
}
