//! `POST /v1/service-accounts/{service_account}/tokens`

use api_types::service_accounts::{NewToken, TokenRequest};
use app::access::{IssuedToken, TokenDraft};
use axum::extract::{Path, State};
use domain::ids::ServiceAccountId;

use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{directory, request, text::time};

/// Issues a token. Its text is in this answer and nowhere else.
#[utoipa::path(
    post, path = "/v1/service-accounts/{service_account}/tokens", operation_id = "create_token", tag = "organisation",
    params(("service_account" = String, Path, description = "Id of the service account")),
    request_body = TokenRequest,
    responses((status = 201, description = "Recorded", body = NewToken), Problems)
)]
pub(crate) async fn create_token(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(asked): JsonBody<TokenRequest>,
) -> Result<Created<NewToken>, ApiError> {
    let account: ServiceAccountId =
        id.parse().map_err(|_| ApiError::not_found("service account", &id))?;
    let draft = draft(&asked)?;
    let issued = state.app.issue_service_token(&caller.principal, &account, draft).await?;
    Ok(Created(shown_once(&state, &issued)?))
}

/// What the token is to be good for.
pub(in crate::api) fn draft(asked: &TokenRequest) -> Result<TokenDraft, ApiError> {
    let named = |names: &Option<Vec<String>>| names.as_ref().map_or(0, Vec::len);
    request::at_most("services", named(&asked.services), 300, "services")?;
    request::at_most("environments", named(&asked.environments), 300, "environments")?;
    let services = match &asked.services {
        Some(names) => Some(request::read_all("services", names)?),
        None => None,
    };
    let environments = match &asked.environments {
        Some(names) => Some(request::read_all("environments", names)?),
        None => None,
    };
    Ok(TokenDraft {
        label: asked.label.clone(),
        verbs: asked.verbs.iter().copied().map(directory::read_verb).collect(),
        services,
        environments,
        expires_in_days: asked.expires_in_days,
    })
}

/// A token with its text, the only time.
pub(in crate::api) fn shown_once(
    state: &AppState,
    issued: &IssuedToken,
) -> Result<NewToken, ApiError> {
    let live = state.app.live();
    let missing = || ApiError::not_found("token", issued.id.as_str());
    let (_, token) = live.directory.token(&issued.id).ok_or_else(missing)?;
    Ok(NewToken {
        token_id: issued.id.to_string(),
        token: issued.text.clone(),
        expires_at: time(token.expires_at),
    })
}
