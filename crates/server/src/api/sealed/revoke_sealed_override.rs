//! `POST /v1/sealed-overrides/{sealed_override}/revocation`

use api_types::sealed::{SealedOverride, SealedRevocationRequest};
use axum::Json;
use axum::extract::{Path, State};
use domain::ids::SealedOverrideId;

use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// Revokes a sealed override. A machine that can't reach the server does not know; a use after this is
/// a finding when it is told. Again changes nothing.
#[utoipa::path(
    post, path = "/v1/sealed-overrides/{sealed_override}/revocation",
    operation_id = "revoke_sealed_override", tag = "changes",
    params(("sealed_override" = String, Path, description = "Id of the sealed override")),
    request_body = SealedRevocationRequest,
    responses((status = 200, description = "Recorded", body = SealedOverride), Problems)
)]
pub(crate) async fn revoke_sealed_override(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(asked): JsonBody<SealedRevocationRequest>,
) -> Result<Json<SealedOverride>, ApiError> {
    let missing = || ApiError::not_found("sealed override", &id);
    let sealed: SealedOverrideId = id.parse().map_err(|_| missing())?;
    let revoked = state.app.revoke_sealed(&caller.principal, &sealed, &asked.reason).await?.value;
    let live = state.app.live();
    let (now, you) = (state.app.ports().now(), caller.principal.actor.person());
    Ok(Json(Names::new(&live.directory).sealed_override(&revoked, you, now)))
}
