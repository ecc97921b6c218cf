//! `POST /v1/rotas/{rota}/removal`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::ids::RotaId;

use crate::api::answer::Problems;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Removes a rota.
#[utoipa::path(
    post, path = "/v1/rotas/{rota}/removal", operation_id = "remove_rota", tag = "organisation",
    params(("rota" = String, Path, description = "Id of the rota")),
    responses((status = 204, description = "Done"), Problems)
)]
pub(crate) async fn remove_rota(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let id: RotaId = id.parse().map_err(|_| ApiError::not_found("rota", &id))?;
    state.app.remove_rota(&caller.principal, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
