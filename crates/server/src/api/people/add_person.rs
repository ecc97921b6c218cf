//! `POST /v1/people`

use super::get_person::person;
use api_types::people::{Person, PersonRequest};
use app::organisation::PersonDraft;
use axum::extract::State;

use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::request;

/// Adds a person.
#[utoipa::path(
    post, path = "/v1/people", operation_id = "add_person", tag = "organisation",
    request_body = PersonRequest,
    responses((status = 201, description = "Recorded", body = Person), Problems)
)]
pub(crate) async fn add_person(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<PersonRequest>,
) -> Result<Created<Person>, ApiError> {
    request::readable("name", &asked.name)?;
    request::at_most("emails", asked.emails.len(), 50, "addresses")?;
    let draft = PersonDraft {
        name: asked.name,
        emails: asked.emails,
        place: asked.place.as_deref().map(|p| request::read("place", p)).transpose()?,
        time_zone: asked.time_zone.unwrap_or_else(|| "UTC".to_owned()),
    };
    let id = state.app.add_person(&caller.principal, draft).await?;
    Ok(Created(person(&state, &id)?))
}
