//! `POST /v1/delegations/{delegation}/end`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::ids::DelegationId;

use crate::api::answer::Problems;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Ends a delegation before its time. Votes given by it that were not used yet fall with it.
#[utoipa::path(
    post, path = "/v1/delegations/{delegation}/end", operation_id = "end_delegation",
    tag = "organisation",
    params(("delegation" = String, Path, description = "Id of the delegation")),
    responses((status = 204, description = "Done"), Problems)
)]
pub(crate) async fn end_delegation(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let id: DelegationId = id.parse().map_err(|_| ApiError::not_found("delegation", &id))?;
    state.app.end_delegation(&caller.principal, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
