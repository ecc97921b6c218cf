//! Calendar feeds (RFC 5545) for programs that can't sign in: the link is the secret.
//!
//! A link that does not work answers the same whatever the cause, and no log line holds one: they name the route.

mod events;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use calendar::ical::write_feed;

use crate::error::ApiError;
use crate::serve::From;
use crate::state::AppState;
use events::Writer;

pub(crate) fn router() -> Router<AppState> {
    Router::new().route("/feeds/{file}", get(read))
}

/// Where a feed is read, for its owner to copy.
pub(crate) fn link(base: &str, secret: &str) -> String {
    format!("{base}/feeds/{secret}.ics")
}

/// Where this server is reached, as far as a request can tell.
pub(crate) fn base(state: &AppState, headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let public = state.settings.public_url.clone();
    public.unwrap_or_else(|| format!("http://{}", host.unwrap_or("localhost")))
}

/// `GET /feeds/{secret}.ics`
async fn read(
    State(state): State<AppState>,
    from: From,
    headers: HeaderMap,
    Path(file): Path<String>,
) -> Result<Response, ApiError> {
    let now = state.app.ports().now();
    let reader = file.strip_suffix(".ics").and_then(|secret| state.app.feed_reader(secret));
    let Some(reader) = reader else {
        state.feed_limits.take_unknown(from.0, now)?;
        let detail = "there is no calendar feed at this address";
        return Err(ApiError::new(StatusCode::NOT_FOUND, "not_found", detail)
            .next_action("make a new feed in the console, under *Calendar feeds*"));
    };
    state.feed_limits.take(reader.link.as_str(), now)?;
    let contents = state.app.calendar_feed(&reader).await?;
    let live = state.app.live();
    let writer = Writer { directory: &live.directory, base: base(&state, &headers), now };
    let mut response = write_feed(&reader.label, &writer.events(&contents)).into_response();
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "inline; filename=\"countersign.ics\""),
        (header::CACHE_CONTROL, "private, no-store"),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}
