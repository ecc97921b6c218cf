//! `POST /v1/changes/{change}/briefing/openings`

use api_types::briefings::Briefing;
use axum::extract::{Path, State};

use crate::api::answer::{Created, Problems, find_change};
use crate::body::EmptyBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::briefing::briefing;

/// Records that the caller opened their briefing: who, when, and the digest of what is shown.
/// Opening the same again records nothing.
#[utoipa::path(
    post, path = "/v1/changes/{change}/briefing/openings", operation_id = "open_briefing",
    tag = "changes",
    params(("change" = String, Path, description = "Id or number", example = "CHG-1042")),
    responses((status = 201, description = "Recorded", body = Briefing), Problems)
)]
pub(crate) async fn open_briefing(
    State(state): State<AppState>,
    caller: Caller,
    Path(change): Path<String>,
    _: EmptyBody,
) -> Result<Created<Briefing>, ApiError> {
    let id = find_change(&state, &caller, &change).await?;
    let opened = state.app.open_briefing(&caller.principal, &id).await?;
    Ok(Created(briefing(&opened.value)))
}
