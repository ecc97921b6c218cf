//! Pages as responses.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use console::Template;
use console::pages::problem;
use console::view::{Flash, Layout, Link, NextStep, Section};

use super::flash;
use crate::error::ApiError;
use crate::state::AppState;

/// A rendered page. Nothing of it is kept by the browser or by anything in between.
pub(super) fn page(status: StatusCode, page: &impl Template) -> Response {
    match console::render(page) {
        Ok(html) => {
            let mut response = (status, Html(html)).into_response();
            let headers = response.headers_mut();
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            // Origin is sent with forms only if the page itself may be named.
            headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
            response
        }
        Err(error) => {
            tracing::error!(error = %error, "a page did not render");
            let detail = "the page could not be made";
            ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail).into_response()
        }
    }
}

/// To another page (303), with a message shown there once.
pub(super) fn redirect(to: &str, message: &Flash) -> Response {
    let mut response = Redirect::to(to).into_response();
    flash::set(response.headers_mut(), message);
    response
}

/// A message about something that is in the ledger now.
pub(super) fn recorded(text: &str, commit: Option<&store::Commit>) -> Flash {
    let link = commit.map(|commit| {
        let index = commit.first_index;
        Link::new(format!("Ledger entry {index}"), format!("/ledger/entries/{index}"))
    });
    Flash { link, ..Flash::good(text) }
}

/// A frame for somebody who is not signed in.
pub(super) fn outside(state: &AppState, title: &str) -> Layout {
    let live = state.app.live();
    Layout {
        organisation: live.directory.name().to_owned(),
        banner: banner(state),
        version: state.settings.version.to_owned(),
        ..Layout::new(title, Section::None)
    }
}

/// The line above everything in a sandbox, or in an organisation of invented data.
pub(super) fn banner(state: &AppState) -> Option<String> {
    if let Some(sandbox) = &state.settings.sandbox {
        return Some(sandbox.banner(state.app.ports().now()));
    }
    let demo = state.app.live().directory.is_demo();
    demo.then(|| "Demo organisation: nothing here is real".to_owned())
}

/// A problem for somebody who is not signed in, which says nothing of what exists.
pub(super) fn plain_problem(state: &AppState, status: StatusCode) -> Response {
    let layout = outside(state, "There is nothing here");
    let mut found = problem::Page::not_found(layout, crate::envelope::request_id());
    found.next = vec![NextStep::linked("Sign in", "/sign-in")];
    page(status, &found)
}

/// An error for somebody who is not signed in.
pub(super) fn outside_problem(state: &AppState, error: &ApiError) -> Response {
    let said = error.problem();
    let status = error.status();
    let mut found =
        problem::Page::new(outside(state, &said.title), said.status, &said.title, &said.detail);
    found.code = said.code;
    found.request_id = crate::envelope::request_id();
    found.next = vec![NextStep::linked("Go to the sign-in page", "/sign-in")];
    page(status, &found)
}
