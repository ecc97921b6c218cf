//! `POST /v1/people/{person}/absences`

use api_types::absences::{Absence, AbsenceRequest};
use app::organisation::AbsenceDraft;
use axum::extract::{Path, State};
use domain::ids::PersonId;

use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{Names, request};

/// Enters an absence: for oneself, or as an admin for somebody else.
#[utoipa::path(
    post, path = "/v1/people/{person}/absences", operation_id = "enter_absence", tag = "organisation",
    params(("person" = String, Path, description = "Id of the person")),
    request_body = AbsenceRequest,
    responses((status = 201, description = "Recorded", body = Absence), Problems)
)]
pub(crate) async fn enter_absence(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(asked): JsonBody<AbsenceRequest>,
) -> Result<Created<Absence>, ApiError> {
    let person: PersonId = id.parse().map_err(|_| ApiError::not_found("person", &id))?;
    let draft = AbsenceDraft {
        person,
        from: asked.from.as_ref().map(|t| request::time("from", t)).transpose()?,
        until: request::time("until", &asked.until)?,
        reason: asked.reason,
    };
    let id = state.app.enter_absence(&caller.principal, draft).await?;
    let live = state.app.live();
    let found = live.directory.absence(&id);
    let found = found.ok_or_else(|| ApiError::not_found("absence", id.as_str()))?;
    let reader = caller.principal.actor.person();
    Ok(Created(Names::new(&live.directory).absence(found, reader)))
}
