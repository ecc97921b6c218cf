//! `POST /v1/signing-keys/{key}/removal`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::ids::SigningKeyId;

use crate::api::answer::Problems;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Removes a key: the caller's own, or by an admin anybody's. It signs nothing any more; what it
/// signed before stays what it was.
#[utoipa::path(
    post, path = "/v1/signing-keys/{key}/removal", operation_id = "remove_signing_key",
    tag = "organisation",
    params(("key" = String, Path, description = "Id of the key")),
    responses((status = 204, description = "Done"), Problems)
)]
pub(crate) async fn remove_signing_key(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.principal.acting_person("remove a signing key")?;
    let id: SigningKeyId = id.parse().map_err(|_| ApiError::not_found("signing key", &id))?;
    state.app.remove_signing_key(&caller.principal, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
