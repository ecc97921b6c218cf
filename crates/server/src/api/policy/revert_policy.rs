//! `POST /v1/policy/revert`

use api_types::policy::{PolicyProposal, PolicyRevertRequest};
use axum::extract::State;

use super::propose_policy::proposed;
use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Proposes the bundle again that was live before the live one, or an earlier one by its digest. Somebody
/// else makes it live, as any proposal: at once if it asks for no less than the live bundle, else after the
/// delay.
#[utoipa::path(
    post, path = "/v1/policy/revert", operation_id = "revert_policy", tag = "policy",
    request_body = PolicyRevertRequest,
    responses((status = 201, description = "Recorded", body = PolicyProposal), Problems)
)]
pub(crate) async fn revert_policy(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<PolicyRevertRequest>,
) -> Result<Created<PolicyProposal>, ApiError> {
    let digest = asked.digest.as_deref();
    let recorded = state.app.revert_policy(&caller.principal, digest, &asked.reason).await?;
    Ok(Created(proposed(&state, &recorded.value).await?))
}
