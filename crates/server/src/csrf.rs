//! Requests that another site makes a browser send are refused (E04): by `Sec-Fetch-Site` and
//! `Origin`, and by a token that only our own pages know.

use app::access::Session;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;
use crate::state::AppState;

/// Header that carries the CSRF token of a session.
pub const HEADER: &str = "x-csrf-token";

/// Whether two texts are the same, in a time that depends on their lengths only.
#[must_use]
pub fn same_text(a: &str, b: &str) -> bool {
    let differs = a.bytes().zip(b.bytes()).fold(0, |acc, (x, y)| acc | (x ^ y));
    a.len() == b.len() && std::hint::black_box(differs) == 0
}

/// Whether an unsafe request comes from our own pages, or from no browser.
///
/// # Errors
/// Another site sent it.
pub fn check_origin(headers: &HeaderMap, state: &AppState) -> Result<(), ApiError> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return if site == "same-origin" || site == "none" { Ok(()) } else { Err(refused()) };
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().unwrap_or_default();
    let public = state.settings.public_url.as_deref().map(|u| u.trim_end_matches('/'));
    let host = text("host").unwrap_or_default();
    let authority = origin.split_once("://").map(|(_, rest)| rest);
    let ours = Some(origin) == public
        || authority.is_some_and(|a| !a.is_empty() && a.eq_ignore_ascii_case(host));
    if ours { Ok(()) } else { Err(refused()) }
}

fn refused() -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, "cross_origin", "another site sent this request")
        .next_action("open the page here and try again")
}

/// Whether the request carries the session's token in its header.
pub(crate) fn check_header(headers: &HeaderMap, session: &Session) -> Result<(), ApiError> {
    let sent = headers.get(HEADER).and_then(|v| v.to_str().ok()).unwrap_or_default();
    check_token(sent, session)
}

pub(crate) fn check_token(sent: &str, session: &Session) -> Result<(), ApiError> {
    if same_text(sent, &session.csrf) {
        return Ok(());
    }
    let detail = "the request lacks the CSRF token of your session";
    Err(ApiError::new(StatusCode::FORBIDDEN, "csrf", detail)
        .next_action("open the page again and repeat it, or use a token instead of the cookie"))
}

/// Middleware of the pages: refuses unsafe requests from other sites, before any handler.
pub async fn guard_pages(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if !request.method().is_safe()
        && let Err(error) = check_origin(request.headers(), &state)
    {
        return error.into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_compared_whole() {
        assert!(same_text("abc", "abc"));
        for (a, b) in [("abc", "abd"), ("abc", "ab"), ("", "a")] {
            assert!(!same_text(a, b));
        }
    }
}
