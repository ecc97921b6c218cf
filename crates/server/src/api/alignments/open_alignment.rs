//! `POST /v1/alignments`

use api_types::alignments::{Alignment, AlignmentRequest};
use app::organisation::AlignmentDraft;
use axum::extract::State;
use domain::organisation::AGENDA_MAX;

use super::{at, person_of, seen};
use crate::api::answer::{Created, Problems, find_change};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Opens a session about changes as they are now, and invites its participants. What comes out of it
/// is never an approval.
#[utoipa::path(
    post, path = "/v1/alignments", operation_id = "open_alignment", tag = "alignments",
    request_body = AlignmentRequest,
    responses((status = 201, description = "Recorded", body = Alignment), Problems)
)]
pub(crate) async fn open_alignment(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<AlignmentRequest>,
) -> Result<Created<Alignment>, ApiError> {
    let mut agenda = Vec::new();
    for change in asked.agenda.iter().take(AGENDA_MAX + 1) {
        agenda.push(find_change(&state, &caller, change).await?);
    }
    let people = asked.participants.iter().map(|p| person_of("participants", p));
    let draft = AlignmentDraft {
        title: asked.title,
        from: at("from", &asked.from)?,
        until: at("until", &asked.until)?,
        time_zone: asked.time_zone.unwrap_or_else(|| "UTC".to_owned()),
        chair: asked.chair.as_deref().map(|p| person_of("chair", p)).transpose()?,
        participants: people.collect::<Result<_, _>>()?,
        agenda,
    };
    let done = state.app.open_alignment(&caller.principal, &draft).await?;
    Ok(Created(seen(&state, &caller, &done.value)))
}
