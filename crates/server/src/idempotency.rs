//! `Idempotency-Key`: the same request again gets the same answer, also after it was refused, and is
//! carried out once.
//!
//! Answers that show a secret once are not kept: who asks again is told so instead. Requests that
//! carry a password are not keyed, since even a hash of their body would help to guess it; they
//! change nothing when they come twice.

mod recover;
mod turns;

use app::{Earlier, KeptAnswer, KeyTaken, RequestKey};
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::body;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

pub(crate) use recover::change_at;
pub(crate) use turns::InFlight;
use turns::Turn;

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
    /// The body holds a secret: the key is ignored.
    Nothing,
}

fn keeping(path: &str) -> Keeping {
    let segments: Vec<&str> = path.trim_start_matches("/v1/").split('/').collect();
    match segments.as_slice() {
        ["sessions" | "setup", ..] | ["people", _, "accounts"] | ["accounts", _, "password"] => {
            Keeping::Nothing
        }
        ["me", "tokens" | "calendar-feeds"]
        | ["service-accounts", _, "tokens"]
        | ["sealed-overrides"] => Keeping::ThatOnly,
        // The body holds an address that is a secret, and the answer titles that nobody keeps.
        ["people", _, "absence-feed"] => Keeping::Nothing,
        _ => Keeping::Whole,
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
    // Boxed, so that requests without a key don't carry the state of one.
    match Box::pin(keyed(state, caller, &key, keeping, request, next)).await {
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
    let turn = Turn::take(state, format!("{} {key}", caller.principal.id())).await;
    let once = Once { state, caller, asked, keeping, path: parts.uri.path().to_owned() };
    let request = Request::from_parts(parts, Body::from(bytes));
    match state.app.earlier_answer(&once.asked).await? {
        Earlier::None => once.act(turn, request, next).await,
        Earlier::Recorded(_) if recover::may_be_asked_again(&once.path) => {
            once.send(turn, next.run(request).await).await
        }
        earlier => once.replay(turn, earlier).await,
    }
}

/// A keyed request whose turn it is.
struct Once<'a> {
    state: &'a AppState,
    caller: &'a Caller,
    asked: RequestKey,
    keeping: Keeping,
    path: String,
}

impl Once<'_> {
    async fn act(self, turn: Turn, request: Request, next: Next) -> Result<Response, ApiError> {
        let app = &self.state.app;
        let (response, taken) = app.keyed(&self.asked, next.run(request)).await;
        match taken {
            KeyTaken::ByThis => self.send(turn, response).await,
            KeyTaken::ByNobody => {
                let (response, bytes) = whole(response).await?;
                let Some(answer) = self.kept(response.status(), &bytes) else {
                    return Ok(response);
                };
                match app.take_key(&self.asked, answer).await {
                    Ok(Earlier::None) => Ok(response),
                    Ok(_) if self.keeping == Keeping::ThatOnly => Ok(response),
                    Ok(earlier) => self.replay(turn, earlier).await,
                    Err(error) => {
                        warn(&error);
                        Ok(response)
                    }
                }
            }
            KeyTaken::ByAnother => {
                let earlier = app.earlier_answer(&self.asked).await?;
                self.replay(turn, earlier).await
            }
        }
    }

    /// Sends the answer to what was recorded, and keeps it meanwhile: who comes again waits for its
    /// turn until it is kept.
    async fn send(self, turn: Turn, response: Response) -> Result<Response, ApiError> {
        let (response, bytes) = whole(response).await?;
        if let Some(answer) = self.kept(response.status(), &bytes) {
            let (app, asked) = (self.state.app.clone(), self.asked);
            tokio::spawn(async move {
                if let Err(error) = app.keep_answer(&asked, answer).await {
                    warn(&error);
                }
                drop(turn);
            });
        }
        Ok(response)
    }

    /// What is kept of an answer, if anything is.
    fn kept(&self, status: StatusCode, bytes: &Bytes) -> Option<KeptAnswer> {
        let status = status.as_u16();
        match status {
            // Who was not let in, or asked too fast, may come again with the same key.
            401 | 408 | 429 | 500.. => None,
            ..=399 if self.keeping == Keeping::ThatOnly => {
                Some(KeptAnswer { status: 409, body: SHOWN_ONCE.to_owned() })
            }
            _ => Some(KeptAnswer { status, body: String::from_utf8_lossy(bytes).into_owned() }),
        }
    }

    async fn replay(self, turn: Turn, earlier: Earlier) -> Result<Response, ApiError> {
        match earlier {
            Earlier::Answered(answer) => Ok(again(&answer)),
            Earlier::Recorded(first_index) => {
                let recovered =
                    recover::answer(self.state, self.caller, &self.path, first_index).await?;
                // Another node may still be about to keep the answer itself.
                if recovered.status().is_success() {
                    self.send(turn, recovered).await
                } else {
                    Ok(recovered)
                }
            }
            Earlier::Mismatch | Earlier::None => {
                let detail = "this idempotency key was used for another request";
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Err(ApiError::new(status, "idempotency_mismatch", detail)
                    .next_action("use a new key for a new request"))
            }
        }
    }
}

/// The response again, and all bytes of its body.
async fn whole(response: Response) -> Result<(Response, Bytes), ApiError> {
    let (parts, body) = response.into_parts();
    let failed =
        |_| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the answer was lost");
    let bytes = axum::body::to_bytes(body, ANSWER_MAX).await.map_err(failed)?;
    Ok((Response::from_parts(parts, Body::from(bytes.clone())), bytes))
}

/// The action is done and durable: its answer must not be withheld.
fn warn(error: &app::AppError) {
    tracing::warn!(error = %error, "failed to keep the answer to a keyed request");
}

const SHOWN_ONCE: &str = r#"{"type":"https://countersign.dev/problems/already_answered","title":"Already answered","status":409,"detail":"this request was answered before, with a secret that is shown once","code":"already_answered","fields":[],"reasons":null,"next_actions":["if the secret is lost, revoke it and ask for a new one with a new idempotency key"],"request_id":""}"#;

fn again(answer: &KeptAnswer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let media =
        if answer.status < 400 { "application/json" } else { api_types::problem::MEDIA_TYPE };
    let mut response = (status, answer.body.clone()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
