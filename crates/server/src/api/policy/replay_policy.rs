//! `POST /v1/policy/replays`

use std::sync::Arc;

use ::policy::Bundle;
use api_types::replay::{PolicyReplay, PolicyReplayRequest};
use app::AppError;
use app::replay::{ReplayWish, SLICE};
use axum::Json;
use axum::extract::State;
use domain::event::PolicyFile;
use jiff::Timestamp;

use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{policy, replay};

/// What a bundle would have said of past changes, compared with the live one. Nothing is recorded. Each
/// call goes through a slice of the journal; the same request goes on until `done` is true, and whoever
/// stops asking has cancelled it. One replay runs at a time on a server.
#[utoipa::path(
    post, path = "/v1/policy/replays", operation_id = "replay_policy", tag = "policy",
    request_body = PolicyReplayRequest,
    responses((status = 200, description = "How far it came and what it found", body = PolicyReplay), Problems)
)]
pub(crate) async fn replay_policy(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<PolicyReplayRequest>,
) -> Result<Json<PolicyReplay>, ApiError> {
    caller.may_read_organisation("replay policy")?;
    let slice = asked.slice.unwrap_or(SLICE);
    if !(1..=200_000).contains(&slice) {
        return Err(ApiError::field("slice", "go through 1 to 200,000 entries in one call"));
    }
    let since = match &asked.since {
        None => None,
        Some(since) => Some(
            since
                .as_str()
                .parse::<Timestamp>()
                .map_err(|_| ApiError::field("since", "write a time like 2026-11-22T10:00:00Z"))?,
        ),
    };
    let files = match (asked.proposal, asked.files) {
        (Some(digest), None) => proposed(&state, &digest)?,
        (None, Some(files)) => policy::files(files),
        _ => {
            let message = "name a proposal by its digest, or hand in the files of a bundle";
            return Err(ApiError::field("proposal", message));
        }
    };
    let candidate = load(files).await?;
    let wish = ReplayWish { candidate: Arc::clone(&candidate), since, slice };
    let progress = state.app.replay_policy(&caller.principal, wish).await?;
    Ok(Json(replay::replay(&progress, &candidate)))
}

/// The files of a proposal that waits.
pub(crate) fn proposed(state: &AppState, digest: &str) -> Result<Vec<PolicyFile>, ApiError> {
    let live = state.app.live();
    let found = live.policy.proposals().iter().find(|proposal| proposal.digest == digest);
    let found = found.ok_or_else(|| ApiError::not_found("proposal", digest))?;
    Ok(found.files.clone())
}

/// Loads a bundle; its own test cases need not pass yet.
pub(crate) async fn load(files: Vec<PolicyFile>) -> Result<Arc<Bundle>, ApiError> {
    let loaded = tokio::task::spawn_blocking(move || Bundle::load(&files)).await;
    let loaded = loaded.map_err(|e| AppError::Damaged { reason: e.to_string() })?;
    let loaded = loaded.map_err(|diagnostics| AppError::Bundle { diagnostics })?;
    Ok(Arc::new(loaded.bundle))
}
