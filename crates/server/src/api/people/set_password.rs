//! `POST /v1/accounts/{account}/password`

use api_types::people::PasswordRequest;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::ids::AccountId;

use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Sets a password: of one's own account with the current one, or of another as an admin. All its
/// sessions end.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/password", operation_id = "set_password", tag = "organisation",
    params(("account" = String, Path, description = "Id of the account")),
    request_body = PasswordRequest,
    responses((status = 204, description = "Done"), Problems)
)]
pub(crate) async fn set_password(
    State(state): State<AppState>,
    caller: Caller,
    Path(account): Path<String>,
    JsonBody(asked): JsonBody<PasswordRequest>,
) -> Result<StatusCode, ApiError> {
    let missing = || ApiError::not_found("account", &account);
    let id: AccountId = account.parse().map_err(|_| missing())?;
    let person = caller.principal.acting_person("set a password")?;
    let live = state.app.live();
    let known = live.directory.account(&id);
    if let Some(own) = known.filter(|a| a.person == *person && a.password.is_some()) {
        // A session left open must not be enough to take the account over.
        let current = asked.current_password.as_deref().unwrap_or_default();
        let peer = std::net::IpAddr::from([0, 0, 0, 0]);
        state.sign_in_limits.take(&own.subject, peer, state.app.ports().now())?;
        // The session this makes ends with all the others when the new password is set.
        if state.app.sign_in(&own.subject, current).await.is_err() {
            return Err(ApiError::field("current_password", "it is not the current password"));
        }
    }
    state.app.set_password(&caller.principal, &id, &asked.password).await?;
    Ok(StatusCode::NO_CONTENT)
}
