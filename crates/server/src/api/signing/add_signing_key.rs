//! `POST /v1/me/signing-keys`

use api_types::signing::{SigningKey, SigningKeyRequest};
use axum::extract::State;

use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{request, signing};

/// Registers an SSH key of the caller, in a session whose sign-in is at most ten minutes old.
#[utoipa::path(
    post, path = "/v1/me/signing-keys", operation_id = "add_signing_key", tag = "organisation",
    request_body = SigningKeyRequest,
    responses((status = 201, description = "Recorded", body = SigningKey), Problems)
)]
pub(crate) async fn add_signing_key(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<SigningKeyRequest>,
) -> Result<Created<SigningKey>, ApiError> {
    request::readable("name", &asked.name)?;
    let public_key = signing::public_key(&asked.public_key)?;
    let id = state.app.add_ssh_key(&caller.principal, &asked.name, public_key).await?;
    let live = state.app.live();
    let known = live.directory.signing_key(&id);
    let known = known.ok_or_else(|| ApiError::not_found("signing key", id.as_str()))?;
    Ok(Created(signing::key(&known.key)))
}
