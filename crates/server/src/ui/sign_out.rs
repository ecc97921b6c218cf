//! Ending a session.

use axum::http::header;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::form::Posted;
use crate::session;

/// `POST /sign-out`
pub(super) async fn submit(posted: Posted) -> Response {
    let Posted { visit, .. } = posted;
    if let Err(error) = visit.state.app.sign_out(&visit.signed_in.session).await {
        return visit.problem(error.into()).await;
    }
    let mut response = Redirect::to("/sign-in").into_response();
    if let Some(cookie) = session::end_cookie(&visit.state) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
