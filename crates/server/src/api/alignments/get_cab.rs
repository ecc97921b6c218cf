//! `GET /v1/cab`

use api_types::alignments::Cab;
use axum::Json;
use axum::extract::State;

use crate::api::answer::Problems;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// What a Change Advisory Board looks at next: open changes of the highest approval level, those in
/// conflict, those whose risk policy can't judge, and those that wait to be aligned. It is told of all
/// others.
#[utoipa::path(
    get, path = "/v1/cab", operation_id = "get_cab", tag = "alignments",
    responses((status = 200, description = "Agenda and notification list", body = Cab), Problems)
)]
pub(crate) async fn get_cab(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<Cab>, ApiError> {
    caller.may_read("read the agenda of the board")?;
    let cab = state.app.cab(&caller.principal).await?;
    let live = state.app.live();
    Ok(Json(Names::new(&live.directory).cab(&cab)))
}
