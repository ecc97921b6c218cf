//! Answers to requests that were carried out and whose answer was lost with the node: made again
//! from what was recorded (I12). Must not carry anything out a second time.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::ids::ChangeId;
use store::Stream;

use crate::api::answer::{Created, change_record};
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Whether the request may simply be answered again: a vote is one by itself (C07), also one of
/// several, and what the gate said before may no longer be so.
pub(super) fn may_be_asked_again(path: &str) -> bool {
    let segments: Vec<&str> = path.trim_start_matches("/v1/").split('/').collect();
    matches!(
        segments.as_slice(),
        ["gate", "questions"] | ["changes", _, "votes"] | ["bulk-approvals"]
    )
}

/// The answer to a request whose first entry is this one.
pub(super) async fn answer(
    state: &AppState,
    caller: &Caller,
    path: &str,
    first_index: u64,
) -> Result<Response, ApiError> {
    let change = change_at(state, first_index).await?;
    match change {
        Some(id) if path == "/v1/changes" => {
            Ok(Created(change_record(state, caller, &id).await?).into_response())
        }
        change => Ok(already_recorded(first_index, change.as_ref()).into_response()),
    }
}

/// The change that an entry is about, if it is about one.
pub(crate) async fn change_at(state: &AppState, index: u64) -> Result<Option<ChangeId>, ApiError> {
    let stream = state.app.store().entry(index).await?.map(|entry| entry.stream);
    let id = stream.as_ref().map(Stream::as_str).and_then(|name| name.strip_prefix("change/"));
    Ok(id.and_then(|id| id.parse().ok()))
}

fn already_recorded(first_index: u64, change: Option<&ChangeId>) -> ApiError {
    let detail = format!(
        "this request was carried out and is entry {first_index} of the ledger; its answer was lost"
    );
    let look = match change {
        Some(id) => format!("read /v1/changes/{id} to see what came of it"),
        None => format!("read /v1/ledger/entries/{first_index} to see what was recorded"),
    };
    ApiError::new(StatusCode::CONFLICT, "already_recorded", detail)
        .next_action(&look)
        .next_action("to do it once more, use a new idempotency key")
}
