//! `POST /v1/changes/{change}/revisions`

use api_types::changes::{Change, RevisionRequest};
use axum::extract::{Path, State};

use super::create_change::read_material;
use crate::api::answer::{Created, Problems, find_change, recorded_change};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Makes a new revision. Every vote so far is void.
#[utoipa::path(
    post, path = "/v1/changes/{change}/revisions", operation_id = "revise_change", tag = "changes",
    params(("change" = String, Path, description = "Id or number", example = "CHG-1042")),
    request_body = RevisionRequest,
    responses((status = 201, description = "Recorded", body = Change), Problems)
)]
pub(crate) async fn revise_change(
    State(state): State<AppState>,
    caller: Caller,
    Path(change): Path<String>,
    JsonBody(asked): JsonBody<RevisionRequest>,
) -> Result<Created<Change>, ApiError> {
    let id = find_change(&state, &caller, &change).await?;
    if asked.change.supersedes.is_some() {
        return Err(ApiError::field(
            "change.supersedes",
            "a revision takes no other change's place",
        ));
    }
    let submit = asked.change.submit;
    let material = read_material(&state, asked.change)?;
    let principal = &caller.principal;
    state.app.revise_change(principal, &id, asked.expected_revision, material, submit).await?;
    Ok(Created(recorded_change(&state, &caller, &id).await?))
}
