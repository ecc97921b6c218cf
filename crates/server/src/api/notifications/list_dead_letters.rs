//! `GET /v1/notifications/dead-letters`

use api_types::Page;
use api_types::notifications::DeadLetter;
use axum::Json;
use axum::extract::State;

use crate::api::answer::Problems;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::text::time;

/// Messages that were given up, the latest first, at most 200.
#[utoipa::path(
    get, path = "/v1/notifications/dead-letters", operation_id = "list_dead_letters",
    tag = "notifications",
    responses((status = 200, description = "The messages", body = Page<DeadLetter>), Problems)
)]
pub(crate) async fn list_dead_letters(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<Page<DeadLetter>>, ApiError> {
    let letters = state.app.dead_letters(&caller.principal).await?;
    let letter = |letter: app::notify::DeadLetterView| DeadLetter {
        id: letter.id,
        channel: letter.channel,
        to: letter.to,
        about: letter.about,
        created_at: time(letter.created_at),
        died_at: time(letter.died_at),
        error: letter.error,
    };
    Ok(Json(Page::whole(letters.into_iter().map(letter).collect())))
}
