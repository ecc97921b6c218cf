//! Signing in with a local account.

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use console::pages::sign_in::Page;
use serde::Deserialize;

use super::answer;
use super::flash;
use super::form::Outside;
use super::view::reader::sentence;
use crate::error::ApiError;
use crate::serve::Peer;
use crate::session::{self, SignedIn};
use crate::state::AppState;

/// Where to go after signing in.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    next: String,
}

/// `GET /sign-in`
pub(super) async fn show(
    State(state): State<AppState>,
    Query(asked): Query<Asked>,
    signed_in: Option<SignedIn>,
    headers: HeaderMap,
) -> Response {
    if state.app.needs_setup() {
        return super::setup::not_begun(&state);
    }
    if signed_in.is_some() {
        return Redirect::to(&target(&asked.next)).into_response();
    }
    let mut page = page(&state, "", &asked.next, None);
    page.layout.flash.extend(flash::read(&headers));
    let mut response = answer::page(StatusCode::OK, &page);
    if !page.layout.flash.is_empty() {
        flash::clear(response.headers_mut());
    }
    response
}

/// `POST /sign-in`
pub(super) async fn submit(
    State(state): State<AppState>,
    peer: Option<Extension<Peer>>,
    Outside(form): Outside,
) -> Response {
    let (name, next) = (form.trimmed("user_name"), form.get("next"));
    let from = peer.map_or(std::net::Ipv4Addr::UNSPECIFIED.into(), |Extension(Peer(ip))| ip);
    let refused = |error: &ApiError| {
        let words = format!("{}.", sentence(error.problem().detail.trim_end_matches('.')));
        answer::page(error.status(), &page(&state, name, next, Some(words)))
    };
    if let Err(error) = state.sign_in_limits.take(name, from, state.app.ports().now()) {
        return refused(&error);
    }
    match state.app.sign_in(name, form.get("password")).await {
        Ok((token, _)) => {
            state.sign_in_limits.succeeded(name, from);
            let mut response = Redirect::to(&target(next)).into_response();
            if let Some(cookie) = session::begin_cookie(&state, &token) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
        Err(error) => refused(&error.into()),
    }
}

fn page(state: &AppState, name: &str, next: &str, error: Option<String>) -> Page {
    Page {
        layout: answer::outside(state, "Sign in"),
        user_name: name.to_owned(),
        error,
        next: target(next),
        demo_accounts: Vec::new(),
    }
}

/// A page of ours, or the inbox: nobody is led to another site.
fn target(next: &str) -> String {
    let ours = next.starts_with('/') && console::text::is_safe_target(next);
    let loops = next.starts_with("/sign-in") || next.starts_with("/sign-out");
    if ours && !loops { next.to_owned() } else { "/inbox".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_another_site_after_signing_in() {
        assert_eq!(target("/changes/CHG-1042?x=1#vote"), "/changes/CHG-1042?x=1#vote");
        for elsewhere in
            ["//evil.example", "https://evil.example", "/\\evil", "", "/sign-in?next=/x"]
        {
            assert_eq!(target(elsewhere), "/inbox", "{elsewhere}");
        }
    }
}
