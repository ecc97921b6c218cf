//! `POST /v1/accounts/{account}/status`

use api_types::people::{Account, StatusRequest};
use axum::Json;
use axum::extract::{Path, State};
use domain::ids::AccountId;

use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::directory::{self, read_status};

/// Disables or enables an account. Disabling ends its sessions at once.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/status", operation_id = "set_account_status", tag = "organisation",
    params(("account" = String, Path, description = "Id of the account")),
    request_body = StatusRequest,
    responses((status = 200, description = "Recorded", body = Account), Problems)
)]
pub(crate) async fn set_account_status(
    State(state): State<AppState>,
    caller: Caller,
    Path(account): Path<String>,
    JsonBody(asked): JsonBody<StatusRequest>,
) -> Result<Json<Account>, ApiError> {
    let missing = || ApiError::not_found("account", &account);
    let id: AccountId = account.parse().map_err(|_| missing())?;
    state.app.set_account_status(&caller.principal, &id, read_status(asked.status)).await?;
    let live = state.app.live();
    Ok(Json(live.directory.account(&id).map(directory::account).ok_or_else(missing)?))
}
