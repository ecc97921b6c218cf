//! `POST /v1/absences/{absence}/cancellation`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::ids::AbsenceId;

use crate::api::answer::Problems;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Takes an absence back: the person is there after all, or came back early.
#[utoipa::path(
    post, path = "/v1/absences/{absence}/cancellation", operation_id = "cancel_absence",
    tag = "organisation",
    params(("absence" = String, Path, description = "Id of the absence")),
    responses((status = 204, description = "Done"), Problems)
)]
pub(crate) async fn cancel_absence(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.principal.acting_person("cancel an absence")?;
    let id: AbsenceId = id.parse().map_err(|_| ApiError::not_found("absence", &id))?;
    state.app.cancel_absence(&caller.principal, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
