//! `POST /v1/changes/{change}/overrides/{override}/review`

use api_types::changes::Change;
use api_types::overrides::OverrideReviewRequest;
use axum::Json;
use axum::extract::{Path, State};
use domain::ids::OverrideId;

use crate::api::answer::{Problems, find_change, recorded_change};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::overrides::outcome;

/// Reviews an override: by somebody in a role that policy names, with no hand in the change.
#[utoipa::path(
    post, path = "/v1/changes/{change}/overrides/{override}/review",
    operation_id = "review_override", tag = "changes",
    params(
        ("change" = String, Path, description = "Id or number", example = "CHG-1042"),
        ("override" = String, Path, description = "Id of the override"),
    ),
    request_body = OverrideReviewRequest,
    responses((status = 200, description = "Recorded", body = Change), Problems)
)]
pub(crate) async fn review_override(
    State(state): State<AppState>,
    caller: Caller,
    Path((change, of)): Path<(String, String)>,
    JsonBody(asked): JsonBody<OverrideReviewRequest>,
) -> Result<Json<Change>, ApiError> {
    let id = find_change(&state, &caller, &change).await?;
    let of: OverrideId = of.parse().map_err(|_| ApiError::not_found("override", &of))?;
    let outcome = outcome(asked.outcome);
    state.app.review_override(&caller.principal, &id, &of, outcome, &asked.findings).await?;
    Ok(Json(recorded_change(&state, &caller, &id).await?))
}
