//! `POST /v1/alignments/{alignment}/moves`

use api_types::alignments::{Alignment, AlignmentMoveRequest};
use app::organisation::AlignmentTime;
use axum::extract::{Path, State};

use super::{at, id_of, seen};
use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Gives a session another time, and tells those who take part. Its chair and whoever opened it can,
/// until it is held.
#[utoipa::path(
    post, path = "/v1/alignments/{alignment}/moves", operation_id = "move_alignment",
    tag = "alignments",
    params(("alignment" = String, Path, description = "Id of the session")),
    request_body = AlignmentMoveRequest,
    responses((status = 201, description = "Recorded", body = Alignment), Problems)
)]
pub(crate) async fn move_alignment(
    State(state): State<AppState>,
    caller: Caller,
    Path(alignment): Path<String>,
    JsonBody(asked): JsonBody<AlignmentMoveRequest>,
) -> Result<Created<Alignment>, ApiError> {
    let time = AlignmentTime {
        from: at("from", &asked.from)?,
        until: at("until", &asked.until)?,
        time_zone: asked.time_zone,
        reason: asked.reason,
    };
    let done = state.app.move_alignment(&caller.principal, &id_of(&alignment)?, &time).await?;
    Ok(Created(seen(&state, &caller, &done.value)))
}
