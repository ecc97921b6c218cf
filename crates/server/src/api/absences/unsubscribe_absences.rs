//! `POST /v1/people/{person}/absence-feed/removal`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::ids::PersonId;

use crate::api::answer::Problems;
use crate::body::EmptyBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Ends a subscription. What the calendar said of times to come is taken back.
#[utoipa::path(
    post, path = "/v1/people/{person}/absence-feed/removal", operation_id = "unsubscribe_absences",
    tag = "organisation",
    params(("person" = String, Path, description = "Id of the person")),
    responses((status = 204, description = "Done"), Problems)
)]
pub(crate) async fn unsubscribe_absences(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    _body: EmptyBody,
) -> Result<StatusCode, ApiError> {
    let person: PersonId = id.parse().map_err(|_| ApiError::not_found("person", &id))?;
    state.app.unsubscribe_absences(&caller.principal, &person).await?;
    Ok(StatusCode::NO_CONTENT)
}
