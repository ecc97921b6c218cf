//! `POST /v1/me/tokens`

use super::create_token::{draft, shown_once};
use api_types::service_accounts::{NewToken, TokenRequest};
use axum::extract::State;

use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Issues a personal token. Its text is in this answer and nowhere else.
#[utoipa::path(
    post, path = "/v1/me/tokens", operation_id = "create_own_token", tag = "organisation",
    request_body = TokenRequest,
    responses((status = 201, description = "Recorded", body = NewToken), Problems)
)]
pub(crate) async fn create_own_token(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<TokenRequest>,
) -> Result<Created<NewToken>, ApiError> {
    let draft = draft(&asked)?;
    let issued = state.app.issue_personal_token(&caller.principal, draft).await?;
    Ok(Created(shown_once(&state, &issued)?))
}
