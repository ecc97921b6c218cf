//! Who asks: extractors for the API ([`Caller`]) and for pages ([`SignedIn`]), and the cookie.

use std::sync::Arc;

use app::access::Session;
use app::principal::Principal;
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::organisation::Verb;
use domain::refusal::Refusal;

use crate::csrf;
use crate::error::ApiError;
use crate::state::AppState;

/// Name of the session cookie.
pub const COOKIE: &str = "countersign_session";

const SESSION_SECONDS: u32 = 12 * 3600;

/// An authenticated caller of the API: by bearer token, or by session with a valid CSRF token.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who, and what their credential is good for.
    pub principal: Arc<Principal>,
    /// The session, if they came with the cookie.
    pub session: Option<Arc<Session>>,
}

impl Caller {
    /// Whether the credential may read at all.
    ///
    /// # Errors
    /// A token without the verb `read`.
    pub fn may_read(&self, action: &'static str) -> Result<(), ApiError> {
        Ok(self.principal.may(Verb::Read, action)?)
    }

    /// Whether they may read what is not of one service: a person, not limited by their token.
    ///
    /// # Errors
    /// A machine, or a token limited to some services or environments (E17).
    pub fn may_read_organisation(&self, action: &'static str) -> Result<(), ApiError> {
        self.may_read(action)?;
        if self.principal.actor.person().is_none() {
            return Err(Refusal::PeopleOnly { action }.into());
        }
        self.is_unlimited(action)
    }

    /// Whether their credential reaches a service at all.
    #[must_use]
    pub fn reaches_service(&self, service: &domain::ids::ServiceName) -> bool {
        let services = self.principal.token.as_ref().and_then(|t| t.services.as_ref());
        services.is_none_or(|s| s.contains(service))
    }

    /// Whether their credential reaches every service and environment.
    ///
    /// # Errors
    /// It does not.
    pub fn is_unlimited(&self, action: &'static str) -> Result<(), ApiError> {
        let limited =
            |t: &app::principal::TokenScope| t.services.is_some() || t.environments.is_some();
        if self.principal.token.as_ref().is_some_and(limited) {
            return Err(app::AppError::OutOfScope { action }.into());
        }
        Ok(())
    }
}

/// What [`authenticate_request`] found, for the handlers below it.
#[derive(Debug, Clone)]
pub(crate) struct Authenticated(pub(crate) Result<Caller, ApiError>);

/// Finds out who asks. Unsafe requests with a cookie must prove that they come from our pages.
pub(crate) async fn authenticate_request(
    state: &AppState,
    headers: &HeaderMap,
    is_safe: bool,
) -> Result<Caller, ApiError> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let token = value.to_str().ok().and_then(|v| {
            let (scheme, token) = v.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let token = token.ok_or_else(|| {
            ApiError::unauthenticated("token_invalid", "send `Authorization: Bearer TOKEN`")
        })?;
        return Ok(Caller { principal: Arc::new(state.app.bearer(token)?), session: None });
    }
    let token = cookie(headers).ok_or_else(|| {
        ApiError::unauthenticated("unauthenticated", "nobody is signed in and no token was sent")
    })?;
    let session = state.app.session(token).await?;
    if !is_safe {
        csrf::check_origin(headers, state)?;
        csrf::check_header(headers, &session)?;
    }
    let principal = Arc::new(session.principal.clone());
    Ok(Caller { principal, session: Some(Arc::new(session)) })
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        if let Some(found) = parts.extensions.get::<Authenticated>() {
            return found.0.clone();
        }
        authenticate_request(state, &parts.headers, parts.method.is_safe()).await
    }
}

/// Somebody signed in to the console. Others are led to the sign-in page.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub principal: Principal,
    /// Their session.
    pub session: Session,
}

impl SignedIn {
    /// Whether a form carried the session's CSRF token. Origins were checked before.
    ///
    /// # Errors
    /// It did not.
    pub fn check_csrf(&self, form_token: &str) -> Result<(), ApiError> {
        csrf::check_token(form_token, &self.session)
    }

    /// The token that every form of this session carries.
    #[must_use]
    pub fn csrf(&self) -> &str {
        &self.session.csrf
    }
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        match signed_in(parts, state).await {
            Ok(Some(found)) => Ok(found),
            Ok(None) if parts.method.is_safe() => {
                let next = parts.uri.path_and_query().map_or("/", |p| p.as_str());
                let next = crate::wire::text::percent_encode(next);
                Err(Redirect::to(&format!("/sign-in?next={next}")).into_response())
            }
            Ok(None) => Err(Redirect::to("/sign-in").into_response()),
            Err(error) => Err(error.into_response()),
        }
    }
}

impl OptionalFromRequestParts<AppState> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<Option<Self>, Response> {
        signed_in(parts, state).await.map_err(IntoResponse::into_response)
    }
}

async fn signed_in(parts: &Parts, state: &AppState) -> Result<Option<SignedIn>, ApiError> {
    let Some(token) = cookie(&parts.headers) else { return Ok(None) };
    match state.app.session(token).await {
        Ok(session) => Ok(Some(SignedIn { principal: session.principal.clone(), session })),
        Err(app::AppError::Unauthenticated { .. }) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

/// The session token of a request.
#[must_use]
pub fn cookie(headers: &HeaderMap) -> Option<&str> {
    cookie_named(headers, COOKIE)
}

/// The value of a cookie.
pub(crate) fn cookie_named<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == wanted && !value.is_empty())
        .map(|(_, value)| value)
}

/// `Set-Cookie` that begins a session.
#[must_use]
pub fn begin_cookie(state: &AppState, token: &str) -> Option<HeaderValue> {
    set_cookie(state, token, SESSION_SECONDS)
}

/// `Set-Cookie` that ends a session.
#[must_use]
pub fn end_cookie(state: &AppState) -> Option<HeaderValue> {
    set_cookie(state, "", 0)
}

fn set_cookie(state: &AppState, token: &str, seconds: u32) -> Option<HeaderValue> {
    let secure = if state.settings.secure_cookies { "; Secure" } else { "" };
    let text =
        format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=b; countersign_session=xyz; c=d".parse().unwrap());
        assert_eq!(cookie(&headers), Some("xyz"));
        headers.insert(header::COOKIE, "xcountersign_session=xyz".parse().unwrap());
        assert_eq!(cookie(&headers), None);
    }
}
