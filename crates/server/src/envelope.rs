//! What every request gets, whatever it asks: an id, a time limit, measures, security headers, and
//! an answer even when a handler panics.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt as _;

use crate::error::ApiError;
use crate::sandbox::SANDBOX;
use crate::state::AppState;

/// Header with the id of a request, in both directions.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longer than the longest wait at the gate.
const ANSWER_WITHIN: Duration = Duration::from_secs(90);

const REQUEST_ID_MAX: usize = 64;

/// What a page of ours may load and do (E07, E08).
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
     img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; \
     base-uri 'none'";

struct Context {
    id: String,
    state: AppState,
}

tokio::task_local! {
    static REQUEST: Context;
}

/// The id of the request being answered; empty outside of one.
#[must_use]
pub fn request_id() -> String {
    REQUEST.try_with(|request| request.id.clone()).unwrap_or_default()
}

/// The organisation as last read, for naming people in an error.
pub(crate) fn directory() -> Option<Arc<app::Live>> {
    REQUEST.try_with(|request| request.state.app.live()).ok()
}

/// The outermost middleware.
pub async fn envelope(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = given_id(request.headers()).unwrap_or_else(|| state.next_request_id());
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let is_api = request.uri().path().starts_with("/v1/");
    let sandbox = state.settings.sandbox.clone();
    let context = Context { id: id.clone(), state };
    let answered = REQUEST.scope(context, async {
        let handled = AssertUnwindSafe(next.run(request)).catch_unwind();
        match tokio::time::timeout(ANSWER_WITHIN, handled).await {
            Ok(Ok(response)) => response,
            Ok(Err(panic)) => panicked(panic.as_ref()),
            Err(_) => {
                let detail = "the request was not answered in time; it may have been recorded";
                ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", detail).into_response()
            }
        }
    });
    let mut response = answered.await;
    add_headers(response.headers_mut(), &id, is_api);
    if let Some(sandbox) = sandbox {
        response.headers_mut().insert(SANDBOX, sandbox.header());
    }
    let route = matched.as_ref().map_or("unmatched", MatchedPath::as_str);
    measure(&method, route, response.status(), began.elapsed(), &id);
    response
}

/// An id that the caller chose, if it is harmless in logs and headers.
fn given_id(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(&REQUEST_ID)?.to_str().ok()?;
    let harmless = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let good = !text.is_empty() && text.len() <= REQUEST_ID_MAX && text.bytes().all(harmless);
    good.then(|| text.to_owned())
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> Response {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    tracing::error!(request_id = request_id(), panic = text, "a handler panicked");
    metrics::counter!("countersign_panics_total").increment(1);
    let detail = "an unexpected error; nothing was allowed by it";
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
        .next_action("tell the operator the request id")
        .into_response()
}

fn add_headers(headers: &mut HeaderMap, id: &str, is_api: bool) {
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, value);
    }
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if is_api {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
}

fn measure(method: &Method, route: &str, status: StatusCode, took: Duration, id: &str) {
    metrics::histogram!(
        "countersign_request_seconds",
        "method" => method_name(method),
        "route" => route.to_owned(),
        "status" => status_name(status),
    )
    .record(took.as_secs_f64());
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let status = status.as_u16();
    match status {
        500.. => tracing::warn!(request_id = id, %method, route, status, ms, "answered"),
        400.. => tracing::info!(request_id = id, %method, route, status, ms, "answered"),
        _ => tracing::debug!(request_id = id, %method, route, status, ms, "answered"),
    }
}

/// Methods that we don't know share one label, so nobody can grow our memory by inventing some.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

fn status_name(status: StatusCode) -> String {
    status.as_str().to_owned()
}
