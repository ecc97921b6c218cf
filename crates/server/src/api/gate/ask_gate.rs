//! `POST /v1/gate/questions`

use std::time::Duration;

use api_types::gate::{GateQuery, GateQuestion, VerdictAnswer};
use app::change::{Asked, QuestionDraft};
use app::{AppError, Recorded};
use axum::Json;
use axum::extract::State;
use domain::ids::ChangeId;
use jiff::Timestamp;

use crate::api::answer::{Problems, find_change};
use crate::body::{JsonBody, QueryOf};
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{Names, request};

const WAIT_MAX_SECONDS: u32 = 60;

/// May exactly this be deployed, now? Question and verdict are durable before the answer; only
/// `allow` opens, and it comes with a grant. With `wait_seconds` a `pending` answer is held back
/// until something moves.
#[utoipa::path(
    post, path = "/v1/gate/questions", operation_id = "ask_gate", tag = "gate",
    params(GateQuery),
    request_body = GateQuestion,
    responses((status = 200, description = "The verdict, whatever it is", body = VerdictAnswer), Problems)
)]
pub(crate) async fn ask_gate(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<GateQuery>,
    JsonBody(mut asked): JsonBody<GateQuestion>,
) -> Result<Json<VerdictAnswer>, ApiError> {
    let wait = query.wait_seconds.unwrap_or(0);
    if wait > WAIT_MAX_SECONDS {
        return Err(ApiError::field("wait_seconds", "use 0 to 60"));
    }
    let change = match asked.change.take() {
        Some(text) => Some(named_change(&state, &caller, &text).await?),
        None => None,
    };
    let draft = request::question(asked, change)?;
    let asked = if wait == 0 {
        state.app.ask_gate(&caller.principal, &draft).await?
    } else {
        // Boxed, so that questions without a wait don't carry the state of one.
        Box::pin(ask_and_wait(&state, &caller, &draft, wait)).await?
    };
    let word = asked.value.verdict.answer.as_str();
    metrics::counter!("countersign_verdicts_total", "answer" => word).increment(1);
    let live = state.app.live();
    Ok(Json(Names::new(&live.directory).verdict(&asked)))
}

/// Asks and waits, but not longer than the server lives.
async fn ask_and_wait(
    state: &AppState,
    caller: &Caller,
    draft: &QuestionDraft,
    seconds: u32,
) -> Result<Recorded<Asked>, AppError> {
    let wait = Duration::from_secs(u64::from(seconds));
    tokio::select! {
        asked = state.app.ask_gate_and_wait(&caller.principal, draft, wait) => asked,
        () = state.stopped() => state.app.ask_gate(&caller.principal, draft).await,
    }
}

/// The named change. One that does not exist, or that the caller may not know of, stays a question
/// about no change: it is recorded and denied like any other.
async fn named_change(state: &AppState, caller: &Caller, text: &str) -> Result<ChangeId, ApiError> {
    match find_change(state, caller, text).await {
        Err(error) if error.status() == axum::http::StatusCode::NOT_FOUND => {
            Ok(ChangeId::new(Timestamp::UNIX_EPOCH, [0; 10]))
        }
        found => found,
    }
}
