//! The console: server-rendered pages that work without scripts, one file a page or action,
//! mirroring the URL tree.
//!
//! A GET never changes state (E01). A POST is an action, then a redirect with a message; what is
//! refused comes back as the same page with the reasons and what was typed. Pages say only what the
//! journal holds already. Mapping to contexts is [`view`]'s; words and layout are the console
//! crate's.

mod absence;
mod alignments;
mod answer;
mod assets;
mod bulk_approvals;
mod calendar;
mod change_sets;
mod changes;
mod flash;
mod form;
mod inbox;
mod ledger;
mod notifications;
mod once;
mod organisation;
mod policy;
mod provider;
mod sandbox;
mod setup;
mod shown_once;
mod sign_in;
mod sign_out;
mod signing;
mod step_up;
pub(crate) mod view;
mod visit;

use std::sync::Arc;

use axum::extract::{FromRequestParts as _, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};

use crate::error::ApiError;
use crate::state::AppState;
use visit::Visit;

/// All pages. Unsafe requests from other sites are refused before they get here.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/", get(inbox::home))
        .route("/inbox", get(inbox::show))
        .route("/bulk-approvals", get(bulk_approvals::show).post(bulk_approvals::submit))
        .route("/sign-in", get(sign_in::show).post(sign_in::submit))
        .route("/sign-in/with/{provider}", get(provider::begin))
        .route("/sign-in/with/{provider}/callback", get(provider::callback))
        .route("/sign-in/with/{provider}/logout", post(provider::logout))
        .route("/step-up", get(step_up::show).post(step_up::submit))
        .route("/step-up/passkey", post(step_up::submit_passkey))
        .route("/sign-out", post(sign_out::submit))
        .route("/setup", get(setup::by_query))
        .route("/setup/{token}", get(setup::show).post(setup::submit))
        .route("/assets/{name}", get(assets::show))
        .route("/sandbox", get(sandbox::show))
        .route("/sandbox/clock", post(sandbox::move_clock))
        .merge(changes::router())
        .merge(change_sets::router())
        .merge(calendar::router())
        .merge(alignments::router())
        .merge(policy::router())
        .merge(ledger::router())
        .merge(notifications::router())
        .merge(absence::router())
        .merge(signing::router())
        .merge(organisation::router())
        .layer(Extension(Arc::new(once::Turns::default())))
}

/// The page for an address that leads nowhere. Says the same as for what somebody may not see.
pub async fn not_found(state: AppState, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let (mut parts, _) = request.into_parts();
    match Option::<crate::session::SignedIn>::from_request_parts(&mut parts, &state).await {
        Ok(Some(_)) => match Visit::from_request_parts(&mut parts, &state).await {
            Ok(visit) => visit.problem(ApiError::not_found("page", &path)).await,
            Err(response) => response,
        },
        Ok(None) => answer::plain_problem(&state, StatusCode::NOT_FOUND),
        Err(error) => error.into_response(),
    }
}
