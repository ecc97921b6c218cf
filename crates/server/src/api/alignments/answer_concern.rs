//! `POST /v1/alignments/{alignment}/concerns/{number}/answer`

use api_types::alignments::{Alignment, ConcernAnswerRequest};
use axum::Json;
use axum::extract::{Path, State};

use super::{id_of, seen};
use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Answers a concern. Only its owner can, and once.
#[utoipa::path(
    post, path = "/v1/alignments/{alignment}/concerns/{number}/answer",
    operation_id = "answer_concern", tag = "alignments",
    params(
        ("alignment" = String, Path, description = "Id of the session"),
        ("number" = u32, Path, description = "Number of the concern within the session"),
    ),
    request_body = ConcernAnswerRequest,
    responses((status = 200, description = "Recorded", body = Alignment), Problems)
)]
pub(crate) async fn answer_concern(
    State(state): State<AppState>,
    caller: Caller,
    Path((alignment, number)): Path<(String, String)>,
    JsonBody(asked): JsonBody<ConcernAnswerRequest>,
) -> Result<Json<Alignment>, ApiError> {
    let id = id_of(&alignment)?;
    let concern = number.parse().map_err(|_| ApiError::not_found("concern", &number))?;
    let done = state.app.answer_concern(&caller.principal, (&id, concern), &asked.answer).await?;
    Ok(Json(seen(&state, &caller, &done.value)))
}
