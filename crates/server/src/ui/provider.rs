//! Signing in through an identity provider: out to it, back from it, and out again when it says so.
//!
//! What this browser began is in a cookie that only this browser sends; the server keeps nothing
//! ([`app::access::Flow`]). A GET to the provider and back is how OIDC works; it can only end what the
//! same browser began (E04).

use app::access::{Callback, Flow, Purpose};
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::form::Outside;
use super::sign_in::{Asked, refused, target};
use crate::error::ApiError;
use crate::serve::Peer;
use crate::session::{self, SignedIn};
use crate::state::AppState;

const COOKIE: &str = "countersign_flow";
const SECONDS: u32 = 600;

/// What a browser keeps while it is at the provider.
struct Begun {
    provider: String,
    purpose: Purpose,
    secret: String,
    next: String,
}

impl Begun {
    fn write(&self, state: &AppState) -> Option<HeaderValue> {
        let purpose = match self.purpose {
            Purpose::SignIn => "in",
            Purpose::StepUp => "up",
        };
        let Self { provider, secret, next, .. } = self;
        let next = URL_SAFE_NO_PAD.encode(next);
        cookie(state, &format!("{provider}~{purpose}~{secret}~{next}"), SECONDS)
    }

    fn read(headers: &HeaderMap) -> Option<Self> {
        let text = session::cookie_named(headers, COOKIE)?;
        let mut parts = text.split('~');
        let (provider, purpose) = (parts.next()?, parts.next()?);
        let purpose = match purpose {
            "in" => Purpose::SignIn,
            "up" => Purpose::StepUp,
            _ => return None,
        };
        let secret = parts.next()?.to_owned();
        let next = String::from_utf8(URL_SAFE_NO_PAD.decode(parts.next()?).ok()?).ok()?;
        Some(Self { provider: provider.to_owned(), purpose, secret, next })
    }

    /// A proof again belongs to the session it is for; a sign-in to none.
    fn flow(&self, signed_in: Option<&SignedIn>) -> Flow {
        let of = signed_in.filter(|_| self.purpose == Purpose::StepUp);
        let session = of.map(|s| s.session.token_hash.as_str());
        Flow::new(&self.secret, self.purpose, session)
    }
}

fn cookie(state: &AppState, value: &str, seconds: u32) -> Option<HeaderValue> {
    let secure = if state.settings.secure_cookies { "; Secure" } else { "" };
    let text = format!(
        "{COOKIE}={value}; Path=/sign-in; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"
    );
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// `GET /sign-in/with/{provider}`
pub(super) async fn begin(
    State(state): State<AppState>,
    Path(provider): Path<String>,
    Query(asked): Query<Asked>,
    signed_in: Option<SignedIn>,
) -> Response {
    let purpose = if signed_in.is_some() { Purpose::StepUp } else { Purpose::SignIn };
    let secret = state.app.ports().random_hex::<32>();
    let begun = Begun { provider, purpose, secret, next: target(&asked.next) };
    match state.app.provider_url(&begun.provider, &begun.flow(signed_in.as_ref())).await {
        Ok(url) => {
            let mut response = Redirect::to(&url).into_response();
            if let Some(cookie) = begun.write(&state) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
        Err(error) => refused(&state, "", &asked.next, &error.into()),
    }
}

/// What a provider sends back.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Answer {
    code: Option<String>,
    #[serde(default)]
    state: String,
    iss: Option<String>,
    error: Option<String>,
}

/// `GET /sign-in/with/{provider}/callback`
pub(super) async fn callback(
    State(state): State<AppState>,
    Path(provider): Path<String>,
    Query(answer): Query<Answer>,
    signed_in: Option<SignedIn>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Response {
    let from = peer.map_or(std::net::Ipv4Addr::UNSPECIFIED.into(), |Extension(Peer(ip))| ip);
    let name = format!("with {provider} from {from}");
    if let Err(error) = state.sign_in_limits.take(&name, from, state.app.ports().now()) {
        return refused(&state, "", "", &error);
    }
    let begun = Begun::read(&headers).filter(|begun| begun.provider == provider);
    let Some(begun) = begun else {
        let words = "this sign-in was not begun here or has ended; begin again";
        return refused(&state, "", "", &ApiError::unauthenticated("flow_ended", words));
    };
    let back = Callback {
        code: answer.code,
        state: answer.state,
        issuer: answer.iss,
        error: answer.error,
    };
    let flow = begun.flow(signed_in.as_ref());
    let current = signed_in.as_ref().map(|s| &s.session);
    let ended = state.app.provider_sign_in(&provider, &flow, &back, current).await;
    let mut response = match ended {
        Ok((token, _)) => {
            state.sign_in_limits.succeeded(&name, from);
            let mut response = Redirect::to(&target(&begun.next)).into_response();
            if let Some(cookie) = session::begin_cookie(&state, &token) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
        Err(error) => refused(&state, "", &begun.next, &error.into()),
    };
    // Used up, whatever came of it.
    if let Some(cookie) = cookie(&state, "", 0) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// `POST /sign-in/with/{provider}/logout`: back-channel logout, from the provider itself.
pub(super) async fn logout(
    State(state): State<AppState>,
    Path(provider): Path<String>,
    Outside(form): Outside,
) -> Response {
    let done = state.app.provider_logout(&provider, form.get("logout_token")).await;
    let mut response = match done {
        Ok(()) => StatusCode::OK.into_response(),
        // The standard's words for a token that does not hold.
        Err(app::AppError::Unauthenticated { reason, .. }) => {
            ApiError::new(StatusCode::BAD_REQUEST, "invalid_request", reason).into_response()
        }
        Err(error) => ApiError::from(error).into_response(),
    };
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, no_store);
    response
}
