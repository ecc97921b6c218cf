//! The first admin, by the one-time link that the first start printed.

use app::access::NewAdmin;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use console::pages::{problem, setup::Page};
use console::view::{Flash, FormErrors, NextStep};
use serde::Deserialize;

use super::answer;
use super::form::{Form, Outside};
use super::visit::refused_fields;
use crate::error::ApiError;
use crate::state::AppState;

const PASSWORD_MIN: u32 = 12;

/// The link's other form.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    token: String,
}

/// `GET /setup?token=…`
pub(super) async fn by_query(
    State(state): State<AppState>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let Ok(Query(Asked { token })) = asked else { return not_begun(&state) };
    Redirect::to(&format!("/setup/{}", crate::wire::text::percent_encode(&token))).into_response()
}

/// `GET /setup/{token}`: looks only; the link is used up by sending the form.
pub(super) async fn show(State(state): State<AppState>, Path(token): Path<String>) -> Response {
    if !state.setup_token_matches(&token).await || !state.app.needs_setup() {
        return answer::plain_problem(&state, StatusCode::NOT_FOUND);
    }
    answer::page(StatusCode::OK, &page(&state, &token, &Form::default(), FormErrors::default()))
}

/// `POST /setup/{token}`
pub(super) async fn submit(
    State(state): State<AppState>,
    Path(token): Path<String>,
    Outside(form): Outside,
) -> Response {
    let admin = NewAdmin {
        organisation: form.trimmed("organisation").to_owned(),
        name: form.trimmed("name").to_owned(),
        user_name: form.trimmed("user_name").to_owned(),
        password: form.get("password").to_owned(),
    };
    match state.set_up(&token, admin).await {
        Ok(Some(_)) => {
            let words = "You are the first admin. Sign in with the account you just made.";
            answer::redirect("/sign-in", &Flash::good(words))
        }
        Ok(None) => answer::plain_problem(&state, StatusCode::NOT_FOUND),
        Err(error) => {
            let error = ApiError::from(error);
            let Some(fields) = refused_fields(&error) else {
                return answer::outside_problem(&state, &error);
            };
            let mut errors = FormErrors::default();
            for (field, message) in fields {
                errors.add(field, message);
            }
            answer::page(error.status(), &page(&state, &token, &form, errors))
        }
    }
}

fn page(state: &AppState, token: &str, form: &Form, errors: FormErrors) -> Page {
    Page {
        layout: answer::outside(state, "Set up Countersign"),
        token: token.to_owned(),
        organisation: form.get("organisation").to_owned(),
        name: form.get("name").to_owned(),
        user_name: form.get("user_name").to_owned(),
        password_min: PASSWORD_MIN,
        errors,
    }
}

/// What a system without people says to everybody: the link is where it was started.
pub(super) fn not_begun(state: &AppState) -> Response {
    let layout = answer::outside(state, "Not set up yet");
    let detail = "Nobody is in this organisation yet. Whoever started the server has a one-time \
                  link in its output that makes the first admin.";
    let mut page = problem::Page::new(layout, 503, "Not set up yet", detail);
    page.code = "not_ready".to_owned();
    page.next = vec![NextStep::new("Open the link that the server printed at its first start.")];
    answer::page(StatusCode::SERVICE_UNAVAILABLE, &page)
}
