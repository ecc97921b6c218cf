//! `POST /v1/people/{person}/status`

use super::get_person::{find, person};
use api_types::people::{Person, StatusRequest};
use axum::Json;
use axum::extract::{Path, State};

use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::directory::read_status;

/// Marks a person as here or gone. Gone ends their sessions and tokens at once.
#[utoipa::path(
    post, path = "/v1/people/{person}/status", operation_id = "set_person_status", tag = "organisation",
    params(("person" = String, Path, description = "Id of the person")),
    request_body = StatusRequest,
    responses((status = 200, description = "Recorded", body = Person), Problems)
)]
pub(crate) async fn set_person_status(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(asked): JsonBody<StatusRequest>,
) -> Result<Json<Person>, ApiError> {
    let id = find(&id)?;
    let status = read_status(asked.status);
    state.app.set_person_status(&caller.principal, &id, status).await?;
    Ok(Json(person(&state, &id)?))
}
