//! `POST /v1/people/{person}`

use super::get_person::{find, person};
use api_types::people::{Person, PersonUpdate};
use app::organisation::PersonDraft;
use axum::Json;
use axum::extract::{Path, State};

use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::request;

/// Corrects a person's record. What is left out stays.
#[utoipa::path(
    post, path = "/v1/people/{person}", operation_id = "update_person", tag = "organisation",
    params(("person" = String, Path, description = "Id of the person")),
    request_body = PersonUpdate,
    responses((status = 200, description = "Recorded", body = Person), Problems)
)]
pub(crate) async fn update_person(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(asked): JsonBody<PersonUpdate>,
) -> Result<Json<Person>, ApiError> {
    let id = find(&id)?;
    let live = state.app.live();
    let known = live.directory.person(&id);
    let known = known.ok_or_else(|| ApiError::not_found("person", id.as_str()))?;
    let emails = || known.emails.iter().filter_map(|e| e.get().cloned()).collect();
    request::readable("name", asked.name.as_deref().unwrap_or_default())?;
    request::at_most("emails", asked.emails.as_ref().map_or(0, Vec::len), 50, "addresses")?;
    let draft = PersonDraft {
        name: asked.name.unwrap_or_else(|| known.name.text().to_owned()),
        emails: asked.emails.unwrap_or_else(emails),
        place: asked.place.as_deref().map(|p| request::read("place", p)).transpose()?,
        time_zone: asked.time_zone.unwrap_or_else(|| known.time_zone.clone()),
    };
    state.app.change_person(&caller.principal, id.clone(), draft).await?;
    Ok(Json(person(&state, &id)?))
}
