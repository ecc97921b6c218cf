//! `Idempotency-Key`: the same request again gets the same answer, also after it was refused.
//!
//! Answers that show a secret once are not kept: who asks again is told so instead. Requests that
//! carry a password are not keyed, since even a hash of their body would help to guess it; they
//! change nothing when they come twice.

use std::collections::HashMap;
use std::sync::Arc;

use app::{Earlier, RequestKey};
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;

use crate::body;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Header of the key.
pub(crate) const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const KEY_MAX: usize = 200;
const ANSWER_MAX: usize = 16 << 20;

/// What becomes of the answer to a keyed request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keeping {
    /// Kept and sent again.
    Whole,
    /// It shows a secret once; that it was answered is kept.
    ThatOnly,
    /// The body holds a password: the key is ignored.
    Nothing,
}

fn keeping(path: &str) -> Keeping {
    let segments: Vec<&str> = path.trim_start_matches("/v1/").split('/').collect();
    match segments.as_slice() {
        ["sessions" | "setup", ..] | ["people", _, "accounts"] | ["accounts", _, "password"] => {
            Keeping::Nothing
        }
        ["me", "tokens"] | ["service-accounts", _, "tokens"] => Keeping::ThatOnly,
        _ => Keeping::Whole,
    }
}

/// Keyed requests under way, so that two at once with one key are answered one after the other.
#[derive(Default)]
pub(crate) struct InFlight(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>);

impl InFlight {
    fn turn(&self, key: &str) -> Arc<tokio::sync::Mutex<()>> {
        self.0.lock().entry(key.to_owned()).or_default().clone()
    }
}

/// Forgets the key when the last request with it is done, also when one is cancelled.
struct Leave<'a> {
    all: &'a InFlight,
    key: String,
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        let mut all = self.all.0.lock();
        if all.get(&self.key).is_some_and(|turn| Arc::strong_count(turn) == 1) {
            all.remove(&self.key);
        }
    }
}

/// Answers a POST of a known caller, from what was kept if its key was used before.
pub(crate) async fn answer(
    state: &AppState,
    caller: &Caller,
    request: Request,
    next: Next,
) -> Response {
    let keeping = keeping(request.uri().path());
    let key = match key_of(&request) {
        Ok(Some(key)) if keeping != Keeping::Nothing => key,
        Ok(_) => return next.run(request).await,
        Err(error) => return error.into_response(),
    };
    match keyed(state, caller, &key, keeping, request, next).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

/// The key of a request, if it has one.
fn key_of(request: &Request) -> Result<Option<String>, ApiError> {
    let Some(value) = request.headers().get(&KEY) else { return Ok(None) };
    let bytes = value.as_bytes();
    let visible = bytes.iter().all(u8::is_ascii_graphic);
    match value.to_str() {
        Ok(key) if visible && (1..=KEY_MAX).contains(&bytes.len()) => Ok(Some(key.to_owned())),
        _ => Err(ApiError::field("Idempotency-Key", "use 1 to 200 visible ASCII characters")),
    }
}

async fn keyed(
    state: &AppState,
    caller: &Caller,
    key: &str,
    keeping: Keeping,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("", |p| p.as_str()).to_owned();
    let method = parts.method.as_str().to_owned();
    let bytes = body::read(Request::new(body), state).await?;
    // Each credential has a space of its own, so a narrow token can't read a wide one's answers.
    let credential = caller.principal.token.as_ref().map_or("session", |t| t.id.as_str());
    let key = format!("{credential}:{key}");
    let asked = RequestKey::new(&caller.principal, &key, &method, &path, &bytes);

    let flight = format!("{} {key}", caller.principal.id());
    let turn = state.in_flight.turn(&flight);
    // Dropped after the guard below, so the last one out finds its turn unshared.
    let _leave = Leave { all: &state.in_flight, key: flight };
    let _guard = turn.lock_owned().await;
    match state.app.earlier_answer(&asked).await? {
        Earlier::None => {
            let request = Request::from_parts(parts, Body::from(bytes));
            keep(state, &asked, keeping, next.run(request).await).await
        }
        earlier => replay(&earlier),
    }
}

/// Keeps an answer below 500 and sends it. If another node was faster, its answer is sent.
async fn keep(
    state: &AppState,
    asked: &RequestKey,
    keeping: Keeping,
    response: Response,
) -> Result<Response, ApiError> {
    let (parts, body) = response.into_parts();
    let failed =
        |_| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the answer was lost");
    let bytes = axum::body::to_bytes(body, ANSWER_MAX).await.map_err(failed)?;
    let status = parts.status.as_u16();
    // Who was not let in, or asked too fast, may come again with the same key.
    let passing = matches!(status, 401 | 408 | 429);
    if status < 500 && !passing {
        let text = String::from_utf8_lossy(&bytes);
        let kept = match keeping {
            Keeping::ThatOnly if status < 400 => {
                state.app.keep_answer(asked, 409, SHOWN_ONCE).await
            }
            _ => state.app.keep_answer(asked, status, &text).await,
        };
        match kept {
            Ok(Earlier::None) => {}
            Ok(earlier) if keeping == Keeping::Whole => return replay(&earlier),
            Ok(_) => {}
            // The action is done and durable: its answer must not be withheld.
            Err(error) => {
                tracing::warn!(error = %error, "failed to keep the answer to a keyed request");
            }
        }
    }
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

const SHOWN_ONCE: &str = r#"{"type":"https://countersign.dev/problems/already_answered","title":"Already answered","status":409,"detail":"this request was answered before, with a secret that is shown once","code":"already_answered","fields":[],"reasons":null,"next_actions":["if the secret is lost, revoke it and ask for a new one with a new idempotency key"],"request_id":""}"#;

fn replay(earlier: &Earlier) -> Result<Response, ApiError> {
    let row = match earlier {
        Earlier::Answered(row) => row,
        Earlier::Mismatch | Earlier::None => {
            let detail = "this idempotency key was used for another request";
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Err(ApiError::new(status, "idempotency_mismatch", detail)
                .next_action("use a new key for a new request"));
        }
    };
    let status = StatusCode::from_u16(row.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let media = if row.status < 400 { "application/json" } else { api_types::problem::MEDIA_TYPE };
    let mut response = (status, row.body.clone()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}
