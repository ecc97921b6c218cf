//! `POST /v1/roles/bindings/removal`

use super::bind_role::read;
use api_types::roles::BindingRequest;
use axum::extract::State;
use axum::http::StatusCode;

use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Takes a role.
#[utoipa::path(
    post, path = "/v1/roles/bindings/removal", operation_id = "unbind_role", tag = "organisation",
    request_body = BindingRequest,
    responses((status = 204, description = "Done"), Problems)
)]
pub(crate) async fn unbind_role(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<BindingRequest>,
) -> Result<StatusCode, ApiError> {
    let binding = read(&asked)?;
    state.app.unbind_role(&caller.principal, binding).await?;
    Ok(StatusCode::NO_CONTENT)
}
