//! `POST /v1/tokens/{token}/revocation`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::ids::TokenId;

use crate::api::answer::Problems;
use crate::body::EmptyBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Revokes a token at once.
#[utoipa::path(
    post, path = "/v1/tokens/{token}/revocation", operation_id = "revoke_token", tag = "organisation",
    params(("token" = String, Path, description = "Id of the token, not its text")),
    responses((status = 204, description = "Done"), Problems)
)]
pub(crate) async fn revoke_token(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    _body: EmptyBody,
) -> Result<StatusCode, ApiError> {
    // The text of a token, sent by mistake, must not come back in an error.
    let id: TokenId = id.parse().map_err(|_| ApiError::not_found("token", "with this id"))?;
    state.app.revoke_token(&caller.principal, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
