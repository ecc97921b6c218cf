//! `POST /v1/people/{person}/accounts`

use super::get_person::find;
use api_types::people::{Account, AccountRequest};
use axum::extract::{Path, State};

use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{directory::account, request};

/// Gives a person an account to sign in with.
#[utoipa::path(
    post, path = "/v1/people/{person}/accounts", operation_id = "add_account", tag = "organisation",
    params(("person" = String, Path, description = "Id of the person")),
    request_body = AccountRequest,
    responses((status = 201, description = "Recorded", body = Account), Problems)
)]
pub(crate) async fn add_account(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(asked): JsonBody<AccountRequest>,
) -> Result<Created<Account>, ApiError> {
    let person = find(&id)?;
    let id = match (&asked.user_name, &asked.issuer, &asked.subject) {
        (Some(name), None, None) => {
            request::readable("user_name", name)?;
            let password = asked.password.as_deref();
            state.app.add_account(&caller.principal, &person, name, password).await?
        }
        (None, Some(issuer), Some(subject)) if asked.password.is_none() => {
            state.app.link_account(&caller.principal, &person, issuer, subject).await?
        }
        _ => {
            caller.principal.acting_person("add accounts")?;
            let message =
                "give a user name, or issuer and subject of an identity provider's account";
            return Err(ApiError::field("user_name", message));
        }
    };
    let live = state.app.live();
    let added = live.directory.account(&id).map(account);
    Ok(Created(added.ok_or_else(|| ApiError::not_found("account", id.as_str()))?))
}
