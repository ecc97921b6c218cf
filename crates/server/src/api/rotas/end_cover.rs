//! `POST /v1/covers/{cover}/end`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::ids::CoverId;

use crate::api::answer::Problems;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Gives turns back that somebody took over: by either of the two, or by an admin.
#[utoipa::path(
    post, path = "/v1/covers/{cover}/end", operation_id = "end_cover", tag = "organisation",
    params(("cover" = String, Path, description = "Id of the cover")),
    responses((status = 204, description = "Done"), Problems)
)]
pub(crate) async fn end_cover(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.principal.acting_person("end a cover")?;
    let id: CoverId = id.parse().map_err(|_| ApiError::not_found("cover", &id))?;
    state.app.end_cover(&caller.principal, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
