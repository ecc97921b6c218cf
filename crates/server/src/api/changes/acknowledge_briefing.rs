//! `POST /v1/changes/{change}/briefing/acknowledgements`

use api_types::briefings::{AcknowledgementRequest, Briefing};
use axum::Json;
use axum::extract::{Path, State};
use domain::change::Digest;
use domain::ids::RoleName;

use crate::api::answer::{Problems, find_change};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::briefing::briefing;
use crate::wire::request;

/// Confirms the sentences that policy puts to the caller's roles, for exactly the briefing that was
/// opened.
#[utoipa::path(
    post, path = "/v1/changes/{change}/briefing/acknowledgements",
    operation_id = "acknowledge_briefing", tag = "changes",
    params(("change" = String, Path, description = "Id or number", example = "CHG-1042")),
    request_body = AcknowledgementRequest,
    responses((status = 200, description = "Recorded", body = Briefing), Problems)
)]
pub(crate) async fn acknowledge_briefing(
    State(state): State<AppState>,
    caller: Caller,
    Path(change): Path<String>,
    JsonBody(asked): JsonBody<AcknowledgementRequest>,
) -> Result<Json<Briefing>, ApiError> {
    let id = find_change(&state, &caller, &change).await?;
    request::at_most("roles", asked.roles.len(), 50, "roles")?;
    let shown: Digest = request::read("shown", &asked.shown)?;
    let roles: Vec<RoleName> = request::read_all("roles", &asked.roles)?;
    let done = state.app.acknowledge_briefing(&caller.principal, &id, &shown, &roles).await?;
    Ok(Json(briefing(&done.value)))
}
