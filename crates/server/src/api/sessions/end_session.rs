//! `POST /v1/sessions/end`

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::api::answer::Problems;
use crate::body::EmptyBody;
use crate::error::ApiError;
use crate::session::{self, Caller};
use crate::state::AppState;

/// Signs out. Without a session it does nothing.
#[utoipa::path(
    post, path = "/v1/sessions/end", operation_id = "end_session", tag = "access",
    responses((status = 204, description = "Signed out"), Problems)
)]
pub(crate) async fn end_session(
    State(state): State<AppState>,
    caller: Caller,
    _body: EmptyBody,
) -> Result<Response, ApiError> {
    if let Some(session) = &caller.session {
        state.app.sign_out(session).await?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(cookie) = session::end_cookie(&state) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
