//! `POST /v1/alignments/{alignment}/concerns`

use api_types::alignments::{Alignment, ConcernRequest};
use app::organisation::ConcernDraft;
use axum::extract::{Path, State};

use super::{id_of, person_of, seen};
use crate::api::answer::{Created, Problems, find_change};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Raises a concern about a change on the agenda. Its owner hears of it; while it has no answer, the
/// change can't be said to be aligned.
#[utoipa::path(
    post, path = "/v1/alignments/{alignment}/concerns", operation_id = "raise_concern",
    tag = "alignments",
    params(("alignment" = String, Path, description = "Id of the session")),
    request_body = ConcernRequest,
    responses((status = 201, description = "Recorded", body = Alignment), Problems)
)]
pub(crate) async fn raise_concern(
    State(state): State<AppState>,
    caller: Caller,
    Path(alignment): Path<String>,
    JsonBody(asked): JsonBody<ConcernRequest>,
) -> Result<Created<Alignment>, ApiError> {
    let draft = ConcernDraft {
        change: find_change(&state, &caller, &asked.change).await?,
        text: asked.text,
        owner: asked.owner.as_deref().map(|p| person_of("owner", p)).transpose()?,
    };
    let id = id_of(&alignment)?;
    let done = state.app.raise_concern(&caller.principal, &id, &draft).await?;
    Ok(Created(seen(&state, &caller, &done.value)))
}
