//! `POST /v1/changes/{change}/votes`

use api_types::votes::{VoteReceipt, VoteRequest};
use app::change::VoteDraft;
use axum::extract::{Path, State};

use crate::api::answer::{Created, Problems, find_change, recorded_change};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{ledger, request, signing};

/// Votes on the revision the voter saw. Only people vote; the same vote again counts once.
#[utoipa::path(
    post, path = "/v1/changes/{change}/votes", operation_id = "record_vote", tag = "changes",
    params(("change" = String, Path, description = "Id or number", example = "CHG-1042")),
    request_body = VoteRequest,
    responses((status = 201, description = "Durable, with its proof", body = VoteReceipt), Problems)
)]
pub(crate) async fn record_vote(
    State(state): State<AppState>,
    caller: Caller,
    Path(change): Path<String>,
    JsonBody(asked): JsonBody<VoteRequest>,
) -> Result<Created<VoteReceipt>, ApiError> {
    caller.principal.acting_person("vote")?;
    let id = find_change(&state, &caller, &change).await?;
    let decision = request::decision(asked.decision);
    let other = asked.on_behalf_of.as_deref();
    let draft = VoteDraft {
        expected_revision: asked.expected_revision,
        decision,
        justification: asked.justification,
        on_behalf_of: other.map(|id| request::read("on_behalf_of", id)).transpose()?,
        signature: asked.signature.map(signing::signature).transpose()?,
    };
    let recorded = state.app.record_vote(&caller.principal, &id, &draft).await?;
    metrics::counter!("countersign_votes_total", "decision" => asked.decision.as_str())
        .increment(1);
    let change = recorded_change(&state, &caller, &id).await?;
    let vote_id = recorded.value.id.as_str();
    let vote = change.votes.iter().find(|v| v.id == vote_id).cloned();
    let vote = vote.ok_or_else(|| ApiError::not_found("vote", vote_id))?;
    let receipt = ledger::fresh_receipt(recorded.commit.as_ref(), 0);
    Ok(Created(VoteReceipt { vote, change, receipt }))
}
