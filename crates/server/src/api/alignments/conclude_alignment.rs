//! `POST /v1/alignments/{alignment}/outcomes`

use api_types::alignments::{Alignment, ConclusionRequest};
use axum::extract::{Path, State};

use super::{id_of, seen};
use crate::api::answer::{Created, Problems, find_change};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::alignments::outcome_of;

/// Says what came out for a change on the agenda. Only the chair can; until the session is closed it
/// can be said anew, and it counts from then on.
#[utoipa::path(
    post, path = "/v1/alignments/{alignment}/outcomes", operation_id = "conclude_alignment",
    tag = "alignments",
    params(("alignment" = String, Path, description = "Id of the session")),
    request_body = ConclusionRequest,
    responses((status = 201, description = "Recorded", body = Alignment), Problems)
)]
pub(crate) async fn conclude_alignment(
    State(state): State<AppState>,
    caller: Caller,
    Path(alignment): Path<String>,
    JsonBody(asked): JsonBody<ConclusionRequest>,
) -> Result<Created<Alignment>, ApiError> {
    let id = id_of(&alignment)?;
    let change = find_change(&state, &caller, &asked.change).await?;
    let (of, outcome) = ((&id, &change), outcome_of(asked.outcome));
    let done = state.app.conclude_alignment(&caller.principal, of, outcome, &asked.words).await?;
    Ok(Created(seen(&state, &caller, &done.value)))
}
