//! `GET /v1/people/{person}`

use api_types::people::Person;
use axum::Json;
use axum::extract::{Path, State};
use domain::ids::PersonId;

use crate::api::answer::Problems;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// A person with their accounts and roles.
#[utoipa::path(
    get, path = "/v1/people/{person}", operation_id = "get_person", tag = "organisation",
    params(("person" = String, Path, description = "Id of the person")),
    responses((status = 200, description = "The person", body = Person), Problems)
)]
pub(crate) async fn get_person(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Person>, ApiError> {
    caller.may_read_organisation("read about people")?;
    Ok(Json(person(&state, &find(&id)?)?))
}

/// The id of a person.
pub(super) fn find(text: &str) -> Result<PersonId, ApiError> {
    text.parse().map_err(|_| ApiError::not_found("person", text))
}

/// A person as they stand now.
pub(super) fn person(state: &AppState, id: &PersonId) -> Result<Person, ApiError> {
    let live = state.app.live();
    let names = Names::new(&live.directory);
    let found = live.directory.person(id).map(|p| names.full_person(p, state.app.ports().now()));
    found.ok_or_else(|| ApiError::not_found("person", id.as_str()))
}
