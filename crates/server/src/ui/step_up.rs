//! Proving again who one is, for an approval that policy asks more of (B09).

use app::access::{PasskeyAnswer, Session};
use app::signing::Ceremony;
use axum::Extension;
use axum::extract::Query;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use console::pages::step_up::Page;
use console::view::{Link, Section};
use domain::organisation::LOCAL_ISSUER;
use domain::time::to_millis;

use super::form::{Form, Posted};
use super::sign_in::{Asked, target};
use super::signing;
use super::view::reader::sentence;
use super::visit::Visit;
use crate::error::ApiError;
use crate::serve::Peer;
use crate::session;
use crate::wire::text::percent_encode;

/// `GET /step-up`
pub(super) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Response {
    let page = page(&visit, &asked.next, None).await;
    visit.ok(&page)
}

/// `POST /step-up`: with the password of a local account.
pub(super) async fn submit(peer: Option<Extension<Peer>>, posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    let next = form.get("next");
    let state = &visit.state;
    let name = format!("again {}", visit.person);
    let from = peer.map_or(std::net::Ipv4Addr::UNSPECIFIED.into(), |Extension(Peer(ip))| ip);
    let proved = match state.sign_in_limits.take(&name, from, state.app.ports().now()) {
        Err(error) => Err(error),
        Ok(()) => {
            let session = &visit.signed_in.session;
            let done = state.app.step_up_with_password(session, form.get("password")).await;
            done.map_err(ApiError::from)
        }
    };
    if proved.is_ok() {
        state.sign_in_limits.succeeded(&name, from);
    }
    go_on(&visit, next, proved).await
}

/// `POST /step-up/passkey`
pub(super) async fn submit_passkey(posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    let proved = with_passkey(&visit, &form).await;
    go_on(&visit, form.get("next"), proved).await
}

async fn with_passkey(visit: &Visit, form: &Form) -> Result<(String, Session), ApiError> {
    let site = signing::site(visit)?;
    let (key, issued_at, proof) = signing::answer(visit, &site, form)?;
    let answer = PasskeyAnswer { key, issued_at, proof };
    let session = &visit.signed_in.session;
    Ok(visit.state.app.step_up_with_passkey(session, &site, &answer).await?)
}

/// Goes on in the new session, or says why there is none.
async fn go_on(visit: &Visit, next: &str, proved: Result<(String, Session), ApiError>) -> Response {
    match proved {
        Ok((token, _)) => {
            let mut response = Redirect::to(&target(next)).into_response();
            if let Some(cookie) = session::begin_cookie(&visit.state, &token) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
        Err(error) if error.status().is_client_error() => {
            let said = error.problem().detail;
            let words = format!("{}.", sentence(said.trim_end_matches('.')));
            visit.page(StatusCode::UNPROCESSABLE_ENTITY, &page(visit, next, Some(words)).await)
        }
        Err(error) => visit.problem(error).await,
    }
}

async fn page(visit: &Visit, next: &str, error: Option<String>) -> Page {
    let next = target(next);
    let directory = &visit.live.directory;
    let own: Vec<_> = directory.accounts().filter(|a| a.person == visit.person).collect();
    let account = match &visit.signed_in.principal.actor {
        domain::actor::Actor::Person { account, .. } => directory.account(account),
        _ => None,
    };
    let providers = visit.state.app.providers();
    let providers = providers.filter(|p| own.iter().any(|a| a.issuer == p.issuer)).map(|p| {
        let href = format!("/sign-in/with/{}?next={}", p.name, percent_encode(&next));
        Link::new(p.title.as_str(), href)
    });
    let issued_at = to_millis(visit.now);
    let passkey = visit.site().filter(|site| !visit.passkeys(site).is_empty()).and_then(|site| {
        let principal = &visit.signed_in.principal;
        let challenge = Ceremony::StepUp.challenge(principal, issued_at).ok()?;
        Some(signing::ceremony(visit, &site, &challenge, issued_at))
    });
    Page {
        passkey,
        layout: visit.layout("Prove again who you are", Section::None).await,
        has_password: account.is_some_and(|a| a.issuer == LOCAL_ISSUER && a.password.is_some()),
        providers: providers.collect(),
        next,
        error,
    }
}
