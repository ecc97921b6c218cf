//! `POST /v1/bulk-approvals`

use api_types::bulk_approvals::{BulkApproval, BulkApprovalRequest};
use axum::Json;
use axum::extract::State;
use domain::change::bulk::CHANGES_MAX;

use super::answer::{Problems, find_change};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{bulk, request};

/// Approves several standard changes of one template in one step, up to tier T2 and where the template
/// says so; else nothing is recorded. Each is voted on by itself: what is refused for one is said there.
#[utoipa::path(
    post, path = "/v1/bulk-approvals", operation_id = "approve_in_bulk", tag = "changes",
    request_body = BulkApprovalRequest,
    responses((status = 200, description = "What came of each, durable", body = BulkApproval), Problems)
)]
pub(crate) async fn approve_in_bulk(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<BulkApprovalRequest>,
) -> Result<Json<BulkApproval>, ApiError> {
    caller.principal.acting_person("vote")?;
    request::at_most("changes", asked.changes.len(), CHANGES_MAX, "changes")?;
    let mut changes = Vec::new();
    for item in &asked.changes {
        let id = find_change(&state, &caller, &item.change).await?;
        changes.push((id, item.expected_revision));
    }
    let done = state.app.approve_in_bulk(&caller.principal, &changes, &asked.justification).await?;
    let new = done.iter().filter(|o| o.vote.as_ref().is_ok_and(|v| v.commit.is_some())).count();
    metrics::counter!("countersign_votes_total", "decision" => "approve")
        .increment(u64::try_from(new).unwrap_or(u64::MAX));
    let mut outcomes = Vec::new();
    for outcome in &done {
        let (change, _) = state.app.load_change(&outcome.id).await?;
        outcomes.push(bulk::outcome(outcome, &change));
    }
    Ok(Json(BulkApproval { outcomes }))
}
