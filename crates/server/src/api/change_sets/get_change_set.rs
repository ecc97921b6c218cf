//! `GET /v1/change-sets/{set}`

use api_types::change_sets::ChangeSet;
use axum::Json;
use axum::extract::{Path, State};
use domain::ids::ChangeSetId;

use super::set_record;
use crate::api::answer::Problems;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// A change set: its items with what each needs, the domains that must agree, and how all stand.
#[utoipa::path(
    get, path = "/v1/change-sets/{set}", operation_id = "get_change_set", tag = "changes",
    params(("set" = String, Path, description = "Id", example = "set_01jd3k9q7h2v5n8m4c6b0tzxrw")),
    responses((status = 200, description = "How it stands", body = ChangeSet), Problems)
)]
pub(crate) async fn get_change_set(
    State(state): State<AppState>,
    caller: Caller,
    Path(set): Path<String>,
) -> Result<Json<ChangeSet>, ApiError> {
    caller.may_read("read changes")?;
    let id: ChangeSetId = set.parse().map_err(|_| ApiError::not_found("change set", &set))?;
    Ok(Json(set_record(&state, &caller, &id).await?))
}
