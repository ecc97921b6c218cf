//! `POST /v1/people/{person}/absence-feed`

use api_types::absences::{AbsenceFeedRequest, AbsenceImport};
use axum::extract::{Path, State};
use domain::ids::PersonId;

use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// Lets somebody's absences follow a calendar at an address, in place of another. It is read at once and
/// then every hour; what it says takes the place of what it said before.
#[utoipa::path(
    post, path = "/v1/people/{person}/absence-feed", operation_id = "subscribe_absences",
    tag = "organisation",
    params(("person" = String, Path, description = "Id of the person")),
    request_body = AbsenceFeedRequest,
    responses((status = 201, description = "What it has changed", body = AbsenceImport), Problems)
)]
pub(crate) async fn subscribe_absences(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(asked): JsonBody<AbsenceFeedRequest>,
) -> Result<Created<AbsenceImport>, ApiError> {
    let person: PersonId = id.parse().map_err(|_| ApiError::not_found("person", &id))?;
    let reader = state.calendars()?;
    let of = (&person, asked.url.as_str());
    let import = state.app.subscribe_absences(&caller.principal, of, reader.as_ref()).await?;
    let live = state.app.live();
    let reader = caller.principal.actor.person();
    Ok(Created(Names::new(&live.directory).absence_import(&import, true, reader)))
}
