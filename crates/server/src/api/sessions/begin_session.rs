//! `POST /v1/sessions`

use api_types::sessions::{Session, SignIn};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::serve::From;
use crate::state::AppState;
use crate::wire::{Names, text::time};
use crate::{csrf, session};

/// Signs in with a local account. The session's token travels in the cookie only.
#[utoipa::path(
    post, path = "/v1/sessions", operation_id = "begin_session", tag = "access",
    security(()),
    request_body = SignIn,
    responses((status = 201, description = "Signed in", body = Session), Problems)
)]
pub(crate) async fn begin_session(
    State(state): State<AppState>,
    from: From,
    headers: HeaderMap,
    JsonBody(asked): JsonBody<SignIn>,
) -> Result<Response, ApiError> {
    csrf::check_origin(&headers, &state)?;
    let now = state.app.ports().now();
    state.sign_in_limits.take(&asked.user_name, from.0, now)?;
    let (token, begun) = state.app.sign_in(&asked.user_name, &asked.password).await?;
    state.sign_in_limits.succeeded(&asked.user_name, from.0);
    let row = state.app.store().session(&begun.token_hash).await?;
    let live = state.app.live();
    let answer = Session {
        principal: Names::new(&live.directory).principal(&begun.principal.actor),
        csrf: begun.csrf,
        expires_at: time(row.map_or(now, |r| r.expires_at)),
    };
    let mut response = Created(answer).into_response();
    if let Some(cookie) = session::begin_cookie(&state, &token) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
