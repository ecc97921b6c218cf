//! Signing in with a local account, or on the way to an identity provider.

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use console::pages::sign_in::Page;
use console::view::Link;
use serde::Deserialize;

use super::answer;
use super::flash;
use super::form::Outside;
use super::view::reader::sentence;
use crate::error::ApiError;
use crate::serve::Peer;
use crate::session::{self, SignedIn};
use crate::state::AppState;
use crate::wire::text::percent_encode;

/// Where to go after signing in.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    pub(super) next: String,
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
    if let Err(error) = state.sign_in_limits.take(name, from, state.app.ports().now()) {
        return refused(&state, name, next, &error);
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
        Err(error) => refused(&state, name, next, &error.into()),
    }
}

/// The sign-in page with why it did not work.
pub(super) fn refused(state: &AppState, name: &str, next: &str, error: &ApiError) -> Response {
    let words = format!("{}.", sentence(error.problem().detail.trim_end_matches('.')));
    answer::page(error.status(), &page(state, name, next, Some(words)))
}

fn page(state: &AppState, name: &str, next: &str, error: Option<String>) -> Page {
    let next = target(next);
    let link = |p: &app::access::ProviderSettings| {
        let href = format!("/sign-in/with/{}?next={}", p.name, percent_encode(&next));
        Link::new(p.title.as_str(), href)
    };
    Page {
        layout: answer::outside(state, "Sign in"),
        providers: state.app.providers().map(link).collect(),
        user_name: name.to_owned(),
        error,
        next,
        demo_accounts: Vec::new(),
    }
}

/// A page of ours, or the inbox: nobody is led to another site.
pub(super) fn target(next: &str) -> String {
    let ours = next.starts_with('/') && console::text::is_safe_target(next);
    let loops = ["/sign-in", "/sign-out", "/step-up"].iter().any(|own| next.starts_with(own));
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
