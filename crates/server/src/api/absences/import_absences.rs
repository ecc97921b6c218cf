//! `POST /v1/people/{person}/absences/import`

use api_types::absences::{AbsenceImport, AbsenceImportRequest};
use app::organisation::CalendarDraft;
use axum::Json;
use axum::extract::{Path, State};
use domain::ids::PersonId;

use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// Says what a calendar changes in somebody's absences, and records it when asked to. The same calendar
/// again changes nothing.
#[utoipa::path(
    post, path = "/v1/people/{person}/absences/import", operation_id = "import_absences",
    tag = "organisation",
    params(("person" = String, Path, description = "Id of the person")),
    request_body = AbsenceImportRequest,
    responses((status = 200, description = "What it changes, or has changed", body = AbsenceImport), Problems)
)]
pub(crate) async fn import_absences(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(asked): JsonBody<AbsenceImportRequest>,
) -> Result<Json<AbsenceImport>, ApiError> {
    let person: PersonId = id.parse().map_err(|_| ApiError::not_found("person", &id))?;
    let draft = CalendarDraft { person, calendar: asked.calendar, record: asked.record };
    let import = state.app.import_absences(&caller.principal, &draft).await?;
    let live = state.app.live();
    let reader = caller.principal.actor.person();
    Ok(Json(Names::new(&live.directory).absence_import(&import, draft.record, reader)))
}
