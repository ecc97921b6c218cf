//! `GET /v1/changes/{change}/vote-statement`

use api_types::signing::{VoteStatement, VoteStatementQuery};
use app::change::VoteDraft;
use axum::Json;
use axum::extract::{Path, State};

use crate::api::answer::{Problems, find_change};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{request, signing};

/// What the caller has to sign for a vote. Nothing is recorded by asking.
#[utoipa::path(
    get, path = "/v1/changes/{change}/vote-statement", operation_id = "vote_statement",
    tag = "changes",
    params(
        ("change" = String, Path, description = "Id or number", example = "CHG-1042"),
        VoteStatementQuery
    ),
    responses((status = 200, description = "The statement", body = VoteStatement), Problems)
)]
pub(crate) async fn vote_statement(
    State(state): State<AppState>,
    caller: Caller,
    Path(change): Path<String>,
    QueryOf(asked): QueryOf<VoteStatementQuery>,
) -> Result<Json<VoteStatement>, ApiError> {
    caller.principal.acting_person("vote")?;
    let id = find_change(&state, &caller, &change).await?;
    let other = asked.on_behalf_of.as_deref();
    let draft = VoteDraft {
        expected_revision: asked.expected_revision,
        decision: request::decision(asked.decision),
        justification: String::new(),
        on_behalf_of: other.map(|id| request::read("on_behalf_of", id)).transpose()?,
        signature: None,
    };
    let unsigned = state.app.vote_statement(&caller.principal, &id, &draft).await?;
    Ok(Json(signing::statement(&unsigned)))
}
