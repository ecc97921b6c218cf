//! `POST /v1/service-accounts/{service_account}/status`

use super::add_service_account::service_account;
use api_types::people::StatusRequest;
use api_types::service_accounts::ServiceAccount;
use axum::Json;
use axum::extract::{Path, State};
use domain::ids::ServiceAccountId;

use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::directory::read_status;

/// Disables or enables a machine identity; its tokens follow at once.
#[utoipa::path(
    post, path = "/v1/service-accounts/{service_account}/status", operation_id = "set_service_account_status", tag = "organisation",
    params(("service_account" = String, Path, description = "Id of the service account")),
    request_body = StatusRequest,
    responses((status = 200, description = "Recorded", body = ServiceAccount), Problems)
)]
pub(crate) async fn set_service_account_status(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(asked): JsonBody<StatusRequest>,
) -> Result<Json<ServiceAccount>, ApiError> {
    let missing = |_| ApiError::not_found("service account", &id);
    let account: ServiceAccountId = id.parse().map_err(missing)?;
    let status = read_status(asked.status);
    state.app.set_service_account_status(&caller.principal, &account, status).await?;
    Ok(Json(service_account(&state, &account)?))
}
