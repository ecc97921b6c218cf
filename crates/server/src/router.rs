//! All routes put together, in the order requests pass through them.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;
use crate::session::{Authenticated, authenticate_request};
use crate::state::AppState;
use crate::{api, body, csrf, envelope, feeds, idempotency, openapi, ops, scim, tlog, ui};

/// The whole server as one service.
pub fn router(state: AppState) -> Router {
    let (api, _) = api::routes().split_for_parts();
    let api = api
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn_with_state(state.clone(), admit));
    let pages =
        ui::router().layer(middleware::from_fn_with_state(state.clone(), csrf::guard_pages));
    api.merge(ops::router())
        .merge(openapi::router())
        .merge(tlog::router())
        .merge(feeds::router())
        .merge(scim::router())
        .merge(pages)
        .fallback(not_found)
        .layer(DefaultBodyLimit::max(body::BODY_MAX))
        .layer(middleware::from_fn_with_state(state.clone(), envelope::envelope))
        .with_state(state)
}

/// Finds out who asks, and answers keyed requests once.
async fn admit(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let is_safe = request.method().is_safe();
    let found = authenticate_request(&state, request.headers(), is_safe).await;
    request.extensions_mut().insert(Authenticated(found.clone()));
    match found {
        Ok(caller) if request.method() == Method::POST => {
            idempotency::answer(&state, &caller, request, next).await
        }
        _ => next.run(request).await,
    }
}

async fn method_not_allowed(method: Method, uri: Uri) -> ApiError {
    let detail = format!("{method} is not allowed for {}", uri.path());
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
        .next_action("see /openapi.json for what is")
}

async fn not_found(State(state): State<AppState>, request: Request) -> Response {
    let path = request.uri().path();
    if path.starts_with("/v1/") || path.starts_with("/ledger/") {
        return ApiError::not_found("page", path).into_response();
    }
    ui::not_found(state, request).await
}
