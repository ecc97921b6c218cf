//! `GET /v1/policy/shadow`

use api_types::shadow::{Shadow, ShadowQuery, ShadowReport};
use axum::Json;
use axum::extract::State;

use crate::api::answer::Problems;
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// What a shadow says beside the live bundle, of everything recorded since it started: who would have been
/// asked more or less, and which verdicts of the gate would have been others. Each call follows it through
/// a slice of the journal; ask again until `done` is true. Nothing is recorded.
#[utoipa::path(
    get, path = "/v1/policy/shadow", operation_id = "get_shadow", tag = "policy",
    params(ShadowQuery),
    responses((status = 200, description = "How far it was followed and what it found", body = ShadowReport), Problems)
)]
pub(crate) async fn get_shadow(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<ShadowQuery>,
) -> Result<Json<ShadowReport>, ApiError> {
    caller.may_read_organisation("read a shadow")?;
    let report = state.app.shadow_report(query.proposal.as_deref()).await?;
    let live = state.app.live();
    Ok(Json(Names::new(&live.directory).shadow_report(&report)))
}

/// The newest shadow of a bundle.
pub(super) fn newest(state: &AppState, digest: &str) -> Result<Shadow, ApiError> {
    let live = state.app.live();
    let found = live.policy.shadows().iter().rfind(|shadow| shadow.digest == digest);
    let found = found.ok_or_else(|| ApiError::not_found("shadow", digest))?;
    Ok(Names::new(&live.directory).shadow(found))
}
